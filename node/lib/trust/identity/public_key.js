// A signer's public key (SubjectPublicKeyInfo, RFC 5280, 4.1.2.7), ready to verify, and the hash that goes with it by
// Sigstore's registry of algorithms.
import { checkDer } from './der.js'
import { equal } from './members.js'
import { hexOf } from '../../values/hex.js'

const bytes = (/** @type {string} */ hex) => Uint8Array.from(hex.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
/** What stands before the point: the one DER form for each kind of key. */
const kKinds = [
  { head: bytes('3059301306072a8648ce3d020106082a8648ce3d030107034200'), size: 65, curve: 'P-256', hash: 'SHA-256' },
  { head: bytes('3076301006072a8648ce3d020106052b81040022036200'), size: 97, curve: 'P-384', hash: 'SHA-384' },
  { head: bytes('30819b301006072a8648ce3d020106052b8104002303818600'), size: 133, curve: 'P-521', hash: 'SHA-512' },
  { head: bytes('302a300506032b6570032100'), size: 32, curve: '', hash: '' },
]

/**
 * @param {Uint8Array} spki
 * @returns {Promise<{ key: CryptoKey, hash: string, id: string }>} id: SHA-256 of the SPKI, hex
 */
export async function importPublicKey(spki) {
  checkDer(spki)
  const kind = kKinds.find(
    ({ head, size }) => spki.length === head.length + size && equal(spki.subarray(0, head.length), head),
  )
  if (!kind) throw new Error('neither ECDSA on P-256, P-384 or P-521 nor Ed25519')
  const algorithm = kind.curve ? { name: 'ECDSA', namedCurve: kind.curve } : { name: 'Ed25519' }
  const given = /** @type {Uint8Array<ArrayBuffer>} */ (spki)
  const key = await crypto.subtle.importKey('spki', given, algorithm, true, ['verify'])
  const id = hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', given)))
  return { key, hash: kind.hash, id }
}
