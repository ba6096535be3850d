// The commands, the same for every host. A broken checkpoint is a Report; a rejection is misuse, an abort or a bug.
// What only some of them need is loaded with the first that does: a program that verifies a directory is not there for
// long.
import { Checkpoint } from './commands/checkpoint.js'
import { held, opener, scoped, storeOf } from './commands/source.js'
import { checkInit } from './host/platform.js'
import { checkFlags, updateOptions, withBytes } from './options.js'
import { parseProduct, parseReport } from './report.js'
import { newCore, runCommand } from './run.js'

/**
 * @typedef {import('./run.js').Options} Options
 * @typedef {import('./run.js').Run} Run
 * @typedef {(source: any) => any} Open  paths and addresses become stores, all else stays what it is
 */

/**
 * @param {import('./host/platform.js').Platform} platform
 * @param {(path: string | URL) => Promise<import('./stores/store.js').Store>} [openPath]  where sources may be paths
 */
export function makeApi(platform, openPath) {
  const open = opener(openPath, platform)
  /** @type {Run} */
  const run = (command, sources, options = {}) => runCommand(platform, command, sources, options)
  const calls = { ...judging(run, open), ...reading(run, open) }
  for (const [name, places] of Object.entries(kArguments)) {
    const call = /** @type {keyof typeof kArguments} */ (name)
    calls[call] = /** @type {any} */ (checked(calls[call], places, open))
  }
  return {
    ...calls,
    rows: stream('rows', run, open),
    digests: stream('digests', run, open),
    verifyEvents: stream('events', calls.verify, open),
    /** Who signed a file? */
    verifyBlob: async (/** @type {any} */ file, /** @type {any} */ options) =>
      (await import('./commands/verify_blob.js')).verifyBlob(platform, file, options),
    /** Overrides how the core and its workers are loaded; call it before anything else. */
    init: (/** @type {import('./host/platform.js').InitOptions} */ options = {}) => {
      checkInit(options)
      platform.configure(options)
    },
    /** One finding code on one screen; "" for a code that does not exist. */
    explain: async (/** @type {string} */ code) => {
      const { explanations } = await import('./explanations.js')
      return Object.hasOwn(explanations, code) ? explanations[code] : ''
    },
    /** An archive as a source. */
    fromArchive: async (/** @type {any} */ source, /** @type {any} */ options) =>
      (await import('./stores/archive/open.js')).openArchive(platform, source, options),
    /** The signature of a lockfile, as a Sigstore bundle. */
    sign: async (/** @type {any} */ lockfile, /** @type {any} */ options = {}) =>
      (await import('./trust/signing.js')).signLockfile(platform, lockfile, options),
    /** A new pair of keys, as PEM. */
    keygen: async (/** @type {any} */ options = {}) => (await import('./trust/signing.js')).makeKeys(platform, options),
    /** Every code that a finding can have. */
    codes: async () => (await newCore(platform)).core.codes(),
    // What the program prints: the core's own texts.
    texts: {
      run,
      diff: (/** @type {any} */ a, /** @type {any} */ b, /** @type {Options} */ options) => compare(run, a, b, options),
    },
  }
}

/**
 * What a run finds, for `for await`; the report settles with the loop.
 * @param {'rows' | 'digests' | 'events'} name of streams.js
 * @param {any} run
 * @param {Open} open
 */
const stream = (name, run, open) => (/** @type {any} */ source, /** @type {Options} */ options) => {
  /** @type {(report: any) => void} */
  let settle = () => {}
  const report = new Promise(resolve => {
    settle = resolve
  })
  report.catch(() => {}) // it is the loop's failure too
  const values = async function* () {
    const streams = await import('./streams.js')
    yield* streams.taken(streams[name](run, open(source), options), options, settle)
  }
  return Object.assign(values(), { report })
}

const reportOf =
  (/** @type {Run} */ run) =>
  async (/** @type {string} */ command, /** @type {any[]} */ sources, /** @type {Options} */ options) =>
    parseReport(await run(command, sources, options))

