// Why a signature is not accepted: what was looked at, where, what was expected, what was found, what to do next.

/**
 * @typedef {'malformed-bundle' | 'untrusted-certificate' | 'untrusted-log' | 'untrusted-time' | 'bad-signature' |
 *   'wrong-subject' | 'unknown-signer' | 'no-certificate' | 'unsupported-algorithm'} Reason  words that stay
 *
 * @typedef {object} Why
 * @property {Reason} reason
 * @property {string} what  one sentence without its end
 * @property {string} [where]  the part of the bundle or of the trusted root
 * @property {string} [expected]
 * @property {string} [actual]
 * @property {string} next
 */
export class Refusal extends Error {
  /** @param {Why} why */
  constructor(why) {
    super(textOf(why))
    this.name = 'Refusal'
    this.why = why
  }
}

/** @param {Why} why */
function textOf({ what, where, expected, actual, next }) {
  const found = [
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(actual === undefined ? [] : [`found ${actual}`]),
  ].join(', ')
  return `${where ? `${where}: ` : ''}${what}${found && `: ${found}`}. ${next}`
}

/**
 * Runs one step of a check. Whatever a library throws at hostile bytes is a refusal of this step, too.
 * @template T
 * @param {Why} why
 * @param {() => T | Promise<T>} step
 */
export async function refusing(why, step) {
  try {
    return await step()
  } catch (error) {
    if (error instanceof Refusal) throw error
    const isHost = /** @type {any} */ (error)?.name === 'NotSupportedError'
    throw new Refusal({ actual: reasonOf(error), ...why, ...(isHost ? kHostLacks : {}) })
  }
}

export const kHostLacks = /** @type {const} */ ({
  reason: 'unsupported-algorithm',
  next: 'Check it with another browser or a newer Node.',
})

/** One line, of printable characters and not too long: bundles choose parts of it. */
export function reasonOf(/** @type {unknown} */ error) {
  if (/** @type {any} */ (error)?.name === 'NotSupportedError') return 'an algorithm that this host does not have'
  // The library's words for what is not there are those of the engine.
  if (error instanceof TypeError || error instanceof RangeError) return 'a part that is missing or of another kind'
  return shown(error instanceof Error ? error.message : String(error))
}

/** A text of a bundle, as it may stand in a message. */
export function shown(/** @type {string} */ text) {
  const plain = text.slice(0, 300).replaceAll(/[^\x20-\x7e\u00a1-\u024f]+/g, ' ')
  const bare = plain
    .replace(/ Errors: ?$/, '')
    .trim()
    .replace(/[.:]$/, '')
  return bare.length > 200 ? `${bare.slice(0, 200)}…` : bare
}
