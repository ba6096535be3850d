// Who signed this lockfile or model, where a certificate says so (contract, section 6): what the core's checks take
// from another verifier. A message is over the lockfile's exact bytes; what a statement says is the core's to judge.
import { readBundle } from './identity/bundle.js'
import { Refusal } from './identity/refusal.js'
import { signatureOf } from './blob.js'
import { whole } from '../commands/blob_source.js'

/**
 * @param {import('./identity/library.js').Libraries} sigstore
 * @param {object} asked
 * @param {Uint8Array} [asked.lockfile]  none: a model is signed by a statement alone
 * @param {Uint8Array} asked.bundle
 * @param {import('./blob.js').Proof} asked.proof
 * @param {Date} [asked.now]
 * @returns {Promise<import('./certified_signer.js').Found>}
 */
export async function lockfileSigner(sigstore, { lockfile, ...asked }) {
  try {
    // A statement names the lockfile's digest itself.
    const isMessage = lockfile !== undefined && !hasEnvelope(asked.bundle)
    const artifact = isMessage ? (await whole('', lockfile)).artifact : undefined
    const { signer, envelope } = await signatureOf(sigstore, { ...asked, artifact })
    const payload = envelope?.payload
    if (signer.kind !== 'identity') return { signer: { kind: signer.kind, id: signer.id }, payload }
    return { signer: { kind: signer.kind, id: signer.identity, issuer: signer.issuer }, payload }
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error.message, reason: error.why.reason }
    throw error
  }
}

/** Of a bundle that cannot be read signatureOf says why. */
function hasEnvelope(/** @type {Uint8Array} */ bundle) {
  try {
    return readBundle(bundle).envelope !== undefined
  } catch {
    return false
  }
}