/** What resolves to a verdict. */
function judging(/** @type {Run} */ run, /** @type {Open} */ open) {
  const report = reportOf(run)
  return {
    lock: async (/** @type {any} */ source, /** @type {Options} */ options = {}) => {
      const result = await run('lock', [source], updateOptions(options))
      return {
        report: parseReport(result),
        lockfile: result.output ? new TextEncoder().encode(result.output) : null,
      }
    },
    verify: (/** @type {any} */ source, /** @type {Options} */ options = {}) =>
      verifySource(report, source, { ...options, against: open(options.against) }),
    check: (/** @type {any} */ source, /** @type {Options} */ options) => report('check', [source], options),
    /** What each reader would take. */
    readers: async (/** @type {any} */ source, /** @type {Options} */ options) => {
      const result = await run('check', [source], { ...options, readers: true })
      return { report: parseReport(result), rows: JSON.parse(result.output) }
    },
    diff: async (/** @type {any} */ a, /** @type {any} */ b, /** @type {Options} */ options) =>
      parseProduct(await compare(run, a, b, options)),
    /** Would it restore into the template: another source, or the bytes of a template's document? */
    match: (/** @type {any} */ source, /** @type {any} */ template, /** @type {Options} */ options = {}) =>
      held([source, template], async () =>
        (await import('./commands/match.js')).matchSource({ run, report }, source, template, options),
      ),
  }
}

/** What resolves to something that lies in a checkpoint. */
function reading(/** @type {Run} */ run, /** @type {Open} */ open) {
  const report = reportOf(run)
  const listed = async (/** @type {any} */ source, /** @type {Options} */ options) =>
    (await import('./commands/list.js')).listSource(run, source, options)
  const metadata = (/** @type {any} */ source, /** @type {Options} */ { item = 'AUTO', ...options } = {}) =>
    held([source], async () => (await import('./commands/metadata.js')).describeSource(run, source, item, options))
  return {
    digest: async (/** @type {any} */ source, /** @type {Options} */ options) =>
      parseProduct(await run('digest', [source], options)),
    list: async (/** @type {any} */ source, /** @type {Options} */ options) => {
      const { report, document } = await listed(source, options)
      return { report, ...document }
    },
    metadata,
    openCheckpoint: async (/** @type {any} */ source, /** @type {Options} */ options = {}) => {
      const opened = await source
      return new Checkpoint(
        storeOf(opened),
        await listed(opened, { ...options, readers: true }),
        { report, metadata: checked(metadata, kArguments.metadata, open) },
        scoped([opened], options),
      )
    },
    /**
     * A leaf's content, or a slice of it; null instead where it could not be read or a lockfile does not vouch for it.
     */
    read: (
      /** @type {any} */ source,
      /** @type {string | string[]} */ name,
      /** @type {any} */ slice,
      /** @type {Options} */ options = {},
    ) =>
      held([source], async () =>
        source instanceof Checkpoint
          ? source.read(name, slice, options)
          : (await import('./commands/read.js')).readSource({ run, report }, source, name, slice, options),
      ),
  }
}

const compare = (
  /** @type {Run} */ run,
  /** @type {any} */ a,
  /** @type {any} */ b,
  /** @type {Options} */ options = {},
) =>
  held([a, b], async () => {
    const isRenamed = options.rename !== undefined || options.stripPrefix !== undefined
    const renames = isRenamed
      ? await (await import('./commands/rename.js')).renamesBetween(run, [a, b], options)
      : undefined
    return run('diff', [a, b], { ...options, renames })
  })

/**
 * Against evidence, or against another checkpoint.
 * @param {import('./commands/read.js').Report} report
 * @param {any} source
 * @param {Options} options
 */
async function verifySource(report, source, options) {
  const sample =
    options.sample === undefined ? undefined : (await import('./commands/sample.js')).coreSample(options.sample)
  if (options.against === undefined) return report('verify', [source], { ...options, sample })
  // What differs is read again.
  return held([source, options.against], async () => {
    const { cameWith } = await import('./commands/against.js')
    const sources = await Promise.all([source, options.against])
    return report('verify', sources, { ...options, ...cameWith(sources, options), values: true, sample })
  })
}

/** How many of a call's arguments are sources, and which one its options are. */
const kArguments = {
  lock: { sources: 1, options: 1 },
  verify: { sources: 1, options: 1 },
  check: { sources: 1, options: 1 },
  readers: { sources: 1, options: 1 },
  diff: { sources: 2, options: 2 },
  digest: { sources: 1, options: 1 },
  list: { sources: 1, options: 1 },
  metadata: { sources: 1, options: 1 },
  match: { sources: 2, options: 2 },
  openCheckpoint: { sources: 1, options: 1 },
  read: { sources: 1, options: 3 },
}

/**
 * Options are looked at before anything is read, whoever takes them then; paths and addresses become stores, and files
 * of a page bytes.
 * @param {(...args: any[]) => Promise<any>} call
 * @param {{ sources: number, options: number }} places
 * @param {Open} open
 */
const checked =
  (call, places, open) =>
  async (/** @type {any[]} */ ...args) => {
    const options = args[places.options]
    if (options !== undefined) {
      checkFlags(options)
      args[places.options] = await withBytes(options)
    }
    return call(...args.slice(0, places.sources).map(open), ...args.slice(places.sources))
  }
