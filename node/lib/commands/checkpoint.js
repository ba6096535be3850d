// A checkpoint that was opened: its structure is at hand, and every command takes it in place of its source.
import { LeafsumError } from '../errors.js'

/**
 * @typedef {import('../stores/store.js').Store} Store
 * @typedef {import('../run.js').Options} Options
 */

const kScope = ['item', 'step', 'allSteps', 'prefix', 'generation', 'include', 'exclude']
const kNarrowing = ['item', 'include', 'exclude'] // may be named later, where the checkpoint was opened with none

/**
 * A checkpoint whose structure was read; every command takes it in place of its source, and reads what it was opened
 * as: the same item, step or steps, generation, and the leaves that `include` and `exclude` leave.
 */
export class Checkpoint {
  #report
  #metadata

  /**
   * @param {Store} store
   * @param {any} listed  the report of `list`
   * @param {{ report: import('./read.js').Report, metadata: (source: any, options?: Options) => Promise<any> }}
   * commands
   * @param {Options} scope that it was opened with
   */
  constructor(store, listed, { report, metadata }, scope) {
    this.store = store
    this.scope = Object.freeze(Object.fromEntries(kScope.map(name => [name, scope[name]])))
    this.#report = report
    this.#metadata = metadata
    this.report = listed
    this.items = listed.output?.items ?? []
    /** @type {string | null}  the item that AUTO takes, as the newest Orbax chooses */
    this.auto = listed.output?.auto?.orbax_0_12_8 ?? null
    this.findings = listed.findings
  }

  get leaves() {
    return leavesOf(this.items)
  }

  /**
   * @param {string | string[]} name JSON Pointer, `item:` before it where needed, dotted name, or key path
   * @param {string | any[]} [slice] `0:3, ::2`, or [{ start: 0, stop: 3 }, { step: 2 }]
   * @param {Options} [options] `lockfile`: only what its blocks vouch for
   */
  async read(name, slice, options) {
    const { readLeaf } = await import('./read.js')
    return readLeaf(this.#report, this, this.leaves, name, slice, options)
  }

  /** As the command `metadata` of this checkpoint. */
  metadata(/** @type {Options} */ options) {
    return this.#metadata(this, options)
  }

  close() {
    this.store.close?.()
  }
}

export const leavesOf = (/** @type {any[]} */ items) =>
  items.flatMap(item => item.leaves.map((/** @type {any} */ leaf) => ({ item: item.name, ...leaf })))

/** @returns {Store} */
export function storeOf(/** @type {any} */ source) {
  const store = source instanceof Checkpoint ? source.store : source
  if (typeof store?.get !== 'function' || typeof store?.getRange !== 'function') {
    throw new LeafsumError(
      'usage',
      'a source needs get(key) and getRange(key, range): see fromPath, fromFiles, fromMap',
    )
  }
  return store
}

/** What takes several commands: where reading costs much, each finds what an earlier one has read. */
export async function held(/** @type {any[]} */ sources, /** @type {() => Promise<any>} */ run) {
  const stores = (await Promise.all(sources)).map(source => (source instanceof Checkpoint ? source.store : source))
  const releases = stores.map(store => store?.hold?.())
  try {
    return await run()
  } finally {
    for (const release of releases) release?.()
  }
}

/**
 * Options with the scope of the checkpoints that were opened. Options may narrow it (an item, `include`, `exclude`),
 * never change it: what was listed would not be what is read. They are of all sources of a command, and so is a
 * checkpoint's scope.
 */
export function scoped(/** @type {any[]} */ sources, /** @type {Options} */ options) {
  const opened = sources.filter(source => source instanceof Checkpoint)
  if (opened.length === 0) return options
  const merged = { ...options }
  for (const name of kScope) {
    const values = opened
      .map(({ scope }) => scope[name])
      .filter(value => !kNarrowing.includes(name) || value !== undefined)
    if (options[name] !== undefined) values.push(options[name])
    const differs = (/** @type {unknown} */ value) => normal(value) !== normal(values[0])
    if (values.some(differs)) {
      throw new LeafsumError(
        'usage',
        `${name}: the checkpoint was opened with ${shown(values[0])}, not ${shown(values.find(differs))}: open it anew`,
      )
    }
    if (values.length > 0) merged[name] = values[0]
  }
  return merged
}

const normal = (/** @type {unknown} */ value) => (value === false ? undefined : JSON.stringify(value))
const shown = (/** @type {unknown} */ value) => (value === undefined ? 'none' : JSON.stringify(value))
