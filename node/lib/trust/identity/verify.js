// Sigstore without keys: a certificate that an authority issued for ten minutes to somebody who proved an identity, and
// a log or a timestamp that says the signature was made in that time. Offline: what is trusted comes from the user's
// trusted root alone.
import { readBundle } from './bundle.js'
import { readCertificate } from './certificate.js'
import { verifyChain } from './chain.js'
import { verifyBody, verifyLogged } from './log_entry.js'
import { base64Of, bytesOf } from './members.js'
import { importPublicKey } from './public_key.js'
import { Refusal, reasonOf, refusing } from './refusal.js'
import { signedDigest, verifySigned } from './signed.js'
import { checkSigner, signerOf } from './signer.js'
import { isValidAt, readTrustedRoot } from './trusted_root.js'

const kNext = 'Ask the signer for the bundle that the signing tool wrote, unchanged.'
const kOtherRoot = 'Take the trusted root of the Sigstore instance that the signer used.'
const kClockSkew = 5 * 60 * 1000 // of this machine, milliseconds

/**
 * @typedef {import('./library.js').Library} Library
 * @typedef {import('./bundle.js').Bundle} Bundle
 * @typedef {import('./trusted_root.js').TrustedRoot} TrustedRoot
 *
 * @typedef {object} Verified
 * @property {string} identity
 * @property {string} issuer
 * @property {Date[]} times  when logs and timestamp authorities saw the signature
 * @property {{ payloadType: string, payload: Uint8Array }} [envelope]
 */

/**
 * @param {Library} library
 * @param {object} asked
 * @param {Uint8Array} asked.bundle  the file
 * @param {Uint8Array} asked.trustedRoot  the file
 * @param {{ identity: string, issuer: string }} [asked.signer]  absent: the caller looks at who it is
 * @param {import('./signed.js').Artifact} [asked.artifact]  absent: the caller looks at the envelope's statement
 * @param {import('./library.js').DigestLibrary} [asked.digests]
 * @param {Date} [asked.now]
 * @returns {Promise<Verified>}
 */
export async function verifyIdentity(
  library,
  { bundle: file, trustedRoot, signer, artifact, digests, now = new Date() },
) {
  const root = rootOf(trustedRoot)
  const bundle = await refusing(bad('malformed-bundle', 'the bundle cannot be read'), () => readBundle(file))
  const certificate = certificateOf(library, bundle)
  const stamped = await timesOf(library, bundle, root)
  const logged = await loggedTimes(library, bundle, root, stamped)
  const times = [...stamped, ...logged]
  checkTimes(certificate, times, now)
  await checkAuthorities(library, certificate, root, times)
  const key = await refusing(bad('untrusted-certificate', 'its key cannot be used', kLeaf), () =>
    importPublicKey(certificate.x509.publicKey),
  )
  await verifySigned(bundle, key, artifact, digests)
  const signed = { certificate: certificate.der, ...bundle, digestOf: signedDigest(bundle, artifact) }
  for (const entry of bundle.entries) await verifyBody(library, entry, signed)
  const found = await refusing(bad('unknown-signer', 'it does not name one signer', kLeaf), () => signerOf(certificate))
  const { envelope } = bundle
  return {
    ...checkSigner(found, signer),
    times,
    ...(envelope ? { envelope: { payloadType: envelope.payloadType, payload: envelope.payload } } : {}),
  }
}

const kLeaf = "the signer's certificate"

/** @returns {import('./refusal.js').Why} */
const bad = (/** @type {import('./refusal.js').Reason} */ reason, /** @type {string} */ what, where = '') => ({
  reason,
  what,
  ...(where ? { where } : {}),
  next: kNext,
})

/** What the user named has to make sense, whatever the bundle says: this is no Refusal. */
function rootOf(/** @type {Uint8Array} */ bytes) {
  try {
    return readTrustedRoot(bytes)
  } catch (error) {
    throw new TrustedRootError(reasonOf(error))
  }
}

export class TrustedRootError extends Error {
  /** @param {string} why */
  constructor(why) {
    super(`the trusted root cannot be used: ${why}`)
    this.name = 'TrustedRootError'
  }
}

function certificateOf(/** @type {Library} */ library, /** @type {Bundle} */ { certificates }) {
  if (certificates.length === 0)
    throw new Refusal({
      reason: 'no-certificate',
      what: 'the bundle is signed by a key, not by an identity',
      expected: 'verificationMaterial.certificate',
      actual: 'verificationMaterial.publicKey',
      next: "Name the signer's public key instead.",
    })
  const all = certificates.map((der, n) => {
    try {
      return readCertificate(library, der)
    } catch (error) {
      const where = n === 0 ? kLeaf : `certificate ${n + 1} of the bundle`
      throw new Refusal({ ...bad('untrusted-certificate', 'it cannot be read', where), actual: reasonOf(error) })
    }
  })
  const root = all.find(({ x509 }) => x509.subject.length > 0 && String(x509.subject) === String(x509.issuer))
  if (root)
    throw new Refusal({
      reason: 'untrusted-certificate',
      what: 'the bundle brings a root certificate of its own',
      actual: root.subject,
      next: 'Roots come from your trusted root alone; ask the signer for a bundle without one.',
    })
  return all[0]
}

