// What a user does with the page, on the trio of seed000: a checkpoint, and the same with its values replaced.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { appendFileSync, cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { after, before, describe, test } from 'node:test'

import * as leafsum from '../../node/lib/index.js'
import { buildPage, fixtures, launch, scratch, seed } from './support/browser.js'
import {
  act,
  asFile,
  chooseCheckpoint,
  chooseLockfile,
  drop,
  listed,
  open,
  saved,
  useWorkers,
  verdict,
} from './support/page.js'
import { serve } from './support/server.js'
import { reportText } from '../../node/lib/report.js'

const baseline = join(seed, 'baseline_ckpt')
const tampered = join(seed, 'tampered_ckpt')
const folder = scratch({ after })
let browser, server, lockfile

before(async () => {
  buildPage(join(folder, 'page'))
  server = await serve({ '/': join(folder, 'page'), '/some/where/': join(folder, 'page') })
  browser = await launch()
  const locked = await leafsum.lock(leafsum.fromPath(baseline))
  lockfile = new TextDecoder().decode(locked.lockfile)
  writeFileSync(join(folder, 'baseline_ckpt.leafsum.json'), lockfile)
})

after(async () => {
  await browser?.close()
  await server?.close()
})

/** As `sha256sum` writes them. */
function sumsOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return files
    .map(({ parentPath, name }) => join(parentPath, name))
    .map(path => `${createHash('sha256').update(readFileSync(path)).digest('hex')}  ${relative(folder, path)}\n`)
    .join('')
}

const lockfileName = 'baseline_ckpt.leafsum.json'
const lockfilePath = () => join(folder, lockfileName)

