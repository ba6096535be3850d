// SHA256SUMS: the lines of `sha256sum` and of `sha256sum --tag`, and what a source's files make of them.
import { causeOf } from './cause.js'
import { LeafsumError } from '../errors.js'
import { hexOf } from '../values/hex.js'
import { failureOf, isListing } from '../stores/store.js'

const kMaxSums = 64 * 2 ** 20
const kPiece = 4 * 2 ** 20 // read and hashed at once

// Lines as `sha256sum -c` takes them. The `\` before one says that its name has escapes (coreutils: \\, \n, \r).
const kGnu = /^[ \t]*(\\?)([0-9a-fA-F]{64})[ \t](.+)$/s
const kBsd = /^[ \t]*(\\?)SHA256 ?\((.+)\)[ \t]*=[ \t]*([0-9a-fA-F]{64})$/s
const kOtherBsd = /^[ \t]*\\?([A-Z0-9][A-Za-z0-9/-]*) \(.+\) = [0-9A-Za-z+/=]+$/s

/**
 * Every line or nothing: sums of which a part cannot be read are no evidence. Names stay as they are written.
 * @param {Uint8Array | string} file its bytes or its text
 * @returns {Map<string, string>} name → SHA-256 in lower case
 */
export function parseSums(file) {
  if (file.length > kMaxSums) throw refused('over 64 MiB')
  let text
  try {
    text = typeof file === 'string' ? file : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file)
  } catch {
    throw refused('not UTF-8')
  }
  /** @type {Map<string, string>} */
  const sums = new Map()
  /**
   * @type {boolean | undefined} whether names follow one space, as `sha256 -r` of the BSDs writes them; a file is of
   * one kind
   */
  let isReversed
  // A CR at a line's end is the line's, as coreutils has it: in a name it is written with an escape.
  text.split(/\r?\n|\r$/).forEach((line, n) => {
    if (line === '' || line.startsWith('#')) return
    const bad = (/** @type {string} */ what) => refused(`line ${n + 1}: ${what}`)
    const gnu = kGnu.exec(line)
    const bsd = gnu ? null : kBsd.exec(line)
    if (!gnu && !bsd) {
      const other = kOtherBsd.exec(line)?.[1]
      throw bad(
        other
          ? `${other} sums are not read, SHA-256 alone`
          : `neither "<64 hex digits>  <name>" nor "SHA256 (<name>) = <64 hex digits>"${causeOf(file)}`,
      )
    }
    let [escaped, digest, written] = gnu ? gnu.slice(1) : [bsd?.[1] ?? '', bsd?.[3] ?? '', bsd?.[2] ?? '']
    if (gnu && (written.length === 1 || !/^[ *]/.test(written))) {
      // Else whoever names a file could move the spaces between the two.
      if (isReversed === false) throw bad('one space before the name, where lines before have two')
      isReversed = true
    } else if (gnu && !isReversed) {
      isReversed = false
      written = written.slice(1)
    }
    const name = pathOf(escaped ? unescaped(written, bad) : written, bad)
    if (sums.has(name)) throw bad(`${JSON.stringify(name)} a second time`)
    sums.set(name, digest.toLowerCase())
  })
  if (sums.size === 0) throw refused('it has no sums')
  return sums
}

const refused = (/** @type {string} */ what) => new LeafsumError('evidence', `sums refused: ${what}`)

function unescaped(/** @type {string} */ name, /** @type {(what: string) => Error} */ bad) {
  if (/\\(?![\\nr])/.test(name.replaceAll('\\\\', ''))) throw bad('an unknown escape in the name')
  return name.replace(/\\([\\nr])/g, (_, c) => (c === 'n' ? '\n' : c === 'r' ? '\r' : '\\'))
}

/** Below the directory that the sums are of, and nowhere else. */
function pathOf(/** @type {string} */ name, /** @type {(what: string) => Error} */ bad) {
  const path = name.replace(/^(\.\/)+/, '')
  if (name.startsWith('/')) throw bad(`${JSON.stringify(name)} is an absolute path`)
  if (path.split('/').some(part => part === '' || part === '.' || part === '..' || part.includes('\0'))) {
    throw bad(`${JSON.stringify(name)} does not name a file below the directory`)
  }
  return path
}

/**
 * Names below the source. Sums are taken in the directory itself or in the one above it: then every name begins with
 * the source's own. Which of the two it is, the sums alone say: whatever lies in the source is not trusted yet. No line
 * is ever left out.
 * @param {Map<string, string>} sums
 * @param {string} sourceName
 */
