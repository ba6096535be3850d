// What the attributes name to compare with. A lockfile that lies below the checkpoint, or in its repository, came with
// it: then the best answer is UNTRUSTED.
import { LeafsumError } from '../errors.js'
import { relationOf } from '../stores/places.js'
import { fromUrl } from '../stores/url.js'

/**
 * @param {HTMLElement} element
 * @param {import('../stores/store.js').Store} store of the checkpoint
 * @param {AbortSignal} signal
 * @returns {Promise<import('../index.js').VerifyOptions>}
 */
export async function evidenceOf(element, store, signal) {
  const lock = element.getAttribute('lock')
  const fingerprint = element.getAttribute('fingerprint')?.trim()
  const own = fingerprint ? { fingerprint } : {}
  if (!lock) return own
  const address = /^(hf|gs|s3):/i.test(lock) ? lock : new URL(lock, element.baseURI).href
  const [, folder, lockfileName] = /^([^?#]*\/)([^/?#]+)$/.exec(address) ?? []
  if (!lockfileName)
    throw new LeafsumError(
      'usage',
      `<leafsum-verify> lock: ${address} names no file: an address without ? or # is wanted`,
    )
  const place = fromUrl(folder)
  try {
    const lockfile = await place.get(decodeURIComponent(lockfileName))
    signal.throwIfAborted()
    if (!lockfile) throw new LeafsumError('evidence', `cannot read the lockfile ${address}: there is none`)
    const lies = { places: fromUrl(`${address}/`).places }
    return { ...own, lockfile, lockfileName, lockfileCameWithSource: relationOf(store, lies) !== undefined }
  } finally {
    place.release()
  }
}
