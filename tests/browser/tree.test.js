// The tree of leaves alone, with more of them than any checkpoint shows at once: what is in the document. How long it
// takes is for bench/tree.mjs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { launch, scratch } from './support/browser.js'
import { openTree } from './support/tree.js'

const folder = scratch({ after })
let browser, page

before(async () => {
  browser = await launch()
  page = await openTree(browser, folder)
})

after(async () => {
  await browser?.close()
})

const rows = () => page.locator('#tree [role=row]').count()

test('of 100,000 leaves less than 200 rows are in the document', async () => {
  await page.evaluate(() => tree.setItems([{ name: '', leaves }]))
  await page.click('#tree [role=row] >> nth=0')
  assert.equal(await page.getAttribute('#tree', 'aria-rowcount'), '1001')
  assert.ok((await rows()) <= 200)
})

test('a filter shows all that it found by windows', async () => {
  await page.fill('#leaf-filter', 'w9999')
  assert.equal(await page.textContent('#leaves-found'), '11 leaves found.')
  await page.fill('#leaf-filter', 'BFLOAT16')
  assert.equal(await page.getAttribute('#tree', 'aria-rowcount'), '50000')
  assert.ok((await rows()) <= 200)
  await page.locator('#tree [role=row]').first().focus()
  await page.keyboard.press('End')
  assert.match(await page.evaluate(() => document.activeElement.textContent), /w99998/)
  assert.ok((await rows()) <= 200)
  await page.keyboard.press('Enter')
  assert.deepEqual(await page.evaluate(() => pressed), ['w99998'])
})

test('is walked by the arrow keys', async () => {
  await page.fill('#leaf-filter', '')
  await page.evaluate(() => tree.setItems([{ name: '', leaves: leaves.slice(0, 5000) }]))
  const at = () => page.evaluate(() => document.activeElement.querySelector('bdi')?.textContent)
  await page.locator('#tree [role=row]').first().focus()
  assert.equal(await at(), 'params')
  for (const [key, expected] of [
    ['ArrowRight', 'params'], // opens it
    ['ArrowRight', 'layer_0'],
    ['ArrowRight', 'layer_0'],
    ['ArrowDown', 'block_0'],
    ['ArrowRight', 'block_0'],
    ['ArrowRight', 'w0'],
    ['ArrowLeft', 'block_0'],
    ['ArrowLeft', 'block_0'], // closes it
    ['ArrowLeft', 'layer_0'],
    ['End', 'layer_999'],
    ['Home', 'params'],
  ]) {
    await page.keyboard.press(key)
    assert.equal(await at(), expected, key)
  }
})
