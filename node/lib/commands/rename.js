// Key paths under which two checkpoints are compared (`diff --rename`, `--strip-prefix`): done here, over their trees,
// so that the core is told leaf by leaf and never sees a pattern.
import { LeafsumError } from '../errors.js'
import { pointer as toPointer } from '../values/leaf_name.js'
import { listOptions, listSource } from './list.js'

/**
 * @typedef {{ item: string, key_path: string[] }} Leaf
 * @typedef {[source: number, item: string, from: string[], to: string[]]} Rename
 * @typedef {[pattern: RegExp | string, replacement: string]} Rule
 */

/**
 * A's key paths become B's by `rename`; `stripPrefix` goes from both. Their trees are read for that, once more.
 * @param {import('../run.js').Run} run
 * @param {any[]} sources A and B
 * @param {import('../run.js').Options} options one of the two is given
 */
export async function renamesBetween(run, sources, { rename, stripPrefix, ...options }) {
  const strip = stripPrefix === undefined ? (/** @type {string[]} */ path) => path : withoutPrefix(stripPrefix)
  const change =
    rename === undefined
      ? strip
      : (
          rules => (/** @type {string[]} */ path) =>
            strip(rules(path))
        )(byRules(rename))
  const all = await Promise.all(
    sources.map(async (source, n) => {
      const { document } = await listSource(run, source, listOptions(options))
      const leaves = document.items.flatMap((/** @type {any} */ one) =>
        one.leaves.map((/** @type {any} */ leaf) => ({ item: one.name, key_path: leaf.key_path })),
      )
      return renamesOf(n, leaves, n === 0 ? change : strip)
    }),
  )
  return all.flat()
}

/**
 * Leaves of one source with the key paths that the rules make of theirs, as `renamed` where they differ.
 * @template {Leaf} L
 * @param {L[]} leaves
 * @param {Rule[]} rules
 * @returns {(L & { renamed?: string[] })[]}
 */
export function withRenames(leaves, rules) {
  const place = (/** @type {string} */ item, /** @type {string[]} */ path) => JSON.stringify([item, path])
  const to = new Map(renamesOf(0, leaves, byRules(rules)).map(([, item, from, other]) => [place(item, from), other]))
  return leaves.map(leaf =>
    to.has(place(leaf.item, leaf.key_path)) ? { ...leaf, renamed: to.get(place(leaf.item, leaf.key_path)) } : leaf,
  )
}

/** @param {string} pointer @returns {string[] | undefined} nothing where it is none */
function fromPointer(pointer) {
  if (pointer === '') return []
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/**
 * Those of a source's leaves whose key path changes. Two that would have one key path are refused.
 * @param {number} source
 * @param {Leaf[]} leaves
 * @param {(keyPath: string[]) => string[]} rename
 * @returns {Rename[]}
 */
function renamesOf(source, leaves, rename) {
  /** @type {Map<string, string[]>} */
  const taken = new Map()
  /** @type {Rename[]} */
  const renames = []
  for (const { item, key_path: from } of leaves) {
    const to = rename(from)
    const place = JSON.stringify([item, to])
    const other = taken.get(place)
    if (other && toPointer(other) !== toPointer(from)) {
      throw new LeafsumError(
        'usage',
        `${toPointer(other)} and ${toPointer(from)} would both be ${toPointer(to)}: rename them apart`,
      )
    }
    taken.set(place, from)
    if (toPointer(to) !== toPointer(from)) renames.push([source, item, from, to])
  }
  return renames
}

/**
 * Applied in turn to a key path as JSON Pointer, each as String.replace does it: the first match, or all where the
 * expression has the flag g.
 * @param {Rule[]} rules
 * @returns {(keyPath: string[]) => string[]}
 */
function byRules(rules) {
  if (!Array.isArray(rules) || !rules.every(rule => Array.isArray(rule) && typeof rule[1] === 'string')) {
    throw new LeafsumError('usage', 'rename: a list of [pattern, replacement] is wanted')
  }
  const compiled = rules.map(
    ([pattern, replacement]) => /** @type {[RegExp, string]} */ ([compile(pattern), replacement]),
  )
  return keyPath => {
    const before = toPointer(keyPath)
    const after = compiled.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), before)
    const to = fromPointer(after)
    if (!to)
      throw new LeafsumError(
        'usage',
        `${before} would be ${JSON.stringify(after)}, which is not a key path: one begins with "/"`,
      )
    return to
  }
}

function compile(/** @type {RegExp | string} */ pattern) {
  if (pattern instanceof RegExp) return pattern
  try {
    return new RegExp(pattern, 'u')
  } catch (error) {
    throw new LeafsumError('usage', `not a regular expression: ${error instanceof Error ? error.message : error}`)
  }
}

/**
 * Takes leading elements away where they are there. @param {string} prefix `params`, `a/b` or `/a/b`
 * @returns {(keyPath: string[]) => string[]}
 */
function withoutPrefix(prefix) {
  if (typeof prefix !== 'string') throw new LeafsumError('usage', 'stripPrefix: a key path such as params is wanted')
  const elements = fromPointer(prefix.startsWith('/') ? prefix : `/${prefix}`)
  if (!elements || elements.includes(''))
    throw new LeafsumError('usage', `${prefix}: a key path such as params is wanted`)
  return keyPath =>
    elements.every((element, n) => keyPath[n] === element) && keyPath.length > elements.length
      ? keyPath.slice(elements.length)
      : keyPath
}
