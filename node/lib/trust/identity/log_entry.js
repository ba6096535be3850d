// One entry of a transparency log: that the log has it (a promise that it signed, or a proof up to a checkpoint that it
// signed), and that it speaks of this signature by this certificate.
import { fixedSize } from './ecdsa.js'
import { base64Of, bytesOf, equal } from './members.js'
import { hexOf } from '../../values/hex.js'
import { Refusal, refusing, shown } from './refusal.js'
import { isValidAt } from './trusted_root.js'

/**
 * @typedef {import('./bundle.js').Entry} Entry
 * @typedef {import('./library.js').Library} Library
 * @typedef {import('./trusted_root.js').Log} Log
 */

const kNext = 'Ask the signer for the bundle that the signing tool wrote, unchanged.'

/**
 * @param {Library} library
 * @param {Entry} entry
 * @param {object} known
 * @param {number} known.version  of the bundle
 * @param {Log[]} known.logs  all that are trusted
 * @param {Date[]} known.times  by timestamp authorities
 * @returns {Promise<Date | undefined>} when the log signed that it has the entry, where it did
 */
export async function verifyLogged(library, entry, { version, logs, times }) {
  const integrated = entry.integratedTime && new Date(Number(entry.integratedTime) * 1000)
  const log = logOf(entry, logs, entry.promise && integrated ? [integrated] : times)
  const { promise, proof } = entry
  if (version >= 2 && !proof?.checkpoint)
    throw refused('it has no inclusion proof with a checkpoint', log, 'a proof, in a bundle from version 0.2 on')
  if (!promise && !proof?.checkpoint) throw refused('the log signed neither a promise nor a checkpoint', log)
  if (proof) await verifyProof(library, entry, log)
  if (!promise) return undefined
  if (!integrated) throw refused('the log signed a promise without a time', log)
  await refusing(why("the log's promise to have the entry is not signed by its key", log), () =>
    verifyPromise(library, entry, log),
  )
  return integrated
}

const refused = (/** @type {string} */ what, /** @type {Log} */ { name }, /** @type {string} */ expected = '') =>
  new Refusal({ reason: 'untrusted-log', where: name, what, ...(expected ? { expected } : {}), next: kNext })

/** @returns {import('./refusal.js').Why} */
const why = (/** @type {string} */ what, /** @type {Log} */ { name }) => ({
  reason: 'untrusted-log',
  where: name,
  what,
  next: kNext,
})

/** The log of this name, as it was at these times. */
function logOf(/** @type {Entry} */ entry, /** @type {Log[]} */ logs, /** @type {Date[]} */ times) {
  const named = logs.filter(({ logId }) => logId === entry.logId)
  const next = 'Take the trusted root of the Sigstore instance that the signer used.'
  if (named.length === 0)
    throw new Refusal({
      reason: 'untrusted-log',
      what: 'the transparency log is not in your trusted root',
      expected: logs.map(({ name }) => name).join(', ') || 'none',
      actual: `log ${entry.logId}`,
      next,
    })
  if (times.length === 0)
    throw new Refusal({
      reason: 'untrusted-time',
      where: named[0].name,
      what: 'nobody signed when the entry was made',
      expected: "the log's signed time, or a timestamp",
      next: kNext,
    })
  const log = named.find(one => times.every(time => isValidAt(one, time)))
  if (log) return log
  throw new Refusal({
    reason: 'untrusted-log',
    where: named[0].name,
    what: 'your trusted root does not trust this log for that time',
    expected: named.map(({ validFor }) => rangeText(validFor)).join('; '),
    actual: times.map(time => time.toISOString()).join(', '),
    next,
  })
}

const rangeText = (/** @type {import('./trusted_root.js').Range} */ { start, end }) =>
  `${new Date(start).toISOString()} to ${Number.isFinite(end) ? new Date(end).toISOString() : 'now'}`

/** RFC 6962 and the signed note; the library takes both from the entry as the file has it. */
async function verifyProof(/** @type {Library} */ library, /** @type {Entry} */ entry, /** @type {Log} */ log) {
  const proof = /** @type {import('./bundle.js').Proof} */ (entry.proof)
  const { checkpoint, ...rest } = proof
  const given = { logId: { keyId: entry.logId }, canonicalizedBody: entry.body, inclusionProof: rest }
  await refusing(why('the inclusion proof does not lead to its root', log), () => library.verifyMerkleInclusion(given))
  if (!checkpoint) return
  await refusing(why("the log's key did not sign this checkpoint", log), async () => {
    const envelope = signedByOrigin(checkpoint)
    const { logSize } = library.checkpointOf(envelope)
    if (logSize !== BigInt(proof.treeSize)) throw new Error(`a tree of ${logSize} entries, not ${proof.treeSize}`)
    await library.verifyCheckpoint({ ...given, inclusionProof: { ...rest, checkpoint: { envelope } } }, [log.json])
  })
}

/**
 * A signed note (C2SP) without the lines of others than its origin: the library looks at the keys alone. Rekor 1 adds
 * its tree to its name: `rekor.example.org - 1193050959916656506`.
 */
