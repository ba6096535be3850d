// The file that was signed: bytes, a file of a page, a path where there are paths, or only its SHA-256.
import { LeafsumError } from '../errors.js'

const kMaxInMemory = 2 ** 31 - 1 // Web Crypto takes a message as a whole
const usage = (/** @type {string} */ text) => new LeafsumError('usage', text)

/**
 * @param {import('../host/platform.js').Platform} platform
 * @param {any} file
 * @returns {Promise<{ name: string, size?: number, artifact: import('../trust/identity/signed.js').Artifact }>}
 */
export async function openBlob(platform, file) {
  if (file instanceof Uint8Array) return whole('', file)
  if (typeof file === 'string' || file instanceof URL) {
    if (!platform.openFile) throw usage('verifyBlob: bytes or a File are wanted; there are no paths here')
    return platform.openFile(file)
  }
  if (typeof file?.sha256 === 'string') return { name: '', artifact: { sha256: checkDigest(file.sha256) } }
  if (typeof file?.arrayBuffer !== 'function') throw usage('verifyBlob: bytes, a File, a path or { sha256 } are wanted')
  if (file.size > kMaxInMemory) throw usage(`${file.name ?? 'the file'}: 2 GiB at most; give its { sha256 } instead`)
  return whole(file.name ?? '', new Uint8Array(await file.arrayBuffer()))
}

/** @param {string} name @param {Uint8Array} bytes */
export async function whole(name, bytes) {
  const sha256 = new Uint8Array(await crypto.subtle.digest('SHA-256', /** @type {any} */ (bytes)))
  return { name, size: bytes.length, artifact: { bytes, sha256 } }
}

/** @param {string} hex */
function checkDigest(hex) {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw usage(`${hex}: 64 hex digits of a SHA-256 are wanted`)
  return Uint8Array.from(hex.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
}
