// Public keys as a caller gives them.
import { LeafsumError } from '../errors.js'
import { bytesOf } from '../options.js'

/** @param {any} value one, several or none @returns {any[]} */
const listOf = value => (value === undefined ? [] : Array.isArray(value) ? value : [value])

/** One key or several, each its bytes, its text, or {name, bytes}. @returns {{ name: string, bytes: Uint8Array }[]} */
export const keysOf = (/** @type {any} */ given) =>
  listOf(given).map((one, n) => {
    const isNamed = one?.name !== undefined && one.bytes !== undefined
    return {
      name: isNamed ? String(one.name) : n === 0 ? 'the key' : `key ${n + 1}`,
      bytes: bytesOf(isNamed ? one.bytes : one, 'key'),
    }
  })

/**
 * What `requireSigner` says, as the core takes it: of a key its SHA-256 alone, whatever a report calls it.
 * @param {unknown} given
 * @returns {string[]}
 */
export const requiredOf = given =>
  listOf(given).map(signer => {
    if (typeof signer === 'string') return signer.replace(/^((key )?sha256:|certificate )/, '')
    throw new LeafsumError('usage', 'requireSigner: SHA-256 of a public key in hex, or "identity I by U", is wanted')
  })

/** As policies have times. */
export const timeOf = (/** @type {Date} */ now) => `${now.toISOString().slice(0, 19)}Z`