function signedByOrigin(/** @type {string} */ note) {
  const end = note.indexOf('\n\n')
  const origin = note.slice(0, note.indexOf('\n'))
  const lines = note.slice(end + 2).split('\n')
  const isOwn = (/** @type {string} */ line) => {
    const [, name, signature] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? []
    if (name === undefined || (origin !== name && !origin.startsWith(`${name} - `))) return false
    const bytes = bytesOf(signature)
    return base64Of(bytes) === signature && hasForm(bytes.subarray(4)) // behind the key's hint
  }
  const own = lines.filter(isOwn).map(line => `${line}\n`)
  return note.slice(0, end + 2) + own.join('')
}

/** A log's signature: of Ed25519, or of ECDSA in its one encoding. */
function hasForm(/** @type {Uint8Array} */ signature) {
  try {
    return signature.length === 64 || fixedSize(signature, 66).length > 0
  } catch {
    return false
  }
}

/** The signed entry timestamp: over canonical JSON, whose members are in this order. */
async function verifyPromise(/** @type {Library} */ library, /** @type {Entry} */ entry, /** @type {Log} */ log) {
  const { keyDetails, rawBytes } = log.json.publicKey
  const key = await library.importKey(keyDetails, keyDetails, rawBytes)
  const logId = hexOf(bytesOf(entry.logId))
  const text = `{"body":"${entry.body}","integratedTime":${entry.integratedTime},"logID":"${logId}","logIndex":${entry.logIndex}}`
  const signature = bytesOf(/** @type {string} */ (entry.promise))
  if (!hasForm(signature)) throw new Error('bytes that are no signature')
  const hash = /SHA_(384|512)$/.exec(keyDetails)?.[1] ?? '256'
  if (!(await library.verifySignature(key, new TextEncoder().encode(text), signature, `sha${hash}`)))
    throw new Error('another signature')
}

/**
 * That the entry is of this signature, of this content and by this certificate.
 * @param {Library} library
 * @param {Entry} entry
 * @param {object} signed
 * @param {Uint8Array} signed.certificate  DER
 * @param {Uint8Array} signed.signature
 * @param {import('./bundle.js').Bundle['envelope']} [signed.envelope]
 * @param {(algorithm: string) => Promise<Uint8Array>} signed.digestOf  of the message, or the envelope's PAE
 */
export async function verifyBody(library, entry, { certificate, signature, envelope, digestOf }) {
  const where = 'tlogEntries'
  const what = 'the log has another signature than this bundle'
  await refusing({ reason: 'untrusted-log', where, what, next: kNext }, async () => {
    const body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(entry.body)))
    const logged = loggedCertificate(body)
    if (!logged) throw new Error('an entry without a certificate')
    if (!equal(logged, certificate)) throw new Error('another certificate')
    const isHashed = body.kind === 'hashedrekord'
    const message = isHashed && {
      signature: base64Of(signature),
      messageDigest: { digest: base64Of(await digestOf(algorithmOf(body))) },
    }
    if (isHashed && envelope && body.apiVersion === '0.0.1') throw new Error('a message, not an envelope')
    if (body.kind === 'intoto' && !body.spec.content.payloadHash)
      throw new Error('an entry without the hash of its payload')
    const given = {
      ...(message ? { messageSignature: message } : {}),
      ...(envelope
        ? { dsseEnvelope: { payload: envelope.payloadBase64, signatures: [{ sig: base64Of(signature) }] } }
        : {}),
    }
    await library.verifyTLogBody({ kindVersion: entry.kindVersion, canonicalizedBody: entry.body }, given)
  })
}

/** As Web Crypto names it. */
function algorithmOf(/** @type {any} */ body) {
  const name = body.spec.hashedRekordV002?.data.algorithm ?? body.spec.data?.hash.algorithm
  const bits = /^(?:sha|SHA2_)(256|384|512)$/.exec(name)?.[1]
  if (!bits) throw new Error(`a digest by ${shown(String(name))}`)
  return `SHA-${bits}`
}

/** Where each kind of entry has it. @returns {Uint8Array | undefined} DER */
function loggedCertificate(/** @type {any} */ { kind, spec }) {
  const newer = spec.hashedRekordV002?.signature.verifier ?? spec.dsseV002?.signatures?.[0]?.verifier
  if (newer) return newer.x509Certificate && bytesOf(newer.x509Certificate.rawBytes)
  const older = {
    hashedrekord: () => spec.signature?.publicKey?.content,
    dsse: () => spec.signatures?.[0]?.verifier,
    intoto: () => spec.content?.envelope?.signatures?.[0]?.publicKey,
  }[/** @type {'hashedrekord' | 'dsse' | 'intoto'} */ (kind)]?.()
  return older && fromPem(new TextDecoder().decode(bytesOf(older)))
}

function fromPem(/** @type {string} */ text) {
  const inner = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(text)?.[1]
  return inner === undefined ? undefined : bytesOf(inner.replaceAll(/\s/g, ''))
}
