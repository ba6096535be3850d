// Takes the picture of the page that README shows: node tests/browser/picture.mjs [FILE, docs/page.png]
// The tampered checkpoint of seed000 under the name `download`, held against the lockfile of the true one.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { fromPath, lock } from '../../node/lib/index.js'
import { buildPage, launch, root, seed } from './support/browser.js'
import { act, chooseCheckpoint, chooseLockfile, open } from './support/page.js'
import { serve } from './support/server.js'

const file = process.argv[2] ?? join(root, 'docs/page.png')
const folder = mkdtempSync(join(tmpdir(), 'leafsum-picture-'))
buildPage(join(folder, 'page'))
cpSync(join(seed, 'tampered_ckpt'), join(folder, 'download'), { recursive: true })
const { lockfile } = await lock(fromPath(join(seed, 'baseline_ckpt')))
writeFileSync(join(folder, 'weights.leafsum.json'), /** @type {Uint8Array} */ (lockfile))

const server = await serve({ '/': join(folder, 'page') })
const browser = await launch()
try {
  const page = await open(browser, `${server.origin}/`, {
    viewport: { width: 1000, height: 900 },
    colorScheme: 'light',
  })
  await chooseCheckpoint(page, join(folder, 'download'))
  await chooseLockfile(page, join(folder, 'weights.leafsum.json'))
  console.log(await act(page, '#verify'))
  await page.screenshot({ path: file })
} finally {
  await browser.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
}
