// A Sigstore of our own (by @sigstore/mock): an authority, a log of certificates, a transparency log, a timestamp
// authority, the trusted root that names them, and bundles that they vouch for.
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { createRequire } from 'node:module'

// CommonJS without names that Node would find.
const require = createRequire(import.meta.url)
const { initializeCA, initializeCTLog, initializeTLog, initializeTSA } = /** @type {any} */ (require('@sigstore/mock'))

const kIssuerV1 = '1.3.6.1.4.1.57264.1.1'
const kIssuerV2 = '1.3.6.1.4.1.57264.1.8'
/** Whole seconds from now: the mock's root certificates begin when they are made. */
const seconds = (/** @type {number} */ more) => new Date((Math.ceil(Date.now() / 1000) + more) * 1000)
const kStart = seconds(-86400)
export const kSigned = seconds(600)
export const kSigner = { identity: 'https://example.org/train.yml@main', issuer: 'https://issuer.example.org' }

export const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const spki = (/** @type {import('node:crypto').KeyObject} */ key) => key.export({ format: 'der', type: 'spki' })
const sha256 = (/** @type {Uint8Array} */ bytes) => createHash('sha256').update(bytes).digest()
const base64 = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString('base64')

/** @param {{ clock?: Date }} [options]  what the authorities take for the time */
export async function makeWorld({ clock = kSigned } = {}) {
  const keys = { ca: ecKey(), ct: ecKey(), log: ecKey(), tsa: ecKey() }
  const ct = await initializeCTLog(keys.ct, clock)
  const ca = await initializeCA(keys.ca, ct, clock)
  return {
    ca,
    bareCa: await initializeCA(keys.ca, undefined, clock), // whose certificates are in no log
    log: await initializeTLog('https://log.example.org', keys.log, clock),
    tsa: await initializeTSA(keys.tsa, clock),
    keys,
  }
}

/** @typedef {Awaited<ReturnType<typeof makeWorld>>} World */

/** The trusted root of a world, as an object to be changed. @param {World} world */
export function rootOf({ ca, tsa, keys }) {
  const validFor = { start: kStart.toISOString() }
  const log = (/** @type {string} */ baseUrl, /** @type {any} */ { publicKey }) => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(spki(publicKey)), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor: { ...validFor } },
    logId: { keyId: base64(sha256(spki(publicKey))) },
  })
  const authority = (/** @type {string} */ uri, /** @type {Uint8Array[]} */ chain) => ({
    uri,
    certChain: { certificates: chain.map(der => ({ rawBytes: base64(der) })) },
    validFor: { ...validFor },
  })
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [log('https://log.example.org', keys.log)],
    certificateAuthorities: [authority('https://ca.example.org', [ca.rootCertificate])],
    ctlogs: [log('https://ct.example.org', keys.ct)],
    timestampAuthorities: [authority('https://tsa.example.org', [tsa.intCertificate, tsa.rootCertificate])],
  }
}

/**
 * @param {World} world
 * @param {{ identity?: string, issuer?: string, isLogged?: boolean, key?: any }} [options]
 */
export async function certify(
  { ca, bareCa },
  { identity, issuer = kSigner.issuer, isLogged = true, key = ecKey() } = {},
) {
  const der = await (isLogged ? ca : bareCa).issueCertificate({
    publicKey: spki(key.publicKey),
    subjectAltName: identity ?? kSigner.identity,
    extensions: [
      { oid: kIssuerV1, value: issuer, legacy: true },
      { oid: kIssuerV2, value: issuer },
    ],
  })
  return { key, der }
}

/** DSSE's pre-authentication encoding. */
export const pae = (/** @type {string} */ type, /** @type {Uint8Array} */ payload) =>
  Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload])

export const kInToto = 'application/vnd.in-toto+json'
export const statementOf = (/** @type {Uint8Array} */ artifact, name = 'artifact') => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name, digest: { sha256: sha256(artifact).toString('hex') } }],
  predicateType: 'https://example.org/predicate',
  predicate: {},
})

