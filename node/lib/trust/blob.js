// Who signed this? One bundle, and one of three proofs that the user gives: a public key, an authority's certificate,
// or an identity with the trusted root that vouches for it.
import { readBundle } from './identity/bundle.js'
import { verifyChain } from './identity/chain.js'
import { readPem } from './identity/pem.js'
import { importPublicKey } from './identity/public_key.js'
import { Refusal, reasonOf, refusing } from './identity/refusal.js'
import { verifySigned } from './identity/signed.js'
import { TrustedRootError, verifyIdentity } from './identity/verify.js'
import { LeafsumError } from '../errors.js'

const kUnchanged = 'Ask the signer for the bundle that the signing tool wrote, unchanged.'

/**
 * @typedef {import('./identity/library.js').Libraries} Libraries
 * @typedef {import('./identity/signed.js').Artifact} Artifact
 *
 * @typedef {object} Proof  one of key, certRoot and the last three
 * @property {Uint8Array} [key]  PEM
 * @property {Uint8Array} [certRoot]  PEM, one certificate or more
 * @property {string} [identity]
 * @property {string} [issuer]
 * @property {Uint8Array} [trustedRoot]
 * @property {boolean} [isAnybody]  whom the trusted root vouches for: the caller judges who it is
 *
 * @typedef {{ kind: 'key', id: string } | { kind: 'certificate', id: string, subject: string } |
 *   { kind: 'identity', identity: string, issuer: string }} Signer  id: SHA-256 of the key's SPKI, hex
 *
 * @typedef {{ signer: Signer, envelope?: { payloadType: string, payload: Uint8Array } }} Signed
 */

/**
 * A Refusal where the signature is not accepted. Without an artifact it is over an envelope, whose statement the caller
 * judges (a manifest of files); with one, the statement names it.
 * @param {Libraries} sigstore
 * @param {{ artifact?: Artifact, bundle: Uint8Array, proof: Proof, now?: Date }} asked
 * @returns {Promise<Signed>}
 */
export async function signatureOf(sigstore, { artifact, bundle, proof, now = new Date() }) {
  const digests = artifact && !artifact.bytes ? await sigstore.digests() : undefined
  if (proof.key) return byKey(proof.key, { artifact, bundle, digests })
  if (proof.certRoot) return byCertificate(await sigstore.library(), proof.certRoot, { artifact, bundle, digests, now })
  const { identity = '', issuer = '', trustedRoot = new Uint8Array(), isAnybody } = proof
  try {
    const signer = isAnybody ? undefined : { identity, issuer }
    const asked = { bundle, trustedRoot, signer, artifact, digests, now }
    const { envelope, ...found } = await verifyIdentity(await sigstore.library(), asked)
    return { signer: { kind: 'identity', identity: found.identity, issuer: found.issuer }, envelope }
  } catch (error) {
    if (!(error instanceof TrustedRootError)) throw error
    throw new LeafsumError('evidence', `${error.message}. Take the one of the Sigstore instance, unchanged`)
  }
}

const read = (/** @type {Uint8Array} */ bundle) =>
  refusing({ reason: 'malformed-bundle', what: 'the bundle cannot be read', next: kUnchanged }, () =>
    readBundle(bundle),
  )

/** @param {string} what @param {() => any} make  of what the user gave: a failure says nothing of the signature */
async function ofUser(what, make) {
  try {
    return await make()
  } catch (error) {
    throw new LeafsumError('evidence', `${what} cannot be used: ${reasonOf(error)}`)
  }
}

/** @returns {Promise<Signed>} */
async function byKey(/** @type {Uint8Array} */ pem, /** @type {any} */ { artifact, bundle, digests }) {
  const signer = await ofUser('the public key', async () => {
    const keys = readPem(pem, 'PUBLIC KEY')
    if (keys.length > 1) throw new Error(`it holds ${keys.length} keys`)
    return importPublicKey(keys[0])
  })
  const { envelope, ...rest } = await read(bundle)
  await verifySigned({ ...rest, envelope }, signer, artifact, digests)
  return { signer: { kind: 'key', id: signer.id }, envelope }
}

/** There is no signed time here: all of the chain has to be valid now. @returns {Promise<Signed>} */
async function byCertificate(
  /** @type {import('./identity/library.js').Library} */ library,
  /** @type {Uint8Array} */ pem,
  /** @type {any} */ { artifact, bundle: file, digests, now },
) {
  const roots = await ofUser('the root certificate', () => readPem(pem, 'CERTIFICATE'))
  const bundle = await read(file)
  const [leaf, ...intermediates] = bundle.certificates
  if (!leaf)
    throw new Refusal({
      reason: 'no-certificate',
      what: 'the bundle is signed by a key, without a certificate',
      expected: 'verificationMaterial.x509CertificateChain',
      actual: 'verificationMaterial.publicKey',
      next: "Name the signer's public key instead.",
    })
  const [certificate] = await verifyChain(library, { leaf, intermediates, roots, time: now })
  const why = {
    reason: /** @type {const} */ ('untrusted-certificate'),
    what: 'its key cannot be used',
    next: kUnchanged,
  }
  const signer = await refusing(why, () => importPublicKey(certificate.x509.publicKey))
  await verifySigned(bundle, signer, artifact, digests)
  const { envelope } = bundle
  return { signer: { kind: 'certificate', id: signer.id, subject: certificate.subject }, envelope }
}
