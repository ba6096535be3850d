// What Orbax recorded of leaves beside their arrays: which keys of a path are indices of a sequence, and which uint32
// arrays are PRNG keys. What is wrong with these documents, `check` says.
import { readDocument } from './metadata.js'
import { isListing } from '../stores/store.js'

/**
 * @typedef {object} Records  of one item
 * @property {Map<string, number[]>} keyTypes  JSON of a key path → 1 for a sequence's index, 2 for a dict's key or an
 * attribute
 * @property {Map<string, string>} prng  parameter name → implementation
 *
 * @param {import('../stores/store.js').Store} store
 * @param {any[]} items of `list`
 * @returns {Promise<Map<string, Records>>} of those with `_METADATA`; of others nothing is known
 */
export async function recordsOf(store, items) {
  const trees = items.filter(({ kind }) => kind === 'pytree')
  const listing = trees.length > 0 ? await store.list?.() : undefined
  const files = isListing(listing) ? /** @type {any[]} */ (listing).map(([path]) => path) : undefined
  return new Map(
    await Promise.all(
      trees.map(async ({ name, directory }) => {
        const tree = await readDocument(store, `${directory}_METADATA`, [])
        const folder = `${directory}array_metadatas/`
        const processes = files?.filter(path => path.startsWith(`${folder}process_`)) ?? [`${folder}process_0`]
        const arrays = await Promise.all(processes.map(path => readDocument(store, path, [])))
        return /** @type {[string, Records]} */ ([
          name,
          { keyTypes: keyTypesOf(tree), prng: new Map(arrays.flatMap(prngOf)) },
        ])
      }),
    ),
  )
}

function keyTypesOf(/** @type {any} */ tree) {
  const entries = Object.values(isObject(tree?.tree_metadata) ? tree.tree_metadata : {})
  /** @type {Map<string, number[]>} */
  const types = new Map()
  for (const entry of entries) {
    const keys = /** @type {any} */ (entry)?.key_metadata
    if (!Array.isArray(keys)) continue
    types.set(
      JSON.stringify(keys.map(one => String(one?.key))),
      keys.map(one => one?.key_type),
    )
  }
  return types
}

/** @returns {[string, string][]} */
function prngOf(/** @type {any} */ { array_metadatas: all } = {}) {
  if (!Array.isArray(all)) return []
  return all.flatMap(one => {
    const { param_name: name, ext_metadata: more } = one?.array_metadata ?? {}
    const impl = more?.random_key_impl
    return typeof name === 'string' && typeof impl === 'string' ? [/** @type {[string, string]} */ ([name, impl])] : []
  })
}

const isObject = (/** @type {unknown} */ value) => typeof value === 'object' && value !== null

/**
 * A leaf of `list` with what is recorded of it: `key_types`, and `prng_impl`, null where it is no key; neither where
 * nothing is known.
 * @param {Map<string, Records>} records
 * @param {any} leaf
 */
export function withRecords(records, leaf) {
  const known = records.get(leaf.item)
  if (!known) return leaf
  return {
    ...leaf,
    key_types: known.keyTypes.get(JSON.stringify(leaf.key_path)),
    prng_impl: known.prng.get(leaf.key_path.join('.')) ?? null,
  }
}
