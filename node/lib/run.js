// One run of the core, from a command and its sources to the texts that it puts out.
import { scoped, storeOf } from './commands/source.js'
import { instantiate, orOutOfMemory } from './host/core.js'
import { drive } from './host/drive.js'
import { LeafsumError, bug, firstLine } from './errors.js'
import { helloOf, jobRunner, warmPool, workersOf } from './host/jobs.js'
import { bytesOf, checkFlags, coreOptions, kDefaultMaxMemory, kFileVouchers, kVouchers } from './options.js'
import { packedRows } from './host/packed.js'
import { readerFor } from './host/reading_ahead.js'
import { isListing } from './stores/store.js'

/**
 * @typedef {import('./stores/store.js').Store} Store
 * @typedef {import('./host/platform.js').Platform} Platform
 * @typedef {import('./report.js').Result} Result
 * @typedef {Record<string, any>} Options  see index.d.ts
 * @typedef {(command: string, sources: any[], options?: Options) => Promise<Result>} Run  on a platform
 */

export async function newCore(/** @type {Platform} */ platform) {
  const { factory, module } = await platform.load()
  const core = await instantiate(factory, module, platform.sha256)
  if (!('Verifier' in core)) throw bug('the module has no Verifier')
  return { core, module }
}

/**
 * @param {Platform} platform
 * @param {string} command
 * @param {any[]} sources
 * @param {Options} given
 * @returns {Promise<Result>}
 */
export async function runCommand(platform, command, sources, given) {
  checkGiven(given)
  const { signal, maxMemory = kDefaultMaxMemory } = given
  signal?.throwIfAborted()
  const opened = await unlessAborted(Promise.all(sources), signal)
  /** @type {Options} */
  const options = { ...scoped(opened, given) }
  if (given.onProgress) options.onProgress = (await import('./progress.js')).progressTeller(given.onProgress)
  const stores = opened.map(storeOf)
  /** @type {{ close(): Promise<void> } | undefined} */
  let workers
  /** @type {import('../../src/bindings/core.mjs').Core | undefined} */
  let core
  let path = ''
  try {
    const listings = await listedStores(stores, options, signal)
    const pool = (workers = warmPool(platform, command, stores, listings, options))
    const state = options.state === undefined ? undefined : await stateOf(stores[0], options)
    const config = coreOptions(
      command,
      stores.map(store => store.name ?? ''),
      { ...options, resumed: state?.resumed, resumedByTags: state?.resumed && state.byTags },
    )
    const reader = await readerFor(stores, workersOf(platform, options), maxMemory)
    if (reader) config.read_ahead = true
    const findings = stores.flatMap((/** @type {any} */ store) => store.findings?.() ?? [])
    if (findings.length > 0) config.findings = findings
    if (stores.some(store => store.readsForwards)) config.in_order = true
    config.source_files = stores.map((/** @type {any} */ store) => store.file ?? '')
    // Where evidence says what it was, it is a checkpoint that no longer is one.
    if (!['lockfile', 'fingerprint', ...kFileVouchers].some(name => options[name] !== undefined))
      await unlessAborted(refuseForeignFiles(stores), signal)
    const manifest = kVouchers.some(name => options[name] !== undefined)
      ? await (await import('./commands/vouchers.js')).vouchersInto(config, {
          platform,
          command,
          stores,
          listings,
          options,
        })
      : undefined

    // A fresh instance each time: its memory never shrinks, and after a trap it is unusable. It goes as a whole: a
    // Verifier that were deleted first would give back, leaf by leaf, what nobody takes.
    const loaded = await newCore(platform)
    core = loaded.core
    pool?.greet(helloOf(platform, stores, loaded))
    const verifier = new core.Verifier(JSON.stringify(config))
    refuse(verifier.error(), 'usage')
    giveEvidence(verifier, manifest, options)
    for (const [index, listing] of listings.entries()) {
      for (const page of listing?.pages() ?? []) verifier.addListing(index, page)
    }
    listings.fill(undefined) // the core has it
    refuse(verifier.error(), 'usage')

    if (options.onContent) core.setContentSink(options.onContent)
    const jobs = (workers = jobRunner({ platform, loaded, pool, stores, options, verifier, reader }))
    const budget = maxMemory - (reader?.memory ?? 0)
    const { onStep } = options
    await driven({ verifier, stores, budget, jobs, state, signal, onStep, onAnswer: file => (path = file) })
    jobs.tell()
    if (verifier.notFound()) throw await (await import('./commands/not_found.js')).notFound(verifier, stores)
    if (jobs.missed() && lacksCodecs(verifier.report())) throw jobs.missed()
    state?.save(verifier.equal(), hasReadAll(verifier.report()))
    if (options.conclude && !verifier.conclude(JSON.stringify(options.conclude())))
      throw bug('a judgement of another form')
    await options.onDone?.(verifier)
    return { report: verifier.report(), output: verifier.output(), lines: verifier.text() }
  } catch (error) {
    signal?.throwIfAborted()
    throw bug('the core failed', await orOutOfMemory(error, core, path))
  } finally {
    await workers?.close()
    for (const store of stores) store.release?.()
  }
}

/**
 * @param {object} run
 * @param {import('../../src/bindings/core.mjs').Verifier} run.verifier
 * @param {Store[]} run.stores
 * @param {number} run.budget
 * @param {ReturnType<typeof jobRunner>} run.jobs
 * @param {Awaited<ReturnType<typeof stateOf>> | undefined} run.state
 * @param {AbortSignal | undefined} run.signal
 * @param {Options['onStep']} run.onStep
 * @param {(path: string) => void} run.onAnswer
 */
