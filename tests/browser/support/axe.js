// axe-core in a page, in every medium that the page is made for.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

export const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** In light, dark and forced colours, which stay. As an isolated script: the page's policy lets no other run. */
export async function axeFindsNothing(page) {
  await page.evaluate(axe)
  for (const media of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { forcedColors: 'active' }]) {
    await page.emulateMedia(media)
    const found = await page.evaluate(async () => (await globalThis.axe.run()).violations)
    assert.deepEqual(
      found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)),
      [],
      JSON.stringify(media),
    )
  }
}