/** By timestamp authorities, each over the signature. */
async function timesOf(/** @type {Library} */ library, /** @type {Bundle} */ bundle, /** @type {TrustedRoot} */ root) {
  if (bundle.timestamps.length === 0) return []
  const data = { rfc3161Timestamps: bundle.timestamps.map(signedTimestamp => ({ signedTimestamp })) }
  const authorities = root.timestampAuthorities.map(({ json }) => json)
  const what = 'no authority of your trusted root signed this timestamp over this signature'
  const why = { ...bad('untrusted-time', what, 'rfc3161Timestamps'), next: kOtherRoot }
  const times = await refusing(why, () => library.verifyBundleTimestamp(data, bundle.signature, authorities))
  if (times.length !== bundle.timestamps.length) throw new Refusal(why)
  return times
}

async function loggedTimes(
  /** @type {Library} */ library,
  /** @type {Bundle} */ { version, entries },
  /** @type {TrustedRoot} */ { tlogs: logs },
  /** @type {Date[]} */ times,
) {
  if (entries.length === 0)
    throw new Refusal({
      reason: 'untrusted-log',
      where: 'tlogEntries',
      what: 'no transparency log has this signature',
      expected: 'at least one entry',
      next: 'Sign again with an entry in a log: without one, nobody notices a stolen identity.',
    })
  const names = new Set(entries.map(({ logId, logIndex }) => `${logId} ${logIndex}`))
  if (names.size < entries.length)
    throw new Refusal(bad('untrusted-log', 'one entry of a log is there twice', 'tlogEntries'))
  /** @type {Date[]} */
  const logged = []
  for (const entry of entries) {
    const time = await verifyLogged(library, entry, { version, logs, times })
    if (time) logged.push(time)
  }
  return logged
}

/** @param {import('./certificate.js').Certificate} certificate @param {Date[]} times @param {Date} now */
function checkTimes({ notBefore, notAfter }, times, now) {
  for (const time of times) {
    if (!(time.getTime() <= now.getTime() + kClockSkew))
      throw new Refusal({
        reason: 'untrusted-time',
        what: 'the signature was made in the future',
        actual: time.toISOString(),
        next: "See that this machine's clock is right.",
      })
    if (!(notBefore <= time && time <= notAfter))
      throw new Refusal({
        reason: 'untrusted-time',
        where: kLeaf,
        what: 'it was not valid when the signature was made',
        expected: `${notBefore.toISOString()} to ${notAfter.toISOString()}`,
        actual: time.toISOString(),
        next: 'Do not use it: whoever signed had no certificate at that time.',
      })
  }
}

/** The chain up to an authority that was trusted at each of the times, and the certificate's own log entry. */
async function checkAuthorities(
  /** @type {Library} */ library,
  /** @type {import('./certificate.js').Certificate} */ certificate,
  /** @type {TrustedRoot} */ root,
  /** @type {Date[]} */ times,
) {
  /** @type {unknown} */
  let last
  for (const authority of root.certificateAuthorities) {
    if (!times.every(time => isValidAt(authority, time))) continue
    try {
      const chain = {
        leaf: certificate.der,
        intermediates: authority.chain.slice(0, -1),
        roots: authority.chain.slice(-1),
      }
      /** @type {import('./certificate.js').Certificate[]} */
      let path = []
      for (const time of times) path = await verifyChain(library, { ...chain, time })
      return await checkPromises(library, path, root)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      last ??= error
    }
  }
  throw (
    last ??
    new Refusal({
      reason: 'untrusted-certificate',
      where: kLeaf,
      what: 'your trusted root has no authority that was trusted when the signature was made',
      actual: times.map(time => time.toISOString()).join(', '),
      next: kOtherRoot,
    })
  )
}

/** Signed certificate timestamps (RFC 6962): a log of certificates promises to have this one. */
async function checkPromises(
  /** @type {Library} */ library,
  /** @type {import('./certificate.js').Certificate[]} */ [leaf, issuer],
  /** @type {TrustedRoot} */ { ctlogs },
) {
  const what = 'no log of certificates in your trusted root promises to have it'
  const why = { ...bad('untrusted-certificate', what, kLeaf), next: kOtherRoot }
  await refusing(why, async () => {
    const stamps = leaf.x509.extSCT?.signedCertificateTimestamps ?? []
    if (stamps.length === 0) throw new Error('a certificate without such a promise')
    const ids = new Set(stamps.map((/** @type {any} */ one) => base64Of(one.logID)))
    const logs = []
    for (const { logId, validFor, json } of ctlogs.filter(({ logId }) => ids.has(logId))) {
      const { keyDetails, rawBytes } = json.publicKey
      const publicKey = await library.importKey(keyDetails, keyDetails, rawBytes)
      const range = { start: new Date(validFor.start), end: new Date(Math.min(validFor.end, 8.64e15)) }
      logs.push({ logID: bytesOf(logId), publicKey, validFor: range })
    }
    const verified = await library.verifySCT(leaf.x509, issuer.x509, logs)
    if (verified.length === 0) throw new Error('none')
  })
}
