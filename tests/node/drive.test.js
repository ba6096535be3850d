// The loop between core and host, with a task that asks what a test wants and remembers what it was told.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drive } from '../../node/lib/host/drive.js'
import { StoreError } from '../../node/lib/stores/store.js'
import { fromMap } from '../../node/lib/index.js'

/** Hands out its asks within the budget, one at least; is done when each has its answer. */
class Task {
  /** @param {any[]} asks */
  constructor(asks, { reserves = false } = {}) {
    this.queue = asks.map((ask, n) => ({ kind: 'read', source: 0, id: n + 1, ...ask }))
    this.left = asks.length
    this.open = 0
    this.most = 0
    this.told = /** @type {any[]} */ ([])
    if (reserves) {
      this.reserve = (/** @type {number} */ _id, /** @type {number} */ n) => (this.view = new Uint8Array(n))
      this.commit = (/** @type {number} */ id, /** @type {number} */ n) =>
        this.#answer(id, `commit ${this.#text(this.view.subarray(0, n))}`)
    }
  }

  poll(/** @type {number} */ budget) {
    const asks = []
    while (this.queue.length > 0 && (this.open === 0 || this.open + (this.queue[0].length ?? 0) <= budget)) {
      const ask = this.queue.shift()
      this.open += ask.length ?? 1
      asks.push(ask)
    }
    this.most = Math.max(this.most, this.open)
    this.cost = asks.reduce((all, ask) => all.set(ask.id, ask.length ?? 1), this.cost ?? new Map())
    return asks
  }

  done() {
    return this.left === 0
  }
  feed(/** @type {number} */ id, /** @type {Uint8Array} */ bytes) {
    this.#answer(id, this.#text(bytes))
  }
  tooLarge(/** @type {number} */ id, /** @type {number} */ size) {
    this.#answer(id, `too large ${size}`)
  }
  fail(/** @type {number} */ id, /** @type {string} */ kind, /** @type {string} */ why) {
    this.#answer(id, `${kind}: ${why}`)
  }

  #text(/** @type {any} */ bytes) {
    return new TextDecoder().decode(bytes)
  }
  #answer(/** @type {number} */ id, /** @type {string} */ what) {
    assert.ok(this.cost.has(id), `${id} is not open`)
    this.open -= this.cost.get(id)
    this.cost.delete(id)
    this.left--
    this.told.push([id, what])
  }
}

const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text)
const files = { a: bytes('abcdefgh'), b: bytes('xyz') }
/** Only zarrita's two methods, asynchronous, slower for earlier keys. */
const foreign = (/** @type {any} */ over = {}) => ({
  get: async (/** @type {string} */ key) => (
    await tick(key === '/a' ? 4 : 1), files[/** @type {'a'} */ (key.slice(1))]
  ),
  getRange: async (/** @type {string} */ key, /** @type {any} */ { offset, length }) => (
    await tick(key === '/a' ? 4 : 1), files[/** @type {'a'} */ (key.slice(1))]?.subarray(offset, offset + length)
  ),
  ...over,
})
const tick = (/** @type {number} */ n) => new Promise(resolve => setTimeout(resolve, n))

const asks = [
  { path: 'a', offset: 2, length: 3 },
  { path: 'b', limit: 3 },
  { path: 'a', limit: 7 },
  { path: 'none', limit: 9 },
  { path: 'none', offset: 0, length: 1 },
  { path: 'b', offset: 1, length: 9 },
  { path: 'b', offset: 3, length: 0 },
]
const answers = ['cde', 'xyz', 'too large 8', 'missing: no such file', 'missing: no such file', 'yz', '']

test("the same answers from a synchronous store, one with sizes and one of zarrita's shape", async () => {
  const sorted = (/** @type {any} */ task) =>
    task.told.sort((/** @type {any} */ a, /** @type {any} */ b) => a[0] - b[0]).map((/** @type {any} */ one) => one[1])
  for (const budget of [1, 5, 1 << 20]) {
    const now = new Task(asks)
    await drive(now, { stores: [fromMap(files)], budget })
    assert.deepEqual(sorted(now), answers)
    const later = new Task(asks)
    await drive(later, { stores: [foreign()], budget })
    assert.deepEqual(sorted(later), answers)
    assert.ok(later.most <= Math.max(budget, 9), `${later.most} open`)
  }
})

