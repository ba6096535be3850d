// From a certificate to a root that the user trusts: RFC 5280 (6.1) as far as signers need it. What this does not
// understand (name constraints, critical extensions of others) makes a certificate unusable, never trusted.
import { isSelfIssued, kEd25519, kOid, readCertificate } from './certificate.js'
import { equal } from './members.js'
import { fixedSize } from './ecdsa.js'
import { Refusal, kHostLacks, reasonOf, shown } from './refusal.js'

const kMaxPath = 8
const kMaxCertificates = 64
const kMaxSignatures = 128 // that are looked at for one chain
const kUsages = { codeSigning: '1.3.6.1.5.5.7.3.3', timeStamping: '1.3.6.1.5.5.7.3.8' }
const kAnyUsage = '2.5.29.37.0'
/** ECDSA and RSA (PKCS #1, PSS) with SHA-2, Ed25519. SHA-1 is not among them. */
const kSignatures = new Set([
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.2.840.113549.1.1.10',
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  kEd25519,
])
const kEcdsa = '1.2.840.10045.4.3.'
const kMostOfCurve = 66 // bytes of a number of P-521
const kDigitalSignature = 0 // bits of keyUsage
const kKeyCertSign = 5

/**
 * @typedef {import('./certificate.js').Certificate} Certificate
 * @typedef {import('./library.js').Library} Library
 *
 * @param {Library} library
 * @param {object} asked
 * @param {Uint8Array} asked.leaf  DER, as all of them
 * @param {Uint8Array[]} [asked.intermediates]  anybody's
 * @param {Uint8Array[]} asked.roots  what the user trusts
 * @param {Date} asked.time  when all of the chain has to be valid
 * @param {keyof typeof kUsages} [asked.usage]
 * @returns {Promise<Certificate[]>} the chain, from leaf to root; a Refusal where there is none
 */
export async function verifyChain(library, { leaf, intermediates = [], roots, time, usage = 'codeSigning' }) {
  const read = (/** @type {Uint8Array} */ der, /** @type {string} */ where) => reading(library, der, where)
  if (roots.length === 0) throw refused('there is no root certificate', {}, 'Name the authority that you trust.')
  if (intermediates.length + roots.length > kMaxCertificates)
    throw refused('too many certificates', { actual: `${intermediates.length + roots.length}` }, kAsk)
  const signer = read(leaf, "the signer's certificate")
  checkLeaf(signer, usage)
  checkTime(signer, time)
  const search = {
    library,
    time,
    usage,
    roots: roots.map((der, n) => read(der, `root ${n + 1}`)),
    others: intermediates.map((der, n) => read(der, `certificate ${n + 2} of the bundle`)),
    signatures: 0,
    /** @type {Refusal | undefined} */
    nearest: undefined,
  }
  const path = await upwards(search, [signer])
  if (path) return path
  throw (
    search.nearest ??
    refused(
      'the certificate does not lead to a root that you trust',
      { expected: search.roots.map(({ subject }) => subject).join('; '), actual: shown(issuerOf(signer)) },
      'Name the root certificate of the authority that issued it, if you trust that authority.',
    )
  )
}

const kAsk = 'Ask the signer for a bundle whose certificates are sound.'

const refused = (
  /** @type {string} */ what,
  /** @type {{ where?: string, expected?: string, actual?: string }} */ found,
  /** @type {string} */ next,
) => new Refusal({ reason: 'untrusted-certificate', what, ...found, next })

/** @returns {Certificate} */
function reading(/** @type {Library} */ library, /** @type {Uint8Array} */ der, /** @type {string} */ where) {
  try {
    return readCertificate(library, der)
  } catch (error) {
    throw refused('the certificate cannot be read', { where, actual: reasonOf(error) }, kAsk)
  }
}

/**
 * Depth first, roots before others; the first path that holds.
 * @param {any} search
 * @param {Certificate[]} path
 * @returns {Promise<Certificate[] | undefined>}
 */
async function upwards(search, path) {
  const below = path[path.length - 1]
  for (const [issuers, isRoot] of [
    [search.roots, true],
    [search.others, false],
  ]) {
    for (const issuer of issuers) {
      if (!mayHaveIssued(issuer, below) || path.includes(issuer) || path.length >= kMaxPath) continue
      try {
        if (!(await hasSigned(search, issuer, below))) continue
        checkAuthority(issuer, search.usage, path.length - 1)
        checkTime(issuer, search.time)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        search.nearest ??= error
        continue
      }
      const whole = isRoot ? [...path, issuer] : await upwards(search, [...path, issuer])
      if (whole) return whole
    }
  }
  return undefined
}

/** Names, and key identifiers where both have one. */
function mayHaveIssued(/** @type {Certificate} */ issuer, /** @type {Certificate} */ below) {
  if (!equal(issuer.x509.subject, below.x509.issuer)) return false
  const [own, wanted] = [issuer.facts.subjectKeyId, below.facts.authorityKeyId]
  return own === undefined || wanted === undefined || equal(own, wanted)
}

