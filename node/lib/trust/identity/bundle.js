// A Sigstore bundle (protobuf-specs, sigstore_bundle.proto) as a value of ours: only members that are known, each with
// its form, and no two members where one is meant. The libraries behind see nothing else of the file.
import { bytesOf, member, objects, optional, present } from './members.js'
import { parseStrictJson } from './strict_json.js'

const kMaxBundle = 64 << 20 // a manifest of 100,000 files has some 20 MB
const kMaxEntries = 32 // as sigstore-go
const kMaxTimestamps = 32
const kMaxCertificates = 16
const kMaxHashes = 64 // of a tree of 2^64 leaves
const kMaxCheckpoint = 1 << 16

/** The versions, by media type. */
const kVersions = new Map([
  ['application/vnd.dev.sigstore.bundle+json;version=0.1', 1],
  ['application/vnd.dev.sigstore.bundle+json;version=0.2', 2],
  ['application/vnd.dev.sigstore.bundle+json;version=0.3', 3],
  ['application/vnd.dev.sigstore.bundle.v0.3+json', 3],
])

/**
 * @typedef {object} Entry of a transparency log
 * @property {string} logId  base64
 * @property {string} logIndex
 * @property {{ kind: string, version: string }} kindVersion
 * @property {string} body  base64
 * @property {string} [integratedTime]  seconds since 1970
 * @property {string} [promise]  base64, the signed entry timestamp
 * @property {Proof} [proof]
 *
 * @typedef {{ logIndex: string, treeSize: string, rootHash: string, hashes: string[], checkpoint?: string }} Proof
 *
 * @typedef {object} Bundle
 * @property {number} version  1 to 3, of 0.x
 * @property {Uint8Array[]} certificates  DER, the signer's first; none where a key is meant
 * @property {Entry[]} entries
 * @property {string[]} timestamps  base64, RFC 3161
 * @property {Uint8Array} signature
 * @property {{ algorithm: string, digest: Uint8Array }} [messageDigest]
 * @property {{ payloadType: string, payload: Uint8Array, payloadBase64: string }} [envelope]  else a message was signed
 */

/**
 * @param {Uint8Array} bytes
 * @returns {Bundle}
 */
export function readBundle(bytes) {
  const json = parseStrictJson(bytes, kMaxBundle)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error('no object')
  const mediaType = member(json, 'mediaType', 'string', 'the bundle')
  const version = kVersions.get(mediaType)
  if (version === undefined)
    throw new Error(`mediaType is ${JSON.stringify(mediaType)}, no bundle of version 0.1 to 0.3`)
  const material = member(json, 'verificationMaterial', 'object', 'the bundle')
  return {
    version,
    certificates: certificatesOf(material),
    entries: objects(material, 'tlogEntries', 'verificationMaterial', { most: kMaxEntries }).map(entryOf),
    timestamps: timestampsOf(material),
    ...contentOf(json),
  }
}

function certificatesOf(/** @type {any} */ material) {
  const where = 'verificationMaterial'
  const kinds = present(material, ['certificate', 'x509CertificateChain', 'publicKey'])
  if (kinds.length !== 1) throw new Error(`${where} has ${kinds.join(' and ') || 'neither certificate nor publicKey'}`)
  if (kinds[0] === 'publicKey') return []
  const list =
    kinds[0] === 'certificate'
      ? [member(material, 'certificate', 'object', where)]
      : objects(member(material, kinds[0], 'object', where), 'certificates', kinds[0], {
          least: 1,
          most: kMaxCertificates,
        })
  return list.map(one => bytesOf(member(one, 'rawBytes', 'base64', kinds[0])))
}

