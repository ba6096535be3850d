// Reading ahead of files in windows: whatever is told and whatever is read, the bytes are the file's and few are held.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromMap, lock, verify } from '../../node/lib/index.js'
import { FilesStore } from '../../node/lib/stores/files.js'
import { StoreError } from '../../node/lib/stores/store.js'
import { windowStores } from '../../node/lib/stores/window_store.js'
import { Windows } from '../../node/lib/host/windows.js'

const kKiB = 1 << 10
const content = new Uint8Array(300 * kKiB + 7)
for (let n = 0; n < content.length; n++) content[n] = n * 7 + (n >> 8)
const kMaxMemory = 384 * kKiB // with two workers: windows of 24 KiB

/** A store that counts what it reads. */
function counting() {
  const reads = /** @type {[number, number][]} */ ([])
  const store = {
    inWindows: true,
    get: async () => content,
    async getRange(/** @type {string} */ key, /** @type {any} */ { offset, length }) {
      if (key === '/gone') throw new StoreError('changed', 'gone since it was chosen')
      reads.push([offset, length])
      return content.slice(offset, offset + length)
    },
  }
  return { store, reads, bytes: () => reads.reduce((sum, [, length]) => sum + length, 0) }
}

const valuesOf = (/** @type {[number, number][]} */ values, file = 'a') =>
  JSON.stringify([[file], ...values.map(([offset, length]) => [0, 0, offset, length])])

/** The values in pieces of 5 KiB, one after the other, through what the plan offers. */
async function readAll(/** @type {any} */ store, /** @type {[number, number][]} */ values) {
  for (const [offset, length] of values) {
    for (let at = 0; at < length; at += 5 * kKiB) {
      const n = Math.min(5 * kKiB, length - at)
      const bytes = await store.getRange('/a', { offset: offset + at, length: n })
      assert.deepEqual(bytes, content.subarray(offset + at, offset + at + n), `${offset} ${at}`)
    }
  }
}

test('each byte is read once, in windows, where values are read as was told', async () => {
  for (const { values, expected } of /** @type {{ values: [number, number][], expected: number }[]} */ ([
    { values: [[3, 100]], expected: 1 },
    { values: [[0, 24 * kKiB]], expected: 1 },
    { values: [[0, 100 * kKiB + 1]], expected: 5 },
    {
      values: [
        [9, 20 * kKiB],
        [9 + 20 * kKiB, 20 * kKiB],
        [9 + 40 * kKiB, 1],
      ],
      expected: 2,
    }, // one behind the other
    {
      values: [
        [200 * kKiB, 20 * kKiB],
        [100 * kKiB, 20 * kKiB],
        [0, 20 * kKiB],
      ],
      expected: 3,
    },
    {
      values: [
        [4000, 1000],
        [2000, 2000],
        [0, 2000],
      ],
      expected: 1,
    }, // a small job's lie beside each other in any order
  ])) {
    const { store, reads, bytes } = counting()
    const windows = new Windows([store], 2, kMaxMemory)
    assert.equal(windows.size, 24 * kKiB)
    const plan = windows.plan(valuesOf(values))
    const [planned] = windowStores([store], plan.windows, plan.take)
    await readAll(planned, values)
    assert.equal(reads.length, expected, JSON.stringify(values))
    assert.equal(
      bytes(),
      values.reduce((sum, [, length]) => sum + length, 0),
    )
    plan.close()
  }
})

