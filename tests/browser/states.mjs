// Pictures of every state, light and dark: node tests/browser/states.mjs FOLDER [NAME]…; --width=320 for a phone
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { buildPage, launch } from './support/browser.js'
import { open } from './support/page.js'
import { serve } from './support/server.js'
import { states } from './support/states.js'

const width = Number(/--width=(\d+)/.exec(process.argv.join(' '))?.[1] ?? 1000)
const [folder, ...names] = process.argv.slice(2).filter(word => !word.startsWith('--'))
const work = mkdtempSync(join(tmpdir(), 'leafsum-states-'))
mkdirSync(folder, { recursive: true })
buildPage(join(work, 'page'))
const server = await serve({ '/': join(work, 'page') })
const browser = await launch()
try {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme })
    for (const name of names.length > 0 ? names : Object.keys(states)) {
      const page = await open(context, `${server.origin}/`, states[name].before)
      await states[name].reach(page, work)
      await page.screenshot({ path: join(folder, `${name}.${colorScheme}.png`), fullPage: true })
      await page.close()
    }
  }
} finally {
  await browser.close()
  await server.close()
  rmSync(work, { recursive: true, force: true })
}
