// Archives on the page: dropped or chosen, read in place in a Worker. The report is Node's of the same archive, byte
// for byte, for a sample of the fixtures.
import assert from 'node:assert/strict'
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'

import * as leafsum from '../../node/lib/index.js'
import { reportText } from '../../node/lib/report.js'
import { membersOf, tarOf, zipOf, zstdOf } from '../node/support/archives.js'
import { casesIn } from '../node/support/cases.js'
import { installedApp } from '../node/support/packed.js'
import { buildPage, launch, root, scratch, seed } from './support/browser.js'
import { act, chooseLockfile, drop, listed, open, saved, startOver, useWorkers, verdict } from './support/page.js'
import { serve } from './support/server.js'

const folder = scratch({ after })
const baseline = join(seed, 'baseline_ckpt')
const tampered = join(seed, 'tampered_ckpt')
const lockfile = join(root, 'web/sample/published.leafsum.json')
const groups = ['seed000', 'orbax', 'manager', 'multiprocess', 'v1', 'ocdbt', 'zarr', 'legacy', 'damaged']
const some = groups.flatMap(casesIn).filter((_, n) => n % 7 === 0)

const forms = {
  tar: members => tarOf(members),
  'tar.gz': members => gzipSync(tarOf(members, 'gnu'), { level: 1 }),
  'tar.zst': members => zstdOf(tarOf(members), 3_000),
  zip: members => zipOf(members),
  'deflated.zip': members => zipOf(members, { deflate: true, descriptor: true }),
}
let browser, server, page

before(async () => {
  buildPage(folder)
  server = await serve({ '/': folder })
  browser = await launch()
  page = await open(browser, `${server.origin}/`)
  await useWorkers(page, 2)
})

after(async () => {
  await browser?.close()
  await server?.close()
})

/** @returns {string} its path */
function archived(directory, form, name = basename(directory)) {
  const path = join(folder, `${name}.${form}`)
  writeFileSync(path, forms[form](membersOf(directory, `${basename(directory)}/`)))
  return path
}

const written = (name, content) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

async function dropped(paths) {
  await startOver(page)
  await drop(page, paths)
}

for (const [n, { name, source }] of some.entries()) {
  const [form] = Object.entries(forms)[n % Object.keys(forms).length]
  test(`check ${name} as ${form}`, async () => {
    const path = archived(source, form)
    const report = await leafsum.check(leafsum.fromArchive(path)).catch(error => error)
    await dropped([path])
    await listed(page)
    if (report instanceof Error) {
      assert.equal(await page.textContent('#checkpoint-problem'), report.message)
      return
    }
    assert.equal(await act(page, '#check'), report.verdict)
    assert.equal((await saved(page, '#save-report')).text, reportText(report))
  })
}

describe('an archive and a lockfile', () => {
  for (const form of Object.keys(forms)) {
    test(`in one drop: ${form}`, async () => {
      for (const source of [baseline, tampered]) {
        const path = archived(source, form)
        await dropped([lockfile, path])
        const shown = await verdict(page)
        const options = { lockfile: readFileSync(lockfile), lockfileName: basename(lockfile) }
        const report = await leafsum.verify(leafsum.fromArchive(path), options)
        assert.equal((await saved(page, '#save-report')).text, reportText(report))
        assert.equal(shown, source === baseline ? 'VERIFIED' : 'MISMATCH')
      }
    })
  }

  test('one after the other, by the buttons', async () => {
    await startOver(page)
    await page.setInputFiles('#input-file', archived(baseline, 'tar.gz'))
    await listed(page)
    await chooseLockfile(page, lockfile)
    assert.equal(await verdict(page), 'VERIFIED')
    assert.match(await page.textContent('#checkpoint-facts'), /^Archive of \S+ KiB, in it \d+ files, \S+ KiB$/)
    assert.equal(
      await page.textContent('#command-shown'),
      'leafsum verify baseline_ckpt.tar.gz --lock published.leafsum.json',
    )
  })

  test('that came in it is UNTRUSTED', async () => {
    const members = [...membersOf(baseline, 'run/'), { path: 'run/run.leafsum.json', data: readFileSync(lockfile) }]
    await dropped([written('with.tar.gz', gzipSync(tarOf(members)))])
    await listed(page)
    await page.click('#lockfiles-inside button')
    assert.equal(await verdict(page), 'UNTRUSTED')
    assert.match(await page.getAttribute('#verdict-panel', 'class'), /untrusted/)
    assert.match(await page.textContent('#evidence-facts'), /2 leaves/)
  })
})

test('two archives, and an archive with a directory, are compared', async () => {
  for (const first of [archived(baseline, 'zip'), archived(baseline, 'tar.gz'), baseline]) {
    await dropped([first, archived(tampered, 'tar')])
    assert.equal(await verdict(page), 'MISMATCH')
    assert.deepEqual(await page.locator('.change').allInnerTexts(), ['1.0 → 999.0', '1.0 → 999.0'])
  }
})

