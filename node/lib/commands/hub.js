// The option `hub`: what a hub tells of a source's files, by its tree or by the names of its client's blobs.
import { LeafsumError } from '../errors.js'
import { bytesOf } from '../options.js'
import { hubCacheFindings } from './hub_cache.js'
import { hubTreeForCore, isHubAddress } from './hub_tree.js'

const kMembers = { tree: undefined, treePath: 'string', directory: 'string', cache: 'boolean' }

/**
 * @param {string} command
 * @param {any} store
 * @param {import('../stores/store.js').PackedListing | undefined} listing
 * @param {Record<string, any>} options  of the API
 */
export async function hubForCore(command, store, listing, options) {
  const { hub } = options
  checkForm(hub)
  const cacheFindings = hub.cache ? await hubCacheFindings(store, listing?.entries() ?? [], options) : []
  if (hub.tree === undefined) return { cacheFindings, tree: undefined }
  if (command !== 'verify') throw new LeafsumError('usage', 'hub: tree: an option of verify alone')
  if (options.sums !== undefined) throw new LeafsumError('usage', 'sums, and the tree of a hub: only one is possible')
  const file = typeof hub.tree?.arrayBuffer === 'function' ? await hub.tree.arrayBuffer() : hub.tree
  const evidence = isHubAddress(file) ? file : bytesOf(file, 'hub: tree')
  return { cacheFindings, tree: await hubTreeForCore(store, listing, evidence, options) }
}

function checkForm(/** @type {any} */ hub) {
  if (typeof hub !== 'object' || hub === null) throw new LeafsumError('usage', 'hub: an object is wanted')
  for (const [name, value] of Object.entries(hub)) {
    if (!Object.hasOwn(kMembers, name))
      throw new LeafsumError('usage', `hub: there is no "${name}"; there are ${Object.keys(kMembers).join(', ')}`)
    const type = /** @type {Record<string, string | undefined>} */ (kMembers)[name]
    if (type && value !== undefined && typeof value !== type)
      throw new LeafsumError('usage', `hub: ${name}: a ${type} is wanted`)
  }
  if (hub.tree === undefined && !hub.cache) throw new LeafsumError('usage', 'hub: its tree or its cache is wanted')
}
