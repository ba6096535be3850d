// What a checkpoint is to be restored into: the leaves of a template, whichever form it comes in.
import { LeafsumError } from './errors.js'

/**
 * @typedef {object} TemplateLeaf
 * @property {string} item
 * @property {string[]} key_path
 * @property {string} dtype
 * @property {number[] | null} shape
 * @property {{ mesh: Record<string, number>, spec: (string | string[] | null)[] }} [sharding] a NamedSharding
 */

/**
 * Of a document: `ls --json`, a lockfile, or what examples/dump_template.py writes.
 * @param {Uint8Array | string} document
 * @returns {TemplateLeaf[]}
 */
export function parseTemplate(document) {
  let root
  try {
    root = JSON.parse(typeof document === 'string' ? document : new TextDecoder('utf-8', { fatal: true }).decode(document))
  } catch {
    throw refused('it is no JSON')
  }
  if (root?.leafsum_template === 1) return eachOnce(leavesOf('', root.leaves))
  if (Array.isArray(root?.items)) return eachOnce(root.items.flatMap((/** @type {any} */ item) => leavesOf(item?.name, item?.leaves)))
  if (root?.leafsum === 1 && isObject(root.items)) {
    return eachOnce(Object.entries(root.items).flatMap(([name, item]) => leavesOf(name, /** @type {any} */ (item)?.leaves)))
  }
  throw refused('a lockfile, the output of ls --json or of examples/dump_template.py is wanted')
}

/** A leaf that stands twice would be counted twice, and could be two things. */
function eachOnce(/** @type {TemplateLeaf[]} */ leaves) {
  const seen = new Set()
  for (const { item, key_path } of leaves) {
    const name = JSON.stringify([item, key_path])
    if (seen.has(name)) throw refused(`the leaf ${name} stands twice`)
    seen.add(name)
  }
  return leaves
}

/** @returns {TemplateLeaf[]} */
function leavesOf(/** @type {unknown} */ item, /** @type {unknown} */ leaves) {
  if (typeof item !== 'string' || !Array.isArray(leaves)) throw refused('its leaves are no list')
  return leaves.map((/** @type {any} */ leaf) => {
    const { key_path, dtype, shape, sharding } = leaf ?? {}
    const isPath = Array.isArray(key_path) && key_path.every(key => typeof key === 'string')
    const isShape = shape === null || (Array.isArray(shape) && shape.every(n => Number.isSafeInteger(n) && n >= 0))
    if (!isPath || typeof dtype !== 'string' || !isShape) throw refused('a leaf has no key_path, dtype and shape')
    if (sharding !== undefined && !isSharding(sharding)) throw refused(`the sharding of /${key_path.join('/')} is not {mesh, spec}`)
    return { item, key_path, dtype, shape, ...sharding && { sharding } }
  })
}

/** @param {any} value */
const isSharding = value => isObject(value) && isObject(value.mesh) &&
  Object.values(value.mesh).every(size => Number.isSafeInteger(size) && /** @type {number} */ (size) > 0) && Array.isArray(value.spec) &&
  value.spec.every((/** @type {any} */ axis) => axis === null || typeof axis === 'string' || (Array.isArray(axis) && axis.every(one => typeof one === 'string')))

const isObject = (/** @type {unknown} */ value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const refused = (/** @type {string} */ why) => new LeafsumError('evidence', `template refused: ${why}`)
