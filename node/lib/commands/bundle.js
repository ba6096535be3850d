// `verify --bundle`: a model signature (OMS) as the core takes it.
import { LeafsumError } from '../errors.js'
import { bytesOf } from '../options.js'
import { certifiedSigner, checkCertified } from '../trust/certified_signer.js'
import { keysOf, listOf } from '../trust/given_keys.js'
import { isCertified } from '../trust/given_proof.js'

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
  const { bundle, bundleName = '', bundlePath, lockfilePath, sample, key, requireSigner } = options
  if (!isListed) {
    throw new LeafsumError(
      'usage',
      'a signature over files needs a listing of the source: without one (a URL has none) files that it does not name stay unseen',
    )
  }
  if (sample !== undefined)
    throw new LeafsumError('usage', 'sample and bundle: a signature over files needs every byte of them')
  checkCertified(options)
  if (key === undefined && !isCertified(options))
    throw new LeafsumError(
      'usage',
      'a signature is good by somebody’s key alone, which never comes from the bundle: give the public key (key, --key PUB.pem), an authority (certRoot, --cert-root CA) or an identity',
    )
  const { checkModel } = await import('../trust/model.js')
  const bytes = bytesOf(bundle, 'bundle')
  const { signedBy, problem, manifest } = await checkModel(platform, bytes, {
    ...(key === undefined ? await certifiedSigner(platform, options, { bundle: bytes }) : { keys: keysOf(key) }),
    requireSigners: listOf(requireSigner).map(id => String(id).replace(/^(key )?sha256:/, '')),
  })
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
