// What vouches for a source beside a lockfile: the sums of its files, a model signature; or who signed the lockfile.
import { LeafsumError } from '../errors.js'
import { bytesOf, kCertified } from '../options.js'

/**
 * @typedef {object} Run
 * @property {import('../host/platform.js').Platform} platform
 * @property {string} command
 * @property {import('../stores/store.js').Store[]} stores
 * @property {(import('../stores/store.js').PackedListing | undefined)[]} listings
 * @property {Record<string, any>} options  of the API
 *
 * @param {Record<string, any>} config  of the core: what is found here is added
 * @param {Run} run
 * @returns {Promise<Uint8Array | undefined>}  the manifest of signed files
 */
export async function vouchersInto(config, { platform, command, stores, listings, options }) {
  // Over the bytes of the lockfile, before anybody takes them apart.
  if (wantsSignature(options)) {
    const { lockfileSignature } = await import('../trust/lockfile.js')
    config.signature = await lockfileSignature(platform, command, options)
  }
  if (options.sums !== undefined) {
    const { sumsForCore } = await import('./sums.js')
    // By the core's own listing: what changes between the two readings of a file is noticed.
    const listing = listings[0]?.entries()
    const sha256 = platform.fileSha256 ?? platform.sha256
    config.sums = await sumsForCore(stores[0], listing, bytesOf(options.sums, 'sums'), sha256, options)
  }
  if (options.hub !== undefined) {
    const { cacheFindings, tree } = await (await import('./hub.js')).hubForCore(
      command,
      stores[0],
      listings[0],
      options,
    )
    config.findings = [...(config.findings ?? []), ...cacheFindings]
    if (tree) {
      config.sums = tree.sums
      listings[0] = tree.listing
    }
  }
  if (options.bundle === undefined) return undefined
  if (command !== 'verify') throw new LeafsumError('usage', 'bundle: an option of verify alone')
  const { bundleForCore } = await import('./bundle.js')
  const { option, manifest } = await bundleForCore(platform, listings[0] !== undefined, options)
  config.bundle = option
  return manifest
}

const kOfSigner = ['key', 'requireSigner', ...kCertified]

// With a bundle, a key or an identity alone is that of the bundle's signer; so is a policy without a lockfile.
const wantsSignature = (/** @type {Record<string, any>} */ options) =>
  [
    ...['signature', 'requireSignature'],
    ...(options.bundle === undefined || options.lockfile !== undefined ? ['policy'] : []),
    ...(options.bundle === undefined ? kOfSigner : []),
  ].some(name => options[name] !== undefined && options[name] !== false)
