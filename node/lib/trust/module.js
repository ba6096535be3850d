// trust.wasm, loaded by the first that asks about a signature.
/** @import { Trust } from '../../../src/bindings/trust.mjs' */

/**
 * @param {import('../host/platform.js').Platform} platform
 * @returns {Promise<Trust>}
 */
export async function newTrust(platform) {
  return /** @type {Promise<any>} */ ((await platform.load('trust')).start())
}
