// The commands, the same for every host. A broken checkpoint is a Report; a rejection is misuse, an abort or a bug.
import { instantiate } from './core.js'
import { drive } from './drive.js'
import { LeafsumError, bug } from './errors.js'
import { explanations } from './explanations.js'
import { runJob } from './job.js'
import { coreOptions, kDefaultMaxMemory } from './options.js'
import { Pool } from './pool.js'

// Starting threads takes some 40 ms, in which one place hashes this much.
const kWorkersFrom = 16 << 20

/**
 * @typedef {import('./stores/store.js').Store} Store
 * @typedef {import('./platform.js').Platform} Platform
 * @typedef {Record<string, any>} Options  see index.d.ts
 * @typedef {{ report: string, output: string, lines: string }} Result  the core's texts
 */

/** @param {Platform} platform */
export function makeApi(platform) {
  const run = (/** @type {string} */ command, /** @type {any[]} */ sources, /** @type {Options} */ options = {}) =>
    runCommand(platform, command, sources, options)
  const report = async (/** @type {string} */ command, /** @type {any[]} */ sources, /** @type {Options} */ options) =>
    parseReport(await run(command, sources, options))

  return {
    /** Overrides how the core and its workers are loaded; call it before anything else. */
    init: (/** @type {import('./platform.js').InitOptions} */ options) => platform.configure(options),

    lock: async (/** @type {any} */ source, /** @type {Options} */ options) => {
      const result = await run('lock', [source], options)
      return {
        report: parseReport({ ...result, output: '' }),
        lockfile: result.output ? new TextEncoder().encode(result.output) : null,
      }
    },
    verify: (/** @type {any} */ source, /** @type {Options} */ options = {}) =>
      report('verify', options.against ? [source, options.against] : [source], options),
    check: (/** @type {any} */ source, /** @type {Options} */ options) => report('check', [source], options),
    diff: (/** @type {any} */ a, /** @type {any} */ b, /** @type {Options} */ options) => report('diff', [a, b], options),
    digest: (/** @type {any} */ source, /** @type {Options} */ options) => report('digest', [source], options),
    list: (/** @type {any} */ source, /** @type {Options} */ options) => report('ls', [source], options),

    openCheckpoint: async (/** @type {any} */ source, /** @type {Options} */ options) =>
      new Checkpoint(storeOf(source), await report('ls', [source], options)),

    /** One finding code on one screen; "" for a code that does not exist. */
    explain: async (/** @type {string} */ code) => (Object.hasOwn(explanations, code) ? explanations[code] : ''),
    /** Every code that a finding can have. */
    codes: async () => (await newCore(platform)).core.codes(),
  }
}

/** A checkpoint whose structure was read; every command takes it in place of its source. */
export class Checkpoint {
  /**
   * @param {Store} store
   * @param {any} report
   */
  constructor(store, report) {
    this.store = store
    this.report = report
    this.items = report.output?.items ?? []
    this.findings = report.findings
  }

  get leaves() {
    return this.items.flatMap((/** @type {any} */ item) =>
      item.leaves.map((/** @type {any} */ leaf) => ({ item: item.name, ...leaf })))
  }

  close() {
    this.store.close?.()
  }
}

/** @returns {Store} */
function storeOf(/** @type {any} */ source) {
  const store = source instanceof Checkpoint ? source.store : source
  if (typeof store?.get !== 'function' || typeof store?.getRange !== 'function') {
    throw new LeafsumError('usage', 'a source needs get(key) and getRange(key, range): see fromPath, fromFiles, fromMap')
  }
  return store
}

async function newCore(/** @type {Platform} */ platform) {
  const { factory, module, url } = await platform.load()
  return { core: await instantiate(factory, module, platform.sha256), module, url }
}

/**
 * @param {Platform} platform
 * @param {string} command
 * @param {any[]} sources
 * @param {Options} options
 * @returns {Promise<Result>}
 */
