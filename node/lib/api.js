// The commands, the same for every host. A broken checkpoint is a Report; a rejection is misuse, an abort or a bug.
import { instantiate } from './core.js'
import { drive } from './drive.js'
import { LeafsumError, bug } from './errors.js'
import { explanations } from './explanations.js'
import { helloOf, jobRunner, memoryOfJobs, readsAhead, warmPool } from './jobs.js'
import { ListDocument, textOf } from './list_document.js'
import { files, isListing } from './listing.js'
import { patternsOf, pointer as toPointer } from './leaf_name.js'
import { metadataJson, metadataOf } from './metadata.js'
import { coreOptions, kDefaultMaxMemory } from './options.js'
import { matchLeaves } from './match.js'
import { readLeaf } from './read.js'
import { byRules, renamesOf, withoutPrefix } from './rename.js'
import { coreSample } from './sample.js'
import { openState } from './state.js'
import { sumsForCore } from './sums.js'
import { parseTemplate } from './template.js'

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

  /** A's key paths become B's by `rename`; `stripPrefix` goes from both. Their trees are read for that, once more. */
  const renames = async (/** @type {any[]} */ sources, /** @type {Options} */ { rename, stripPrefix, ...options }) => {
    if (rename === undefined && stripPrefix === undefined) return undefined
    const strip = stripPrefix === undefined ? (/** @type {string[]} */ path) => path : withoutPrefix(stripPrefix)
    const change = rename === undefined ? strip : (rules => (/** @type {string[]} */ path) => strip(rules(path)))(byRules(rename))
    const { item, step, allSteps, generation, maxMemory, signal } = options
    const all = await Promise.all(sources.map(async (source, n) => {
      const { output } = await listSource(run, source, { item, step, allSteps, generation, maxMemory, signal })
      const leaves = output.items.flatMap((/** @type {any} */ one) =>
        one.leaves.map((/** @type {any} */ leaf) => ({ item: one.name, key_path: leaf.key_path })))
      return renamesOf(n, leaves, n === 0 ? change : strip)
    }))
    return all.flat()
  }

  const describe = (/** @type {any} */ source, /** @type {Options} */ { item = 'AUTO', ...options } = {}) => held([source], async () => {
    const opened = await source
    const store = storeOf(opened)
    const found = await listSource(run, opened, options)
    const described = await metadataOf(found, store, item)
    return withOutput(JSON.parse(found.text), { report: found.text, output: metadataJson(described), lines: '' }, described)
  })

  return {
    /** Would it restore into the template: another source, or the bytes or text of a template's document? */
    match: (/** @type {any} */ source, /** @type {any} */ template, /** @type {Options} */ options = {}) => held([source, template], async () => {
      const { item, step, allSteps, generation, maxMemory, signal } = options
      const items = async (/** @type {any} */ one, /** @type {Options} */ scope) =>
        one instanceof Checkpoint ? one.items.filter((/** @type {any} */ its) => scope.item === undefined || its.name === scope.item || its.name === '')
          : (await listSource(run, one, { ...scope, generation, maxMemory, signal })).output.items
      const isDocument = typeof template === 'string' || template instanceof Uint8Array
      const wanted = isDocument ? parseTemplate(template) : leavesOf(await items(template, { allSteps }))
      const inScope = wanted.filter((/** @type {any} */ leaf) => item === undefined || leaf.item === item || leaf.item === '')
      return matchLeaves(report, source, await items(source, { item, step, allSteps }), inScope, options)
    }),

    /** Overrides how the core and its workers are loaded; call it before anything else. */
    init: (/** @type {import('./platform.js').InitOptions} */ options) => platform.configure(options),

    lock: async (/** @type {any} */ source, /** @type {Options} */ options) => {
      const result = await run('lock', [source], options)
      return {
        report: parseReport({ ...result, output: '' }),
        lockfile: result.output ? new TextEncoder().encode(result.output) : null,
      }
    },
    verify: async (/** @type {any} */ source, /** @type {Options} */ options = {}) => {
      const sources = options.against ? [source, options.against] : [source]
      const run = () => report('verify', sources, { ...options, values: options.against && true, sample: coreSample(options.sample) })
      return options.against ? held(sources, run) : run() // what differs is read again
    },
    check: (/** @type {any} */ source, /** @type {Options} */ options) => report('check', [source], options),
    diff: (/** @type {any} */ a, /** @type {any} */ b, /** @type {Options} */ options = {}) => held([a, b], async () =>
      report('diff', [a, b], { ...options, renames: await renames([a, b], options) })),
    digest: (/** @type {any} */ source, /** @type {Options} */ options) => report('digest', [source], options),
    list: (/** @type {any} */ source, /** @type {Options} */ options) => listSource(run, source, options),

    metadata: describe,

    openCheckpoint: async (/** @type {any} */ source, /** @type {Options} */ options = {}) => {
      const opened = await source
      return new Checkpoint(storeOf(opened), await listSource(run, opened, options), { run: report, describe }, scoped([opened], options))
    },

    /** A leaf's content, or a slice of it; null instead where it could not be read or a lockfile does not vouch for it. */
    read: (/** @type {any} */ source, /** @type {string | string[]} */ name, /** @type {any} */ slice, /** @type {Options} */ options = {}) => held([source], async () => {
      if (source instanceof Checkpoint) return source.read(name, slice, options)
      // With the lockfile, which chooses the step of a root where nothing else does.
      const { item, step, allSteps, generation, maxMemory, signal, lockfile, lockfileCameWithSource } = options
      const scope = { item, step, allSteps, generation, maxMemory, signal, lockfile, lockfileCameWithSource }
      // Without a listing each question is a request: of other leaves nothing is asked.
      const include = storeOf(await source).list || typeof name !== 'string' && !Array.isArray(name) ? undefined
        : patternsOf(Array.isArray(name) ? toPointer(name) : name)
      const { output } = await listSource(run, source, { ...scope, include })
      return readLeaf(report, source, leavesOf(output.items), name, slice, options)
    }),

    /** One finding code on one screen; "" for a code that does not exist. */
    explain: async (/** @type {string} */ code) => (Object.hasOwn(explanations, code) ? explanations[code] : ''),
    /** Every code that a finding can have. */
    codes: async () => (await newCore(platform)).core.codes(),
  }
}

