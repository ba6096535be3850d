// `--hub-tree`: the digests that a hub's tree API tells of each file, and what a source's files make of them. Large
// files (LFS, xet) have a SHA-256 of their content; of the others git's own name is told, SHA-1 over "blob <size>\0"
// and the content.
import { LeafsumError, messageOf } from '../errors.js'
import { kNamed, namedAddress } from '../stores/named.js'
import { relationOf } from '../stores/places.js'
import { checkFiles, listingFor, whyNotBelow } from './file_digests.js'
import { packedRows } from '../host/packed.js'

const kMaxTree = 256 * 2 ** 20

/** @typedef {import('./file_digests.js').Expected} Expected */

const refused = (/** @type {string} */ what) => new LeafsumError('evidence', `the hub's tree refused: ${what}`)

const hashing = (/** @type {string} */ name) => {
  const crypto = /** @type {any} */ (globalThis.process)?.getBuiltinModule?.('node:crypto')
  if (!crypto) throw new LeafsumError('usage', "a hub's tree is checked in Node alone")
  return crypto.createHash(name)
}
/** By the name that a hub gives to content: 64 hex digits are its SHA-256, 40 what git calls it. */
export const expectedBy = (/** @type {string} */ digest) =>
  digest.length === 64
    ? { algorithm: 'sha256', digest, hasher: () => hashing('sha256') }
    : { algorithm: 'git-sha1', digest, hasher: gitSha1 }
const gitSha1 = (/** @type {number} */ size) => hashing('sha1').update(`blob ${size}\0`)

/**
 * A saved answer of the tree API, its pages joined to one array: every row or nothing.
 * @param {Uint8Array} file
 * @returns {Map<string, Expected>} by path in the repository
 */
export function parseHubTree(file) {
  if (file.length > kMaxTree) throw refused('over 256 MiB')
  let rows
  try {
    rows = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file))
  } catch {
    throw refused('not JSON')
  }
  if (!Array.isArray(rows))
    throw refused('an array of files is wanted, as …/api/models/OWNER/REPO/tree/REVISION?recursive=true answers')
  return treeOf(rows)
}

/**
 * @param {any[]} rows
 * @returns {Map<string, Expected>}
 */
function treeOf(rows) {
  /** @type {Map<string, Expected>} */
  const files = new Map()
  const directories = new Set()
  for (const [n, row] of rows.entries()) {
    const bad = (/** @type {string} */ what) => refused(`row ${n + 1}: ${what}`)
    const { type, path } = row ?? {}
    if ((type !== 'file' && type !== 'directory') || typeof path !== 'string')
      throw bad('neither a file nor a directory')
    const why = whyNotBelow(path)
    if (why) throw bad(`${JSON.stringify(path)} ${why}`)
    if (files.has(path) || directories.has(path)) throw bad(`${JSON.stringify(path)} a second time`)
    if (type === 'directory') directories.add(path)
    else
      files.set(
        path,
        expectedOf(row, what => bad(`${JSON.stringify(path)} ${what}`)),
      )
  }
  if (files.size === 0) throw refused('it names no file')
  for (const path of files.keys())
    for (let at = path.lastIndexOf('/'); at > 0 && directories.size > 0; at = path.lastIndexOf('/', at - 1))
      directories.delete(path.slice(0, at))
  const [bare] = directories // git knows no empty ones
  if (bare !== undefined)
    throw refused(`the files of ${JSON.stringify(bare)} are not in it: ask for the tree with ?recursive=true`)
  return files
}

const isHex = (/** @type {unknown} */ digest, /** @type {number} */ digits) =>
  typeof digest === 'string' && digest.length === digits && /^[0-9a-f]+$/.test(digest)

/** @param {any} row @param {(what: string) => Error} bad @returns {Expected} */
function expectedOf({ oid, lfs, xetHash }, bad) {
  if (lfs !== undefined && lfs !== null) {
    if (!isHex(lfs.oid, 64)) throw bad('has no SHA-256')
    return expectedBy(lfs.oid)
  }
  // Its oid is of the pointer, which is not what anybody reads.
  if (xetHash !== undefined && xetHash !== null) throw bad('is a large file (xet) without its SHA-256')
  if (!isHex(oid, 40)) throw bad("has no digest: git's oid of 40 hex digits is wanted")
  return expectedBy(oid)
}