test('leaf workers read it too, compressed and not, of a codec of the second module', async () => {
  const length = 10 << 20
  const members = ['a', 'b'].flatMap((name, n) => {
    const compressor = { id: 'gzip', level: 1 }
    const shape = { zarr_format: 2, shape: [length], chunks: [length], dtype: '|u1' }
    const zarray = JSON.stringify({ ...shape, fill_value: null, order: 'C', filters: null, compressor })
    const chunk = gzipSync(Buffer.alloc(length, n + 1))
    return [
      { path: `${name}/.zarray`, data: Buffer.from(zarray) },
      { path: `${name}/0`, data: chunk },
    ]
  })
  for (const form of ['tar', 'tar.gz', 'deflated.zip']) {
    const path = written(`rare.${form}`, forms[form](members))
    await dropped([path])
    await listed(page)
    await act(page, '#lock')
    const { report, lockfile } = await leafsum.lock(leafsum.fromArchive(path), { workers: 1 })
    assert.equal(report.verdict, 'LOCKED')
    assert.equal((await saved(page, '#save-report')).text, reportText(report))
    assert.equal((await saved(page, '#save-lockfile')).text, new TextDecoder().decode(lockfile))
  }
})

describe('content says what a file is', () => {
  const tar = () => forms.tar(membersOf(baseline, 'baseline_ckpt/'))

  test('under any name', async () => {
    for (const [name, content] of [
      ['weights.json', tar()],
      ['SHA256SUMS', gzipSync(tar())],
      ['weights.bin', forms.zip(membersOf(baseline))],
      ['weights', tar()],
    ]) {
      await dropped([written(name, content)])
      await listed(page)
      assert.match(await page.textContent('#checkpoint-tree'), /2 leaves/, name)
    }
    for (const [name, kind] of [
      ['lock.tar', 'Compared with lockfile'],
      ['sums.zip', 'Compared with SHA256SUMS'],
    ]) {
      if (kind.endsWith('lockfile')) copyFileSync(lockfile, join(folder, name))
      else written(name, `${'0'.repeat(64)}  a\n`)
      await dropped([join(folder, name)])
      await page.waitForSelector('#drop-evidence.filled')
      assert.equal(await page.textContent('#evidence-title'), kind)
    }
  })

  test('what is packed otherwise is named, and what is no archive says so', async () => {
    await dropped([written('weights.tar.xz', '\xfd7zXZ\0')])
    assert.match(await verdict(page), /“weights\.tar\.xz” is packed in a form.*tar, tar\.gz, tar\.zst and zip/)
    await page.reload()
    await dropped([written('page.tar.gz', '<!doctype html>')])
    await listed(page)
    assert.match(await page.textContent('#checkpoint-problem'), /no tar, tar\.gz, tar\.zst or zip.*downloaded whole/)
  })
})

describe('a damaged archive', () => {
  const whole = gzipSync(tarOf(membersOf(baseline, 'baseline_ckpt/')))
  const flipped = Buffer.from(whole)
  flipped[whole.length >> 1] ^= 0xff
  const wrong = forms['deflated.zip'](membersOf(baseline, 'baseline_ckpt/'))
  wrong[wrong.indexOf('manifest.ocdbt') + 20] ^= 0xff
  for (const [name, content] of [
    ['cut.tar.gz', whole.subarray(0, whole.length - 40)],
    ['flipped.tar.gz', flipped],
    ['cut.tar', tarOf(membersOf(baseline, 'baseline_ckpt/')).subarray(0, 9_000)],
    ['wrong.zip', wrong],
  ]) {
    test(`says what Node says: ${name}`, async () => {
      const path = written(name, content)
      const options = { lockfile: readFileSync(lockfile), lockfileName: basename(lockfile) }
      const report = await leafsum.verify(leafsum.fromArchive(path), options).catch(error => error)
      await dropped([path, lockfile])
      const shown = await verdict(page)
      if (report instanceof Error) return assert.equal(shown, `Nothing was judged: ${report.message}`)
      assert.equal((await saved(page, '#save-report')).text, reportText(report))
      assert.ok(['MISMATCH', 'INCOMPLETE'].includes(shown), shown)
    })
  }
})

test('a look inside a leaf of an archive', async () => {
  for (const form of Object.keys(forms)) {
    await dropped([archived(baseline, form)])
    await listed(page)
    await page.locator('#tree .leaf-name', { hasText: 'bias' }).click()
    await page.waitForFunction(() => /\d\.\d/.test(document.getElementById('leaf-values').textContent))
    await page.waitForSelector('#leaf-stats dd')
  }
})

test('fromArchive of the package, in a page of its own, with workers and without', async () => {
  const dist = join(folder, 'app')
  const installed = join(installedApp(scratch({ after })), 'node_modules/leafsum/lib')
  cpSync(installed, join(dist, 'leafsum'), { recursive: true })
  const script = `import { digest, fromArchive } from './leafsum/browser.js'
const input = document.querySelector('input')
globalThis.run = options => digest(fromArchive(input.files[0]), options)
`
  const html =
    '<!doctype html><link rel="icon" href="data:,"><input type="file"><script type="module" src="m.js"></script>'
  writeFileSync(join(dist, 'm.js'), script)
  writeFileSync(join(dist, 'index.html'), html)
  const app = await open(browser, `${server.origin}/app/index.html`)
  await app.waitForFunction(() => globalThis.run)
  for (const form of Object.keys(forms)) {
    const path = archived(baseline, form)
    await app.setInputFiles('input', path)
    const expected = JSON.parse(JSON.stringify(await leafsum.digest(leafsum.fromArchive(path))))
    for (const options of [{ workers: 1 }, { workers: 2, workersFrom: 0 }])
      assert.deepEqual(await app.evaluate(options => globalThis.run(options), options), expected, form)
  }
  assert.deepEqual(app.complaints, [])
})

test('and never a complaint', () => assert.deepEqual(page.complaints, []))