/**
 * A bundle as an object to be changed.
 * @param {World} world
 * @param {Uint8Array} artifact
 * @param {object} [options]
 * @param {Awaited<ReturnType<typeof certify>>} [options.signer]
 * @param {'message' | 'envelope'} [options.content]
 * @param {1 | 2} [options.rekor]  version; 2 has no time of its own
 * @param {unknown} [options.statement]
 * @param {string} [options.payloadType]
 */
export async function bundleOf(world, artifact, options = {}) {
  const { content = 'message', rekor = 1, payloadType = kInToto } = options
  const { key, der } = options.signer ?? (await certify(world))
  const payload = Buffer.from(JSON.stringify(options.statement ?? statementOf(artifact)))
  const signed = content === 'message' ? artifact : pae(payloadType, payload)
  const signature = sign('sha256', signed, key.privateKey)
  const envelope = { payloadType, payload: base64(payload), signatures: [{ sig: base64(signature) }] }
  const messageDigest = { algorithm: 'SHA2_256', digest: base64(sha256(artifact)) }
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      certificate: { rawBytes: base64(der) },
      tlogEntries: [await entryOf(world, { rekor, content, der, signed, payload, signature })],
      ...(rekor === 2 ? { timestampVerificationData: { rfc3161Timestamps: [await stamp(world, signature)] } } : {}),
    },
    ...(content === 'message'
      ? { messageSignature: { messageDigest, signature: base64(signature) } }
      : { dsseEnvelope: envelope }),
  }
}

/** @param {World} world @param {Uint8Array} signature */
export async function stamp({ tsa }, signature) {
  const answer = await tsa.timestamp({
    artifactHash: sha256(signature),
    hashAlgorithmOID: '2.16.840.1.101.3.4.2.1',
    policyOID: '1.2.3.4',
    nonce: 42,
    certReq: true,
  })
  return { signedTimestamp: base64(answer) }
}

const pem = (/** @type {Uint8Array} */ der) =>
  `-----BEGIN CERTIFICATE-----\n${base64(der)}\n-----END CERTIFICATE-----\n`

/** @param {World} world @param {any} of */
export async function entryOf({ log }, { rekor, content, der, signed, payload, signature }) {
  const body = bodyOf({ rekor, content, der, signed, payload, signature })
  const [made] = /** @type {any[]} */ (Object.values(await log.log(body)))
  const { inclusionProof, signedEntryTimestamp } = made.verification
  return {
    logIndex: String(made.logIndex),
    logId: { keyId: Buffer.from(made.logID, 'hex').toString('base64') },
    kindVersion: { kind: body.kind, version: body.apiVersion },
    ...(rekor === 1 ? { integratedTime: String(made.integratedTime), inclusionPromise: { signedEntryTimestamp } } : {}),
    inclusionProof: {
      logIndex: String(inclusionProof.logIndex),
      treeSize: String(inclusionProof.treeSize),
      rootHash: Buffer.from(inclusionProof.rootHash, 'hex').toString('base64'),
      hashes: [],
      checkpoint: { envelope: inclusionProof.checkpoint },
    },
    canonicalizedBody: made.body,
  }
}

/** What Rekor writes down of a signature. */
function bodyOf(/** @type {any} */ { rekor, content, der, signed, payload, signature }) {
  const content64 = base64(signature)
  if (rekor === 2) {
    const verifier = { keyDetails: 'PKIX_ECDSA_P256_SHA_256', x509Certificate: { rawBytes: base64(der) } }
    const data = { algorithm: 'SHA2_256', digest: base64(sha256(signed)) }
    const hashedRekordV002 = { data, signature: { content: content64, verifier } }
    return { apiVersion: '0.0.2', kind: 'hashedrekord', spec: { hashedRekordV002 } }
  }
  const publicKey = Buffer.from(pem(der)).toString('base64')
  const hash = (/** @type {Uint8Array} */ bytes) => ({ algorithm: 'sha256', value: sha256(bytes).toString('hex') })
  if (content === 'message') {
    const spec = { data: { hash: hash(signed) }, signature: { content: content64, publicKey: { content: publicKey } } }
    return { apiVersion: '0.0.1', kind: 'hashedrekord', spec }
  }
  const signatures = [{ signature: content64, verifier: publicKey }]
  return { apiVersion: '0.0.1', kind: 'dsse', spec: { payloadHash: hash(payload), signatures } }
}
