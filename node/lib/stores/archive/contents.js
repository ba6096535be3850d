// What is known of an archive once its index is made: where each of its files lies, and what every store of it tells.
import { treeOf } from './tree.js'

/**
 * @import { Archives } from '../../../../src/bindings/codecs.mjs'
 * @typedef {import('./indexing.js').Index & { format: import('./indexing.js').Format }} Indexed
 * @typedef {object} ArchiveOptions
 * @property {string} [inner]  directory in the archive that is the source
 * @property {boolean} [followLinks]
 * @property {string} [tempDir]  where what is compressed may be kept decompressed
 * @property {number} [maxDisk]  bytes of that
 * @property {string} [name]
 * @property {Record<string, string>} [headers]  of an address; never sent to another origin
 * @property {number} [timeout]  milliseconds of one request
 * @property {number | number[]} [absent]  statuses that mean "not there"
 *
 * @param {import('../../host/platform.js').Platform} platform
 * @returns {Promise<{ codecs: Archives, module: WebAssembly.Module }>}
 */
export async function archiveCodecs(platform) {
  const { start, module } = await platform.load('codecs')
  return { codecs: /** @type {any} */ (await start()), module }
}

/**
 * @param {Indexed} indexed
 * @param {number} size  of the archive
 * @param {ArchiveOptions & { name: string }} options
 */
export function contentsOf({ members, remarks, unpacked, format }, size, options) {
  const tree = treeOf(members, remarks, options)
  /** @type {Map<string, import('./store.js').Place>} */
  const places = new Map()
  /** @type {import('../store.js').ListingEntry[]} */
  const listing = [...tree.others]
  for (const [path, member] of tree.files) {
    const { offset, size, packed, deflated, refusal } = member
    places.set(path, { offset, size, ...(deflated && { packed }), ...(refusal && { refusal }) })
    listing.push([path, size, 'f'])
  }
  listing.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))
  const last = tree.root.split('/').pop() || options.name.replace(/\.(?:tar|zip|tgz|tzst|tar\.\w+)$/i, '')
  const kind = format === 'gzip' || format === 'zstd' ? format : undefined
  return {
    /** @type {import('./store.js').Contents} */
    contents: {
      places,
      ...(kind && { compressed: { kind, length: size, points: unpacked?.points.spec() ?? [] } }),
    },
    listing,
    links: tree.links,
    remarks,
    name: last,
    root: tree.root,
  }
}

/** What every store of an archive tells. */
export const described = (/** @type {ReturnType<typeof contentsOf>} */ { listing, links, remarks, name }) => ({
  name,
  list: () => listing,
  links: () => links,
  findings: () => remarks,
})
