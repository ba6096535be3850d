// Who signed a lockfile: from the options of `verify` to the core's option `signature`.
import { LeafsumError } from '../errors.js'
import { bytesOf } from '../options.js'
import { certifiedSigner } from './certified_signer.js'
import { keysOf, requiredOf, timeOf } from './given_keys.js'
import { checkProof, isCertified } from './given_proof.js'
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
  checkProof(options)
  const keys = keysOf(key)
  const byCertificate = isCertified(options)
  if (keys.length === 0 && policy === undefined && !byCertificate)
    throw new LeafsumError(
      'usage',
      'a signature is good by somebody’s key alone: give the public key (key, --key PUB.pem), an authority (certRoot, --cert-root CA), an identity or a policy (policy, --policy FILE)',
    )
  const bundle = signature === undefined ? undefined : bytesOf(signature, 'signature')
  const found = byCertificate && bundle ? await certifiedSigner(platform, options, { lockfile, bundle }) : undefined
  const trust = await newTrust(platform)
  const check = new trust.LockfileCheck(webCrypto, {
    lockfile: { name: lockfileName === 'stdin' ? '' : lockfileName, bytes: lockfile },
    bundle,
    keys,
    ...found,
    policy: policy === undefined ? undefined : bytesOf(policy, 'policy'),
    requireSigners: requiredOf(requireSigner),
    now: timeOf(now),
  })
  if (check.error()) throw new LeafsumError('usage', check.error())
  await settle(check)
  const result = JSON.parse(check.result())
  // The core knows that nobody was found, not why.
  if (found && 'refusal' in found)
    for (const one of result.findings) if (one.message === found.refusal) one.reason = found.reason
  return result
}
