// What a command is given: a store, or a checkpoint that was opened, which is a store and a scope.
import { LeafsumError } from '../errors.js'

/**
 * @typedef {import('../stores/store.js').Store} Store
 * @typedef {import('../run.js').Options} Options
 */

const kScope = ['item', 'step', 'allSteps', 'prefix', 'generation', 'include', 'exclude']
const kNarrowing = ['item', 'include', 'exclude'] // may be named later, where the checkpoint was opened with none

/** A store with the scope that every command reads of it. */
export class ScopedSource {
  /** @param {Store} store @param {Options} scope */
  constructor(store, scope) {
    this.store = store
    this.scope = Object.freeze(Object.fromEntries(kScope.map(name => [name, scope[name]])))
  }
}

/**
 * What a source may be given as besides a store: a path, where this host has them, or an address.
 * @param {((path: string | URL) => Promise<Store>) | undefined} openPath takes URLs of `file:` too
 * @param {import('../host/platform.js').Platform} platform
 * @returns {(source: any) => any}
 */
export const opener = (openPath, platform) => source => {
  const isUrl = typeof source?.href === 'string' && typeof source.protocol === 'string' // of any realm
  if (typeof source !== 'string' && !isUrl) return source
  const scheme = isUrl ? source.protocol : /^[a-z][a-z0-9+.-]+:(?=\/\/)/i.exec(source)?.[0].toLowerCase()
  if (scheme !== undefined && /^(https?|hf|gs|s3):$/.test(scheme)) return openUrl(source, platform)
  if (openPath && scheme === 'file:') return openPath(new URL(source))
  if (openPath && scheme === undefined && source !== '') return openPath(source)
  const instead = `${openPath ? 'a path, or ' : ''}an address of http:, https:, hf:, gs: or s3:`
  throw new LeafsumError('usage', `a source of ${JSON.stringify(String(source))} is not possible: ${instead} is wanted`)
}

const openUrl = async (
  /** @type {string | URL} */ url,
  /** @type {import('../host/platform.js').Platform} */ platform,
) => (await import('../stores/open_url.js')).openUrl(url, platform)

export const leavesOf = (/** @type {any[]} */ items) =>
  items.flatMap(item => item.leaves.map((/** @type {any} */ leaf) => ({ item: item.name, ...leaf })))

/** @returns {Store} */
export function storeOf(/** @type {any} */ source) {
  const store = source instanceof ScopedSource ? source.store : source
  if (typeof store?.get !== 'function' || typeof store?.getRange !== 'function') {
    throw new LeafsumError(
      'usage',
      'a source is a path (in Node), an https: address, or a store with get(key) and getRange(key, range): see fromPath, fromFiles, fromMap',
    )
  }
  return store
}

/** What takes several commands: where reading costs much, each finds what an earlier one has read. */
export async function held(/** @type {any[]} */ sources, /** @type {() => Promise<any>} */ run) {
  const stores = (await Promise.all(sources)).map(source => (source instanceof ScopedSource ? source.store : source))
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
  const opened = sources.filter(source => source instanceof ScopedSource)
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