test('what is read otherwise than was told is right nevertheless', async () => {
  let seed = 5
  const random = (/** @type {number} */ below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below
  for (let round = 0; round < 40; round++) {
    const values = Array.from(
      { length: 1 + random(6) },
      () => /** @type {[number, number]} */ ([random(250 * kKiB), 1 + random(50 * kKiB)]),
    )
    const { store } = counting()
    const windows = new Windows([store], 1 + random(3), kMaxMemory)
    const plans = [windows.plan(valuesOf(values)), windows.plan(valuesOf([...values].reverse()))]
    await Promise.all(
      plans.map(async plan => {
        const [planned] = windowStores([store], plan.windows, plan.take)
        const order = [...values, ...values].sort(() => random(3) - 1)
        await readAll(planned, order)
        plan.close()
      }),
    )
  }
})

test('however little memory there is, it is read', async () => {
  for (const maxMemory of [0, 1, 5000]) {
    const { store, reads } = counting()
    const plan = new Windows([store], 4, maxMemory).plan(valuesOf([[1, 100 * kKiB]]))
    const [planned] = windowStores([store], plan.windows, plan.take)
    await readAll(planned, [[1, 100 * kKiB]])
    assert.ok(reads.length < 10)
  }
})

test('two windows are on their way at most, beside those that somebody waits for', async () => {
  const { store, reads } = counting()
  const windows = new Windows([store], 2, kMaxMemory)
  const first = windows.plan(valuesOf([[0, 96 * kKiB]]))
  const second = windows.plan(valuesOf([[100 * kKiB, 24 * kKiB]]))
  assert.equal(reads.length, 2)
  await first.take(first.windows[0][0])
  assert.equal(reads.length, 3)
  // A job that ends early makes room for the next one.
  first.close()
  assert.deepEqual(reads.at(-1), [100 * kKiB, 24 * kKiB])
  assert.equal(await first.take(first.windows[1][0]), undefined)
  second.close()
  const third = windows.plan(valuesOf([[0, 48 * kKiB]]))
  assert.equal(reads.length, 6)
  third.close()
})

test('a window that cannot be read is a failure of what lies in it, and of nothing else', async () => {
  const { store } = counting()
  const windows = new Windows([store], 2, kMaxMemory)
  const plan = windows.plan(valuesOf([[0, 100]], 'gone'))
  const [planned] = windowStores([store], plan.windows, plan.take)
  await assert.rejects(/** @type {any} */ (planned.getRange('/gone', { offset: 0, length: 10 })), { kind: 'changed' })
  assert.deepEqual(await planned.getRange('/a', { offset: 5, length: 10 }), content.subarray(5, 15))
  // A file that ends before the value does gives what there is.
  const short = windows.plan(valuesOf([[content.length - 5, 30 * kKiB]]))
  const [end] = windowStores([store], short.windows, short.take)
  assert.deepEqual(
    await end.getRange('/a', { offset: content.length - 5, length: 10 }),
    content.subarray(content.length - 5),
  )
})

test('chosen files give the reports of the same bytes in memory, by one thread and by workers that are handed windows', async () => {
  const kRows = 6,
    kRow = 900_001
  const files = new Map([
    [
      'w/.zarray',
      new TextEncoder().encode(
        JSON.stringify({
          zarr_format: 2,
          shape: [kRows, kRow],
          chunks: [1, kRow],
          dtype: '|u1',
          fill_value: 0,
          order: 'C',
          filters: null,
          compressor: null,
        }),
      ),
    ],
  ])
  for (let row = 0; row < kRows; row++)
    files.set(
      `w/${row}.0`,
      Uint8Array.from({ length: kRow }, (_, i) => i * 31 + row + (i >> 7)),
    )
  const changed = new Map([
    ...files,
    ['w/3.0', files.get('w/3.0')?.map((byte, i) => (i === 800_000 ? byte ^ 1 : byte))],
  ])
  const short = new Map([...files, ['w/5.0', files.get('w/5.0')?.subarray(0, 800_000)]])
  const chosen = (/** @type {Map<string, any>} */ map) =>
    new FilesStore(Array.from(map, ([path, bytes]) => [path, /** @type {any} */ (new Blob([bytes]))]))
  const { lockfile } = await lock(fromMap(files), { workers: 1 })
  assert.ok(lockfile)
  for (const map of /** @type {Map<string, any>[]} */ ([files, changed, short])) {
    for (const deep of [false, true]) {
      const expected = await verify(fromMap(map), { lockfile, deep, workers: 1 })
      assert.equal(expected.verdict === 'VERIFIED', map === files)
      for (const how of [
        { workers: 1 },
        { workers: 2, workersFrom: 0 },
        { workers: 2, workersFrom: 0, segment: 1 << 20, maxMemory: 32 << 20 },
      ]) {
        assert.deepEqual(await verify(chosen(map), { lockfile, deep, ...how }), expected)
      }
    }
  }
})
