// A look inside a leaf: values of slices, a map, statistics; what a lockfile says of them; by keyboard alone.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import * as leafsum from '../../node/lib/index.js'
import { axe } from './support/axe.js'
import { buildPage, launch, scratch } from './support/browser.js'
import { chooseCheckpoint, chooseLockfile, open } from './support/page.js'
import { serve } from './support/server.js'

const folder = scratch({ after })
const values = Float32Array.from({ length: 20_000 }, (_, n) => (n === 5 ? NaN : Math.sin(n)))
let browser, server

/** A checkpoint of a matrix and a scalar. */
function write(name, content) {
  const arrays = { w: [[200, 100], content], step: [[], Float32Array.of(7)] }
  for (const [leaf, [shape, data]] of Object.entries(arrays)) {
    const array = join(folder, name, leaf)
    mkdirSync(array, { recursive: true })
    const rest = { dtype: '<f4', fill_value: null, order: 'C', filters: null, compressor: null }
    writeFileSync(join(array, '.zarray'), JSON.stringify({ zarr_format: 2, shape, chunks: shape, ...rest }))
    writeFileSync(join(array, shape.length ? '0.0' : '0'), new Uint8Array(data.buffer))
  }
  return join(folder, name)
}

before(async () => {
  buildPage(join(folder, 'page'))
  server = await serve({ '/': join(folder, 'page') })
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await server?.close()
})

async function opened(checkpoint, lockfile) {
  const page = await open(browser, `${server.origin}/`)
  await chooseCheckpoint(page, checkpoint)
  if (lockfile) await chooseLockfile(page, lockfile)
  return page
}

const leaf = (page, name) => page.locator('#tree [role=row]', { hasText: name })

test('by keyboard: values, a slice, a map, the statistics that the package tells; axe finds nothing', async () => {
  const checkpoint = write('plain', values)
  const page = await opened(checkpoint)
  await leaf(page, 'w').focus()
  await page.keyboard.press('Enter')
  await page.waitForSelector('.bars')
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'leaf-name')
  assert.match(await page.innerText('#leaf-facts'), /float32[^]*200 × 100[^]*1 chunk of 200 × 100/)
  assert.match(await page.getAttribute('.heat', 'aria-label'), /64 × 64/)
  assert.match(await page.innerText('#leaf-vouched'), /Nothing vouches/)

  const { stats } = await leafsum.read(leafsum.fromPath(checkpoint), '/w', ':', { stats: true })
  const told = await page.innerText('#leaf-stats')
  for (const text of ['20,000', 'NaN\n1\n', String(Number(stats.mean.toPrecision(7)))])
    assert.ok(told.includes(text), told)
  assert.equal(await page.locator('.bars rect').count(), stats.histogram.counts.length)
  await page.evaluate(axe)
  const found = await page.evaluate(async () => (await globalThis.axe.run('#leaf-panel')).violations)
  assert.deepEqual(found, [])

  await page.fill('#leaf-slice', '1, 3:5')
  await page.keyboard.press('Enter')
  const wanted = String(values[103]).slice(0, 5)
  await page.waitForFunction(text => document.getElementById('leaf-values').textContent.includes(text), wanted)
  assert.ok(await page.isHidden('#leaf-map'))
  await page.fill('#leaf-slice', '999')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.getElementById('leaf-values').textContent.includes('out of bounds'))
  await page.click('#leaf-close')
  assert.ok(await page.isHidden('#leaf-panel'))
  assert.deepEqual(page.complaints, [])
})

test('a lockfile vouches for values, or says that they are others', async () => {
  const intact = write('intact', values)
  const { lockfile } = await leafsum.lock(leafsum.fromPath(intact))
  const path = join(folder, 'intact.leafsum.json')
  writeFileSync(path, lockfile)
  const changed = values.slice()
  changed[0] = 999
  for (const [checkpoint, claim, whole] of [
    [intact, /match the lockfile/, /whole leaf matches the lockfile/],
    [write('changed', changed), /not what the lockfile describes/, /whole leaf is not what the lockfile describes/],
  ]) {
    const page = await opened(checkpoint)
    await leaf(page, 'w').click()
    await page.waitForSelector('.bars')
    assert.match(await page.innerText('#leaf-vouched'), /Nothing vouches/)
    // What is open is looked at again when a lockfile comes.
    await chooseLockfile(page, path)
    await page.waitForSelector('#result:not([hidden])')
    await page.waitForSelector('#leaf-stats .note')
    assert.match(await page.innerText('#leaf-vouched'), claim)
    assert.match(await page.innerText('#leaf-stats'), whole)
    assert.equal((await page.innerText('#leaf-values')).includes('999.0'), checkpoint !== intact)
    assert.deepEqual(page.complaints, [])
  }
})

test('a scalar has its value, and no slice', async () => {
  const page = await opened(write('plain', values))
  await leaf(page, 'step').click()
  await page.waitForSelector('.bars')
  assert.equal((await page.innerText('#leaf-values')).trim(), '7.0')
  assert.ok(await page.isHidden('#leaf-slice-form'))
})
