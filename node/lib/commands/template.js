// What a checkpoint is to be restored into: the leaves of a template, whichever form it comes in.
import { causeOf } from './cause.js'
import { LeafsumError } from '../errors.js'
import { prngKeyOf } from './prng_key.js'

/**
 * @typedef {object} TemplateLeaf
 * @property {string} item
 * @property {string[]} key_path
 * @property {string} dtype
 * @property {number[] | null} shape
 * @property {number[]} [key_types]  1 for a sequence's index, 2 for a dict's key or an attribute; absent where that is
 * not known
 * @property {string | null} [prng_impl]  of a uint32 leaf that holds PRNG keys, null where it holds none; absent where
 * that is not known
 * @property {{ mesh: Record<string, number>, spec: (string | string[] | null)[] }} [sharding] a NamedSharding
 */

/**
 * Of a document: `ls --json`, a lockfile, or what examples/dump_template.py writes.
 * @param {Uint8Array | ArrayBuffer} document
 * @returns {TemplateLeaf[]}
 */
export function parseTemplate(document) {
  const bytes = new Uint8Array(document)
  let root
  try {
    root = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw refused(`it is not JSON${causeOf(bytes)}`)
  }
  if (root?.leafsum_template === 1) return eachOnce(leavesOf('', root.leaves).map(knownNumbers))
  if (Array.isArray(root?.items))
    return eachOnce(root.items.flatMap((/** @type {any} */ item) => leavesOf(item?.name, item?.leaves)))
  if (root?.leafsum === 1 && isObject(root.items)) {
    return eachOnce(
      Object.entries(root.items)
        .flatMap(([name, item]) => leavesOf(name, /** @type {any} */ (item)?.leaves))
        .map(knownNumbers),
    )
  }
  throw refused('a lockfile, the output of ls --json or of examples/dump_template.py is wanted')
}

/** In these documents a uint32 leaf that is not said to hold keys holds none. */
const knownNumbers = (/** @type {TemplateLeaf} */ leaf) =>
  leaf.prng_impl === undefined && prngKeyOf(leaf.dtype) === undefined ? { ...leaf, prng_impl: null } : leaf

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
  if (typeof item !== 'string' || !Array.isArray(leaves)) throw refused('its leaves are not a list')
  return leaves.map((/** @type {any} */ leaf) => {
    const { key_path: keys, dtype, shape, sharding, key_types, prng_impl } = leaf ?? {}
    // An integer is what a dict or a list has for a key: nnx names the elements of a List so, and Orbax writes it in
    // digits.
    const isPath = Array.isArray(keys) && keys.every(key => typeof key === 'string' || Number.isSafeInteger(key))
    const areTypes =
      key_types === undefined ||
      (Array.isArray(key_types) &&
        key_types.length === keys?.length &&
        key_types.every(type => type === 1 || type === 2))
    const isShape = shape === null || (Array.isArray(shape) && shape.every(n => Number.isSafeInteger(n) && n >= 0))
    if (!isPath || typeof dtype !== 'string' || !isShape) throw refused('a leaf has no key_path, dtype and shape')
    const key_path = keys.map(String)
    if (sharding !== undefined && !isSharding(sharding))
      throw refused(`the sharding of /${key_path.join('/')} is not {mesh, spec}`)
    if (!areTypes) throw refused(`the key_types of /${key_path.join('/')} are not a 1 or 2 for each of its keys`)
    if (prng_impl !== undefined && typeof prng_impl !== 'string')
      throw refused(`the prng_impl of /${key_path.join('/')} is not text`)
    return {
      item,
      key_path,
      dtype,
      shape,
      ...(key_types && { key_types }),
      ...(prng_impl !== undefined && { prng_impl }),
      ...(sharding && { sharding }),
    }
  })
}

/** @param {any} value */
const isSharding = value =>
  isObject(value) &&
  isObject(value.mesh) &&
  Object.values(value.mesh).every(size => Number.isSafeInteger(size) && /** @type {number} */ (size) > 0) &&
  Array.isArray(value.spec) &&
  value.spec.every(
    (/** @type {any} */ axis) =>
      axis === null || typeof axis === 'string' || (Array.isArray(axis) && axis.every(one => typeof one === 'string')),
  )

const isObject = (/** @type {unknown} */ value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const refused = (/** @type {string} */ why) => new LeafsumError('evidence', `template refused: ${why}`)