/**
 * Of a tree the files below one directory of the repository. Where nobody has named it, it is the directory that has
 * the source's own name and all of the files; else the repository itself. The source's files are not looked at: they
 * are not trusted yet.
 * @param {Map<string, Expected>} tree
 * @param {string} sourceName
 * @param {string | undefined} directory
 */
export function filesBelow(tree, sourceName, directory) {
  const prefix = directory ?? commonDirectory([...tree.keys()], sourceName)
  if (prefix === '') return tree
  const below = [...tree].filter(([path]) => path.startsWith(`${prefix}/`))
  if (below.length === 0) throw refused(`it names no file below ${JSON.stringify(prefix)}`)
  return new Map(below.map(([path, expected]) => [path.slice(prefix.length + 1), expected]))
}

function commonDirectory(/** @type {string[]} */ paths, /** @type {string} */ name) {
  let common = paths[0].split('/').slice(0, -1)
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1)
    common = common.slice(0, common.findIndex((part, n) => part !== parts[n]) >>> 0)
  }
  const places = common.flatMap((part, n) => (part === name ? [n + 1] : []))
  if (places.length > 1)
    throw refused(
      `${JSON.stringify(common.join('/'))} has ${JSON.stringify(name)} twice: name the directory, FILE!/PATH`,
    )
  return common.slice(0, places[0] ?? 0).join('/')
}

// What the hub's client and git leave in a copy of a repository. Whoever reads a checkpoint has no use for it.
const kOfClients = /^(?:\.cache\/huggingface|\.git)\//

/**
 * The core's option `sums`, and the listing that it is true of: without what clients leave beside the files, so that
 * whatever would read one of those misses it.
 * @param {any} store
 * @param {import('../stores/store.js').PackedListing | undefined} listing
 * @param {Uint8Array | string} evidence  a saved answer, or the address of the repository (hf:)
 * @param {Record<string, any>} options  of the API
 */
export async function hubTreeForCore(store, listing, evidence, options) {
  const { hub, lockfileCameWithSource } = options
  const entries = listingFor(listing?.entries(), options, "the digests of a hub's tree")
  const isLive = typeof evidence === 'string'
  const told = isLive
    ? await live(store, evidence)
    : {
        tree: parseHubTree(evidence),
        directory: hub.directory ?? store.hubDirectory,
        cameWith: hub.treePath !== undefined,
      }
  const wanted = filesBelow(told.tree, store.name ?? '', told.directory)
  const isLeft = (/** @type {string} */ path) => kOfClients.test(path) && !wanted.has(path)
  const kept = entries.filter(([path]) => !isLeft(path))
  const sums = await checkFiles(store, kept, wanted, {
    ...options,
    words: {
      differs: "the file is not the one in the hub's tree; do not load it, download it again",
      missing: "the hub's tree names this file, but it is missing",
      unnamed:
        "the hub's tree does not name this file: it may change what is read. Has the saved tree all of its pages? " +
        '--allow-extra if it is meant to be there',
      lost: 'where the source is one directory of the repository, name it: --hub-tree FILE!/DIRECTORY',
    },
    own: hub.treePath,
    withSource: told.cameWith || (lockfileCameWithSource ?? false),
  })
  return { sums, listing: kept.length < entries.length ? packedRows(kept, () => store.links?.()) : listing }
}

/** As the hub tells it now. What it says of its own files vouches for nothing. */
async function live(/** @type {any} */ store, /** @type {string} */ address) {
  const named = namedAddress(address)
  if (!named.hub) throw new LeafsumError('usage', `${address}: a file, or an address of hf: is wanted`)
  const { hubRows } = await import('../stores/named_listing.js')
  const rows = []
  try {
    for await (const row of hubRows(named)) rows.push(row)
  } catch (error) {
    if (error instanceof LeafsumError && error.code === 'usage') throw error
    throw new LeafsumError('evidence', `cannot read the tree of ${address}: ${messageOf(error)}`, { cause: error })
  }
  return {
    tree: treeOf(rows),
    directory: named.hub.path,
    cameWith: relationOf(store, { places: named.places }) !== undefined,
  }
}

/** Whether the evidence is the address of a repository. @param {unknown} evidence @returns {evidence is string} */
export const isHubAddress = evidence => typeof evidence === 'string' && kNamed.test(evidence)
