// Every state of the page says what happened and what to do, to every reader: axe finds nothing in light, dark and
// forced colours, and nothing is wider than a screen of 320 px.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { axe } from './support/axe.js'
import { buildPage, launch, scratch } from './support/browser.js'
import { open } from './support/page.js'
import { serve } from './support/server.js'
import { states } from './support/states.js'

const folder = scratch({ after })
let browser, server

before(async () => {
  buildPage(join(folder, 'page'))
  server = await serve({ '/': join(folder, 'page') })
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await server?.close()
})

/** @param {string[]} [rules] all, unless some are named @returns {Promise<string[]>} */
async function complaints(page, rules) {
  const options = rules ? { runOnly: rules } : {}
  const violations = await page.evaluate(async options => (await globalThis.axe.run(options)).violations, options)
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

for (const [name, { before: prepare, reach, says }] of Object.entries(states)) {
  test(name, async () => {
    const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, reducedMotion: 'reduce' })
    const page = await open(context, `${server.origin}/`, prepare)
    await reach(page, folder)
    const [selector, text] = says
    assert.match(await page.innerText(selector), text)
    await page.evaluate(axe)
    assert.deepEqual(await complaints(page), [])
    for (const media of [{ colorScheme: 'dark' }, { forcedColors: 'active' }]) {
      await page.emulateMedia(media)
      assert.deepEqual(await complaints(page, ['color-contrast']), [], JSON.stringify(media)) // nothing else depends on it
    }
    await page.emulateMedia({ forcedColors: 'none' })
    await page.setViewportSize({ width: 320, height: 800 })
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320)
    const moving = await page.evaluate(() => document.getAnimations().filter(one => one.playState === 'running').length)
    assert.equal(moving, 0)
    await context.close()
  })
}
