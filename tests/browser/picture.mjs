// Takes the pictures of the page that README shows: node tests/browser/picture.mjs [FOLDER, docs/pictures]
// The top of the page in some of the states that states.test.js holds.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { buildPage, launch, root } from './support/browser.js'
import { open } from './support/page.js'
import { serve } from './support/server.js'
import { states } from './support/states.js'

const kShown = ['first', 'values', 'signed', 'untrusted', 'sound', 'archive-damaged']

const folder = process.argv[2] ?? join(root, 'docs/pictures')
const work = mkdtempSync(join(tmpdir(), 'leafsum-pictures-'))
mkdirSync(folder, { recursive: true })
buildPage(join(work, 'page'))
const server = await serve({ '/': join(work, 'page') })
const browser = await launch()
try {
  const context = await browser.newContext({ viewport: { width: 1000, height: 760 }, colorScheme: 'light' })
  for (const name of kShown) {
    const page = await open(context, `${server.origin}/`, states[name].before)
    await states[name].reach(page, work)
    await page.evaluate(() => scrollTo(0, 0))
    await page.screenshot({ path: join(folder, `${name}.png`) })
    await page.close()
  }
} finally {
  await browser.close()
  await server.close()
  rmSync(work, { recursive: true, force: true })
}
