// Who signed, where a certificate says so: from the options of `verify` to what the core's checks take from another
// verifier.
import { bytesOf } from '../options.js'
import { sigstoreOf } from './given_proof.js'

/**
 * @typedef {{ kind: string, id: string, issuer?: string }} Signer  id: of a certificate SHA-256 of its key
 * @typedef {{ signer: Signer, payload?: Uint8Array } | { refusal: string, reason: string }} Found  payload: of an
 *   envelope, which the core has to find in the bundle too
 *
 * @param {import('../host/platform.js').Platform} platform
 * @param {Record<string, any>} options of the API
 * @param {{ lockfile?: Uint8Array, bundle: Uint8Array }} signed  without a lockfile: a manifest of files
 * @returns {Promise<Found>}
 */
export async function certifiedSigner(platform, options, signed) {
  const { certRoot, trustedRoot, certificateIdentity: identity, certificateOidcIssuer: issuer, now } = options
  const proof = {
    certRoot: certRoot === undefined ? undefined : bytesOf(certRoot, 'certRoot'),
    trustedRoot: trustedRoot === undefined ? undefined : bytesOf(trustedRoot, 'trustedRoot'),
    identity,
    issuer,
    // Then requireSigner or the policy says who may be it: the core's to judge.
    isAnybody: trustedRoot !== undefined && identity === undefined,
  }
  const { lockfileSigner } = await import('./lockfile_signer.js')
  return lockfileSigner(sigstoreOf(platform), { ...signed, proof, now })
}