/** What takes several commands: where reading costs much, each finds what an earlier one has read. */
async function held(/** @type {any[]} */ sources, /** @type {() => Promise<any>} */ run) {
  const stores = (await Promise.all(sources)).map(source => source instanceof Checkpoint ? source.store : source)
  const releases = stores.map(store => store?.hold?.())
  try {
    return await run()
  } finally {
    for (const release of releases) release?.()
  }
}

/**
 * The core's list, and what is made of it here: `subtrees`, and `files` where they are asked for. With `onDocument` it is only
 * handed out, for as long as that takes, and the report has no output.
 */
async function listSource(/** @type {any} */ run, /** @type {any} */ source, /** @type {Options} */ options = {}) {
  const { files: wanted, depth, onDocument, ...rest } = options
  if (depth !== undefined && !(Number.isInteger(depth) && depth >= 0)) throw new LeafsumError('usage', 'depth: a whole number from 0 on is wanted')
  const opened = await source
  const listing = wanted ? await storeOf(opened).list?.() : undefined
  if (wanted && !isListing(listing)) throw new LeafsumError('usage', 'the source has no listing of its files')
  /** @type {ReturnType<ListDocument['whole']> | undefined} */
  let whole
  const { report, lines } = await run('ls', [opened], {
    ...rest,
    async onDone(/** @type {any} */ verifier) {
      const document = new ListDocument(verifier, { depth, files: wanted && files(/** @type {any} */ (listing)) })
      if (onDocument) await onDocument(document)
      else whole = document.whole()
    },
  })
  const output = whole ? () => textOf(/** @type {any} */ (whole).pieces) : ''
  return withOutput(JSON.parse(report), { report, output, lines }, whole?.document)
}

