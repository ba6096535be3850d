// A checkpoint behind plain HTTP. What reads it is loaded with the first that is read: most pages and programs that can
// read URLs read none.
import { addressOf } from './url_address.js'

/**
 * @typedef {import('./store.js').Store} Store
 * @implements {Store}
 */
class LazyUrlStore {
  asks = true
  #address
  /** @type {Promise<import('./url_store.js').UrlStore> | undefined} */
  #opening
  /** @type {import('./url_store.js').UrlStore | undefined} */
  #opened

  constructor(/** @type {import('./url_address.js').Address} */ address) {
    this.#address = address
    this.name = address.name
    this.places = address.places
  }

  #open() {
    this.#opening ??= import('./url_store.js').then(({ UrlStore }) => {
      this.#opened = new UrlStore(this.#address)
      return this.#opened
    })
    return this.#opening
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
 * A checkpoint's own directory on a web server, which gives no listing: what only a listing shows is not looked for,
 * and the report says so.
 * @param {string | URL} url http or https
 * @param {import('./url_address.js').UrlOptions} [options] headers never
 * go to
 *   another origin; absent: HTTP statuses that mean "not there" besides 404 and 410, 403 of a bucket that may not be
 *   listed
 */
export const fromUrl = (url, options) => new LazyUrlStore(addressOf(url, options))
