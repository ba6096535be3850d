// An address that was given as a source. fromUrl gives its store before anything is loaded; here there is time.
import { archiveOfUrl } from './archive/names.js'
import { namedBy } from './named.js'
import { addressOf } from './url_address.js'
import { UrlStore } from './url_store.js'

/**
 * @param {string | URL} url http, https, hf, gs or s3
 * @param {import('../host/platform.js').Platform} platform
 */
export async function openUrl(url, platform) {
  const text = String(url)
  if (archiveOfUrl(text)) return (await import('./archive/open_url.js')).openArchiveUrl(platform, text, {})
  const named = namedBy(text)
  if (!named) return new UrlStore(addressOf(url))
  const { options } = addressOf(named.base)
  return new UrlStore(await (await import('./named_listing.js')).openNamed(named, options))
}
