// `verify --bundle`: a model signature (OMS) as the core takes it.
import { LeafsumError } from '../errors.js'
import { bytesOf } from '../options.js'
import { certifiedSigner } from '../trust/certified_signer.js'
import { keysOf, requiredOf, timeOf } from '../trust/given_keys.js'
import { checkProof, isCertified } from '../trust/given_proof.js'

/**
 * @typedef {object} BundleForCore
 * @property {Record<string, any>} option  the core's `bundle`
 * @property {Uint8Array} manifest  of the signed files, for `setFiles`
 *
 * @param {import('../host/platform.js').Platform} platform
 * @param {boolean} isListed  whether the source has a listing
 * @param {Record<string, any>} options
 * @returns {Promise<BundleForCore>}
 */
export async function bundleForCore(platform, isListed, options) {
  const { bundle, bundleName = '', bundlePath, lockfilePath, sample } = options
  if (!isListed) {
    throw new LeafsumError(
      'usage',
      'a signature over files needs a listing of the source: without one (a URL has none) files that it does not name stay unseen',
    )
  }
  if (sample !== undefined)
    throw new LeafsumError('usage', 'sample and bundle: a signature over files needs every byte of them')
  const { signedBy, problem, manifest } = await signed(platform, bytesOf(bundle, 'bundle'), options)
  return {
    option: {
      name: bundleName || 'the bundle',
      path: bundlePath,
      lock_path: lockfilePath,
      signed_by: signedBy,
      problem,
    },
    manifest,
  }
}

/**
 * @param {import('../host/platform.js').Platform} platform
 * @param {Uint8Array} bundle
 * @param {Record<string, any>} options
 */
async function signed(platform, bundle, options) {
  const { key, requireSigner, policy, lockfile, now = new Date() } = options
  checkProof(options)
  if (key === undefined && policy === undefined && !isCertified(options))
    throw new LeafsumError(
      'usage',
      'a signature is good by somebody’s key alone, which never comes from the bundle: give the public key (key, --key PUB.pem), an authority (certRoot, --cert-root CA), an identity or a policy (policy, --policy FILE)',
    )
  const { checkModel } = await import('../trust/model.js')
  const { revoked, ...model } = await checkModel(platform, bundle, {
    ...(isCertified(options) ? await certifiedSigner(platform, options, { bundle }) : { keys: keysOf(key) }),
    requireSigners: requiredOf(requireSigner),
    policy: policy === undefined ? undefined : bytesOf(policy, 'policy'),
    now: timeOf(now),
  })
  // With a lockfile, the check of its own signature has them.
  if (revoked.length > 0 && lockfile === undefined)
    throw new LeafsumError(
      'usage',
      'the policy revokes fingerprints, and a signature over files says none: add the lockfile (lockfile, --lock FILE), or take these out of the policy',
    )
  return model
}