const kScope = ['item', 'step', 'allSteps', 'generation', 'include', 'exclude']
const kNarrowing = ['item', 'include', 'exclude']  // may be named later, where the checkpoint was opened with none

/**
 * A checkpoint whose structure was read; every command takes it in place of its source, and reads what it was opened as: the
 * same item, step or steps, generation, and the leaves that `include` and `exclude` leave.
 */
export class Checkpoint {
  #run
  #describe

  /**
   * @param {Store} store
   * @param {any} report
   * @param {{ run: import('./read.js').Report, describe: (source: any, options?: Options) => Promise<any> }} commands
   * @param {Options} scope that it was opened with
   */
  constructor(store, report, { run, describe }, scope) {
    this.store = store
    this.scope = Object.freeze(Object.fromEntries(kScope.map(name => [name, scope[name]])))
    this.#run = run
    this.#describe = describe
    this.report = report
    this.items = report.output?.items ?? []
    this.findings = report.findings
  }

  get leaves() {
    return leavesOf(this.items)
  }

  /**
   * @param {string | string[]} name JSON Pointer, `item:` before it where needed, dotted name, or key path
   * @param {string | any[]} [slice] `0:3, ::2`, or [{ start: 0, stop: 3 }, { step: 2 }]
   * @param {Options} [options] `lockfile`: only what its blocks vouch for
   */
  read(name, slice, options) {
    return readLeaf(this.#run, this, this.leaves, name, slice, options)
  }

  /** As the command `metadata` of this checkpoint. */
  metadata(/** @type {Options} */ options) {
    return this.#describe(this, options)
  }

  close() {
    this.store.close?.()
  }
}

/**
 * Options with the scope of the checkpoints that were opened. Options may narrow it (an item, `include`, `exclude`), never
 * change it: what was listed would not be what is read. They are of all sources of a command, and so is a checkpoint's scope.
 */
function scoped(/** @type {any[]} */ sources, /** @type {Options} */ options) {
  const opened = sources.filter(source => source instanceof Checkpoint)
  if (opened.length === 0) return options
  const merged = { ...options }
  for (const name of kScope) {
    const values = opened.map(({ scope }) => scope[name]).filter(value => !kNarrowing.includes(name) || value !== undefined)
    if (options[name] !== undefined) values.push(options[name])
    if (values.some(value => normal(value) !== normal(values[0]))) {
      throw new LeafsumError('usage', `${name}: the checkpoint was opened with ${shown(values[0])}, not ${shown(values.find(value => normal(value) !== normal(values[0])))}: open it anew`)
    }
    if (values.length > 0) merged[name] = values[0]
  }
  return merged
}

const normal = (/** @type {unknown} */ value) => value === false ? undefined : JSON.stringify(value)
const shown = (/** @type {unknown} */ value) => value === undefined ? 'none' : JSON.stringify(value)

const leavesOf = (/** @type {any[]} */ items) =>
  items.flatMap(item => item.leaves.map((/** @type {any} */ leaf) => ({ item: item.name, ...leaf })))

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
 * @param {Options} given
 * @returns {Promise<Result>}
 */
async function runCommand(platform, command, sources, given) {
  const { signal, maxMemory = kDefaultMaxMemory } = given
  signal?.throwIfAborted()
  const opened = await Promise.all(sources)
  const options = scoped(opened, given)
  const stores = opened.map(storeOf)
  /** @type {any} */
  let verifier
  /** @type {{ close(): Promise<void> } | undefined} */
  let workers
  try {
    const listings = await Promise.all(stores.map(store => store.list?.()))
    const pool = workers = warmPool(platform, command, stores, listings, options)
    const state = options.state && await stateOf(stores[0], options)
    const config = coreOptions(command, stores.map(store => store.name ?? ''), { ...options, resumed: state?.resumed })
    if (readsAhead(stores)) config.read_ahead = true
    // By the core's own listing: what changes between the two readings of a file is noticed.
    if (options.sums !== undefined) config.sums = await sumsForCore(stores[0], listings[0], bytesOf(options.sums, 'sums'), platform.sha256, options)

    // A fresh instance each time: its memory never shrinks, and after a trap it is unusable. It goes as a whole: a Verifier
    // that were deleted first would give back, leaf by leaf, what nobody takes.
    const loaded = await newCore(platform)
    const { core } = loaded
    pool?.greet(helloOf(platform, stores, loaded))
    verifier = new core.Verifier(JSON.stringify(config))
    refuse(verifier.error(), 'usage')
    if (options.lockfile !== undefined) {
      verifier.setEvidence(bytesOf(options.lockfile), options.lockfileCameWithSource === true)
      refuse(verifier.error(), 'evidence')
    }
    for (const [index, listing] of listings.entries()) {
      // Without sizes a listing is of no use: a store that gives bare names is read as one that has none.
      if (isListing(listing)) verifier.setListing(index, JSON.stringify(listing))
    }
    refuse(verifier.error(), 'usage')

    if (options.onContent) core.setContentSink(options.onContent)
    const jobs = workers = jobRunner({ platform, loaded, pool, stores, options, verifier })
    const save = () => state?.save(verifier.equal())
    const { tell } = jobs
    const onPause = () => {
      tell()
      if (state?.due()) save()
    }
    try {
      await drive(verifier, { stores, budget: memoryOfJobs(stores, maxMemory), runJob: jobs.run, signal, onPause })
    } catch (error) {
      // An interrupted run's state too; never one that a broken instance would tell.
      if (signal?.aborted && error === signal.reason) save()
      throw error
    }
    save()
    jobs.tell()
    refuse(verifier.notFound(), 'source')
    if (options.conclude && !verifier.conclude(JSON.stringify(options.conclude()))) throw bug('a judgement that is none')
    await options.onDone?.(verifier)
    return { report: verifier.report(), output: verifier.output(), lines: verifier.text() }
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof LeafsumError ? error : bug('the core failed', error)
  } finally {
    await workers?.close()
    for (const store of stores) store.release?.()
  }
}

const stateOf = (/** @type {Store} */ store, /** @type {Options} */ { state, lockfile, item, step, allSteps, generation, deep, algorithms }) =>
  openState(state, store, lockfile && bytesOf(lockfile), { item, step, allSteps, generation, deep, algorithms })

function refuse(/** @type {string} */ problem, /** @type {import('./errors.js').ErrorCode} */ code) {
  if (problem) throw new LeafsumError(code, problem)
}

function bytesOf(/** @type {any} */ file, name = 'lockfile') {
  if (typeof file === 'string') return new TextEncoder().encode(file)
  if (file instanceof ArrayBuffer) return new Uint8Array(file)
  if (file instanceof Uint8Array) return file
  throw new LeafsumError('usage', `${name}: its bytes (Uint8Array) or its text are wanted`)
}

/**
 * The Report, and beside its own members, not enumerable: `text`, its exact bytes, and what the command puts out.
 * @param {Result} result
 */
function parseReport({ report, output, lines }) {
  return withOutput(JSON.parse(report), { report, output, lines }, output ? JSON.parse(output) : undefined)
}

/** @param {any} parsed  @param {{ report: string, output: string | (() => string), lines: string }} texts  @param {any} value */
function withOutput(parsed, { report, output, lines }, value) {
  return Object.defineProperties(parsed, {
    text: { value: report },
    output: { value },
    outputText: typeof output === 'string' ? { value: output } : { get: output },
    lines: { value: lines },
  })
}