async function hasSigned(
  /** @type {any} */ search,
  /** @type {Certificate} */ issuer,
  /** @type {Certificate} */ below,
) {
  const algorithm = below.x509.signatureAlgorithmOid
  if (!kSignatures.has(algorithm))
    throw refused(
      `${below.subject} is signed by an algorithm that is not accepted`,
      { expected: 'ECDSA, RSA or Ed25519 with SHA-2', actual: algorithm },
      kAsk,
    )
  if (++search.signatures > kMaxSignatures) throw refused('too many ways from the certificate to a root', {}, kAsk)
  try {
    if (algorithm.startsWith(kEcdsa)) fixedSize(below.x509.signatureValue, kMostOfCurve)
    if (algorithm !== kEd25519) return await below.x509.verify(issuer.x509)
    const spki = issuer.x509.publicKey
    const key = await crypto.subtle.importKey('spki', spki, { name: 'Ed25519' }, false, ['verify'])
    return await crypto.subtle.verify(
      { name: 'Ed25519' },
      key,
      below.x509.signatureValue,
      below.x509.tbsCertificate.toDER(),
    )
  } catch (error) {
    if (/** @type {any} */ (error).name !== 'NotSupportedError') return false
    const what = `the signature of ${below.subject} cannot be checked`
    throw new Refusal({ what, actual: reasonOf(error), ...kHostLacks })
  }
}

function checkTime(/** @type {Certificate} */ { subject, notBefore, notAfter }, /** @type {Date} */ time) {
  if (notBefore <= time && time <= notAfter) return
  const isEarly = time < notBefore
  throw refused(
    `${subject} ${isEarly ? 'is not valid yet' : 'has expired'}`,
    { expected: `valid from ${notBefore.toISOString()} to ${notAfter.toISOString()}` }, // a report has no clock
    isEarly
      ? "See that this machine's clock is right."
      : 'Ask the signer to sign again with a certificate that is valid.',
  )
}

function checkCommon(/** @type {Certificate} */ certificate, /** @type {string} */ usage) {
  const { unknownCritical: critical, extendedKeyUsage: usages } = certificate.facts
  const next = 'Another tool has to judge this certificate.'
  if (critical !== undefined)
    throw refused(`${certificate.subject} has a critical extension that is not known here`, { actual: critical }, next)
  if (certificate.extensions.has(kOid.nameConstraints))
    throw refused(`${certificate.subject} has name constraints, which are not supported`, {}, next)
  const wanted = kUsages[/** @type {keyof typeof kUsages} */ (usage)]
  if (usages && !usages.includes(wanted) && !usages.includes(kAnyUsage))
    throw refused(`${certificate.subject} is not for ${usage}`, { expected: wanted, actual: usages.join(', ') }, kAsk)
}

/** OMS asks for digitalSignature or codeSigning; where both are told, both have to allow it. */
function checkLeaf(/** @type {Certificate} */ certificate, /** @type {keyof typeof kUsages} */ usage) {
  checkCommon(certificate, usage)
  const { keyUsage: keys, extendedKeyUsage, isCA } = certificate.facts
  const where = "the signer's certificate"
  if (isCA) throw refused('it is the certificate of an authority, not of a signer', { where, actual: 'CA:TRUE' }, kAsk)
  if (keys && keys[kDigitalSignature] !== 1)
    throw refused('its key is not for signatures', { where, expected: 'keyUsage digitalSignature' }, kAsk)
  if (!keys && !extendedKeyUsage)
    throw refused(
      'it does not say what its key is for',
      { where, expected: `keyUsage digitalSignature or extendedKeyUsage ${usage}` },
      kAsk,
    )
}

/** @param {Certificate} certificate @param {string} usage @param {number} below  authorities under this one */
function checkAuthority(certificate, usage, below) {
  checkCommon(certificate, usage)
  const { keyUsage: keys, isCA, pathLength } = certificate.facts
  const { subject } = certificate
  if (!isCA) throw refused(`${subject} is not the certificate of an authority`, { expected: 'CA:TRUE' }, kAsk)
  if (keys && keys[kKeyCertSign] !== 1)
    throw refused(`${subject} may not sign certificates`, { expected: 'keyUsage keyCertSign' }, kAsk)
  if (pathLength !== undefined && below > pathLength)
    throw refused(
      `${subject} allows fewer authorities under it`,
      { expected: `at most ${pathLength}`, actual: String(below) },
      kAsk,
    )
}

const issuerOf = (/** @type {Certificate} */ certificate) =>
  isSelfIssued(certificate) ? `${certificate.subject}, signed by itself` : `issued by ${nameOfIssuer(certificate)}`

const nameOfIssuer = (/** @type {Certificate} */ { x509 }) =>
  [...x509.issuerDN].map(([name, value]) => `${name}=${value}`).join(', ') || 'a nameless authority'
