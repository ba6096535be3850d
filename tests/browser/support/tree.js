// A document with nothing but the tree of leaves (web/tree.js): `tree`, and 100,000 `leaves` for it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

import { bundle } from '../../../web/bundle.mjs'
import { root } from './browser.js'

/** @returns its page, with the globals `tree`, `leaves` and `pressed`, the names of leaves that were opened */
export async function openTree(browser, folder) {
  const entry = join(folder, 'entry.js')
  writeFileSync(
    entry,
    `import { Tree } from './${relative(folder, join(root, 'web/tree.js'))}'
globalThis.Tree = Tree
`,
  )
  const style = readFileSync(join(root, 'web/style.css'), 'utf8')
  writeFileSync(
    join(folder, 'index.html'),
    `<!doctype html><meta charset="utf-8"><style>${style}</style><input id="leaf-filter" aria-label="Find">
     <span id="leaves-found"></span><div id="tree"></div><script>${bundle(entry)}</script>`,
  )
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } })
  await page.goto(`file://${join(folder, 'index.html')}`)
  await page.evaluate(() => {
    globalThis.leaves = Array.from({ length: 100_000 }, (_, n) => ({
      key_path: ['params', `layer_${n % 1000}`, `block_${Math.floor(n / 1000) % 10}`, `w${n}`],
      dtype: n % 2 ? 'float32' : 'bfloat16',
      shape: [8, n],
      nbytes: 32 * n,
    }))
    globalThis.tree = new Tree(document.getElementById('tree'), document.getElementById('leaf-filter'))
    globalThis.pressed = []
    tree.listen(leaf => pressed.push(leaf.key_path.at(-1)))
  })
  return page
}
