// The pool over endpoints that a test plays itself.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pool } from '../../node/lib/host/pool.js'
import { serve } from '../../node/lib/host/worker.js'
import { StoreError } from '../../node/lib/stores/store.js'

const bytes = (/** @type {number[]} */ ...numbers) => Uint8Array.from(numbers)

/** Endpoints in this thread; `behave` gets every job's input and a way to answer. */
function players(
  /** @type {(input: Uint8Array, reply: (message: any) => void, die: (why: unknown) => void) => void} */ behave,
) {
  const made = /** @type {any[]} */ ([])
  const start = () => {
    const one = {
      posted: /** @type {any[]} */ ([]),
      ended: false,
      listen(/** @type {any} */ onMessage, /** @type {any} */ onDeath) {
        Object.assign(one, { onMessage, onDeath })
      },
      post(/** @type {any} */ message) {
        one.posted.push(message)
        if (message.type === 'job')
          queueMicrotask(() => {
            const { onMessage, onDeath } = /** @type {any} */ (one)
            onMessage({ type: 'ready' })
            behave(message.input, onMessage, onDeath)
          })
      },
      terminate() {
        one.ended = true
      },
    }
    made.push(one)
    return one
  }
  return { made, start: /** @type {any} */ (start) }
}

test('as many workers as there is work for, jobs in order, all ended', async () => {
  const seen = /** @type {number[]} */ ([])
  const { made, start } = players((input, reply) => {
    seen.push(input[0])
    setTimeout(() => reply({ type: 'result', result: bytes(input[0] * 2) }), 1)
  })
  const pool = new Pool({ size: 3, start, stores: [], hello: { module: 'm' } })
  assert.equal((await pool.run(bytes(9)))[0], 18)
  assert.equal(made.length, 1)
  const results = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(n => pool.run(bytes(n))))
  assert.deepEqual(
    results.map(one => one[0]),
    [2, 4, 6, 8, 10, 12, 14],
  )
  assert.deepEqual(seen, [9, 1, 2, 3, 4, 5, 6, 7])
  assert.equal(made.length, 3)
  for (const one of made) assert.deepEqual(one.posted[0], { type: 'hello', module: 'm' })
  await pool.close()
  assert.ok(made.every(one => one.ended))
})

test('a warm pool has all its workers before the first job, and no more afterwards', async () => {
  const { made, start } = players((input, reply) => reply({ type: 'result', result: input }))
  const pool = new Pool({ size: 3, start, stores: [] })
  pool.warm()
  assert.equal(made.length, 3)
  for (const one of made) assert.deepEqual(one.posted, [])
  pool.greet({ module: 'm' })
  for (const one of made) assert.deepEqual(one.posted, [{ type: 'hello', module: 'm' }])
  await Promise.all([1, 2, 3, 4, 5].map(n => pool.run(bytes(n))))
  assert.equal(made.length, 3)
  await pool.close()
  assert.ok(made.every(one => one.ended))
})

test('a worker that dies or crashes rejects every job with a bug in one line', async () => {
  const ways = /** @type {((reply: any, die: any) => void)[]} */ ([
    (_reply, die) => die(new WebAssembly.RuntimeError('unreachable\n    at wasm-function[1]\n minified(){}')),
    (_reply, die) => die('exit code 1'),
    reply => reply({ type: 'crash', why: 'table index is out of bounds' }),
  ])
  for (const way of ways) {
    const { start } = players((_input, reply, die) => way(reply, die))
    const pool = new Pool({ size: 1, start, stores: [], hello: {} })
    const both = await Promise.allSettled([pool.run(bytes(1)), pool.run(bytes(2))])
    for (const one of both) {
      assert.equal(one.status, 'rejected')
      const { reason } = /** @type {any} */ (one)
      assert.equal(reason.code, 'bug')
      assert.match(
        reason.message,
        /^(a worker died: (unreachable|exit code 1)|the core failed in a worker: table index is out of bounds)\. This is a bug in leafsum, please report it$/,
      )
    }
    await assert.rejects(pool.run(bytes(3)), { code: 'bug' })
    await pool.close()
  }
})

