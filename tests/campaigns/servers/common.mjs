// All fixtures that are checkpoints, and whether a source of another kind gives the same of each.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { digest, fromPath } from '../../../node/lib/index.js'

export const fixtures = new URL('../../fixtures/', import.meta.url).pathname
const kGroups = ['legacy', 'manager', 'multiprocess', 'orbax', 'v1', 'zarr']

export const cases = kGroups.flatMap(group =>
  fs
    .readdirSync(join(fixtures, group))
    .map(name => `${group}/${name}/ckpt`)
    .filter(name => fs.statSync(join(fixtures, name), { throwIfNoEntry: false })?.isDirectory()),
)

/** @param {string} what @param {(name: string) => any} sourceOf */
export async function compare(what, sourceOf) {
  for (const name of cases) {
    const here = await digest(fromPath(join(fixtures, name))).catch(error => ({ report: error, fingerprint: '' }))
    const there = await digest(sourceOf(name)).catch(error => ({ report: error, fingerprint: '' }))
    assert.equal(
      there.fingerprint,
      here.fingerprint,
      `${name}: ${JSON.stringify(there.report.findings ?? there.report.message)}`,
    )
    assert.deepEqual(there.report.findings, here.report.findings, name)
  }
  console.log(`${what}: ${cases.length} checkpoints, the same digests and findings`)
}
