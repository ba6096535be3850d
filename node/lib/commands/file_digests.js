// What the files of a source make of digests that somebody gives for each of them: sums, or the tree of a hub.
import { LeafsumError } from '../errors.js'
import { hexOf } from '../values/hex.js'
import { failureOf, isListing } from '../stores/store.js'

const kPiece = 4 * 2 ** 20 // read and hashed at once

/**
 * @typedef {{ update(bytes: Uint8Array): unknown, digest(): Uint8Array }} Hasher
 *
 * @typedef {object} Expected  of one file
 * @property {string} algorithm  as findings name it
 * @property {string} digest  hex, lower case
 * @property {(size: number) => Hasher} hasher  size: of the file
 *
 * @typedef {object} Words
 * @property {string} differs  of a file with another digest
 * @property {string} missing
 * @property {string} unnamed  of a file of which no digest is given
 * @property {string} [lost]  what to do where no file is there
 *
 * @typedef {import('../stores/store.js').Store} Store
 * @typedef {import('../stores/store.js').ListingEntry} Entry
 */

/**
 * Refuses what such digests cannot vouch for.
 * @param {unknown} listing
 * @param {Record<string, any>} options  of the API
 * @param {string} evidence  "sums"
 * @returns {Entry[]}
 */
export function listingFor(listing, options, evidence) {
  const { allowExtra, allowMissing, lockfile, fingerprint, against } = options
  if (!isListing(listing)) {
    throw new LeafsumError(
      'usage',
      `${evidence} need a listing of the source: without one (a URL has none) files that no line names stay unseen`,
    )
  }
  // A file that a leaf depends on may be the one that is not there, or that no line names.
  if ((allowExtra || allowMissing) && lockfile === undefined && fingerprint === undefined && against === undefined) {
    throw new LeafsumError(
      'usage',
      `${evidence} alone vouch for the files that they name: ${allowExtra ? '--allow-extra' : '--allow-missing'} would let leaves pass that nothing vouches for; give a lockfile too, --lock FILE`,
    )
  }
  return /** @type {any} */ (listing)
}

/**
 * What is wrong with a name that has to lie below a directory; nothing where it does.
 * @param {string} path
 */
export function whyNotBelow(path) {
  if (path.startsWith('/')) return 'is an absolute path'
  const leads = path.split('/').some(part => part === '' || part === '.' || part === '..' || part.includes('\0'))
  return leads ? 'does not name a file below the directory' : undefined
}

/**
 * Reads every file that is named. What the core is told (its option `sums`): how many are equal, and a finding for each
 * that is not there, differs, cannot be read, or that nothing names.
 * @param {Store} store
 * @param {Entry[]} listing
 * @param {Map<string, Expected>} wanted  by path below the source
 * @param {{ words: Words, allowExtra?: boolean, allowMissing?: boolean, signal?: AbortSignal, own?: string,
 * withSource?: boolean }} options
 *   own: the evidence's own path in the source, where it lies there; none has a line for itself
 */
export async function checkFiles(store, listing, wanted, options) {
  const { words, allowExtra, signal, own, withSource = false } = options
  const files = listing.filter(([, , kind]) => kind !== 'd').map(([path]) => path)
  /** @type {Record<string, string | undefined>[]} */
  const findings = []
  let equal = 0
  for (const [file, expected] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const finding = await compared(store, file, expected, options)
    if (finding) findings.push(finding)
    else equal++
  }
  for (const file of files.filter(path => !wanted.has(path) && path !== own)) {
    findings.push({
      code: 'unknown-file',
      // An error, although `unknown-file` is a warning elsewhere: every file is listed there, and a program may read
      // one file more. --allow-extra says that it is meant to be there.
      severity: allowExtra ? 'warning' : 'error',
      file,
      message: words.unnamed,
    })
  }
  signal?.throwIfAborted()
  // Nothing was compared: whatever may be missing, that is no success.
  if (equal > 0) return { equal, with_source: withSource, findings }
  for (const finding of findings) {
    if (finding.code !== 'missing-file') continue
    finding.severity = 'error'
    if (words.lost) finding.message += `; ${words.lost}`
  }
  return { equal, with_source: withSource, findings }
}

/**
 * A finding, or nothing for a file that is what it should be.
 * @param {Store} store
 * @param {string} file
 * @param {Expected} expected
 * @param {{ words: Words, allowMissing?: boolean, signal?: AbortSignal }} options
 */
async function compared(store, file, { algorithm, digest, hasher }, { words, allowMissing, signal }) {
  try {
    const actual = await hashOf(store, file, hasher, signal)
    if (actual === digest) return undefined
    return {
      code: 'digest-mismatch',
      file,
      expected: `${algorithm}:${digest}`,
      actual: `${algorithm}:${actual}`,
      message: words.differs,
    }
  } catch (error) {
    signal?.throwIfAborted()
    const { kind, message } = failureOf(error)
    if (kind !== 'missing') return { code: kind === 'changed' ? 'changed-during-read' : 'unreadable', file, message }
    return {
      code: 'missing-file',
      severity: allowMissing ? 'warning' : 'error',
      file,
      expected: `${algorithm}:${digest}`,
      message: words.missing,
    }
  }
}

/**
 * @param {any} store
 * @param {string} file
 * @param {Expected['hasher']} begin
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<string>} hex
 */
export async function hashOf(store, file, begin, signal) {
  const size = await store.size(file)
  const hasher = begin(size)
  const piece = new Uint8Array(Math.min(size, kPiece))
  for (let offset = 0; offset < size; offset += kPiece) {
    signal?.throwIfAborted()
    const length = Math.min(kPiece, size - offset)
    if (store.readInto) {
      // Reading is synchronous: let a signal in between.
      if (offset > 0) await new Promise(resolve => setTimeout(resolve))
      const view = piece.subarray(0, length)
      if (store.readInto(file, offset, view) < length) throw new Error('the file ends before its size')
      hasher.update(view)
    } else {
      const bytes = await store.getRange(`/${file}`, { offset, length })
      if (bytes?.length !== length) throw new Error('the file ends before its size')
      hasher.update(bytes)
    }
  }
  return hexOf(hasher.digest())
}
