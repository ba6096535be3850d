import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const at = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url))

export const fixtures = at('../../fixtures/')
export const vectors = at('../../vectors/')
export const bin = at('../../../node/bin/leafsum.js')
export const examples = at('../../../examples/')

/** A directory that is gone after the test. */
export function scratch(/** @type {import('node:test').TestContext} */ t) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'leafsum-')))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
