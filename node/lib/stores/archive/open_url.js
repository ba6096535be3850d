// An archive on a web server, on a hub or in a bucket: read in place, by ranges. A query in its address (a presigned
// one) is a secret: it goes with the requests for the file, and into no message.
import { LeafsumError, messageOf } from '../../errors.js'
import { kNamed, namedAddress } from '../named.js'
import { placesOfUrl } from '../places.js'
import { addressOf } from '../url_address.js'
import { UrlStore } from '../url_store.js'
import { archiveCodecs, contentsOf, described } from './contents.js'
import { indexOf } from './indexing.js'
import { later } from './machine.js'
import { archiveOfUrl } from './names.js'
import { RemoteFile } from './remote_file.js'
import { UrlArchiveStore } from './url_store.js'

/**
 * @typedef {import('./contents.js').ArchiveOptions} ArchiveOptions
 *
 * @param {import('../../host/platform.js').Platform} platform
 * @param {string | URL} address  http, https, hf, gs or s3
 * @param {ArchiveOptions} options
 */
export async function openArchiveUrl(platform, address, options) {
  const { archive, inner = options.inner } = archiveOfUrl(String(address)) ?? { archive: String(address) }
  const { url, store } = await fileAt(archive, options)
  const shown = `${url.origin}${url.pathname}`
  const path = decodeURIComponent(url.pathname.split('/').pop() ?? '')
  try {
    const file = new RemoteFile(store, path, await store.size(path))
    const { codecs, module } = await archiveCodecs(platform)
    const spill = await spillOf(platform, options)
    const index = await later(indexOf(codecs, file.size, spill?.take), want => file.read(want))
    const isSpilled = spill !== undefined && index.unpacked !== undefined
    if (isSpilled) index.format = 'tar'
    else spill?.close()
    const contents = contentsOf(index, file.size, { ...options, name: options.name ?? path, inner })
    const opened = isSpilled
      ? new (await import('./store.js')).ArchiveStore(contents.contents, spill.file(), { codecs, module })
      : new UrlArchiveStore(contents.contents, file, codecs)
    const places = placesIn(url, contents.root)
    return Object.assign(opened, described(contents), { root: contents.root, places: () => places })
  } catch (error) {
    if (error instanceof LeafsumError)
      throw new LeafsumError(error.code, `${shown}: ${error.message}`, { cause: error })
    if (error instanceof WebAssembly.RuntimeError) throw error
    throw new LeafsumError('source', `cannot read ${shown}: ${messageOf(error)}`, { cause: error })
  }
}

/** Its address, and a store of the directory that it lies in. */
async function fileAt(/** @type {string} */ archive, /** @type {ArchiveOptions} */ { headers, timeout, absent }) {
  const how = { headers, timeout, absent }
  if (kNamed.test(archive)) {
    const { openNamed } = await import('../named_listing.js')
    const { base, options, ...rest } = await openNamed(namedAddress(archive), how)
    const url = new URL(base.href.slice(0, -1))
    return { url, store: new UrlStore({ ...rest, base: new URL('.', url), options: { ...options, file: url } }) }
  }
  if (!URL.canParse(archive)) throw new LeafsumError('usage', 'the address of an archive is no URL')
  const url = new URL(archive)
  url.hash = ''
  const address = addressOf(new URL('.', url), how)
  if (url.username || url.password) addressOf(url, how) // which refuses it in words
  return { url, store: new UrlStore({ ...address, options: { ...address.options, file: url } }) }
}

async function spillOf(
  /** @type {import('../../host/platform.js').Platform} */ platform,
  /** @type {ArchiveOptions} */ { tempDir, maxDisk },
) {
  if (tempDir === undefined) return undefined
  if (!platform.spillTo) throw new LeafsumError('usage', 'tempDir: there is no disk here')
  return platform.spillTo(tempDir, maxDisk)
}

/** Whoever made the archive made all of it. */
function placesIn(/** @type {URL} */ url, /** @type {string} */ root) {
  const { own, around, repository } = placesOfUrl(url)
  const inside = own.map(place => `${place}!/${root}`)
  return { own: inside, around: [...inside, ...around], repository: repository ?? own[0] }
}
