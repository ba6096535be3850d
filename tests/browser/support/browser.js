// The installed Chromium, driven by playwright-core, and the page built from the sources as they are now.
import { execFileSync } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { chromium } from 'playwright-core'

export const root = fileURLToPath(new URL('../../../', import.meta.url))
export const fixtures = join(root, 'tests/fixtures')
export const seed = join(fixtures, 'seed000/artifacts')

function executable() {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const inPath = (process.env.PATH ?? '').split(delimiter).flatMap(folder => names.map(name => join(folder, name)))
  // Before those: Ubuntu's `chromium-browser` may be there and start nothing.
  const found = [join(root, 'build/tools/chromium/chromium'), ...inPath].find(path => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  const path = process.env.CHROMIUM || found
  if (!path) throw new Error('no Chromium in PATH; cmake/setup.sh --browser installs it, CHROMIUM names another')
  return path
}

/** @param {string[]} [more] further arguments */
export function launch(more = []) {
  return chromium.launch({
    executablePath: executable(),
    headless: true,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...more,
    ],
  })
}

/** A folder that is gone after the tests. @param {import('node:test').TestContext | {after: Function}} t */
export function scratch(t) {
  const folder = mkdtempSync(join(tmpdir(), 'leafsum-page-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** @param {string} folder where index.html goes */
export function buildPage(folder) {
  execFileSync(process.execPath, [
    join(root, 'web/build.mjs'),
    process.env.LEAFSUM_CORE ?? join(root, 'build/wasm'),
    folder,
  ])
}
