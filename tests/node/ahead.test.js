// Reading ahead: what is asked for together, in which order and how much at once, over stores that answer when they are
// told to.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ahead } from '../../node/lib/host/ahead.js'

const kMiB = 1 << 20
const settled = () => new Promise(resolve => setImmediate(resolve))

/**
 * A file of `size` bytes, each of which tells its place; reads wait for `answer`.
 * @param {number} size
 */
function slowStore(size) {
  const byteAt = (/** @type {number} */ n) => (n * 31 + (n >> 9)) & 255
  const bytes = (/** @type {number} */ offset, /** @type {number} */ length) =>
    Uint8Array.from({ length: Math.max(0, Math.min(length, size - offset)) }, (_, n) => byteAt(offset + n))
  /** @type {{ kind: string, offset: number, length: number, go: () => void, fail: () => void }[]} */
  const open = []
  /** @type {string[]} */
  const asked = []
  let closed = 0
  const wait = (/** @type {string} */ kind, /** @type {any} */ { offset, length }, /** @type {() => any} */ result) =>
    new Promise((resolve, reject) => {
      asked.push(`${kind} ${offset}+${length}`)
      open.push({ kind, offset, length, go: () => resolve(result()), fail: () => reject(new Error('broken')) })
    })
  return {
    bytes,
    asked,
    open,
    closed: () => closed,
    async answer() {
      await settled()
      for (const one of open.splice(0)) one.go()
      await settled()
    },
    store: {
      get: async () => undefined,
      size: async () => size,
      getRange: (/** @type {string} */ _, /** @type {any} */ range) =>
        wait('range', range, () => bytes(range.offset, range.length)),
      open: (/** @type {string} */ _, /** @type {any} */ range) =>
        wait('stream', range, () => {
          let at = range.offset
          return {
            async read(/** @type {number} */ n) {
              const piece = bytes(at, Math.min(n, range.offset + range.length - at))
              at += n
              return piece
            },
            close: () => {
              closed++
            },
          }
        }),
    },
  }
}

/** As a job tells it. @param {[source: number, offset: number, length: number][]} values */
const told = values => JSON.stringify([['f'], ...values.map(([source, offset, length]) => [source, 0, offset, length])])
const read = (/** @type {any} */ plan, /** @type {number} */ offset, /** @type {number} */ length, source = 0) =>
  plan.stores[source].getRange('/f', { offset, length })

test('values beside each other are one read, those of several jobs too, and each job gets its own bytes', async () => {
  const slow = slowStore(4 * kMiB)
  const ahead = new Ahead([slow.store], 128 * kMiB)
  const one = ahead.plan(
    told([
      [0, 0, 1000],
      [0, 1000, 500],
      [0, 3 * kMiB, 10],
    ]),
  )
  const two = ahead.plan(told([[0, 2000, 700]]))
  await settled()
  assert.deepEqual(slow.asked, ['range 0+2700', `range ${3 * kMiB}+10`])
  await slow.answer()
  assert.deepEqual(await read(one, 1000, 500), slow.bytes(1000, 500))
  assert.deepEqual(await read(two, 2000, 700), slow.bytes(2000, 700))
  assert.deepEqual(await read(one, 0, 400), slow.bytes(0, 400), 'a piece of a value')
  assert.deepEqual(await read(one, 400, 600), slow.bytes(400, 600))
  assert.deepEqual(await read(one, 3 * kMiB, 10), slow.bytes(3 * kMiB, 10))
  assert.equal(slow.asked.length, 2)
})

test('what no job has told is read as it is asked for, and a store that does not stream is left alone', async () => {
  const slow = slowStore(kMiB)
  const plain = { ...slow.store, open: undefined }
  const ahead = new Ahead([slow.store, plain], 128 * kMiB)
  const plan = ahead.plan(
    told([
      [0, 0, 100],
      [1, 0, 100],
    ]),
  )
  assert.equal(plan.stores[1], plain)
  await slow.answer()
  assert.deepEqual(slow.asked, ['range 0+100'])
  for (const [offset, length] of [
    [100, 50],
    [90, 20],
  ]) {
    const bytes = read(plan, offset, length)
    await slow.answer()
    assert.deepEqual(await bytes, slow.bytes(offset, length))
  }
  assert.equal(slow.asked.length, 3)
  assert.deepEqual(new Ahead([slow.store], kMiB).plan(undefined).stores.length, 1, 'a job that tells nothing')
})

