// The tree of leaves alone, with more of them than any checkpoint shows at once: what is in the document, and how long
// it takes.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { after, before, test } from 'node:test'

import { bundle } from '../../web/bundle.mjs'
import { launch, root, scratch } from './support/browser.js'

const folder = scratch({ after })
let browser, page

before(async () => {
  const entry = join(folder, 'entry.js')
  writeFileSync(
    entry,
    `import { Tree } from './${relative(folder, join(root, 'web/tree.js'))}'
globalThis.Tree = Tree
`,
  )
  const script = bundle(entry)
  const style = readFileSync(join(root, 'web/style.css'), 'utf8')
  writeFileSync(
    join(folder, 'index.html'),
    `<!doctype html><meta charset="utf-8"><style>${style}</style><input id="leaf-filter" aria-label="Find">
     <span id="leaves-found"></span><div id="tree"></div><script>${script}</script>`,
  )
  browser = await launch()
  page = await browser.newPage({ viewport: { width: 1000, height: 900 } })
  await page.goto(`file://${join(folder, 'index.html')}`)
  await page.evaluate(() => {
    const leaves = Array.from({ length: 100_000 }, (_, n) => ({
      key_path: ['params', `layer_${n % 1000}`, `block_${Math.floor(n / 1000) % 10}`, `w${n}`],
      dtype: n % 2 ? 'float32' : 'bfloat16',
      shape: [8, n],
      nbytes: 32 * n,
    }))
    globalThis.leaves = leaves
    globalThis.tree = new Tree(document.getElementById('tree'), document.getElementById('leaf-filter'))
    globalThis.pressed = []
    tree.listen(leaf => pressed.push(leaf.key_path.at(-1)))
  })
})

after(async () => {
  await browser?.close()
})

const rows = () => page.locator('#tree [role=row]').count()

test('20,000 leaves are shown in a second, 100,000 with less than 200 rows in the document', async () => {
  const ms = await page.evaluate(() => {
    const begun = performance.now()
    tree.setItems([{ name: '', leaves: leaves.slice(0, 20_000) }])
    document.body.getBoundingClientRect()
    return performance.now() - begun
  })
  assert.ok(ms < 1000, `${ms} ms`)
  await page.evaluate(() => tree.setItems([{ name: '', leaves }]))
  await page.click('#tree [role=row] >> nth=0')
  assert.equal(await page.getAttribute('#tree', 'aria-rowcount'), '1001')
  assert.ok((await rows()) <= 200)
})

test('a filter answers within a tenth of a second, and shows all that it found by windows', async () => {
  const times = await page.evaluate(() => {
    const filter = document.getElementById('leaf-filter')
    return ['w', 'w9', 'w99', 'w999', 'w9999'].map(text => {
      const begun = performance.now()
      filter.value = text
      filter.dispatchEvent(new Event('input'))
      document.body.getBoundingClientRect()
      return performance.now() - begun
    })
  })
  // The first builds the names; a busy machine may take a while.
  assert.ok(Math.min(...times) < 100, times.join(' '))
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
