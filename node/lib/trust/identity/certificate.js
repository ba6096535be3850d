// One certificate as the library reads it, after a look at its encoding: what the rules of chain.js and signer.js ask.
import { checkDer } from './der.js'
import { equal } from './members.js'

/** Extensions that are understood here; any other that is critical makes a certificate unusable (RFC 5280, 4.2). */
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
const kSequence = 0x30
const kBitString = 0x03
export const kEd25519 = '1.3.101.112'

/**
 * @typedef {object} Certificate
 * @property {any} x509  the library's
 * @property {Uint8Array} der
 * @property {string} subject  for messages
 * @property {Date} notBefore
 * @property {Date} notAfter
 * @property {Set<string>} extensions  their object identifiers
 * @property {Facts} facts
 *
 * @typedef {object} Facts  undefined where the certificate does not say
 * @property {string} [unknownCritical]  a critical extension that is not understood here
 * @property {number[]} [keyUsage]  bits (RFC 5280, 4.2.1.3)
 * @property {string[]} [extendedKeyUsage]  object identifiers (4.2.1.12)
 * @property {boolean} isCA
 * @property {number} [pathLength]
 * @property {Uint8Array} [subjectKeyId]
 * @property {Uint8Array} [authorityKeyId]
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
  const [tbs, , signature, more] = x509.root.subs
  if (der[0] !== kSequence || tbs?.toDER()[0] !== kSequence || signature?.toDER()[0] !== kBitString || more)
    throw new Error('no certificate')
  if (signature.value[0] !== 0) throw new Error('a signature that is not of whole bytes')
  const inner = tbs.subs[2].toDER()
  if (x509.version !== 'v3') throw new Error(`version ${x509.version}, not v3`)
  if (!equal(inner, x509.root.subs[1].toDER())) throw new Error('two signature algorithms that differ')
  const { notBefore, notAfter } = x509
  if (Number.isNaN(notBefore.getTime()) || Number.isNaN(notAfter.getTime()))
    throw new Error('a validity that is no time')
  const extensions = extensionsOf(x509)
  const facts = factsOf(x509, extensions)
  return { x509, der, subject: nameOf(x509), notBefore, notAfter, extensions, facts }
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

/**
 * All that chain.js asks of extensions, read at once: what cannot be read makes the certificate one that cannot.
 * @returns {Facts}
 */
function factsOf(/** @type {any} */ x509, /** @type {Set<string>} */ extensions) {
  const inner = (/** @type {string} */ oid) => {
    if (!extensions.has(oid)) return undefined
    const { valueObj } = x509.extension(oid)
    checkDer(valueObj.value)
    return valueObj.subs[0]
  }
  const [constraints, usage, purposes] = [kOid.basicConstraints, kOid.keyUsage, kOid.extendedKeyUsage].map(inner)
  const [isCA, pathLength] = constraints
    ? [x509.extBasicConstraints.isCA, x509.extBasicConstraints.pathLenConstraint]
    : []
  const critical = (/** @type {string} */ oid) => x509.extension(oid).critical
  return {
    unknownCritical: [...extensions].find(oid => critical(oid) && !kUnderstood.has(oid)),
    keyUsage: usage?.toBitString(),
    extendedKeyUsage: purposes?.subs.map((/** @type {any} */ one) => one.toOID()),
    isCA: isCA ?? false,
    pathLength: pathLength === undefined ? undefined : Number(pathLength),
    subjectKeyId: inner(kOid.subjectKeyId)?.value,
    authorityKeyId: inner(kOid.authorityKeyId) && x509.extAuthorityKeyID.keyIdentifier,
  }
}

export const isSelfIssued = (/** @type {Certificate} */ { x509 }) => equal(x509.subject, x509.issuer)

/** CN=..., O=..., as far as the library has the names. */
function nameOf(/** @type {any} */ x509) {
  const parts = [...x509.subjectDN].map(([name, value]) => `${name}=${value}`)
  return parts.join(', ') || 'a certificate without a subject'
}
