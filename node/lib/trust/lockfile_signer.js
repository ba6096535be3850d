// Who signed this lockfile, where a certificate says so (contract, section 6): what the core's check of lockfiles takes
// from another verifier. A message is over the lockfile's exact bytes; what a statement says is the core's to judge.
import { readBundle } from './identity/bundle.js'
import { Refusal } from './identity/refusal.js'
import { signatureOf } from './blob.js'
import { whole } from '../commands/blob_source.js'

/**
 * @param {import('./identity/library.js').Libraries} sigstore
 * @param {object} asked
 * @param {Uint8Array} asked.lockfile
 * @param {Uint8Array} asked.bundle
 * @param {import('./blob.js').Proof} asked.proof
 * @param {Date} [asked.now]
 * @returns {Promise<{ signer: { kind: string, id: string, issuer?: string } } | { refusal: string }>}
 */
export async function lockfileSigner(sigstore, { lockfile, ...asked }) {
  try {
    // A statement names the lockfile's digest itself.
    const artifact = hasEnvelope(asked.bundle) ? undefined : (await whole('', lockfile)).artifact
    const { signer } = await signatureOf(sigstore, { ...asked, artifact })
    if (signer.kind !== 'identity') return { signer: { kind: signer.kind, id: signer.id } }
    return { signer: { kind: signer.kind, id: signer.identity, issuer: signer.issuer } }
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error.message }
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