test('a task that reserves is filled in place', async () => {
  const task = new Task(asks.slice(0, 3), { reserves: true })
  await drive(task, { stores: [fromMap(files)] })
  assert.deepEqual(
    task.told.map(one => one[1]),
    ['commit cde', 'xyz', 'too large 8'],
  )
})

test('a read that fails after memory was reserved is a failure, not a commit', async () => {
  const task = new Task([{ path: 'none', offset: 0, length: 5 }], { reserves: true })
  await drive(task, { stores: [fromMap(files)] })
  assert.deepEqual(task.told, [[1, 'missing: no such file']])
})

test('two sources, digests and jobs', async () => {
  const task = new Task([
    { path: 'b', source: 1, offset: 0, length: 2 },
    { kind: 'digest', input: bytes('x'), promise: Promise.resolve(bytes('digest').buffer) },
    { kind: 'job', input: bytes('work') },
  ])
  await drive(task, {
    stores: [fromMap({}), fromMap(files)],
    runJob: async input => (await tick(2), bytes(`did ${new TextDecoder().decode(input)}`)),
  })
  assert.deepEqual(
    task.told.sort((a, b) => a[0] - b[0]),
    [
      [1, 'xy'],
      [2, 'digest'],
      [3, 'did work'],
    ],
  )
})

test('failures of a store keep their kind; anything thrown is unreadable; too many bytes are refused', async () => {
  const kinds = [new StoreError('changed', 'moved on'), new StoreError('missing', 'gone'), new Error('boom'), 'text']
  for (const [n, error] of kinds.entries()) {
    const task = new Task([{ path: 'a', offset: 0, length: 1 }, { path: 'a' }])
    const broken = async () => {
      throw error
    }
    await drive(task, { stores: [foreign({ get: broken, getRange: broken })] })
    const expected = ['changed: moved on', 'missing: gone', 'unreadable: boom', 'unreadable: text'][n]
    assert.deepEqual(
      task.told.map(one => one[1]),
      [expected, expected],
    )
  }
  // A server that answers a range with the whole file.
  const task = new Task([{ path: 'a', offset: 2, length: 3 }])
  await drive(task, { stores: [foreign({ getRange: async () => files.a })] })
  assert.deepEqual(task.told, [[1, 'unreadable: asked for 3 bytes, got 8']])
})

test('many asynchronous reads: few at once', async () => {
  let now = 0
  let most = 0
  const store = foreign({
    async getRange() {
      most = Math.max(most, ++now)
      await tick(0)
      now--
      return bytes('1')
    },
  })
  const task = new Task(Array.from({ length: 500 }, () => ({ path: 'a', offset: 0, length: 1 })))
  await drive(task, { stores: [store] })
  assert.equal(task.told.length, 500)
  assert.ok(most > 1 && most <= 32, `${most} at once`)
})

test('abort: before, while a read is open, and between synchronous reads', async () => {
  const reason = new Error('enough')
  const aborted = AbortSignal.abort(reason)
  await assert.rejects(drive(new Task(asks), { stores: [fromMap(files)], signal: aborted }), reason)

  const hanging = new AbortController()
  const task = new Task([{ path: 'a', offset: 0, length: 1 }])
  const never = foreign({ getRange: () => new Promise(() => {}) })
  setTimeout(() => hanging.abort(reason), 5)
  await assert.rejects(drive(task, { stores: [never], signal: hanging.signal }), reason)

  const endless = {
    done: () => false,
    poll: () => [{ id: 1, kind: 'read', source: 0, path: 'a', offset: 0, length: 1 }],
    feed() {},
  }
  const timed = new AbortController()
  setTimeout(() => timed.abort(reason), 5)
  await assert.rejects(drive(endless, { stores: [fromMap(files)], signal: timed.signal }), reason)
})

