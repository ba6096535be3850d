// An address that was given as a source. fromUrl gives its store before anything is loaded; here there is time.
import { kNamed, namedAddress } from './named.js'
import { addressOf } from './url_address.js'
import { UrlStore } from './url_store.js'

/** @param {string | URL} url http, https, hf, gs or s3 */
export async function openUrl(url) {
  const text = String(url)
  if (!kNamed.test(text)) return new UrlStore(addressOf(url))
  const named = namedAddress(text)
  const { options } = addressOf(named.base)
  return new UrlStore(await (await import('./named_listing.js')).openNamed(named, options))
}