async function driven({ verifier, stores, budget, jobs, state, signal, onStep, onAnswer }) {
  const save = () => state?.save(verifier.equal())
  const { tell } = jobs
  const onPause = () => {
    tell()
    onStep?.(verifier)
    if (state?.due()) save()
  }
  try {
    await drive(verifier, { stores, budget, runJob: jobs.run, signal, onPause, onAnswer })
  } catch (error) {
    // An interrupted run's state too; never one that a broken instance would tell.
    if (signal?.aborted && error === signal.reason) save()
    throw error
  }
}

/** The manifest first: it may vouch for the lockfile. */
function giveEvidence(
  /** @type {import('../../src/bindings/core.mjs').Verifier} */ verifier,
  /** @type {Uint8Array | undefined} */ manifest,
  /** @type {Options} */ options,
) {
  if (manifest) verifier.setFiles(manifest)
  refuse(verifier.error(), 'evidence')
  if (options.lockfile === undefined) return
  verifier.setEvidence(bytesOf(options.lockfile, 'lockfile'), options.lockfileCameWithSource ?? false)
  refuse(verifier.error(), 'evidence')
}

/** What this side takes itself of the options; the core checks its own. */
function checkGiven(/** @type {Options} */ given) {
  checkFlags(given)
  const { signal, onProgress, workers, workersFrom } = given
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function')
    throw new LeafsumError('usage', 'signal: an AbortSignal is wanted')
  for (const [name, value] of Object.entries({ workers, workersFrom })) {
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      throw new LeafsumError('usage', `${name}: a number from 0 on is wanted`)
  }
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw new LeafsumError('usage', 'onProgress: a function is wanted')
}

/**
 * The listings of the stores, each of which is then held to the sizes in its own.
 * @param {Store[]} stores
 * @param {Options} options
 * @param {AbortSignal | undefined} signal
 */
async function listedStores(stores, options, signal) {
  const unlisted = (/** @type {Store} */ store) => options.unlisted && store.asks
  const listings = await unlessAborted(
    Promise.all(stores.map(store => (unlisted(store) ? undefined : listed(store)))),
    signal,
  )
  for (const [n, listing] of listings.entries()) {
    // Ours tell a change by themselves.
    if (listing && !stores[n].spec && !stores[n].readInto)
      stores[n] = (await import('./stores/told.js')).heldToItsSizes(stores[n], listing.entries())
  }
  if (options.files && !listings[0]) {
    throw new LeafsumError(
      'usage',
      'the files of a source without a listing cannot be locked: leave --files out, or lock a directory',
    )
  }
  return listings
}

/** Whether another run would find no more than this one: nothing failed that may not fail again. */
function hasReadAll(/** @type {string} */ report) {
  return !JSON.parse(report).findings.some(
    (/** @type {any} */ { code }) => code === 'unreadable' || code === 'changed-during-read',
  )
}

/** Whether anything was left out for want of codecs.wasm: equal stored bytes, say, need none of it. */
function lacksCodecs(/** @type {string} */ report) {
  return JSON.parse(report).findings.some((/** @type {any} */ { code }) => code === 'unsupported' || code === 'limit')
}

/** @returns {Promise<import('./stores/store.js').PackedListing | undefined>} */
async function listed(/** @type {Store} */ store) {
  try {
    // Where somebody has put a `list` of their own over the store's, that one counts.
    if (store.packedListing && whoHas(store, 'list') === whoHas(store, 'packedListing')) return store.packedListing()
    const entries = await store.list?.()
    // Without sizes a listing is of no use: a store that gives bare names is read as one that has none.
    return isListing(entries) ? packedRows(/** @type {any} */ (entries), () => store.links?.()) : undefined
  } catch (error) {
    throw error instanceof LeafsumError
      ? error
      : new LeafsumError('source', `the source cannot be listed: ${firstLine(error)}`, { cause: error })
  }
}

/** The object in the chain of prototypes that has the member. */
function whoHas(/** @type {any} */ object, /** @type {string} */ name) {
  while (object && !Object.hasOwn(object, name)) object = Object.getPrototypeOf(object)
  return object
}

/**
 * What others promise may never come.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<T>}
 */
async function unlessAborted(promise, signal) {
  if (!signal) return promise
  let onAbort = () => {}
  const aborted = new Promise((_, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort() // there is no second event
  })
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (aborted)])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function stateOf(
  /** @type {Store} */ store,
  /** @type {Options} */ { state, lockfile, fingerprint, item, step, allSteps, prefix, generation, deep, algorithms },
) {
  const { openState } = await import('./commands/state.js')
  return openState(state, store, lockfile && bytesOf(lockfile, 'lockfile'), {
    item,
    step,
    allSteps,
    prefix,
    generation,
    deep: fingerprint === undefined ? deep : true,
    algorithms,
  })
}

function refuse(/** @type {string} */ problem, /** @type {import('./errors.js').ErrorCode} */ code) {
  if (problem) throw new LeafsumError(code, problem)
}

/** A single file may be something else than a checkpoint; a directory's files are the core's to judge. */
async function refuseForeignFiles(/** @type {any[]} */ stores) {
  const files = stores.filter(store => store.file !== undefined)
  if (files.length === 0) return
  const { refuseForeignFile } = await import('./commands/foreign_file.js')
  await Promise.all(files.map(refuseForeignFile))
}