test('nothing reaches the task after an abort', async () => {
  const abort = new AbortController()
  /** @type {any} */
  let finish
  const store = foreign({
    getRange: () =>
      new Promise(resolve => {
        finish = resolve
      }),
  })
  const task = new Task([{ path: 'a', offset: 0, length: 1 }])
  const running = drive(task, { stores: [store], signal: abort.signal })
  await tick(1)
  abort.abort()
  await assert.rejects(running, { name: 'AbortError' })
  finish(bytes('late'))
  await tick(1)
  assert.deepEqual(task.told, [])
})

test('a core that traps over what was read is not told that the store failed, and nothing else', async () => {
  const trap = new WebAssembly.RuntimeError('unreachable')
  const calls = /** @type {string[]} */ ([])
  const trapping = (/** @type {string} */ name) => () => {
    calls.push(name)
    throw trap
  }
  for (const traps of ['reserve', 'commit']) {
    calls.length = 0
    const task = {
      done: () => false,
      poll: () => [{ id: 1, kind: 'read', source: 0, path: 'a', offset: 0, length: 2 }],
      reserve: () => new Uint8Array(2),
      commit: () => {},
      feed: trapping('feed'),
      fail: trapping('fail'),
      [traps]: trapping(traps),
    }
    await assert.rejects(drive(/** @type {any} */ (task), { stores: [fromMap(files)] }), trap)
    assert.deepEqual(calls, [traps])
  }
})

test('bugs reject: a core that waits for nothing, one that traps, a job that fails', async () => {
  await assert.rejects(drive({ done: () => false, poll: () => [] }, { stores: [] }), {
    code: 'bug',
    message: /waits for nothing/,
  })
  const trap = new WebAssembly.RuntimeError('unreachable')
  const traps = Object.assign(new Task([{ path: 'a', offset: 0, length: 1 }]), {
    feed() {
      throw trap
    },
  })
  await assert.rejects(drive(traps, { stores: [foreign()] }), trap)
  const failing = new Task([{ kind: 'job', input: bytes('') }])
  await assert.rejects(
    drive(failing, {
      stores: [],
      runJob: async () => {
        throw trap
      },
    }),
    trap,
  )
})

test('synchronous reads leave room for timers', async () => {
  let left = 200_000
  const busy = {
    done: () => left <= 0,
    poll: () => [{ id: 1, kind: 'read', source: 0, path: 'a', offset: 0, length: 8 }],
    feed() {
      left--
    },
  }
  let pauses = 0
  let timer = 0
  const every = setInterval(() => {
    timer++
  }, 1)
  await drive(busy, {
    stores: [fromMap(files)],
    onPause: () => {
      pauses++
    },
  })
  clearInterval(every)
  assert.ok(pauses > 0 && timer > 0, `${pauses} pauses, ${timer} timers`)
})

test('many short tasks leave room for timers as one long one does', async () => {
  let timer = 0
  const every = setInterval(() => {
    timer++
  }, 1)
  for (let n = 0; n < 100; n++) {
    let left = 2
    const busy = {
      done: () => left <= 0,
      poll: () => [{ id: 1, kind: 'read', source: 0, path: 'a', offset: 0, length: 8 }],
      feed() {
        const until = performance.now() + 1
        while (performance.now() < until);
        left--
      },
    }
    await drive(busy, { stores: [fromMap(files)] })
  }
  clearInterval(every)
  assert.ok(timer > 0)
})

test('a task that pauses is polled until it goes on, and an abort is heard meanwhile', async () => {
  const busy = (/** @type {number} */ turns) => ({
    turns,
    poll() {
      const until = performance.now() + 5
      while (performance.now() < until);
      this.turns--
      return []
    },
    done() {
      return this.turns <= 0
    },
    paused() {
      return this.turns > 0
    },
  })
  let pauses = 0
  const task = busy(30)
  await drive(task, { stores: [], onPause: () => pauses++ })
  assert.equal(task.turns, 0)
  assert.ok(pauses > 0)
  const controller = new AbortController()
  setTimeout(() => controller.abort(new Error('enough')), 10)
  await assert.rejects(drive(busy(Infinity), { stores: [], signal: controller.signal }), { message: 'enough' })
})
