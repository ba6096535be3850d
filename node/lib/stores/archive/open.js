// Opens an archive: its index is made, and a store of its members.
import { LeafsumError } from '../../errors.js'
import { indexOf } from './indexing.js'
import { later } from './machine.js'
import { BlobArchiveStore, readBlob } from './store.js'
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
 *
 * @param {import('../../host/platform.js').Platform} platform
 * @returns {Promise<{ codecs: Archives, module: WebAssembly.Module }>}
 */
export async function archiveCodecs(platform) {
  const { start, module } = await platform.load('codecs')
  return { codecs: /** @type {any} */ (await start()), module }
}

/**
 * @param {import('../../host/platform.js').Platform} platform
 * @param {any} source  a path (in Node), or a Blob: a File that was dropped
 * @param {ArchiveOptions} [options]
 */
export async function openArchive(platform, source, options = {}) {
  checkOptions(options)
  if (
    typeof source?.slice === 'function' &&
    typeof source.arrayBuffer === 'function' &&
    typeof source.size === 'number'
  )
    return openBlob(platform, source, options)
  const isPath = typeof source === 'string' || (typeof source?.href === 'string' && source.protocol === 'file:')
  if (isPath && platform.openArchiveFile) return platform.openArchiveFile(source, options)
  throw new LeafsumError(
    'usage',
    `fromArchive: ${platform.openArchiveFile ? 'a path, a URL of file: or a Blob' : 'a Blob (a File that was dropped or chosen)'} is wanted`,
  )
}

function checkOptions(/** @type {any} */ options) {
  if (typeof options !== 'object' || options === null)
    throw new LeafsumError('usage', 'fromArchive: options: an object is wanted')
  for (const [name, type] of Object.entries({
    inner: 'string',
    tempDir: 'string',
    followLinks: 'boolean',
    maxDisk: 'number',
    name: 'string',
  })) {
    if (options[name] !== undefined && typeof options[name] !== type)
      throw new LeafsumError('usage', `fromArchive: ${name}: a ${type} is wanted`)
  }
}

async function openBlob(/** @type {any} */ platform, /** @type {any} */ blob, /** @type {ArchiveOptions} */ options) {
  const { codecs, module } = await archiveCodecs(platform)
  const indexed = await later(indexOf(codecs, blob.size), want => readBlob(blob, want))
  const name = options.name ?? blob.name ?? ''
  const contents = contentsOf(indexed, blob.size, { ...options, name })
  return Object.assign(new BlobArchiveStore(contents, blob, { codecs, module }), described(contents))
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
