// What was signed, and whether this key signed it: a message (the artifact's own bytes) or a DSSE envelope around an
// in-toto statement that names the artifact by its SHA-256.
import { fixedSize } from './ecdsa.js'
import { equal } from './members.js'
import { hexOf } from '../../values/hex.js'
import { Refusal, refusing, shown } from './refusal.js'
import { parseStrictJson } from './strict_json.js'

const kPayloadType = 'application/vnd.in-toto+json'
const kStatements = ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']
const kMaxStatement = 64 << 20
const kMessageHashes = new Map([
  ['SHA2_256', 'SHA-256'],
  ['SHA2_384', 'SHA-384'],
  ['SHA2_512', 'SHA-512'],
])
const kSizes = new Map([
  ['P-256', 32],
  ['P-384', 48],
  ['P-521', 66],
])
export const kChanged = 'The artifact or its bundle has changed since it was signed: take both from their source again.'

/**
 * @typedef {object} Artifact
 * @property {Uint8Array} sha256
 * @property {Uint8Array} [bytes]  absent where it is too large to be in memory as a whole
 *
 * @typedef {{ key: CryptoKey, hash: string }} SignerKey
 * @typedef {import('./bundle.js').Bundle} Bundle
 */

/**
 * @param {Bundle} bundle
 * @param {SignerKey} signer
 * @param {Artifact | undefined} artifact
 * @param {import('./library.js').DigestLibrary | undefined} digests
 */
export async function verifySigned(bundle, signer, artifact, digests) {
  if (bundle.envelope) return verifyEnvelope(bundle, signer, artifact)
  if (!artifact)
    throw new Refusal({
      reason: 'wrong-subject',
      what: 'the bundle signs a file, not a statement',
      expected: 'dsseEnvelope',
      next: kChanged,
    })
  return verifyMessage(bundle, signer, artifact, digests)
}

