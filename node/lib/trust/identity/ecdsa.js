import { checkDer } from './der.js'

/** ECDSA's SEQUENCE of two INTEGERs, strictly DER, as Web Crypto wants it: both of the curve's size. */
export function fixedSize(/** @type {Uint8Array} */ signature, /** @type {number} */ size) {
  checkDer(signature)
  const raw = new Uint8Array(2 * size)
  if (signature[0] !== 0x30) throw new Error('a signature that is not of two numbers')
  let at = signature[1] < 0x80 ? 2 : 3
  for (const end of [size, 2 * size]) {
    if (signature[at] !== 0x02) throw new Error('a signature that is not of two numbers')
    const bytes = signature.subarray(at + 2, at + 2 + signature[at + 1])
    const number = bytes[0] === 0 ? bytes.subarray(1) : bytes
    if (bytes[0] >= 0x80 || number.length > size)
      throw new Error('a signature with a number that does not fit its curve')
    raw.set(number, end - number.length)
    at += 2 + bytes.length
  }
  if (at !== signature.length) throw new Error('a signature that is not of two numbers')
  return raw
}
