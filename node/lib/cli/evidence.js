// The lockfile of `--lock`: a file, stdin, or a URL, with the name that messages give it and whether it came with the
// source.
import { basename } from 'node:path'
import { LeafsumError, messageOf } from '../errors.js'
import { placesOfUrl, relationOf } from '../stores/places.js'
import { kMaxLockfile, isUrl, liesInside, readEvidence } from './source.js'

/**
 * @typedef {{ lockfile?: Uint8Array, lockfileName?: string, lockfileCameWithSource?: boolean }} Evidence  as options of
 * the API
 *
 * @param {Record<string, any>} options of the command line
 * @param {string} source as the user named it
 * @param {any} store of it
 * @param {AbortSignal} signal
 * @returns {Promise<Evidence>}
 */
export async function lockfileOf({ lock, timeout = 60 }, source, store, signal) {
  if (lock === undefined) return {}
  if (isUrl(lock)) return fetched(lock, store, AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)]))
  const lockfile = readEvidence(lock)
  // What stdin brings is what the user put there.
  if (lock === '-') return { lockfile, lockfileName: 'stdin', lockfileCameWithSource: false }
  return { lockfile, lockfileName: basename(lock), lockfileCameWithSource: liesInside(lock, source) }
}

/** @returns {Promise<Evidence>} */
async function fetched(/** @type {string} */ name, /** @type {any} */ store, /** @type {AbortSignal} */ signal) {
  const asked = new URL(name)
  const refuse = (/** @type {string} */ why) => new LeafsumError('evidence', `cannot read the lockfile ${name}: ${why}`)
  refuseOpen(asked, refuse)
  let response
  try {
    response = await fetch(asked, { signal, headers: { Accept: 'application/json, */*' } })
  } catch (error) {
    const cause = /** @type {any} */ (error).cause
    throw refuse(cause?.code ?? messageOf(cause ?? error))
  }
  const answered = new URL(response.url)
  refuseOpen(answered, refuse)
  if (!response.ok) throw refuse(`the server answers ${response.status}; open the address in a browser`)
  /** @type {Uint8Array[]} */
  const pieces = []
  let length = 0
  try {
    for await (const piece of /** @type {any} */ (response.body) ?? []) {
      length += piece.length
      if (length > kMaxLockfile) throw refuse('it is over 512 MiB')
      pieces.push(piece)
    }
  } catch (error) {
    throw error instanceof LeafsumError ? error : refuse(messageOf(error))
  }
  // Where it was asked for, and where it lay in the end.
  const cameWith = [asked, answered].some(url => relationOf(store, { places: () => placesOfUrl(url) }) !== undefined)
  return {
    lockfile: new Uint8Array(Buffer.concat(pieces)),
    lockfileName: asked.pathname.split('/').filter(Boolean).at(-1) ?? asked.host,
    lockfileCameWithSource: cameWith,
  }
}

/** Over plain HTTP everybody on the way can put another lockfile in its place. */
function refuseOpen(/** @type {URL} */ { protocol, hostname }, /** @type {(why: string) => Error} */ refuse) {
  if (protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return
  throw refuse('over http anyone on the way can change it: name it by https, or download it')
}