describe('a chosen directory', () => {
  test('shows its leaves before anything is asked', async () => {
    const page = await open(browser, `${server.origin}/`)
    await chooseCheckpoint(page, baseline)
    const { leaves } = (await leafsum.list(leafsum.fromPath(baseline))).items[0]
    assert.ok(leaves.length > 0)
    const tree = await page.innerText('#tree')
    for (const leaf of leaves) assert.ok(tree.includes(leaf.key_path.at(-1)) && tree.includes(leaf.dtype), tree)
    assert.equal(await page.isDisabled('#verify'), true, 'nothing to verify against yet')
    assert.deepEqual(page.complaints, [])
  })

  test('locks to the bytes that Node writes', async () => {
    const page = await open(browser, `${server.origin}/`)
    await chooseCheckpoint(page, baseline)
    assert.equal(await act(page, '#lock'), 'LOCKED')
    assert.deepEqual(await saved(page, '#save-lockfile'), { name: 'baseline_ckpt.leafsum.json', text: lockfile })
  })

  for (const workers of [1, 2]) {
    for (const [name, directory, word] of [
      ['baseline', baseline, 'VERIFIED'],
      ['tampered', tampered, 'MISMATCH'],
    ]) {
      test(`${name} is ${word} with ${workers} ${workers === 1 ? 'worker' : 'workers'}, in the report's bytes of Node`, async () => {
        const page = await open(browser, `${server.origin}/`)
        await useWorkers(page, workers)
        await chooseCheckpoint(page, directory)
        await chooseLockfile(page, lockfilePath())
        assert.equal(await act(page, '#verify'), word)
        const report = await leafsum.verify(leafsum.fromPath(directory), { lockfile, lockfileName })
        const { name: file, text } = await saved(page, '#save-report')
        assert.equal(text, reportText(report))
        assert.equal(file, `${name}_ckpt.leafsum-report.json`)
        assert.match(await page.textContent('#numbers'), new RegExp(`exit code ${report.exit_code}$`))
        assert.deepEqual(page.complaints, [])
      })
    }
  }

  test('names both leaves that differ, in the table and in the tree', async () => {
    const page = await open(browser, `${server.origin}/`)
    await chooseCheckpoint(page, tampered)
    await chooseLockfile(page, lockfilePath())
    await act(page, '#verify')
    assert.match(await page.innerText('#findings-table .cause.error h3'), /digest-mismatch/)
    const rows = await page.locator('#findings-table .finding.error').allInnerTexts()
    const leaves = JSON.parse(lockfile).items[''].leaves.filter(leaf => leaf.digest)
    assert.equal(leaves.length, 2)
    for (const { key_path, digest } of leaves) {
      const row = rows.find(text => text.includes(`/${key_path.join('/')}`))
      assert.ok(row?.includes(digest.blake3), rows.join('\n'))
    }
    assert.equal(await page.locator('#tree .badge', { hasText: 'digest-mismatch' }).count(), 2)
  })

  test('is hashed by as many workers as were asked for, beside the coordinator', async () => {
    const page = await open(browser, `${server.origin}/`)
    const many = join(fixtures, 'orbax/zarr2_many_leaves/ckpt')
    await chooseCheckpoint(page, many)
    await useWorkers(page, 2)
    let started = 0
    page.on('worker', () => started++)
    assert.equal(await act(page, '#lock'), 'LOCKED')
    assert.equal(started, 3)
    assert.equal(
      (await saved(page, '#save-report')).text,
      reportText((await leafsum.lock(leafsum.fromPath(many))).report),
    )
    assert.equal(page.workers().length, 0, 'none is left')
  })

  test('that changes after it was chosen is not judged by what it was', async t => {
    const copy = join(scratch(t), 'changing')
    cpSync(baseline, copy, { recursive: true })
    const page = await open(browser, `${server.origin}/`)
    await chooseCheckpoint(page, copy)
    appendFileSync(join(copy, 'manifest.ocdbt'), 'x')
    await chooseLockfile(page, lockfilePath())
    assert.equal(await act(page, '#verify'), 'INCOMPLETE')
    assert.match(await page.innerText('#findings-table'), /changed-during-read/)
  })

  for (const command of ['check', 'lock']) {
    test(`${command} gives the report's bytes of Node`, async () => {
      const page = await open(browser, `${server.origin}/`)
      await chooseCheckpoint(page, baseline)
      await act(page, `#${command}`)
      const done = await leafsum[command](leafsum.fromPath(baseline))
      assert.equal((await saved(page, '#save-report')).text, reportText(done.report ?? done))
    })
  }

  test('two of them are compared', async () => {
    const page = await open(browser, `${server.origin}/`)
    await chooseCheckpoint(page, tampered)
    await page.setInputFiles('#input-second', baseline)
    assert.equal(await act(page, '#diff'), 'MISMATCH')
    assert.match(await page.innerText('#differences-table'), /1\.0\s*→\s*999\.0/)
    assert.equal(await page.locator('#findings-table .finding.error').count(), 0, 'each difference is told once')
    await page.click('#swap')
    await page.waitForFunction(() => /999\.0\s*→\s*1\.0/.test(document.getElementById('differences-table').innerText))
  })
})

describe('a drop', () => {
  test('of a directory and its lockfile', async () => {
    const page = await open(browser, `${server.origin}/`)
    await drop(page, [tampered, lockfilePath()])
    await listed(page)
    assert.equal(await act(page, '#verify'), 'MISMATCH')
    assert.equal(
      (await saved(page, '#save-report')).text,
      reportText(await leafsum.verify(leafsum.fromPath(tampered), { lockfile, lockfileName })),
    )
    assert.deepEqual(page.complaints, [])
  })

  test('of two directories, to compare them', async () => {
    const page = await open(browser, `${server.origin}/`)
    await drop(page, [baseline, join(seed, 'replacement_ckpt')])
    await listed(page)
    assert.equal(await act(page, '#diff'), 'MISMATCH')
  })

  test('sees empty directories, which a file input does not tell', async t => {
    const copy = join(scratch(t), 'with_empty')
    cpSync(baseline, copy, { recursive: true })
    mkdirSync(join(copy, 'nothing', 'in', 'it'), { recursive: true })
    const page = await open(browser, `${server.origin}/`)
    await drop(page, [copy])
    await listed(page)
    await act(page, '#check')
    assert.equal((await saved(page, '#save-report')).text, reportText(await leafsum.check(leafsum.fromPath(copy))))
  })
})

