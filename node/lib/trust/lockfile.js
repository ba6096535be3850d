// Who signed a lockfile: from the options of `verify` to the core's option `signature`.
import { LeafsumError } from '../errors.js'
import { bytesOf } from '../options.js'
import { certifiedSigner, checkCertified } from './certified_signer.js'
import { keysOf, listOf } from './given_keys.js'
import { isCertified } from './given_proof.js'
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
  checkCertified(options)
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
    ...(found && 'refusal' in found ? { refusal: found.refusal } : { signer: found?.signer }),
    policy: policy === undefined ? undefined : bytesOf(policy, 'policy'),
    requireSigners: listOf(requireSigner).map(signerOf),
    now: `${now.toISOString().slice(0, 19)}Z`,
  })
  if (check.error()) throw new LeafsumError('usage', check.error())
  await settle(check)
  const result = JSON.parse(check.result())
  return found ? judged(result, found) : result
}

/**
 * @param {{ signed_by?: string, claims?: any, findings: { reason: string, message: string }[] }} result of the core
 * @param {import('./certified_signer.js').Found} found
 */
function judged(result, found) {
  if ('refusal' in found) {
    // The core knows that nobody was found, not why.
    const own = result.findings.find(({ message }) => message === found.refusal)
    if (own) own.reason = found.reason
  } else if (found.isEnvelope && !result.claims && result.findings.length === 0) {
    // Of an envelope the statement alone binds the lockfile's bytes: no claims, no signature.
    const message = 'the bundle has no statement about the lockfile'
    return { ...result, signed_by: undefined, findings: [{ reason: 'malformed-bundle', message }] }
  }
  return result
}

function signerOf(/** @type {unknown} */ signer) {
  if (typeof signer === 'string') return signer.replace(/^(key )?sha256:/, '')
  throw new LeafsumError('usage', 'requireSigner: SHA-256 of a public key, in hex, is wanted')
}
