// A checkpoint behind plain HTTP. What reads it is loaded with the first that is read: most pages and programs that can
// read URLs read none.
import { namedBy } from './named.js'
import { addressOf } from './url_address.js'

/**
 * @typedef {import('./store.js').Store} Store
 * @implements {Store}
 */
class LazyUrlStore {
  asks = true
  #address
  #named
  /** @type {Promise<import('./url_store.js').UrlStore> | undefined} */
  #opening
  /** @type {import('./url_store.js').UrlStore | undefined} */
  #opened

  /**
   * @param {import('./url_address.js').Address} address
   * @param {import('./named.js').Named} [named]  a hub's or a bucket's, of which more is found out first
   */
  constructor(address, named) {
    this.#address = address
    this.#named = named
    this.name = address.name
    this.hubDirectory = named?.hub?.path
    this.places = address.places
  }

  #open() {
    this.#opening ??= Promise.all([this.#found(), import('./url_store.js')]).then(([address, { UrlStore }]) => {
      this.#opened = new UrlStore(address)
      return this.#opened
    })
    return this.#opening
  }

  async #found() {
    return this.#named
      ? (await import('./named_listing.js')).openNamed(this.#named, this.#address.options)
      : this.#address
  }

  async list() {
    return (await this.#open()).list()
  }

  async get(/** @type {string} */ key) {
    return (await this.#open()).get(key)
  }

  async getRange(/** @type {string} */ key, /** @type {import('./store.js').RangeQuery} */ range) {
    return (await this.#open()).getRange(key, range)
  }

  async open(/** @type {string} */ key, /** @type {{ offset: number, length: number }} */ range) {
    return (await this.#open()).open(key, range)
  }

  async size(/** @type {string} */ path, /** @type {number | undefined} */ whole) {
    return (await this.#open()).size(path, whole)
  }

  tags() {
    return this.#opened ? this.#opened.tags() : []
  }

  async hasTags(/** @type {import('./store.js').Tag[]} */ tags) {
    return (await this.#open()).hasTags(tags)
  }

  hold() {
    const held = this.#open().then(store => store.hold())
    held.catch(() => {}) // the first read tells
    return () => {
      held.then(
        release => release(),
        () => {},
      )
    }
  }

  release() {
    this.#opened?.release()
  }
}

/**
 * A checkpoint's own directory on a web server, a hub or in a bucket. Where there is no listing, what only a listing
 * shows is not looked for, and the report says so.
 * @param {string | URL} url http, https, hf, gs or s3
 * @param {import('./url_address.js').UrlOptions} [options] headers never
 * go to
 *   another origin; absent: HTTP statuses that mean "not there" besides 404 and 410, 403 of a bucket that may not be
 *   listed
 */
export function fromUrl(url, options) {
  const named = namedBy(String(url))
  if (!named) return new LazyUrlStore(addressOf(url, options))
  return new LazyUrlStore({ ...addressOf(named.base, options), name: named.name, places: named.places }, named)
}
