// Who signed a lockfile: from the options of `verify` to the core's option `signature`.
import { LeafsumError } from '../errors.js'
import { bytesOf } from '../options.js'
import { keysOf, listOf } from './given_keys.js'
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
  const keys = keysOf(key)
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

function signerOf(/** @type {unknown} */ signer) {
  if (typeof signer === 'string') return signer.replace(/^(key )?sha256:/, '')
  throw new LeafsumError('usage', 'requireSigner: SHA-256 of a public key, in hex, is wanted')
}