async function runCommand(platform, command, sources, options) {
  const { signal, maxMemory = kDefaultMaxMemory } = options
  signal?.throwIfAborted()
  const stores = await Promise.all(sources.map(async source => storeOf(await source)))
  const config = coreOptions(command, stores.map(store => store.name ?? ''), options)
  // A fresh instance each time: its memory never shrinks, and after a trap it is unusable.
  const { core, module, url } = await newCore(platform)

  /** @type {any} */
  let verifier
  /** @type {ReturnType<typeof jobRunner> | undefined} */
  let jobs
  try {
    verifier = new core.Verifier(JSON.stringify(config))
    refuse(verifier.error(), 'usage')
    if (options.lockfile !== undefined) {
      verifier.setEvidence(bytesOf(options.lockfile), options.lockfileCameWithSource === true)
      refuse(verifier.error(), 'evidence')
    }
    for (const [index, store] of stores.entries()) {
      const listing = await store.list?.()
      // Without sizes a listing is of no use: a store that gives bare names is read as one that has none.
      if (isListing(listing)) verifier.setListing(index, JSON.stringify(listing))
    }
    refuse(verifier.error(), 'usage')

    jobs = jobRunner({ platform, core, module, url, stores, options, verifier })
    await drive(verifier, { stores, budget: maxMemory, runJob: jobs.run, signal, onPause: jobs.tell })
    jobs.tell()
    refuse(verifier.notFound(), 'source')
    return { report: verifier.report(), output: verifier.output(), lines: verifier.text() }
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof LeafsumError ? error : bug('the core failed', error)
  } finally {
    await jobs?.close()
    for (const store of stores) store.release?.()
    destroy(verifier)
  }
}

/** After a trap even the destructor may fail; the first error is the one to tell. */
function destroy(/** @type {any} */ verifier) {
  try {
    verifier?.delete()
  } catch {}
}

/**
 * Where jobs run: in this thread, one after another, or in a pool once there is enough to do.
 * @param {any} context
 */
function jobRunner({ platform, core, module, url, stores, options, verifier }) {
  const { signal, onProgress, workers = platform.defaultWorkers, workersFrom = kWorkersFrom } = options
  /** @type {Pool | undefined} */
  let pool
  /** @type {Promise<unknown>} */
  let turn = Promise.resolve()
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal.reason)
  signal?.addEventListener('abort', onAbort)
  /** @type {Map<Uint8Array, number>} jobs under way and how many bytes went through each */
  const underWay = new Map()
  let most = 0

  /** @type {Promise<any> | undefined} */
  let codecs
  const startCodecs = async () => {
    const loaded = await platform.load('codecs')
    return instantiate(loaded.factory, loaded.module, platform.sha256)
  }
  const here = (/** @type {Uint8Array} */ input, /** @type {(bytes: number) => void} */ note, /** @type {boolean} */ rare) => {
    const job = turn.then(async () => {
      // Without it the core does what it can, and says `unsupported` of the rest.
      if (rare) codecs ??= startCodecs().catch(() => core)
      return runJob(rare ? await codecs : core, input, stores, { signal: stop.signal, onProgress: note })
    })
    turn = job.catch(() => {})
    return job
  }
  const newPool = () => {
    const specs = stores.map((/** @type {Store} */ store) => {
      const spec = store.spec?.()
      return spec && platform.canPost(spec) ? spec : null
    })
    return new Pool({ size: workers, start: platform.startWorker, stores, hello: { module, url, specs } })
  }
  /** The core counts whole jobs; to a person a leaf of gigabytes shall move too. */
  const tell = () => {
    if (!onProgress) return
    const progress = verifier.progress()
    const bytes = [...underWay.values()].reduce((sum, one) => sum + one, progress.bytes_done)
    most = Math.max(most, Math.min(bytes, progress.bytes_total))
    onProgress({ ...progress, bytes_done: most })
  }

  return {
    tell,
    async run(/** @type {Uint8Array} */ input, /** @type {'codecs' | undefined} */ name) {
      const note = (/** @type {number} */ bytes) => {
        underWay.set(input, bytes)
        tell()
      }
      if (!pool && workers > 1 && verifier.progress().bytes_total >= workersFrom) pool = newPool()
      try {
        if (!pool) return await here(input, note, name === 'codecs')
        const loaded = name && await platform.load(name).catch(() => undefined)
        return await pool.run(input, note, loaded && { module: loaded.module, url: loaded.url })
      } finally {
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

function refuse(/** @type {string} */ problem, /** @type {import('./errors.js').ErrorCode} */ code) {
  if (problem) throw new LeafsumError(code, problem)
}

function bytesOf(/** @type {any} */ lockfile) {
  if (typeof lockfile === 'string') return new TextEncoder().encode(lockfile)
  if (lockfile instanceof ArrayBuffer) return new Uint8Array(lockfile)
  if (lockfile instanceof Uint8Array) return lockfile
  throw new LeafsumError('usage', 'lockfile: its bytes (Uint8Array) or its text are wanted')
}

const isListing = (/** @type {any} */ listing) =>
  Array.isArray(listing) && listing.every(entry => Array.isArray(entry) && entry.length === 3)

/**
 * The Report, and beside its own members, not enumerable: `text`, its exact bytes, and what the command puts out.
 * @param {Result} result
 */
function parseReport({ report, output, lines }) {
  return Object.defineProperties(JSON.parse(report), {
    text: { value: report },
    output: { value: output ? JSON.parse(output) : undefined },
    outputText: { value: output },
    lines: { value: lines },
  })
}
