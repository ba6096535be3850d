// Signed by a certificate of the fixtures' authority, as OMS's certificate method has it; and what `leafsum sign` says
// of a lockfile.
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { bundleOf, signed } from './oms.js'
import { kName } from './signed.js'
import { kInToto, pae, statementOf } from './sigstore_world.js'

export const read = (/** @type {string} */ name) => fs.readFileSync(join(signed, 'keys', name))
export const base64 = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString('base64')
const der = (/** @type {string} */ name) =>
  String(read(name))
    .replaceAll(/-----[^-]+-----|\s/g, '')
    .trim()
const leaf = createPrivateKey(read('leaf.key.pem'))
/** The public key of that certificate, and what a report calls it. */
export const leafKey = createPublicKey(leaf).export({ type: 'spki', format: 'pem' })
export const leafId = createHash('sha256')
  .update(createPublicKey(leaf).export({ type: 'spki', format: 'der' }))
  .digest('hex')
export const kLeaf = `certificate ${leafId}`

/** What `leafsum sign` signs. @param {Uint8Array} bytes @param {any} [more] */
export function aboutLockfile(bytes, { name = kName, ...predicate } = {}) {
  const { fingerprint, items } = JSON.parse(new TextDecoder().decode(bytes))
  const leaves = Object.values(items).flatMap(item => item.leaves.filter((/** @type {any} */ one) => one.digest))
  const nbytes = leaves.reduce((sum, one) => sum + one.nbytes, 0)
  return {
    ...statementOf(bytes, name),
    predicateType: 'urn:leafsum:lockfile:v1',
    predicate: { fingerprint, leaves: leaves.length, nbytes, signed_at: '2026-11-30T12:00:00Z', ...predicate },
  }
}

/** @param {any} content */
export const byLeaf = content => ({
  mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  verificationMaterial: { x509CertificateChain: { certificates: [{ rawBytes: der('leaf.cert.pem') }] } },
  ...content,
})
/** @param {Uint8Array} bytes @param {'message' | 'envelope'} content @param {any} [statement] */
export function certificateBundle(bytes, content, statement = aboutLockfile(bytes)) {
  if (content === 'message') return byLeaf({ messageSignature: { signature: base64(sign('sha256', bytes, leaf)) } })
  const payload = Buffer.from(JSON.stringify(statement))
  const sig = base64(sign('sha256', pae(kInToto, payload), leaf))
  return byLeaf({ dsseEnvelope: { payloadType: kInToto, payload: base64(payload), signatures: [{ sig }] } })
}

/** @param {any} statement of oms.js */
export const modelByLeaf = statement => byLeaf({ dsseEnvelope: bundleOf(statement, { key: 'leaf' }).dsseEnvelope })
