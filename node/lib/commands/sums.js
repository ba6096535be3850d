// SHA256SUMS: the lines of `sha256sum` and of `sha256sum --tag`, and what a source's files make of them.
import { causeOf } from './cause.js'
import { LeafsumError } from '../errors.js'
import { checkFiles, listingFor, whyNotBelow } from './file_digests.js'

const kMaxSums = 64 * 2 ** 20

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
  const why = whyNotBelow(name.startsWith('/') ? name : path)
  if (why) throw bad(`${JSON.stringify(name)} ${why}`)
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
  const { sumsPath, lockfileCameWithSource } = options
  const sums = parseSums(file)
  if (!sha256) throw new LeafsumError('usage', 'sums of files are checked in Node alone')
  const files = listingFor(listing, options, 'sums')
  /** @type {[string, import('./file_digests.js').Expected][]} */
  const wanted = [...sumsOf(sums, store.name ?? '')].map(([name, digest]) => [
    name,
    { algorithm: 'sha256', digest, hasher: sha256 },
  ])
  return checkFiles(store, files, new Map(wanted), {
    ...options,
    words: {
      differs: 'the file is not the one in the sums; do not load it, compare with a trusted copy',
      missing: 'the sums name this file, but it is missing',
      unnamed:
        'no line of the sums names this file: it may change what is read; --allow-extra if it is meant to be there',
    },
    own: sumsPath,
    // Two kinds of evidence are as good as the worse one: a lockfile from the source gains nothing by sums beside it.
    withSource: sumsPath !== undefined || (lockfileCameWithSource ?? false),
  })
}
