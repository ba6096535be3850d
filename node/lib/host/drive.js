// The one loop between the core and its host, for the Verifier and for a worker's LeafJob alike: the core says
// what it wants and in which order, the host says when.
import { bug } from '../errors.js'
import { gate } from '../stores/merge.js'
import { StoreError, failureOf } from '../stores/store.js'

const kPauseEvery = 40 // ms between two looks at the signal, and at the event loop where every read is synchronous
const kOpenReads = 32 // asynchronous reads under way at once; the budget alone would start thousands of small ones

/**
 * @typedef {object} Ask
 * @property {number} id
 * @property {'read' | 'size' | 'digest' | 'job'} kind
 * @property {number} source
 * @property {string} path
 * @property {number} [offset]
 * @property {number} [length]  absent: the whole file
 * @property {number} [follows]  bytes behind the range that will be asked for next
 * @property {number} [limit]   of a whole file; of 'size': up to so many bytes the file will be read whole
 * @property {Uint8Array} [input]
 * @property {string} [values]    JSON of what a job will read, over a source without a listing (src/bindings/README.md)
 * @property {'codecs'} [module]  of a job that core.wasm cannot do alone
 * @property {Promise<ArrayBuffer>} [promise]
 *
 * @typedef {object} Host
 * @property {import('../stores/store.js').Store[]} stores
 * @property {number} [budget]  bytes asked for and not yet consumed
 * @property {(input: Uint8Array, module?: 'codecs', values?: string) => Promise<Uint8Array>} [runJob]
 * @property {AbortSignal} [signal]
 * @property {() => void} [onPause]  called every few hundredths of a second
 */

/**
 * Runs a Verifier or LeafJob to its end.
 * @param {any} task
 * @param {Host} host
 */
export async function drive(task, { stores, budget = 64 << 20, runJob, signal, onPause }) {
  const readsLeft = gate(kOpenReads)
  const pause = pauses(onPause)
  let open = 0
  let stopped = false
  /** @type {{ error: unknown } | undefined} */
  let failure
  let wake = () => {}
  const onAbort = () => wake()
  signal?.addEventListener('abort', onAbort)

  const start = (/** @type {Promise<() => void>} */ answer) => {
    open++
    answer
      .then(give => {
        if (!stopped) give()
      })
      .catch(error => {
        failure ??= { error }
      })
      .finally(() => {
        open--
        wake()
      })
  }
  const check = () => {
    signal?.throwIfAborted()
    if (failure) throw failure.error
  }

  try {
    while (!task.done()) {
      check()
      const asks = /** @type {Ask[]} */ (task.poll(budget))
      // A task may stop on its own, to be called again once there was time for others.
      const paused = task.paused?.() === true
      if (asks.length === 0 && open === 0 && !paused) {
        if (task.done()) break
        throw bug('the core waits for nothing')
      }
      let answered = false
      for (const ask of asks) {
        const store = stores[ask.source]
        if (ask.kind === 'read' && store.readInto) {
          readNow(task, store, ask)
          answered = true
          if (pause.due()) {
            await pause.take()
            check()
          }
        } else {
          start(answer(task, store, ask, { runJob, signal, readsLeft }))
        }
      }
      if (!answered && !paused)
        await new Promise(resolve => {
          wake = () => resolve(undefined)
        })
      wake = () => {}
      if (pause.due()) await pause.take()
    }
    check()
  } finally {
    stopped = true
    signal?.removeEventListener('abort', onAbort)
  }
}

/**
 * Waits for one answer, then returns what gives it to the core: a call that is made at once or, after an abort, never.
 * @param {any} task
 * @param {import('../stores/store.js').Store} store
 * @param {Ask} ask
 * @param {{ runJob: Host['runJob'], signal?: AbortSignal, readsLeft: ReturnType<typeof gate> }} host
 * @returns {Promise<() => void>}
 */