test('no more is held than a quarter of the memory; what a job waits for is asked for all the same', async () => {
  const slow = slowStore(64 * kMiB)
  const ahead = new Ahead([slow.store], 16 * kMiB) // 4 MiB, reads of at most 1 MiB
  assert.equal(ahead.memory, 4 * kMiB)
  const values = /** @type {[number, number, number][]} */ (
    Array.from({ length: 12 }, (_, n) => [0, n * 2 * kMiB, kMiB])
  )
  const plan = ahead.plan(told(values))
  await settled()
  assert.equal(slow.open.length, 4)
  const last = read(plan, 22 * kMiB, kMiB)
  assert.equal(slow.asked.at(-1), `range ${22 * kMiB}+${kMiB}`)
  await slow.answer()
  assert.equal((await last).length, kMiB)
  assert.equal(slow.asked.length, 5)
  for (let n = 0; n < 11; n++) {
    const bytes = read(plan, n * 2 * kMiB, kMiB)
    await slow.answer()
    assert.equal((await bytes)[0], slow.bytes(n * 2 * kMiB, 1)[0])
    assert.ok(slow.open.length <= 4)
  }
  await slow.answer()
  assert.equal(new Set(slow.asked).size, 12)
  assert.equal(slow.asked.length, 12)
})

test('a long value is a stream, read in order; a piece out of order is a read of its own; one that breaks is read on piece by piece', async () => {
  const slow = slowStore(10 * kMiB)
  const ahead = new Ahead([slow.store], 16 * kMiB)
  const plan = ahead.plan(told([[0, 0, 3 * kMiB]]))
  await slow.answer()
  assert.deepEqual(slow.asked, [`stream 0+${3 * kMiB}`])
  assert.deepEqual(await read(plan, 0, 1000), slow.bytes(0, 1000))
  assert.deepEqual(await read(plan, 1000, 5000), slow.bytes(1000, 5000))
  const tail = read(plan, 3 * kMiB - 4, 4)
  await slow.answer()
  assert.deepEqual(await tail, slow.bytes(3 * kMiB - 4, 4))
  assert.deepEqual(await read(plan, 6000, 10), slow.bytes(6000, 10), 'the stream goes on')
  assert.equal(slow.asked.length, 2)
  const again = read(plan, 0, 8)
  await slow.answer()
  assert.deepEqual(await again, slow.bytes(0, 8), 'a second time from the beginning')
  assert.equal(slow.asked.at(-1), `stream 0+${3 * kMiB}`)
  plan.close()
  await settled()
  assert.equal(slow.closed(), 2)

  const broken = ahead.plan(told([[0, 4 * kMiB, 2 * kMiB]]))
  await settled()
  slow.open.splice(0).forEach(one => one.fail())
  const bytes = read(broken, 4 * kMiB, 100)
  await slow.answer()
  assert.deepEqual(await bytes, slow.bytes(4 * kMiB, 100))
})

test('a read that fails is told to whoever waits for it, and to nobody else', async () => {
  const slow = slowStore(kMiB)
  const plan = new Ahead([slow.store], 128 * kMiB).plan(
    told([
      [0, 0, 100],
      [0, 500_000, 100],
    ]),
  )
  await settled()
  slow.open[0].fail()
  slow.open.splice(0)[1].go()
  await assert.rejects(read(plan, 0, 100), /broken/)
  assert.deepEqual(await read(plan, 500_000, 100), slow.bytes(500_000, 100))
})

test('a job that is over asks for nothing more, and makes room', async () => {
  const slow = slowStore(64 * kMiB)
  const ahead = new Ahead([slow.store], 16 * kMiB)
  const values = (/** @type {number} */ from) =>
    /** @type {[number, number, number][]} */ (Array.from({ length: 6 }, (_, n) => [0, (from + n) * 2 * kMiB, kMiB]))
  const first = ahead.plan(told(values(0)))
  const second = ahead.plan(told(values(10)))
  await settled()
  assert.equal(slow.asked.length, 4)
  first.close()
  await slow.answer()
  assert.deepEqual(
    slow.asked.slice(4),
    values(10)
      .slice(0, 4)
      .map(([, offset, length]) => `range ${offset}+${length}`),
  )
  second.close()
})

test('two sources that are compared are read side by side', async () => {
  const a = slowStore(64 * kMiB),
    b = slowStore(64 * kMiB)
  const side = (/** @type {number} */ source, /** @type {number} */ count) =>
    /** @type {[number, number, number][]} */ (Array.from({ length: count }, (_, n) => [source, n * 2 * kMiB, kMiB]))
  const ahead = new Ahead([a.store, b.store], 16 * kMiB)
  const plan = ahead.plan(told([...side(0, 5), ...side(1, 3)]))
  await settled()
  assert.deepEqual([a.asked.length, b.asked.length], [2, 2])
  for (let n = 0; n < 5; n++) {
    const [one, other] = [read(plan, n * 2 * kMiB, kMiB), n < 3 ? read(plan, n * 2 * kMiB, kMiB, 1) : undefined]
    await Promise.all([a.answer(), b.answer()])
    assert.equal((await one).length, kMiB)
    if (other) assert.equal((await other).length, kMiB)
  }
  assert.deepEqual([a.asked.length, b.asked.length], [5, 3])
})
