// Every fixture in Chromium with two workers: the report of Node with one, byte for byte. Intact ones are locked,
// damaged ones verified with the lockfile of what they were before.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'

import * as leafsum from '../../node/lib/index.js'
import { casesIn } from '../node/support/cases.js'
import { fixtures } from '../node/support/places.js'
import { buildPage, launch, scratch } from './support/browser.js'
import { act, asFile, chooseCheckpoint, chooseLockfile, open, saved, startOver, useWorkers } from './support/page.js'
import { serve } from './support/server.js'
import { reportText } from '../../node/lib/report.js'

const folder = scratch({ after })
const groups = ['orbax', 'manager', 'multiprocess', 'v1', 'ocdbt', 'zarr', 'legacy', 'damaged']
const cases = groups.flatMap(casesIn)
const text = bytes => new TextDecoder().decode(bytes)
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

for (const { name, source } of cases.filter(one => !one.damage)) {
  test(`lock ${name}`, async () => {
    await startOver(page)
    await chooseCheckpoint(page, source)
    await act(page, '#lock')
    const { report, lockfile } = await leafsum.lock(leafsum.fromPath(source), { workers: 1 })
    assert.equal((await saved(page, '#save-report')).text, reportText(report))
    if (lockfile) assert.equal((await saved(page, '#save-lockfile')).text, text(lockfile))
    assert.equal(await page.isVisible('#save-lockfile'), lockfile !== null)
  })
}

for (const { name, source, damage } of cases.filter(one => one.damage)) {
  const base = cases.find(one => one.name === damage.base)
  test(`${base ? 'verify' : 'check'} ${name}`, async () => {
    const command = base ? 'verify' : 'check'
    const options = { workers: 1 }
    await startOver(page)
    await chooseCheckpoint(page, source)
    if (base) {
      options.lockfile = (await leafsum.lock(leafsum.fromPath(base.source))).lockfile
      await chooseLockfile(page, asFile('base.leafsum.json', text(options.lockfile)))
      options.lockfileName = 'base.leafsum.json' // as the page names it
    }
    const shown = await act(page, `#${command}`)
    const report = await leafsum[command](leafsum.fromPath(source), options)
    assert.equal((await saved(page, '#save-report')).text, reportText(report))
    assert.equal(shown, report.verdict)
  })
}

test('a checkpoint large enough for leaf workers, of a codec that lies in the second module', async () => {
  const source = join(folder, 'rare')
  const elements = 10 << 20
  for (const [name, byte] of [
    ['a', 1],
    ['b', 2],
  ]) {
    mkdirSync(join(source, name), { recursive: true })
    writeFileSync(
      join(source, name, '.zarray'),
      JSON.stringify({
        zarr_format: 2,
        shape: [elements],
        chunks: [elements],
        dtype: '|u1',
        fill_value: null,
        order: 'C',
        filters: null,
        compressor: { id: 'gzip', level: 1 },
      }),
    )
    writeFileSync(join(source, name, '0'), gzipSync(Buffer.alloc(elements, byte)))
  }
  await startOver(page)
  await chooseCheckpoint(page, source)
  await act(page, '#lock')
  const { report, lockfile } = await leafsum.lock(leafsum.fromPath(source), { workers: 1 })
  assert.equal(report.verdict, 'LOCKED', report.headline)
  assert.equal((await saved(page, '#save-report')).text, reportText(report))
  assert.equal((await saved(page, '#save-lockfile')).text, text(lockfile))
})

test('and never a complaint', () => assert.deepEqual(page.complaints, []))

// A browser has no SHA-256 that streams: small leaves go four at a time, others to Web Crypto or one by one.
for (const name of ['zarr2_many_leaves', 'zarr2_sharded_chunked', 'zarr3_dtypes']) {
  test(`lock with SHA-256 ${name}`, async () => {
    const source = join(fixtures, 'orbax', name, 'ckpt')
    await chooseCheckpoint(page, source)
    const tick = isOn =>
      page.evaluate(isOn => {
        document.getElementById('option-sha256').checked = isOn
      }, isOn)
    await tick(true)
    await act(page, '#lock')
    const { lockfile } = await leafsum.lock(leafsum.fromPath(source), { workers: 1, algorithms: ['blake3', 'sha256'] })
    assert.equal((await saved(page, '#save-lockfile')).text, text(lockfile))
    await tick(false)
  })
}
