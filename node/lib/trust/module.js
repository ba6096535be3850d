// trust.wasm, loaded by the first that asks about a signature.
import { started } from '../host/core.js'

/** @import { Trust } from '../../../src/bindings/trust.mjs' */

/**
 * @param {import('../host/platform.js').Platform} platform
 * @returns {Promise<Trust>}
 */
export async function newTrust(platform) {
  const { factory, module } = await platform.load('trust')
  return /** @type {Promise<any>} */ (started(factory, module))
}
