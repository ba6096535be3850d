// PEM (RFC 7468): blocks of base64 between lines that name what they hold.
import { bytesOf } from './members.js'

const kMaxPem = 1 << 20
const block = /-----BEGIN ([A-Z0-9 ]+)-----\s([A-Za-z0-9+/=\s]*)-----END \1-----/g

/**
 * @param {Uint8Array} file
 * @param {string} label  such as CERTIFICATE
 * @returns {Uint8Array[]} DER, at least one
 */
export function readPem(file, label) {
  if (file.length > kMaxPem) throw new Error(`${file.length} bytes, more than ${kMaxPem}`)
  const text = new TextDecoder().decode(file)
  const blocks = [...text.matchAll(block)]
  const other = blocks.find(([, name]) => name !== label)
  if (other) throw new Error(`it holds ${other[1]}, not ${label}`)
  if (blocks.length === 0) throw new Error(`it holds no PEM block: -----BEGIN ${label}-----`)
  return blocks.map(([, , base64]) => bytesOf(base64.replaceAll(/\s/g, '')))
}
