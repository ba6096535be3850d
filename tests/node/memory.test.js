// Leaves cut across into more chunks than memory has room for are read all the same, a few chunks at a time; a refusal
// says what would be enough. All of that follows from maxMemory alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { digest, fromMap, lock, verify } from '../../node/lib/index.js'
import { Windows } from '../../node/lib/host/windows.js'

const kMiB = 2 ** 20
const kRows = 80,
  kPieces = 128
const kWorkers = [{ workers: 1 }, { workers: 2, workersFrom: 0 }, { workers: 4, workersFrom: 0 }]

/** A leaf of `kRows` rows, cut along its last axis; `order` F is decoded whole. */
function addLeaf(
  /** @type {Map<string, Uint8Array>} */ files,
  /** @type {string} */ name,
  /** @type {number} */ columns,
  { order = 'C' } = {},
) {
  const piece = Math.ceil(columns / kPieces)
  files.set(
    `${name}/.zarray`,
    new TextEncoder().encode(
      JSON.stringify({
        zarr_format: 2,
        shape: [kRows, columns],
        chunks: [kRows, piece],
        dtype: '|u1',
        fill_value: 0,
        order,
        filters: null,
        compressor: { id: 'gzip', level: 1 },
      }),
    ),
  )
  for (let chunk = 0; chunk < kPieces; chunk++) {
    const bytes = new Uint8Array(kRows * piece)
    for (let row = 0; row < kRows; row++) {
      for (let i = 0; i < piece; i++) {
        const column = chunk * piece + i
        bytes[order === 'F' ? i * kRows + row : row * piece + i] =
          (Math.imul(row * columns + column, 2654435761) >>> 24) & 0x1f
      }
    }
    files.set(`${name}/0.${chunk}`, gzipSync(bytes, { level: 1 }))
  }
}

const files = new Map()
addLeaf(files, 'aligned', kPieces * 512)
addLeaf(files, 'odd', kPieces * 512 - 3)
addLeaf(files, 'f', kPieces * 512 - 3, { order: 'F' })
const store = () => fromMap(files)

test('one budget after the other, any number of workers: the same digests, or the same refusal', async () => {
  const algorithms = /** @type {('blake3' | 'sha256')[]} */ (['blake3', 'sha256'])
  const whole = await digest(store(), { maxMemory: 256 * kMiB, algorithms })
  assert.equal(whole.report.exit_code, 0)
  for (const [maxMemory, refused] of /** @type {[number, boolean][]} */ ([
    [0.5 * kMiB, true],
    [3 * kMiB, false],
  ])) {
    const [one, ...others] = await Promise.all(kWorkers.map(how => digest(store(), { maxMemory, algorithms, ...how })))
    for (const other of others) assert.deepEqual(other, one)
    assert.deepEqual(
      one.report.findings.filter(finding => finding.code !== 'limit'),
      [],
    )
    assert.equal(one.report.findings.length > 0, refused)
    if (!refused) assert.deepEqual(one, whole)
  }
})

test('lockfiles do not depend on the budget, and leaves verify in less than they would take at once', async () => {
  const { lockfile } = await lock(store(), { maxMemory: 256 * kMiB, chunks: true })
  assert.ok(lockfile)
  assert.deepEqual((await lock(store(), { maxMemory: 4 * kMiB, chunks: true })).lockfile, lockfile)
  assert.equal((await verify(store(), { lockfile, deep: true, maxMemory: 2 * kMiB, workers: 1 })).verdict, 'VERIFIED')
})

test('with what a refusal asks for, it is read', async () => {
  let maxMemory = /** @type {number} */ (0.5 * kMiB)
  for (let round = 0; ; round++) {
    assert.ok(round < 4) // the largest of three leaves' demands
    const { report } = await digest(store(), { maxMemory, workers: 1 })
    const demands = report.findings.map(finding => {
      assert.equal(finding.code, 'limit')
      return Number.parseInt(String(finding.actual).replaceAll(',', ''), 10)
    })
    if (demands.length === 0) break
    assert.ok(Math.max(...demands) > maxMemory)
    maxMemory = Math.max(...demands)
  }
  assert.ok(maxMemory < 3 * kMiB)
})

test('windows are read ahead for jobs that leave memory for them', async t => {
  /** @type {(string | undefined)[]} */
  const told = []
  const plan = Windows.prototype.plan
  t.mock.method(
    Windows.prototype,
    'plan',
    /** @this {Windows} */ function (/** @type {string | undefined} */ text) {
      told.push(text)
      return plan.call(this, text)
    },
  )
  const windowed = Object.assign(store(), { inWindows: true })
  const whole = await digest(store(), { maxMemory: 256 * kMiB })
  for (const { maxMemory, all } of [
    { maxMemory: 256 * kMiB, all: true },
    { maxMemory: 6 * kMiB, all: false },
  ]) {
    told.length = 0
    const digested = await digest(windowed, { maxMemory, workers: 1 })
    assert.deepEqual(digested, whole, `${maxMemory}`)
    assert.equal(told.length > 0 && told.every(text => text), all, `${maxMemory}: ${told.map(text => text?.length)}`)
  }
})
