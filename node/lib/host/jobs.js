// Where a command's jobs run: in this thread, one after another, or in workers once there is enough to do.
import { instantiate } from './core.js'
import { LeafsumError, firstLine } from '../errors.js'
import { runJob } from './job.js'
import { Pool } from './pool.js'

/** @import { Codecs, Core, Verifier } from '../../../src/bindings/core.mjs' */

// Starting threads takes some 40 ms, in which one thread hashes this many bytes.
const kWorkersFrom = 16 << 20
const kHashing = ['lock', 'verify', 'digest', 'diff'] // commands that read values

/**
 * @typedef {import('../stores/store.js').Store} Store
 * @typedef {import('./platform.js').Platform} Platform
 * @typedef {import('../run.js').Options} Options
 */

/**
 * Workers that start while the core is loaded and plans, where the command reads values and the sources hold enough.
 */
export function warmPool(
  /** @type {Platform} */ platform,
  /** @type {string} */ command,
  /** @type {Store[]} */ stores,
  /** @type {(import('../stores/store.js').PackedListing | undefined)[]} */ listings,
  /** @type {Options} */ options,
) {
  const bytes = listings.reduce((sum, listing) => sum + (listing?.bytes ?? 0), 0)
  if (!kHashing.includes(command) || !takesPool(platform, bytes, options)) return undefined
  const pool = newPool(platform, stores, options)
  pool.warm()
  return pool
}

export const workersOf = (
  /** @type {Platform} */ platform,
  /** @type {Options} */ { workers = platform.defaultWorkers },
) => workers

/** Content is handed out in this thread. */
const takesPool = (/** @type {Platform} */ platform, /** @type {number} */ bytes, /** @type {Options} */ options) =>
  workersOf(platform, options) >= (platform.poolFrom ?? 2) &&
  !options.onContent &&
  bytes >= (options.workersFrom ?? kWorkersFrom)

const newPool = (/** @type {Platform} */ platform, /** @type {Store[]} */ stores, /** @type {Options} */ options) =>
  new Pool({
    size: workersOf(platform, options),
    start: () => platform.startWorker(),
    stores,
    cure: platform.workerCure,
  })

/**
 * What a worker begins with: the Module, and how to open the stores that it can open itself. Only this thread asks a
 * server: no file twice, and what the server says about a file's state stays in one place.
 * @param {Platform} platform
 * @param {Store[]} stores
 * @param {{ module: WebAssembly.Module }} loaded
 */
export function helloOf(platform, stores, { module }) {
  const specs = stores.map(store => {
    const spec = store.spec?.()
    return spec && platform.canPost(spec) ? spec : null
  })
  return { module, specs }
}

/**
 * @param {object} context
 * @param {Platform} context.platform
 * @param {{ core: Core, module: WebAssembly.Module }} context.loaded
 * @param {Pool | undefined} context.pool  the pool that warmPool started, if it started one
 * @param {Store[]} context.stores
 * @param {Options} context.options
 * @param {Verifier} context.verifier
 * @param {import('./reading_ahead.js').Reader | undefined} context.reader
 */
export function jobRunner({ platform, loaded, pool, stores, options, verifier, reader }) {
  const { signal, onProgress } = options
  const { core } = loaded
  /** @type {Promise<unknown>} */
  let turn = Promise.resolve()
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal.reason)
  signal?.addEventListener('abort', onAbort)
  /** @type {Map<Uint8Array, number>} jobs under way and how many bytes went through each */
  const underWay = new Map()
  let most = 0

  const codecs = codecsFor(platform, core, options)
  const here = (
    /** @type {Uint8Array} */ input,
    /** @type {(bytes: number) => void} */ note,
    /** @type {boolean} */ rare,
    /** @type {Store[]} */ stores,
  ) => {
    const job = turn.then(async () => {
      return runJob(rare ? await codecs.start() : core, input, stores, { signal: stop.signal, onProgress: note })
    })
    turn = job.catch(() => {})
    return job
  }
  /** The core counts whole jobs; to a person a leaf of gigabytes shall move too. */
  const tell = () => {
    if (!onProgress) return
    const progress = verifier.progress()
    const bytes = [...underWay.values()].reduce((sum, one) => sum + one, progress.bytes_done)
    most = Math.max(most, Math.min(bytes, progress.bytes_total))
    try {
      onProgress({ ...progress, bytes_done: most })
    } catch (error) {
      throw new LeafsumError('usage', `onProgress failed: ${firstLine(error)}`, { cause: error })
    }
  }

  return {
    tell,
    missed: codecs.missed,
    async run(
      /** @type {Uint8Array} */ input,
      /** @type {'codecs' | undefined} */ name,
      /** @type {string | undefined} */ values,
    ) {
      const note = (/** @type {number} */ bytes) => {
        underWay.set(input, bytes)
        tell()
      }
      if (!pool && takesPool(platform, verifier.progress().bytes_total, options)) {
        pool = newPool(platform, stores, options)
        pool.greet(helloOf(platform, stores, loaded))
      }
      const plan = reader?.plan(values)
      try {
        if (pool) {
          try {
            const rare = name && (await codecs.load())
            return await pool.run(input, note, rare && { module: rare.module }, plan)
          } catch (error) {
            if (!pool.didNotStart || !platform.mayGoWithoutWorkers) throw error
          }
        }
        return await here(input, note, name === 'codecs', plan ? await aheadStores(plan) : stores)
      } finally {
        plan?.close()
        underWay.delete(input)
      }
    },
    async close() {
      signal?.removeEventListener('abort', onAbort)
      stop.abort()
      await pool?.close()
      await turn
    },
  }
}

/**
 * The second module. Without it the core does what it can, and says `unsupported` or `limit` of the rest.
 * @param {Platform} platform
 * @param {Core} core
 * @param {Options} options
 */
function codecsFor(platform, core, { onContent }) {
  /** @type {Promise<Codecs> | undefined} */
  let started
  /** @type {unknown} */
  let missed
  const load = () =>
    platform.load('codecs').catch(error => {
      if (!platform.lacks?.('codecs')) missed = error
      return undefined
    })
  const startHere = async () => {
    const loaded = await load()
    if (!loaded) return core
    const made = await instantiate(loaded.factory, loaded.module, platform.sha256)
    if (onContent) made.setContentSink(onContent)
    return made
  }
  return {
    load,
    start: () => (started ??= startHere()),
    /** Why it is not there, where it should be. */
    missed: () => missed,
  }
}

/** Where a job in this thread reads. */
async function aheadStores(/** @type {import('./reading_ahead.js').Plan} */ plan) {
  const { windowStores } = await import('../stores/window_store.js')
  return windowStores(plan.stores, plan.windows, plan.take)
}
