// `--hub-cache`: a snapshot in the cache of a hub's client (models--OWNER--REPO/snapshots/REVISION) is links to blobs,
// each named by what the hub calls its content. Whoever can change a blob can rename it: this finds damage, and proves
// nothing more.
import { LeafsumError } from '../errors.js'
import { checkFiles } from './file_digests.js'
import { expectedBy } from './hub_tree.js'

/**
 * @param {any} store
 * @param {import('../stores/store.js').ListingEntry[]} listing
 * @param {Record<string, any>} options  of the API
 * @returns {Promise<Record<string, string | undefined>[]>} a finding for each file that is not what its blob's name
 *   says, or is no blob
 */
export async function hubCacheFindings(store, listing, { signal }) {
  const fs = /** @type {any} */ (globalThis.process)?.getBuiltinModule?.('node:fs')
  if (typeof store.root !== 'string' || store.spec?.().kind !== 'path' || !fs)
    throw new LeafsumError('usage', "hub: cache: a directory on disk is wanted, in the cache of a hub's client")
  /** @type {Map<string, import('./file_digests.js').Expected>} */
  const wanted = new Map()
  for (const [path, , kind] of listing) {
    const digest = kind === 'f' ? blobOf(fs, `${store.root}/${path}`) : undefined
    if (digest) wanted.set(path, expectedBy(digest))
  }
  const isOfAll = ['blobs', 'snapshots'].every(name => fs.existsSync(`${store.root}/${name}`))
  if (wanted.size === 0 || isOfAll) throw noCache(fs, store)
  const { findings } = await checkFiles(store, listing, wanted, {
    signal,
    words: {
      differs: 'the blob has another digest than its name: it is damaged; delete it and download it again',
      missing: 'the blob is gone: download it again',
      unnamed: 'no link to a blob that is named by its digest: nothing tells whether this file is what was downloaded',
    },
  })
  return findings
}

/** @returns {string | undefined} the name of the blob that a file's link leads to */
function blobOf(/** @type {any} */ fs, /** @type {string} */ file) {
  try {
    if (!fs.lstatSync(file).isSymbolicLink()) return undefined
    return /[\\/]blobs[\\/]([0-9a-f]{40}|[0-9a-f]{64})$/.exec(fs.realpathSync.native(file))?.[1]
  } catch {
    return undefined
  }
}

function noCache(/** @type {any} */ fs, /** @type {any} */ { root, name }) {
  /** @type {string[]} */
  let snapshots = []
  try {
    snapshots = fs.readdirSync(`${root}/snapshots`)
  } catch {} // it is none of a hub's
  const instead = snapshots.length > 0 ? `name one of its revisions: ${name}/snapshots/${snapshots[0]}` : kInstead
  return new LeafsumError(
    'usage',
    `hub: cache: ${JSON.stringify(name)} is no revision in the cache of a hub, whose files are links to its blobs: ${instead}`,
  )
}

const kInstead = 'name a directory …/models--OWNER--REPO/snapshots/REVISION'
