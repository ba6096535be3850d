// The four questions of trust.wasm, answered by Web Crypto, which Node and browsers have alike; and the passphrase of a
// private key, which never gets there.
import { LeafsumError, firstLine } from '../errors.js'

/** @import { Algorithm, Asking, CryptoFunctions, Encryption } from '../../../src/bindings/trust.mjs' */

const kHashes = /** @type {Record<string, string>} */ ({ 'P-256': 'SHA-256', 'P-384': 'SHA-384', 'P-521': 'SHA-512' })

const keyKind = (/** @type {Algorithm} */ name) => (name === 'Ed25519' ? { name } : { name: 'ECDSA', namedCurve: name })
const signKind = (/** @type {Algorithm} */ name) =>
  name === 'Ed25519' ? { name } : { name: 'ECDSA', hash: kHashes[name] }

/** @returns {SubtleCrypto} */
export function subtle() {
  const found = globalThis.crypto?.subtle
  if (found) return found
  throw new LeafsumError(
    'environment',
    'there is no Web Crypto here, which signatures need: a page has it over https and on localhost alone',
  )
}

// Each is async, so that it never throws into the module; what it is handed is copied before it waits for anything.
/** @type {CryptoFunctions} */
export const webCrypto = {
  async digest(data) {
    return new Uint8Array(await subtle().digest('SHA-256', /** @type {BufferSource} */ (data)))
  },

  async importKey(algorithm, isPrivate, der) {
    const bytes = der.slice()
    const kind = keyKind(algorithm)
    if (!isPrivate) return { key: await subtle().importKey('spki', bytes, kind, false, ['verify']), spki: bytes }
    const key = await subtle().importKey('pkcs8', bytes, kind, true, ['sign'])
    // The public half: PKCS#8 need not have it.
    const { d: _, key_ops: __, ...jwk } = await subtle().exportKey('jwk', key)
    const half = await subtle().importKey('jwk', jwk, kind, true, ['verify'])
    return { key, spki: new Uint8Array(await subtle().exportKey('spki', half)) }
  },

  async verify(algorithm, key, signature, data) {
    return subtle().verify(
      signKind(algorithm),
      /** @type {CryptoKey} */ (key),
      /** @type {BufferSource} */ (signature),
      /** @type {BufferSource} */ (data),
    )
  },

  async sign(algorithm, key, data) {
    const made = subtle().sign(signKind(algorithm), /** @type {CryptoKey} */ (key), /** @type {BufferSource} */ (data))
    return new Uint8Array(await made)
  },
}

/** Answers what `machine` asks until it asks no more. */
export async function settle(/** @type {Asking} */ machine) {
  /** @type {Map<number, Promise<() => void>>} */
  const open = new Map()
  while (!machine.done()) {
    for (const { id, promise } of machine.poll()) {
      open.set(
        id,
        promise.then(
          value => () => {
            open.delete(id)
            machine.feed(id, value)
          },
          error => () => {
            open.delete(id)
            machine.fail(id, failureOf(error), firstLine(error))
          },
        ),
      )
    }
    const answer = await Promise.race(open.values())
    answer()
  }
}

/** @returns {'unsupported' | 'refused' | 'broken'} */
function failureOf(/** @type {any} */ error) {
  if (error?.name === 'NotSupportedError') return 'unsupported'
  return error?.name === 'DataError' ? 'refused' : 'broken'
}

/**
 * The PKCS#8 of an encrypted key; nothing if the passphrase is another.
 * @param {Encryption} encryption
 * @param {string} passphrase
 */
export async function decrypted({ hash, salt, iterations, keyBits, iv, ciphertext }, passphrase) {
  const key = await derived(passphrase, { hash, salt, iterations }, keyBits, 'decrypt')
  try {
    const bytes = await subtle().decrypt(
      { name: 'AES-CBC', iv: /** @type {BufferSource} */ (iv) },
      key,
      /** @type {BufferSource} */ (ciphertext),
    )
    return new Uint8Array(bytes)
  } catch (error) {
    if (/** @type {any} */ (error)?.name === 'OperationError') return undefined // the padding is none
    throw error
  }
}

/** @param {Uint8Array} pkcs8 @param {string} passphrase */
export async function encrypted(pkcs8, passphrase) {
  const [salt, iv] = [16, 16].map(n => globalThis.crypto.getRandomValues(new Uint8Array(n)))
  const iterations = 600_000
  const key = await derived(passphrase, { hash: 'SHA-256', salt, iterations }, 256, 'encrypt')
  const bytes = await subtle().encrypt({ name: 'AES-CBC', iv }, key, /** @type {BufferSource} */ (pkcs8))
  return { salt, iterations, iv, ciphertext: new Uint8Array(bytes) }
}

/**
 * @param {string} passphrase
 * @param {{ hash: string, salt: Uint8Array, iterations: number }} how
 * @param {number} length
 * @param {'encrypt' | 'decrypt'} use
 */
async function derived(passphrase, how, length, use) {
  const bytes = new TextEncoder().encode(passphrase)
  const base = await subtle().importKey('raw', bytes, 'PBKDF2', false, ['deriveKey'])
  const kind = { name: 'PBKDF2', ...how, salt: /** @type {BufferSource} */ (how.salt) }
  return subtle().deriveKey(kind, base, { name: 'AES-CBC', length }, false, [use])
}
