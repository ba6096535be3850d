// The page as a user sees it: the few gestures that every test makes.
import { readFile } from 'node:fs/promises'

/** @typedef {import('playwright-core').Page} Page */

/**
 * A page that must not complain: what it logs or throws is collected.
 * @param {import('playwright-core').Browser | import('playwright-core').BrowserContext} browser
 * @param {string} url
 * @param {object | (() => void)} [how] options of a new page; or what runs in it before its own script
 */
export async function open(browser, url, how = {}) {
  const page = await browser.newPage(typeof how === 'function' ? undefined : how)
  if (typeof how === 'function') await page.addInitScript(how)
  const complaints = []
  page.on('console', message => complaints.push(message.text()))
  page.on('pageerror', error => complaints.push(error.message))
  await page.goto(url)
  return Object.assign(page, { complaints })
}

/** @param {Page} page */
export async function chooseCheckpoint(page, directory) {
  await page.setInputFiles('#input-checkpoint', directory)
  await listed(page)
}

/** Until the tree stands, or it is known why there is none. @param {Page} page */
export async function listed(page) {
  await page.waitForFunction(
    () =>
      !document.getElementById('checkpoint-problem').hidden ||
      !/^(Reading.*)?$/.test(document.getElementById('checkpoint-tree').textContent),
  )
}

/** Forgets what was chosen before. @param {Page} page */
export async function startOver(page) {
  if (await page.isVisible('#start-over')) await page.click('#start-over')
}

/** @param {Page} page @param {string | {name: string, mimeType: string, buffer: Buffer}} file */
export async function chooseLockfile(page, file) {
  await page.setInputFiles('#input-lockfile', file)
  await page.waitForSelector('#drop-evidence.filled')
}

/** @param {Page} page @param {number} count */
export async function useWorkers(page, count) {
  await page.evaluate(count => {
    document.getElementById('option-workers').value = count
  }, String(count))
}

/**
 * What compares starts by itself when both sides are there; all else by its button.
 * @param {Page} page @returns {Promise<string>} the verdict's word
 */
export async function act(page, button) {
  if (button !== '#verify' && button !== '#diff') await page.click(button)
  return verdict(page)
}

/** @param {Page} page */
export async function verdict(page) {
  await page.waitForSelector('#result:not([hidden]), #notice:not([hidden])')
  return (await page.isVisible('#result')) ? page.textContent('#verdict') : page.textContent('#notice')
}

/** @param {Page} page @returns {Promise<{name: string, text: string}>} what the button saves */
export async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(button)])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

/** @param {string} text */
export function asFile(name, text) {
  return { name, mimeType: 'application/json', buffer: Buffer.from(text) }
}

/**
 * A drop as the browser gets it from the desktop: real paths, real directories.
 * @param {Page} page @param {string[]} paths @param {string} [onto] selector
 */
export async function drop(page, paths, onto = 'main') {
  const session = await page.context().newCDPSession(page)
  const { x, y, width } = await page.locator(onto).first().boundingBox()
  const data = { items: [], files: paths, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await session.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + 20, data })
  }
}
