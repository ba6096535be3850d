// Public keys as a caller gives them.
import { bytesOf } from '../options.js'

/** @param {any} value one, several or none @returns {any[]} */
export const listOf = value => (value === undefined ? [] : Array.isArray(value) ? value : [value])

/** One key or several, each its bytes, its text, or {name, bytes}. @returns {{ name: string, bytes: Uint8Array }[]} */
export const keysOf = (/** @type {any} */ given) =>
  listOf(given).map((one, n) => {
    const isNamed = one?.name !== undefined && one.bytes !== undefined
    return {
      name: isNamed ? String(one.name) : n === 0 ? 'the key' : `key ${n + 1}`,
      bytes: bytesOf(isNamed ? one.bytes : one, 'key'),
    }
  })
