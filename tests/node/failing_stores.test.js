// Stores of others whose n-th answer fails, for every third n: the report says what was not read, and finds no damage.
// What fails below the stores, in the core, is tests/campaigns/faults/reads_test.cc.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, fromPath, lock, verify } from '../../node/lib/index.js'
import { fixtures } from './support/places.js'

const kBases = [
  'seed000/artifacts/baseline_ckpt',
  'legacy/orbax-0.4.8/aggregate/ckpt',
  'legacy/orbax-0.5.10/zarr3_write_read_chunks/ckpt',
]

/** @type {Record<string, (bytes: Uint8Array) => any>} what comes in place of the bytes */
const kFaults = {
  throws: () => {
    throw new Error('the disk said no')
  },
  'is gone': () => undefined,
  'is short': bytes => bytes.subarray(0, bytes.length >> 1),
  'gives text': () => 'text',
}

/** A store in zarrita's shape over the files of another, whose n-th answer is this. */
function failing(/** @type {any} */ files, /** @type {number} */ n, /** @type {(bytes: Uint8Array) => any} */ fault) {
  const hit = { path: '', reads: 0 }
  const given = (/** @type {string} */ key, /** @type {any} */ bytes) => {
    if (!bytes || hit.reads++ !== n || bytes.length === 0) return bytes
    hit.path = key.slice(1)
    return fault(bytes)
  }
  const store = {
    list: () => files.list(),
    get: async (/** @type {string} */ key) => given(key, await files.get(key)),
    getRange: async (/** @type {string} */ key, /** @type {any} */ range) =>
      given(key, await files.getRange(key, range)),
  }
  return { store, hit }
}

/** @type {Record<string, (store: any, lockfile: any) => Promise<any>>} */
const kRuns = {
  check: store => check(store, { allSteps: true }),
  lock: async store => (await lock(store, { allSteps: true, workers: 1 })).report,
  verify: (store, lockfile) => verify(store, { lockfile, workers: 1 }),
  'verify --deep, in workers': (store, lockfile) => verify(store, { lockfile, deep: true, workers: 2, workersFrom: 0 }),
}

for (const base of kBases) {
  test(`whatever answer of a store fails, the report says so: ${base}`, async () => {
    const source = fromPath(join(fixtures, base))
    const files = await source
    const { lockfile } = await lock(source, { allSteps: true })
    for (const [what, run] of Object.entries(kRuns)) {
      const inWorkers = what.includes('workers')
      for (const [how, fault] of Object.entries(kFaults)) {
        // Threads take as long to start as ten runs without.
        for (let n = 0, step = inWorkers ? 29 : 3; ; n += step) {
          const { store, hit } = failing(files, n, fault)
          const report = await run(store, lockfile)
          if (hit.reads <= n) break
          const told = `${what}, answer ${n} (${hit.path}) ${how}: ${JSON.stringify(report.findings)}`
          if (!hit.path) continue // there was nothing to fail
          assert.equal(report.exit_code, 3, told)
          assert.ok(
            report.findings.every((/** @type {any} */ { severity }) => severity !== 'error'),
            told,
          )
          assert.ok(
            report.findings.some((/** @type {any} */ { file }) => file === hit.path),
            told,
          )
        }
      }
    }
  })
}