describe('evidence', () => {
  test('that lies in the dropped directory is offered, never taken unasked, and at best UNTRUSTED', async t => {
    const copy = join(scratch(t), 'with_lockfile')
    cpSync(baseline, copy, { recursive: true })
    writeFileSync(join(copy, 'mine.leafsum.json'), lockfile)
    const page = await open(browser, `${server.origin}/`)
    await chooseCheckpoint(page, copy)
    assert.equal(await page.isDisabled('#verify'), true)
    await page.click('#lockfiles-inside button')
    assert.match(await page.textContent('#evidence-caution'), /came with the checkpoint/)
    assert.equal(await act(page, '#verify'), 'UNTRUSTED')

    // Chosen by itself it is still the same file.
    await page.click('#remove-evidence')
    await chooseLockfile(page, join(copy, 'mine.leafsum.json'))
    assert.equal(await page.isVisible('#evidence-caution'), true)
    assert.equal(await act(page, '#verify'), 'UNTRUSTED')

    // Another file of that name is not.
    await page.click('#remove-evidence')
    await chooseLockfile(page, asFile('mine.leafsum.json', lockfile))
    assert.equal(await page.isVisible('#evidence-caution'), false)
    assert.equal(await act(page, '#verify'), 'VERIFIED')
  })

  test('that cannot be read is told at once, and nothing is judged', async () => {
    const page = await open(browser, `${server.origin}/`)
    await chooseCheckpoint(page, baseline)
    await chooseLockfile(page, asFile('bad.json', '{"leafsum":2}'))
    await page.waitForSelector('#evidence-problem:not([hidden])')
    assert.match(
      await page.textContent('#evidence-problem'),
      /^It cannot be compared with: lockfile refused: bad\.json/,
    )
    assert.equal(await page.isVisible('#result'), false)
    assert.equal(await page.isDisabled('#verify'), true)
  })

  const fingerprint = () => JSON.parse(lockfile).fingerprint
  const sums = () => asFile('SHA256SUMS', sumsOf(baseline))
  for (const [name, give, word] of [
    ['a lockfile', page => chooseLockfile(page, lockfilePath()), 'VERIFIED'],
    ['a fingerprint', page => page.fill('#fingerprint', ` ${fingerprint()}\n`), 'VERIFIED'],
    ['sums', page => chooseLockfile(page, sums()), 'VERIFIED'],
    ['a second checkpoint', page => page.setInputFiles('#input-second', baseline), 'EQUAL'],
  ]) {
    for (const order of ['before', 'after']) {
      test(`${name} that comes ${order} the checkpoint is compared without a click`, async () => {
        const page = await open(browser, `${server.origin}/`)
        if (order === 'after') await chooseCheckpoint(page, baseline)
        else await page.evaluate(() => document.getElementById('cards').removeAttribute('hidden')) // to type into it
        await give(page)
        if (order === 'before') {
          await page.waitForFunction(() => !/^$|Reading/.test(document.getElementById('evidence-facts').textContent))
          await chooseCheckpoint(page, baseline)
        }
        assert.equal(await verdict(page), word)
      })
    }
  }

  test('shows what is in it before there is a checkpoint', async () => {
    const page = await open(browser, `${server.origin}/`)
    await chooseLockfile(page, lockfilePath())
    await page.waitForFunction(() => document.getElementById('evidence-fingerprint').textContent !== '')
    assert.equal(await page.textContent('#evidence-facts'), '2 leaves')
    assert.equal(await page.textContent('#evidence-fingerprint'), fingerprint())
  })

  test('that is no whole fingerprint says what is wrong with it', async () => {
    const page = await open(browser, `${server.origin}/`)
    await chooseCheckpoint(page, baseline)
    await page.fill('#fingerprint', fingerprint().slice(0, -3))
    await page.press('#fingerprint', 'Enter')
    assert.match(await page.textContent('#evidence-problem'), /64 hexadecimal digits.*this one has 61/)
  })
})