/** DSSE's pre-authentication encoding, version 1. */
export function preAuthEncoding(/** @type {NonNullable<Bundle['envelope']>} */ { payloadType, payload }) {
  const encoder = new TextEncoder()
  const type = encoder.encode(payloadType)
  const head = encoder.encode(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `)
  const whole = new Uint8Array(head.length + payload.length)
  whole.set(head)
  whole.set(payload, head.length)
  return whole
}

/** What a log has the digest of. */
export function signedDigest(/** @type {Bundle} */ bundle, /** @type {Artifact | undefined} */ artifact) {
  return async (/** @type {string} */ algorithm) => {
    const bytes = bundle.envelope ? preAuthEncoding(bundle.envelope) : artifact?.bytes
    if (bytes) return new Uint8Array(await crypto.subtle.digest(algorithm, /** @type {any} */ (bytes)))
    if (artifact && algorithm === 'SHA-256') return artifact.sha256
    throw new Error(`the file is too large for ${algorithm}`)
  }
}

async function verifyEnvelope(
  /** @type {Bundle} */ { envelope, signature },
  /** @type {SignerKey} */ signer,
  /** @type {Artifact | undefined} */ artifact,
) {
  const { payloadType, payload } = /** @type {NonNullable<Bundle['envelope']>} */ (envelope)
  if (payloadType !== kPayloadType)
    throw new Refusal({
      reason: 'wrong-subject',
      what: 'the envelope does not hold an in-toto statement',
      expected: kPayloadType,
      actual: shown(payloadType),
      next: 'This bundle signs something else: take the one of this artifact.',
    })
  const isSigned = await verifies(signer, signature, preAuthEncoding({ payloadType, payload, payloadBase64: '' }))
  if (!isSigned)
    throw new Refusal({
      reason: 'bad-signature',
      what: "the envelope's signature is not by the signer's key",
      next: kChanged,
    })
  if (artifact) checkSubject(payload, artifact)
}

/** Of a statement whose signature holds. */
function checkSubject(/** @type {Uint8Array} */ payload, /** @type {Artifact} */ { sha256 }) {
  const next = 'Ask the signer for a bundle of this artifact.'
  const statement = parsed(payload)
  if (!kStatements.includes(statement?._type))
    throw new Refusal({
      reason: 'wrong-subject',
      what: 'the payload is no in-toto statement',
      expected: kStatements[0],
      next,
    })
  const subjects = Array.isArray(statement.subject) ? statement.subject : []
  const wanted = hexOf(sha256)
  const digests = subjects.map((/** @type {any} */ one) => one?.digest?.sha256)
  if (digests.includes(wanted)) return
  throw new Refusal({
    reason: 'wrong-subject',
    what: 'the statement is about another artifact',
    expected: `sha256 ${wanted}`,
    actual:
      digests
        .slice(0, 3)
        .map((/** @type {unknown} */ digest) => shown(String(digest)))
        .join(', ') || 'no subject',
    next,
  })
}

function parsed(/** @type {Uint8Array} */ payload) {
  try {
    return parseStrictJson(payload, kMaxStatement)
  } catch (error) {
    throw new Refusal({
      reason: 'wrong-subject',
      what: 'the statement cannot be read',
      actual: shown(/** @type {Error} */ (error).message),
      next: 'Ask the signer for a bundle of this artifact.',
    })
  }
}

async function verifyMessage(
  /** @type {Bundle} */ { signature, messageDigest },
  /** @type {SignerKey} */ signer,
  /** @type {Artifact} */ artifact,
  /** @type {import('./library.js').DigestLibrary | undefined} */ digests,
) {
  const hash = messageDigest ? kMessageHashes.get(messageDigest.algorithm) : signer.hash || 'SHA-256'
  if (!hash)
    throw new Refusal({
      reason: 'unsupported-algorithm',
      where: 'messageDigest',
      what: 'the algorithm is not known here',
      expected: [...kMessageHashes.keys()].join(', '),
      actual: shown(String(messageDigest?.algorithm)),
      next: 'Update leafsum.',
    })
  const known = hash === 'SHA-256' ? artifact.sha256 : artifact.bytes && (await digestOf(hash, artifact.bytes))
  if (messageDigest && known && !equal(known, messageDigest.digest))
    throw new Refusal({
      reason: 'wrong-subject',
      what: 'the bundle is of another file',
      expected: `${messageDigest.algorithm} ${hexOf(messageDigest.digest)}`,
      actual: hexOf(known),
      next: kChanged,
    })
  const isSigned = artifact.bytes
    ? await verifies({ ...signer, hash: signer.hash && hash }, signature, artifact.bytes)
    : await verifiesDigest(signer, signature, artifact.sha256, hash, digests)
  if (!isSigned)
    throw new Refusal({
      reason: 'bad-signature',
      what: "the file's signature is not by the signer's key",
      next: kChanged,
    })
}

const digestOf = async (/** @type {string} */ hash, /** @type {Uint8Array} */ bytes) =>
  new Uint8Array(await crypto.subtle.digest(hash, /** @type {any} */ (bytes)))

/** Web Crypto hashes itself: of a digest alone a library has to do it. */
async function verifiesDigest(
  /** @type {SignerKey} */ { key, hash: ofKey },
  /** @type {Uint8Array} */ signature,
  /** @type {Uint8Array} */ sha256,
  /** @type {string} */ hash,
  /** @type {import('./library.js').DigestLibrary | undefined} */ digests,
) {
  if (!digests || !ofKey || hash !== 'SHA-256')
    throw new Refusal({
      reason: 'unsupported-algorithm',
      what: 'only the digest of the file is known',
      expected: ofKey ? 'a signature over SHA-256' : 'a signature by an ECDSA key',
      actual: ofKey ? hash : 'Ed25519',
      next: 'Name the file itself; it may have 2 GiB at most.',
    })
  return refusing({ reason: 'bad-signature', what: "the file's signature cannot be checked", next: kChanged }, () => {
    fixedSize(signature, sizeOf(key)) // as strict as where Web Crypto does it
    return digests.verifySignatureOverDigest(key, sha256, signature)
  })
}

const sizeOf = (/** @type {CryptoKey} */ key) => kSizes.get(/** @type {any} */ (key.algorithm).namedCurve) ?? 0

/** @param {SignerKey} signer @param {Uint8Array} signature @param {Uint8Array} message */
async function verifies({ key, hash }, signature, message) {
  return refusing({ reason: 'bad-signature', what: 'the signature cannot be checked', next: kChanged }, () => {
    const isCurve = key.algorithm.name === 'ECDSA'
    const raw = isCurve ? fixedSize(signature, sizeOf(key)) : signature
    const algorithm = isCurve ? { name: 'ECDSA', hash } : { name: 'Ed25519' }
    return crypto.subtle.verify(algorithm, key, /** @type {any} */ (raw), /** @type {any} */ (message))
  })
}
