// Colour, and the names in a checkpoint made harmless: they may hold escape sequences.

// C0 and C1 controls, line and paragraph separators, everything that changes the direction of text.
// eslint-disable-next-line no-control-regex
const kUnsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g
/** Half of a surrogate pair, which has no UTF-8. */
export const kLoneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const kPlain = /^[\x20-\x7e]*$/

/** @param {unknown} text of the checkpoint's making */
export function printable(text) {
  const escaped = (/** @type {string} */ c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
  const given = String(text)
  if (kPlain.test(given)) return given
  return given.replace(kUnsafe, escaped).replace(kLoneSurrogate, escaped)
}

const kQuery = /\b([a-z][a-z0-9+.-]*:\/\/[^\s?#'"]*)\?[^\s'"]*?(?=[:;,.]?(?:[\s'"]|$))/gi
const kUser = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#'"@]*@/gi

/** Queries of addresses, which may be signatures, and names of users with passwords: messages go into logs. */
export const withoutSecrets = (/** @type {string} */ text) => text.replace(kQuery, '$1?…').replace(kUser, '$1…@')

const kColors = /** @type {Record<string, number>} */ ({ bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 })

/** NO_COLOR counts before FORCE_COLOR, which asks for colour where there is no terminal too; 0 is none. */
function wantsColor(
  /** @type {{ isTTY?: boolean }} */ stream,
  /** @type {Record<string, string | undefined>} */ { NO_COLOR, FORCE_COLOR, TERM },
) {
  if (NO_COLOR) return false
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  return Boolean(stream.isTTY) && TERM !== 'dumb'
}

/**
 * @typedef {(color: string, text: string) => string} Paint
 *
 * @param {'auto' | 'always' | 'never'} when
 * @param {{ isTTY?: boolean }} stream
 * @param {Record<string, string | undefined>} env
 * @returns {Paint}
 */
export function painter(when, stream, env) {
  const on = when === 'always' || (when === 'auto' && wantsColor(stream, env))
  return on ? (color, text) => `\x1b[${kColors[color]}m${text}\x1b[0m` : (_, text) => text
}