/** @returns {Entry} */
function entryOf(/** @type {any} */ entry) {
  const where = 'tlogEntries'
  const kind = member(entry, 'kindVersion', 'object', where)
  const promise = optional(entry, 'inclusionPromise', 'object', where)
  const proof = optional(entry, 'inclusionProof', 'object', where)
  return {
    logId: member(member(entry, 'logId', 'object', where), 'keyId', 'base64', where),
    logIndex: optional(entry, 'logIndex', 'count', where) ?? '0',
    kindVersion: { kind: member(kind, 'kind', 'string', where), version: member(kind, 'version', 'string', where) },
    body: member(entry, 'canonicalizedBody', 'base64', where),
    integratedTime: nonZero(optional(entry, 'integratedTime', 'count', where)),
    promise: promise && optional(promise, 'signedEntryTimestamp', 'base64', where),
    proof: proof && proofOf(proof),
  }
}

/** protobuf's JSON may write a number that is not set as 0. */
const nonZero = (/** @type {string | undefined} */ count) => (count === '0' ? undefined : count)

/** @returns {Proof} */
function proofOf(/** @type {any} */ proof) {
  const where = 'inclusionProof'
  const hashes = optional(proof, 'hashes', 'array', where) ?? []
  if (hashes.length > kMaxHashes) throw new Error(`${where} has ${hashes.length} hashes`)
  const checkpoint = optional(proof, 'checkpoint', 'object', where)
  const envelope = checkpoint && optional(checkpoint, 'envelope', 'string', where)
  if (envelope && envelope.length > kMaxCheckpoint)
    throw new Error(`${where}.checkpoint has ${envelope.length} characters`)
  return {
    logIndex: optional(proof, 'logIndex', 'count', where) ?? '0',
    treeSize: member(proof, 'treeSize', 'count', where),
    rootHash: hashOf(member(proof, 'rootHash', 'base64', where)),
    hashes: hashes.map((/** @type {unknown} */ hash) => hashOf(member({ hash }, 'hash', 'base64', where))),
    ...(envelope ? { checkpoint: envelope } : {}),
  }
}

function hashOf(/** @type {string} */ base64) {
  if (bytesOf(base64).length !== 32) throw new Error('inclusionProof has a hash that is not of 32 bytes')
  return base64
}

function timestampsOf(/** @type {any} */ material) {
  const data = optional(material, 'timestampVerificationData', 'object', 'verificationMaterial') ?? {}
  const list = objects(data, 'rfc3161Timestamps', 'timestampVerificationData', { most: kMaxTimestamps })
  return list.map(one => member(one, 'signedTimestamp', 'base64', 'rfc3161Timestamps'))
}

function contentOf(/** @type {any} */ json) {
  const kinds = present(json, ['messageSignature', 'dsseEnvelope'])
  if (kinds.length !== 1)
    throw new Error(`the bundle has ${kinds.length ? 'both' : 'neither'} messageSignature and dsseEnvelope`)
  return kinds[0] === 'dsseEnvelope'
    ? envelopeOf(member(json, 'dsseEnvelope', 'object', 'the bundle'))
    : messageOf(member(json, 'messageSignature', 'object', 'the bundle'))
}

function messageOf(/** @type {any} */ message) {
  const where = 'messageSignature'
  const digest = optional(message, 'messageDigest', 'object', where)
  return {
    signature: bytesOf(member(message, 'signature', 'base64', where)),
    messageDigest: digest && {
      algorithm: member(digest, 'algorithm', 'string', 'messageDigest'),
      digest: bytesOf(member(digest, 'digest', 'base64', 'messageDigest')),
    },
  }
}

function envelopeOf(/** @type {any} */ envelope) {
  const where = 'dsseEnvelope'
  const signatures = objects(envelope, 'signatures', where, { least: 1, most: kMaxEntries })
  if (signatures.length !== 1) throw new Error(`${where} has ${signatures.length} signatures, not one`)
  const payloadBase64 = member(envelope, 'payload', 'base64', where)
  return {
    signature: bytesOf(member(signatures[0], 'sig', 'base64', where)),
    envelope: {
      payloadType: member(envelope, 'payloadType', 'string', where),
      payload: bytesOf(payloadBase64),
      payloadBase64,
    },
  }
}
