// The commands, the same for every host. A broken checkpoint is a Report; a rejection is misuse, an abort or a bug.
// What only some of them need is loaded with the first that does: a program that verifies a directory is not there for
// long.
import { Checkpoint } from './commands/checkpoint.js'
import { held, scoped, storeOf } from './commands/source.js'
import { checkInit } from './host/platform.js'
import { checkFlags } from './options.js'
import { parseReport } from './report.js'
import { newCore, runCommand } from './run.js'

/** @typedef {import('./run.js').Options} Options */

/** @param {import('./host/platform.js').Platform} platform */
export function makeApi(platform) {
  const run = (/** @type {string} */ command, /** @type {any[]} */ sources, /** @type {Options} */ options = {}) =>
    runCommand(platform, command, sources, options)
  const report = async (/** @type {string} */ command, /** @type {any[]} */ sources, /** @type {Options} */ options) =>
    parseReport(await run(command, sources, options))
  const list = async (/** @type {any} */ source, /** @type {Options} */ options) =>
    (await import('./commands/list.js')).listSource(run, source, options)
  const metadata = (/** @type {any} */ source, /** @type {Options} */ { item = 'AUTO', ...options } = {}) =>
    held([source], async () => (await import('./commands/metadata.js')).describeSource(run, source, item, options))

  const calls = {
    /** Overrides how the core and its workers are loaded; call it before anything else. */
    init: (/** @type {import('./host/platform.js').InitOptions} */ options = {}) => {
      checkInit(options)
      platform.configure(options)
    },

    lock: async (/** @type {any} */ source, /** @type {Options} */ options) => {
      const result = await run('lock', [source], options)
      return {
        report: parseReport({ ...result, output: '' }),
        lockfile: result.output ? new TextEncoder().encode(result.output) : null,
      }
    },
    verify: (/** @type {any} */ source, /** @type {Options} */ options) => verifySource(report, source, options),
    check: (/** @type {any} */ source, /** @type {Options} */ options) => report('check', [source], options),
    diff: (/** @type {any} */ a, /** @type {any} */ b, /** @type {Options} */ options = {}) =>
      held([a, b], async () => {
        const isRenamed = options.rename !== undefined || options.stripPrefix !== undefined
        const renames = isRenamed
          ? await (await import('./commands/rename.js')).renamesBetween(run, [a, b], options)
          : undefined
        return report('diff', [a, b], { ...options, renames })
      }),
    digest: (/** @type {any} */ source, /** @type {Options} */ options) => report('digest', [source], options),
    list,
    metadata,

    /** Would it restore into the template: another source, or the bytes or text of a template's document? */
    match: (/** @type {any} */ source, /** @type {any} */ template, /** @type {Options} */ options = {}) =>
      held([source, template], async () =>
        (await import('./commands/match.js')).matchSource({ run, report }, source, template, options),
      ),

    openCheckpoint: async (/** @type {any} */ source, /** @type {Options} */ options = {}) => {
      const opened = await source
      return new Checkpoint(
        storeOf(opened),
        await list(opened, { ...options, readers: true }),
        { report, metadata: checked(metadata, 1) },
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

    /** One finding code on one screen; "" for a code that does not exist. */
    explain: async (/** @type {string} */ code) => {
      const { explanations } = await import('./explanations.js')
      return Object.hasOwn(explanations, code) ? explanations[code] : ''
    },
    /** Every code that a finding can have. */
    codes: async () => (await newCore(platform)).core.codes(),
  }
  for (const [name, at] of Object.entries(kOptionsAt)) {
    const call = /** @type {keyof typeof kOptionsAt} */ (name)
    calls[call] = /** @type {any} */ (checked(calls[call], at))
  }
  return calls
}

/**
 * Against evidence, or against another checkpoint.
 * @param {import('./commands/read.js').Report} report
 * @param {any} source
 * @param {Options} [options]
 */
async function verifySource(report, source, options = {}) {
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

/** Which argument of a call its options are. */
const kOptionsAt = {
  lock: 1,
  verify: 1,
  check: 1,
  diff: 2,
  digest: 1,
  list: 1,
  metadata: 1,
  match: 2,
  openCheckpoint: 1,
  read: 3,
}

/** Options are looked at before anything is read, whoever takes them then. */
const checked =
  (/** @type {(...args: any[]) => Promise<any>} */ call, /** @type {number} */ at) =>
  async (/** @type {any[]} */ ...args) => {
    if (args[at] !== undefined) checkFlags(args[at])
    return call(...args)
  }
