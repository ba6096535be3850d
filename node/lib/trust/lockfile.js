// Who signed a lockfile: from the options of `verify` to the core's option `signature`.
import { LeafsumError } from '../errors.js'
import { newTrust } from './module.js'
import { settle, webCrypto } from './web_crypto.js'

/**
 * @param {import('../host/platform.js').Platform} platform
 * @param {string} command
 * @param {Record<string, any>} options of the API
 */
export async function lockfileSignature(platform, command, options) {
  if (command !== 'verify' || options.lockfile === undefined)
    throw new LeafsumError('usage', 'a signature is one of a lockfile: verify SRC --lock FILE --key PUB.pem')
  const lockfile = bytesOf(options.lockfile, 'lockfile')
  const { key, signature, requireSigner, policy, lockfileName = '', now = new Date() } = options
  const keys = listOf(key).map((one, n) => named(one, n))
  if (keys.length === 0 && policy === undefined)
    throw new LeafsumError(
      'usage',
      'a signature is good by somebody’s key alone: give the public key (key, --key PUB.pem) or a policy (policy, --policy FILE)',
    )
  const trust = await newTrust(platform)
  const check = new trust.LockfileCheck(webCrypto, {
    lockfile: { name: lockfileName === 'stdin' ? '' : lockfileName, bytes: lockfile },
    bundle: signature === undefined ? undefined : bytesOf(signature, 'signature'),
    keys,
    policy: policy === undefined ? undefined : bytesOf(policy, 'policy'),
    requireSigners: listOf(requireSigner).map(signerOf),
    now: `${now.toISOString().slice(0, 19)}Z`,
  })
  if (check.error()) throw new LeafsumError('usage', check.error())
  await settle(check)
  return JSON.parse(check.result())
}

/** @param {any} value @returns {any[]} */
const listOf = value => (value === undefined ? [] : Array.isArray(value) ? value : [value])

function signerOf(/** @type {unknown} */ signer) {
  if (typeof signer === 'string') return signer.replace(/^(key )?sha256:/, '')
  throw new LeafsumError('usage', 'requireSigner: SHA-256 of a public key, in hex, is wanted')
}

function named(/** @type {any} */ key, /** @type {number} */ n) {
  const isNamed = key?.name !== undefined && key.bytes !== undefined
  return {
    name: isNamed ? String(key.name) : n === 0 ? 'the key' : `key ${n + 1}`,
    bytes: bytesOf(isNamed ? key.bytes : key, 'key'),
  }
}

/** @returns {Uint8Array} */
export function bytesOf(/** @type {any} */ file, /** @type {string} */ name) {
  if (typeof file === 'string') return new TextEncoder().encode(file)
  if (file instanceof ArrayBuffer) return new Uint8Array(file)
  if (file instanceof Uint8Array) return file
  throw new LeafsumError('usage', `${name}: its bytes (Uint8Array) or its text are wanted`)
}
