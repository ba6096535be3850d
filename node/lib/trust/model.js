// Who signed a model, and which files: from a bundle and a key to what the core compares.
import { LeafsumError } from '../errors.js'
import { newTrust } from './module.js'
import { settle, webCrypto } from './web_crypto.js'

/**
 * @typedef {import('./certified_signer.js').Signer} Signer  whom another verifier found to have signed
 *
 * @typedef {object} SignedModel
 * @property {string} [signedBy]  of a good signature
 * @property {{ message: string, expected?: string, actual?: string }} [problem]  why it is not acceptable
 * @property {Uint8Array} manifest
 * @property {string[]} revoked  fingerprints, by the policy
 *
 * @param {import('../host/platform.js').Platform} platform
 * @param {Uint8Array} bundle
 * @param {{ keys?: { name: string, bytes: Uint8Array }[], requireSigners?: string[], policy?: Uint8Array, now?: string,
 * signer?: Signer, payload?: Uint8Array, refusal?: string }} by  keys, or what the check of certificates found
 * @returns {Promise<SignedModel>}
 */
export async function checkModel(platform, bundle, by) {
  const trust = await newTrust(platform)
  const check = new trust.ModelCheck(webCrypto, { bundle, ...by })
  try {
    if (check.error()) throw new LeafsumError('usage', check.error())
    await settle(check)
    const { refused, problem, signed_by: signedBy, revoked } = JSON.parse(check.result())
    if (refused) throw new LeafsumError('evidence', `bundle refused: ${refused.message}${sidesOf(refused)}`)
    return { signedBy: problem ? undefined : signedBy, problem, manifest: check.manifest(), revoked }
  } finally {
    check.delete()
  }
}

const sidesOf = (/** @type {{ expected: string, actual: string }} */ { expected, actual }) =>
  expected && actual ? `; expected ${expected}, here is ${actual}` : ''
