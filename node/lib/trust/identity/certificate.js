// One certificate as the library reads it, after a look at its encoding: what the rules of chain.js and signer.js ask.
import { checkDer } from './der.js'
import { equal } from './members.js'

/** Extensions that are understood here; any other that is critical makes a certificate unusable (RFC 5280 §4.2). */
export const kOid = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
}
const kUnderstood = new Set([kOid.keyUsage, kOid.subjectAltName, kOid.basicConstraints, kOid.extendedKeyUsage])
const kCurves = new Map([
  ['1.2.840.10045.3.1.7', 'P-256'],
  ['1.3.132.0.34', 'P-384'],
  ['1.3.132.0.35', 'P-521'],
])
const kEcKey = '1.2.840.10045.2.1'
export const kEd25519 = '1.3.101.112'

/**
 * @typedef {object} Certificate
 * @property {any} x509  the library's
 * @property {Uint8Array} der
 * @property {string} subject  for messages
 * @property {Date} notBefore
 * @property {Date} notAfter
 * @property {Set<string>} extensions  their object identifiers
 *
 * @param {import('./library.js').Library} library
 * @param {Uint8Array} der
 * @returns {Certificate}
 */
export function readCertificate(library, der) {
  checkDer(der)
  const x509 = library.X509Certificate.parse(der)
  // The library signs what it encodes anew: that has to be what lies here.
  if (!equal(x509.root.toDER(), der)) throw new Error('its encoding is not DER')
  const inner = x509.tbsCertificate.subs[2].toDER()
  if (x509.version !== 'v3') throw new Error(`version ${x509.version}, not v3`)
  if (!equal(inner, x509.root.subs[1].toDER())) throw new Error('two signature algorithms that differ')
  const { notBefore, notAfter } = x509
  if (Number.isNaN(notBefore.getTime()) || Number.isNaN(notAfter.getTime()))
    throw new Error('a validity that is no time')
  return { x509, der, subject: nameOf(x509), notBefore, notAfter, extensions: extensionsOf(x509) }
}

function extensionsOf(/** @type {any} */ x509) {
  const names = /** @type {Set<string>} */ (new Set())
  for (const extension of x509.extensions) {
    const oid = extension.subs[0].toOID()
    if (names.has(oid)) throw new Error(`extension ${oid} twice`)
    names.add(oid)
  }
  return names
}

/** The first critical extension that nobody here understands. */
export const unknownCritical = (/** @type {Certificate} */ { x509, extensions }) =>
  [...extensions].find(oid => x509.extension(oid).critical && !kUnderstood.has(oid))

/** Bits (RFC 5280 §4.2.1.3), undefined where the certificate has none. @returns {number[] | undefined} */
export const keyUsage = (/** @type {Certificate} */ { x509, extensions }) =>
  extensions.has(kOid.keyUsage) ? x509.extKeyUsage.bitString : undefined

/** Object identifiers (RFC 5280 §4.2.1.12), undefined where the certificate does not say. */
export function extendedKeyUsage(/** @type {Certificate} */ { x509, extensions }) {
  if (!extensions.has(kOid.extendedKeyUsage)) return undefined
  const { valueObj } = x509.extension(kOid.extendedKeyUsage)
  checkDer(valueObj.value)
  return /** @type {string[]} */ (valueObj.subs[0].subs.map((/** @type {any} */ one) => one.toOID()))
}

/** @returns {{ isCA: boolean, pathLength?: number }} */
export function basicConstraints(/** @type {Certificate} */ { x509, extensions }) {
  if (!extensions.has(kOid.basicConstraints)) return { isCA: false }
  const { isCA, pathLenConstraint } = x509.extBasicConstraints
  return { isCA, ...(pathLenConstraint === undefined ? {} : { pathLength: Number(pathLenConstraint) }) }
}

export const isSelfIssued = (/** @type {Certificate} */ { x509 }) => equal(x509.subject, x509.issuer)

/**
 * The signer's key, ready to verify, and the hash that goes with it (Sigstore's algorithm registry).
 * @param {Certificate} certificate
 * @returns {Promise<{ key: CryptoKey, hash: string }>}
 */
export async function signerKey({ x509 }) {
  const [algorithm, parameter] = x509.subjectPublicKeyInfoObj.subs[0].subs
  const name = algorithm.toOID()
  if (name === kEd25519) return { key: await imported(x509.publicKey, { name: 'Ed25519' }), hash: '' }
  const curve = name === kEcKey ? kCurves.get(parameter?.toOID()) : undefined
  if (!curve) throw new Error('its key is neither ECDSA on P-256, P-384 or P-521 nor Ed25519')
  const hash = { 'P-256': 'SHA-256', 'P-384': 'SHA-384', 'P-521': 'SHA-512' }[curve] ?? ''
  return { key: await imported(x509.publicKey, { name: 'ECDSA', namedCurve: curve }), hash }
}

const imported = (/** @type {Uint8Array} */ spki, /** @type {any} */ algorithm) =>
  crypto.subtle.importKey('spki', /** @type {any} */ (spki), algorithm, true, ['verify'])

/** CN=..., O=..., as far as the library has the names. */
function nameOf(/** @type {any} */ x509) {
  const parts = [...x509.subjectDN].map(([name, value]) => `${name}=${value}`)
  return parts.join(', ') || 'a certificate without a subject'
}