describe('the page', () => {
  test('works under a sub-path, and asks the server for itself alone', async () => {
    server.requests.length = 0
    const page = await open(browser, `${server.origin}/some/where/`)
    await chooseCheckpoint(page, baseline)
    await chooseLockfile(page, lockfilePath())
    assert.equal(await act(page, '#verify'), 'VERIFIED')
    assert.deepEqual(server.requests, ['/some/where/'])
  })

  test('works from a file, by choice and by drop', async () => {
    const page = await open(browser, `file://${join(folder, 'page', 'index.html')}`)
    await drop(page, [baseline])
    await listed(page)
    await chooseLockfile(page, lockfilePath())
    assert.equal(await act(page, '#verify'), 'VERIFIED')
    await chooseCheckpoint(page, tampered)
    assert.equal(await act(page, '#verify'), 'MISMATCH')
    assert.deepEqual(page.complaints, [])
  })

  test('shows names that attack as what they are', async t => {
    const name = '<img src=x onerror=alert(1)>\u202Etpkc'
    const copy = join(scratch(t), name)
    cpSync(baseline, copy, { recursive: true })
    const page = await open(browser, `${server.origin}/`)
    await drop(page, [copy])
    await listed(page)
    assert.equal(await page.textContent('#checkpoint-name'), '<img src=x onerror=alert(1)>\\u{202E}tpkc')
    assert.equal(await page.locator('#checkpoint-name bdi').count(), 1)
    assert.equal(await page.locator('img').count(), 0)
  })

  test('is worked by keyboard alone', async () => {
    const page = await open(browser, `${server.origin}/`)
    const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent)
    const tabTo = async id => {
      for (let i = 0; i < 40; i++) {
        if ((await focused()) === id) return
        await page.keyboard.press('Tab')
      }
      assert.fail(`Tab does not lead to #${id}`)
    }
    // Asks for the event at once; asked for together with the key it would come too late
    page.on('filechooser', () => {})
    const chooses = async (id, files) => {
      await tabTo(id)
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')])
      await chooser.setFiles(files)
    }
    await chooses('choose-checkpoint', tampered)
    await listed(page)
    assert.equal(await focused(), 'choose-lockfile', 'the next thing to do, since the button is gone')
    await chooses('choose-lockfile', lockfilePath())
    assert.equal(await verdict(page), 'MISMATCH')
    assert.equal(await focused(), 'verdict', 'the answer is where one goes on reading')
    await tabTo('save-report')
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
    assert.match(download.suggestedFilename(), /\.leafsum-report\.json$/)

    for (let i = 0; i < 40 && (await focused()) !== 'remove-evidence'; i++) await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    assert.equal(await focused(), 'choose-lockfile')
  })

  test('cancels', async () => {
    const page = await open(browser, `${server.origin}/`)
    await chooseCheckpoint(page, baseline)
    // A click that ends before the Worker can answer.
    await page.evaluate(() => {
      document.getElementById('lock').click()
      document.getElementById('cancel').click()
    })
    await page.waitForFunction(() => document.getElementById('announcement').textContent === 'Cancelled.')
    assert.equal(await page.isVisible('#result'), false)
    assert.equal(await page.evaluate(() => document.activeElement.id), 'lock')
    assert.equal(await act(page, '#lock'), 'LOCKED', 'and goes on afterwards')
  })

  test('copies the report', async () => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
    const page = await open(context, `${server.origin}/`)
    await chooseCheckpoint(page, baseline)
    await act(page, '#check')
    await page.click('#copy-report')
    await page.waitForFunction(() => document.getElementById('copied').textContent === 'Copied.')
    const report = await leafsum.check(leafsum.fromPath(baseline))
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), reportText(report))
    await context.close()
  })
})
