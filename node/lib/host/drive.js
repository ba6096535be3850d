// The one loop between the core and its host, for the Verifier and for a worker's LeafJob alike: the core says
// what it wants and in which order, the host says when.
import { bug } from '../errors.js'
import { gate } from '../stores/merge.js'
import { StoreError, failureOf } from '../stores/store.js'

/** @import { Ask, ReadAsk, Task } from '../../../src/bindings/core.mjs' */

const kPauseEvery = 40 // ms between two looks at the signal, and at the event loop where every read is synchronous
const kOpenReads = 32 // asynchronous reads under way at once; the budget alone would start thousands of small ones

/**
 * @typedef {ReadAsk & { id: number }} Read
 *
 * @typedef {import('../stores/store.js').Store} Store
 * @typedef {Store & Required<Pick<Store, 'readInto'>>} SyncStore
 *
 * @typedef {object} Host
 * @property {Store[]} stores
 * @property {number} [budget]  bytes asked for and not yet consumed
 * @property {(input: Uint8Array, module?: 'codecs', values?: string) => Promise<Uint8Array>} [runJob]
 * @property {AbortSignal} [signal]
 * @property {() => void} [onPause]  called every few hundredths of a second
 * @property {(path: string) => void} [onAnswer]  called before the core gets bytes of this file
 */

/**
 * Runs a Verifier or LeafJob to its end.
 * @param {Task} task
 * @param {Host} host
 */
export async function drive(task, { stores, budget = 64 << 20, runJob, signal, onPause, onAnswer }) {
  const readsLeft = gate(kOpenReads)
  const pause = pauses(onPause)
  let open = 0
  let stopped = false
  /** @type {{ error: unknown } | undefined} */
  let failure
  let wake = () => {}
  const onAbort = () => wake()
  signal?.addEventListener('abort', onAbort)

  const start = (/** @type {Ask} */ ask, /** @type {Promise<() => void>} */ answer) => {
    open++
    answer
      .then(give => {
        if (stopped) return
        if ('path' in ask) onAnswer?.(ask.path)
        give()
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
      const asks = task.poll(budget)
      // A task may pause by itself: it is called again once other tasks had their turn.
      const paused = task.paused?.() === true
      if (asks.length === 0 && open === 0 && !paused) {
        if (task.done()) break
        throw bug('the core waits for nothing')
      }
      let answered = false
      for (const ask of asks) {
        const store = stores[ask.source]
        if (ask.kind === 'read' && readsNow(store)) {
          onAnswer?.(ask.path)
          readNow(task, store, ask)
          answered = true
          if (pause.due()) {
            await pause.take()
            check()
          }
        } else {
          start(ask, answer(task, store, ask, { runJob, signal, readsLeft }))
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
 * Waits for one answer and returns a function that gives it to the core. The caller calls it at once or, after an
 * abort, never.
 * @param {Task} task
 * @param {Store} store
 * @param {Ask} ask
 * @param {{ runJob: Host['runJob'], signal?: AbortSignal, readsLeft: ReturnType<typeof gate> }} host
 * @returns {Promise<() => void>}
 */
async function answer(task, store, ask, { runJob, signal, readsLeft }) {
  if (ask.kind === 'digest') {
    const digest = new Uint8Array(await ask.promise)
    return () => task.feed(ask.id, digest)
  }
  if (ask.kind === 'job') {
    if (!runJob) throw bug('a job inside a job')
    const result = await runJob(ask.input, ask.module, ask.values)
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
  /** @type {Task} */ task,
  /** @type {Store} */ store,
  /** @type {{ id: number, path: string, limit: number }} */ { id, path, limit },
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
  /** @type {Task} */ task,
  /** @type {Store} */ store,
  /** @type {Read} */ { id, path, offset, length, limit = Infinity },
) {
  const key = `/${path}`
  if (length !== undefined) {
    const bytes =
      length === 0 ? new Uint8Array(0) : checkBytes(await store.getRange(key, { offset: offset ?? 0, length }))
    if (bytes.length > length) throw new StoreError('unreadable', `asked for ${length} bytes, got ${bytes.length}`)
    return () => task.feed(id, bytes)
  }
  const size = await store.size?.(path, limit)
  if (size !== undefined && size > limit) return () => tooLarge(task, id, size)
  const bytes = checkBytes(await store.get(key))
  if (bytes.length > limit) return () => tooLarge(task, id, bytes.length)
  return () => task.feed(id, bytes)
}

/** @returns {Uint8Array} */
function checkBytes(/** @type {any} */ bytes) {
  if (!bytes) throw new StoreError('missing', 'no such file')
  if (!ArrayBuffer.isView(bytes)) throw new StoreError('unreadable', 'the store gives no Uint8Array')
  return /** @type {Uint8Array} */ (bytes)
}

/** Only a Verifier asks for files without knowing how large they are. */
function tooLarge(/** @type {Task} */ task, /** @type {number} */ id, /** @type {number} */ size) {
  if (!task.tooLarge) throw bug('a job asked for a whole file')
  task.tooLarge(id, size)
}

/** @returns {store is SyncStore} */
const readsNow = (/** @type {Store} */ store) => store.readInto !== undefined

/**
 * The fast path: straight into wasm memory where the task can reserve some, without a promise in between.
 * @param {Task} task
 * @param {SyncStore} store
 * @param {Read} ask
 */
function readNow(task, store, { id, path, offset = 0, length, limit = Infinity }) {
  /**
   * What the store says. What the core's own calls throw is no answer, and nothing may be asked of it afterwards.
   * @template T
   * @param {() => T} read
   * @returns {T | undefined} nothing where the core was told why
   */
  const asked = read => {
    try {
      return read()
    } catch (error) {
      const { kind, message } = failureOf(error)
      task.fail(id, kind, message)
      return undefined
    }
  }
  if (length !== undefined && task.reserve && task.commit) {
    const room = task.reserve(id, length)
    const got = asked(() => store.readInto(path, offset, room))
    if (got !== undefined) task.commit(id, got)
    return
  }
  const size = length ?? asked(() => /** @type {number} */ (store.size?.(path)))
  if (size === undefined) return
  if (length === undefined && size > limit) return tooLarge(task, id, size)
  const bytes = new Uint8Array(size)
  const got = asked(() => store.readInto(path, offset, bytes))
  if (got !== undefined) task.feed(id, bytes.subarray(0, got))
}

// When this thread last gave the event loop a turn, in whichever task: many short jobs, none long enough to pause by
// itself, would otherwise follow each other without a turn.
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