async function answer(task, store, ask, { runJob, signal, readsLeft }) {
  if (ask.kind === 'digest') {
    const digest = new Uint8Array(await /** @type {Promise<ArrayBuffer>} */ (ask.promise))
    return () => task.feed(ask.id, digest)
  }
  if (ask.kind === 'job') {
    if (!runJob) throw bug('a job inside a job')
    const result = await runJob(/** @type {Uint8Array} */ (ask.input), ask.module, ask.values)
    return () => task.feed(ask.id, result)
  }
  await readsLeft.enter()
  try {
    signal?.throwIfAborted()
    return await (ask.kind === 'size' ? size(task, store, ask) : read(task, store, ask))
  } catch (error) {
    signal?.throwIfAborted()
    const { kind, message } = failureOf(error)
    return () => task.fail(ask.id, kind, message)
  } finally {
    readsLeft.leave()
  }
}

/** Is the file there, and how large? The answer is eight bytes, little-endian. @returns {Promise<() => void>} */
async function size(
  /** @type {any} */ task,
  /** @type {import('../stores/store.js').Store} */ store,
  /** @type {Ask} */ { id, path, limit },
) {
  // zarrita's stores have no `size`.
  const bytes = store.size ? await store.size(path, limit) : checkBytes(await store.get(`/${path}`)).length
  if (bytes === undefined) throw new StoreError('missing', 'no such file')
  if (!(bytes >= 0 && bytes <= Number.MAX_SAFE_INTEGER))
    throw new StoreError('unreadable', 'the store knows no size of it')
  const answer = new Uint8Array(8)
  new DataView(answer.buffer).setBigUint64(0, BigInt(bytes), true)
  return () => task.feed(id, answer)
}

/** @returns {Promise<() => void>} */
async function read(
  /** @type {any} */ task,
  /** @type {import('../stores/store.js').Store} */ store,
  /** @type {Ask} */ { id, path, offset, length, follows, limit = Infinity },
) {
  const key = `/${path}`
  if (length !== undefined) {
    const bytes =
      length === 0
        ? new Uint8Array(0)
        : checkBytes(await store.getRange(key, { offset: offset ?? 0, length, ...(follows && { follows }) }))
    if (bytes.length > length) throw new StoreError('unreadable', `asked for ${length} bytes, got ${bytes.length}`)
    return () => task.feed(id, bytes)
  }
  const size = await store.size?.(path, limit)
  if (size !== undefined && size > limit) return () => task.tooLarge(id, size)
  const bytes = checkBytes(await store.get(key))
  if (bytes.length > limit) return () => task.tooLarge(id, bytes.length)
  return () => task.feed(id, bytes)
}

/** @returns {Uint8Array} */
function checkBytes(/** @type {any} */ bytes) {
  if (!bytes) throw new StoreError('missing', 'no such file')
  if (!ArrayBuffer.isView(bytes)) throw new StoreError('unreadable', 'the store gives no Uint8Array')
  return /** @type {Uint8Array} */ (bytes)
}

/**
 * The fast path: straight into wasm memory where the task can reserve some, without a promise in between.
 * @param {any} task
 * @param {import('../stores/store.js').Store} store
 * @param {Ask} ask
 */
function readNow(task, store, { id, path, offset = 0, length, limit = Infinity }) {
  let bytes
  try {
    if (length === undefined) {
      const size = /** @type {number} */ (store.size?.(path))
      if (size > limit) return task.tooLarge(id, size)
      length = size
    } else if (task.reserve) {
      const got = store.readInto?.(path, offset, task.reserve(id, length))
      return task.commit(id, got)
    }
    bytes = new Uint8Array(length)
    bytes = bytes.subarray(0, store.readInto?.(path, offset, bytes))
  } catch (error) {
    const { kind, message } = failureOf(error)
    return task.fail(id, kind, message)
  }
  task.feed(id, bytes)
}

// When this thread last left the event loop its turn, whichever task did: many short jobs, none long enough to pause by
// itself, would follow each other without one.
let turned = performance.now()

// Reads that never leave the stack would starve timers and signals.
function pauses(/** @type {(() => void) | undefined} */ onPause) {
  let last = performance.now()
  return {
    due: () => performance.now() - Math.min(last, turned) > kPauseEvery,
    async take() {
      onPause?.()
      await new Promise(resolve => (globalThis.setImmediate ?? setTimeout)(resolve))
      last = turned = performance.now()
    },
  }
}