test('a worker that runs out of memory rejects every job with what to do about it', async () => {
  const died = Object.assign(new Error('Worker terminated due to reaching memory limit: JS heap out of memory'), {
    code: 'ERR_WORKER_OUT_OF_MEMORY',
  })
  const ways = /** @type {((reply: any, die: any) => void)[]} */ ([
    (_reply, die) => die(died),
    (_reply, die) => die(new RangeError('Array buffer allocation failed')),
    reply => reply({ type: 'crash', code: 'environment', why: 'out of memory: use fewer workers (--jobs 1)' }),
  ])
  for (const way of ways) {
    const { start } = players((_input, reply, die) => way(reply, die))
    const pool = new Pool({ size: 2, start, stores: [], hello: {} })
    for (const one of await Promise.allSettled([1, 2, 3].map(n => pool.run(bytes(n))))) {
      const { reason } = /** @type {any} */ (one)
      assert.equal(reason.code, 'environment')
      assert.match(reason.message, /^out of memory: .*use fewer workers \(--jobs 1/)
    }
    await pool.close()
  }
})

test('a worker that does not start rejects every job with what to do about it', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const silent = { post() {}, terminate() {} }
  const dies = (/** @type {any} */ _, /** @type {any} */ die) => queueMicrotask(() => die('no such script'))
  const ways = /** @type {[RegExp, () => any][]} */ ([
    [/forbidden here/, () => assert.fail('forbidden here')],
    [/no such script/, () => ({ ...silent, listen: dies })],
    [/heard of it for 60 s/, () => ({ ...silent, listen: () => queueMicrotask(() => t.mock.timers.tick(60_000)) })],
  ])
  for (const [why, start] of ways) {
    const pool = new Pool({ size: 2, start, stores: [], hello: {}, cure: 'see page 7' })
    pool.warm()
    const both = await Promise.allSettled([pool.run(bytes(1)), pool.run(bytes(2))])
    for (const one of both) {
      const { reason } = /** @type {any} */ (one)
      assert.equal(reason.code, 'environment')
      assert.match(reason.message, why)
      assert.match(reason.message, /^a worker did not start: .*see page 7$/)
    }
    assert.ok(pool.didNotStart)
    await pool.close()
  }
})

test('a store that only the main thread can read answers a worker by messages', async () => {
  /** @type {any} */
  const toWorker = {
    listen(/** @type {any} */ take) {
      toWorker.take = take
    },
  }
  /** @type {any} */
  const endpoint = {
    listen(/** @type {any} */ onMessage) {
      endpoint.onMessage = onMessage
    },
    post: (/** @type {any} */ message) => queueMicrotask(() => toWorker.take(structuredClone(message))),
    terminate() {},
  }
  // A core whose job reads one range, one whole file, one that is missing and one that fails.
  const asks = [
    { path: 'a', offset: 1, length: 2 },
    { path: 'a', limit: 9 },
    { path: 'none', limit: 9 },
    { path: 'bad', offset: 0, length: 1 },
  ].map((ask, id) => ({ id, kind: 'read', source: 0, ...ask }))
  const told = /** @type {string[]} */ ([])
  class LeafJob {
    queue = [...asks]
    done() {
      return told.length === asks.length
    }
    poll() {
      return this.queue.splice(0)
    }
    feed(/** @type {number} */ id, /** @type {any} */ data) {
      told.push(`${id} ${[...data]}`)
    }
    fail(/** @type {number} */ id, /** @type {string} */ kind, /** @type {string} */ why) {
      told.push(`${id} ${kind} ${why}`)
    }
    progress() {
      return 0
    }
    result() {
      return bytes(7)
    }
    delete() {}
  }
  serve(
    {
      post: (message, _transfer) => queueMicrotask(() => endpoint.onMessage(structuredClone(message))),
      listen: toWorker.listen,
    },
    {
      load: async (_, name) => ({ factory: async () => ({ LeafJob, useWebCrypto() {}, warmUp() {} }), module: name }),
      openStore: () => assert.fail('nothing to open'),
    },
  )
  const store = {
    get: async (/** @type {string} */ key) => (key === '/a' ? bytes(1, 2, 3) : undefined),
    async getRange(/** @type {string} */ key, /** @type {any} */ { offset, length }) {
      if (key === '/bad') throw new StoreError('changed', 'moved')
      return bytes(1, 2, 3).subarray(offset, offset + length)
    },
  }
  const pool = new Pool({ size: 1, start: () => endpoint, stores: [store], hello: { module: null, specs: [null] } })
  assert.deepEqual(await pool.run(bytes(0)), bytes(7))
  assert.deepEqual(told.sort(), ['0 2,3', '1 1,2,3', '2 missing no such file', '3 changed moved'])
})