export function sumsOf(sums, sourceName) {
  const prefix = `${sourceName}/`
  const fromAbove = sourceName !== '' && [...sums.keys()].every(name => name.startsWith(prefix))
  return fromAbove ? new Map([...sums].map(([name, digest]) => [name.slice(prefix.length), digest])) : sums
}

/**
 * The core's option `sums`, from the options of the API.
 * @param {import('../stores/store.js').Store} store
 * @param {unknown} listing
 * @param {Uint8Array} file  the sums
 * @param {(() => any) | undefined} sha256  of the platform: one that takes a file in pieces
 * @param {Record<string, any>} options
 */
export async function sumsForCore(store, listing, file, sha256, options) {
  const { signal, allowExtra, allowMissing, sumsPath, lockfile, lockfileCameWithSource, fingerprint, against } = options
  const sums = parseSums(file)
  if (!sha256) throw new LeafsumError('usage', 'sums of files are checked in Node alone')
  if (!isListing(listing)) {
    throw new LeafsumError(
      'usage',
      'sums need a listing of the source: without one (a URL has none) files that no line names stay unseen',
    )
  }
  // A file that a leaf depends on may be the one that is not there, or that no line names.
  if ((allowExtra || allowMissing) && lockfile === undefined && fingerprint === undefined && against === undefined) {
    throw new LeafsumError(
      'usage',
      `sums alone vouch for the files that they name: ${allowExtra ? '--allow-extra' : '--allow-missing'} would let leaves pass that nothing vouches for; give a lockfile too, --lock FILE`,
    )
  }
  // Two kinds of evidence are as good as the worse one: a lockfile from the source gains nothing by sums beside it.
  const withSource = sumsPath !== undefined || (lockfileCameWithSource ?? false)
  return checkSums(store, /** @type {any} */ (listing), sums, {
    sha256,
    signal,
    allowExtra,
    allowMissing,
    own: sumsPath,
    withSource,
  })
}

/**
 * Reads every file that the sums name. What the core is told: how many are equal, and a finding for each that is not
 * there, differs, cannot be read, or that no line names.
 * @param {import('../stores/store.js').Store} store
 * @param {import('../stores/store.js').ListingEntry[]} listing
 * @param {Map<string, string>} sums
 * @param {{ sha256: () => any, allowExtra?: boolean, allowMissing?: boolean, signal?: AbortSignal, own?: string,
 * withSource?: boolean }} options
 *   own: the sums' own path in the source, where they lie there; no sums have a line for themselves
 */
async function checkSums(store, listing, sums, { sha256, allowExtra, allowMissing, signal, own, withSource = false }) {
  const files = listing.filter(([, , kind]) => kind !== 'd').map(([path]) => path)
  const wanted = sumsOf(sums, store.name ?? '')
  /** @type {Record<string, string | undefined>[]} */
  const findings = []
  let equal = 0
  for (const [file, expected] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    try {
      const actual = await hashOf(store, file, sha256(), signal)
      if (actual === expected) equal++
      else {
        findings.push({
          code: 'digest-mismatch',
          file,
          expected: `sha256:${expected}`,
          actual: `sha256:${actual}`,
          message: 'the file is not the one in the sums; do not load it, compare with a trusted copy',
        })
      }
    } catch (error) {
      signal?.throwIfAborted()
      findings.push(failure(file, expected, failureOf(error), allowMissing))
    }
  }
  for (const file of files.filter(path => !wanted.has(path) && path !== own)) {
    findings.push({
      code: 'unknown-file',
      // An error, although `unknown-file` is a warning elsewhere: the sums list every file, and a program may read
      // one file more. --allow-extra says that it is meant to be there.
      severity: allowExtra ? 'warning' : 'error',
      file,
      message:
        'no line of the sums names this file: it may change what is read; --allow-extra if it is meant to be there',
    })
  }
  // Nothing was compared: whatever may be missing, that is no success.
  if (equal === 0) for (const finding of findings) if (finding.code === 'missing-file') finding.severity = 'error'
  return { equal, with_source: withSource, findings }
}

/** @param {string} file @param {string} expected @param {any} why @param {boolean} [allowMissing] */
function failure(file, expected, { kind, message }, allowMissing) {
  if (kind === 'missing') {
    return {
      code: 'missing-file',
      severity: allowMissing ? 'warning' : 'error',
      file,
      expected: `sha256:${expected}`,
      message: 'the sums name this file, but it is missing',
    }
  }
  return { code: kind === 'changed' ? 'changed-during-read' : 'unreadable', file, message }
}

/** @returns {Promise<string>} hex */
async function hashOf(
  /** @type {any} */ store,
  /** @type {string} */ file,
  /** @type {any} */ hasher,
  /** @type {AbortSignal | undefined} */ signal,
) {
  const size = await store.size(file)
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
