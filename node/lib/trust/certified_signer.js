// Who signed, where a certificate says so: from the options of `verify` to what the core's checks take from another
// verifier.
import { LeafsumError } from '../errors.js'
import { bytesOf } from '../options.js'
import { checkProof, sigstoreOf } from './given_proof.js'

/**
 * @typedef {{ kind: string, id: string, issuer?: string }} Signer  id: of a certificate SHA-256 of its key
 * @typedef {{ signer: Signer, isEnvelope: boolean } | { refusal: string, reason: string }} Found
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
  }
  const { lockfileSigner } = await import('./lockfile_signer.js')
  return lockfileSigner(sigstoreOf(platform), { ...signed, proof, now })
}

/** @param {Record<string, any>} options */
export function checkCertified(options) {
  checkProof(options)
  // A key of Sigstore's lives for minutes, and the identity is compared exactly.
  if (options.requireSigner !== undefined && options.trustedRoot !== undefined)
    throw new LeafsumError(
      'usage',
      'requireSigner is SHA-256 of a key: certificateIdentity and certificateOidcIssuer alone say who it has to be',
    )
}
