// `for await` over what a run finds: the same as the whole, as far as the loop goes, and nothing goes on behind it.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  check,
  digest,
  digests,
  fromMap,
  fromPath,
  list,
  lock,
  openCheckpoint,
  rows,
  verify,
  verifyEvents,
} from '../../node/lib/index.js'
import { storeOf, zarr3 } from './support/arrays.js'
import { fixtures } from './support/places.js'

const two = join(fixtures, 'manager/zarr2_items/ckpt')
const damaged = join(fixtures, 'damaged/flip_chunk_zarr3/ckpt')
const many = join(fixtures, 'orbax/zarr2_many_leaves/ckpt')
const inItems = (/** @type {any[]} */ items) =>
  items.flatMap(([item, { leaves }]) => leaves.map((/** @type {any} */ leaf) => ({ item, ...leaf })))

async function all(/** @type {AsyncIterable<any>} */ found) {
  const values = []
  for await (const value of found) values.push(value)
  return values
}

test('rows, digests and events are what list, digest and verify give', async () => {
  const { lockfile } = await lock(join(fixtures, 'damaged/base_zarr3/ckpt'))
  for (const source of [two, damaged, many]) {
    const listed = await list(source)
    const rowsFound = rows(source)
    assert.deepEqual(await all(rowsFound), inItems(listed.items.map(item => [item.name, item])), source)
    assert.deepEqual(await rowsFound.report, listed.report)

    const digested = await digest(source)
    const found = digests(source)
    assert.deepEqual(await all(found), inItems(Object.entries(digested.items)))
    assert.deepEqual(await found.report, digested.report)

    const report = await verify(source, { lockfile })
    const events = verifyEvents(source, { lockfile })
    const told = await all(events)
    assert.deepEqual(
      told.filter(event => event.type === 'finding').map(event => event.finding),
      report.findings,
    )
    assert.deepEqual(told.at(-1), { type: 'report', report })
    assert.deepEqual(await events.report, report)
    const progress = told.filter(event => event.type === 'progress').map(event => event.progress)
    assert.ok(progress.length > 0)
    assert.equal(progress.at(-1).leavesDone, progress.at(-1).leavesTotal)
  }
})

test('digests come in order, as they are ready: before everything is hashed', async () => {
  const large = 8 << 20
  const shapes = [10, large, 20, 30, large, 40]
  const store = fromMap(
    storeOf(Object.fromEntries(shapes.map((n, i) => [`w${i}`, zarr3('uint8', [n], new Uint8Array(n).fill(i))]))),
  )
  for (const workers of [0, 2]) {
    let isOver = false
    const found = digests(store, { workers, maxMemory: 8 << 20 })
    found.report.then(() => (isOver = true))
    const names = []
    let early = 0
    for await (const { key_path: path } of found) {
      names.push(path.join('/'))
      await new Promise(resolve => setTimeout(resolve)) // so that a run that is over says so
      early += isOver ? 0 : 1
    }
    assert.deepEqual(names, ['w0', 'w1', 'w2', 'w3', 'w4', 'w5'])
    assert.ok(early > 0, `${early} with ${workers} workers`)
  }
})

test('a loop that is left ends its run', async () => {
  /** @type {string[]} */
  const asked = []
  const files = storeOf(
    Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`w${n}`, zarr3('uint8', [1], Uint8Array.of(n))])),
  )
  const store = fromMap(files)
  const slow = {
    list: () => store.list(),
    getRange: store.getRange.bind(store),
    get: (/** @type {string} */ key) => {
      asked.push(key)
      return store.get(key)
    },
  }
  for (const start of [
    () => rows(slow),
    () => verifyEvents(slow, { workers: 1 }),
    () => digests(slow, { workers: 1 }),
  ]) {
    const found = start()
    for await (const _ of found) break
    const then = asked.length
    await new Promise(resolve => setTimeout(resolve, 20))
    assert.equal(asked.length, then)
    await Promise.allSettled([found.report])
    assert.deepEqual(await all(found), [], 'it is over')
  }
})

test('what rejects, rejects in the loop; an abort too', async () => {
  for (const start of [rows, digests, verifyEvents]) {
    const found = start('a directory that is not there')
    await assert.rejects(all(found), { code: 'source' })
    await assert.rejects(found.report, { code: 'source' })
    await assert.rejects(all(start(two, /** @type {any} */ ({ allSteps: 1 }))), { code: 'usage' })
    const reason = new Error('enough')
    await assert.rejects(all(start(many, { signal: AbortSignal.abort(reason) })), reason)
    const abort = new AbortController()
    const late = async () => {
      for await (const _ of start(many, { signal: abort.signal })) abort.abort(reason)
    }
    await assert.rejects(late(), reason)
  }
})

test('progress: camelCase, a fraction that only grows, a rate and what is left', async () => {
  /** @type {import('../../node/lib/index.js').Progress[]} */
  const seen = []
  await check(many, { onProgress: progress => seen.push(progress) })
  for (const [n, { fraction, bytesPerSecond, secondsLeft }] of seen.entries()) {
    assert.ok(fraction >= (seen[n - 1]?.fraction ?? 0) && fraction <= 1)
    assert.equal(bytesPerSecond === null, secondsLeft === null)
    assert.ok(bytesPerSecond === null || bytesPerSecond > 0)
  }
  assert.deepEqual(Object.keys(seen[0]).sort(), [
    'bytesDone',
    'bytesPerSecond',
    'bytesTotal',
    'fraction',
    'leavesDone',
    'leavesTotal',
    'secondsLeft',
  ])
})

test('nothing of a result hides from a spread', async () => {
  const { lockfile } = await lock(two)
  const plain = (/** @type {any} */ value) => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
    assert.ok([Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value)))
    for (const [name, { enumerable, get }] of Object.entries(Object.getOwnPropertyDescriptors(value)))
      assert.ok(get === undefined && (enumerable || (Array.isArray(value) && name === 'length')), name)
    for (const one of Object.values(value)) plain(one)
  }
  for (const result of [await verify(two, { lockfile }), await lock(two), await digest(two), await list(two)])
    plain(result)
  const checkpoint = await openCheckpoint(fromPath(two))
  const kept = { ...checkpoint }
  for (const name of /** @type {const} */ (['items', 'leaves', 'findings', 'report', 'scope']))
    assert.equal(kept[name], checkpoint[name])
  await checkpoint[Symbol.asyncDispose]()
})
