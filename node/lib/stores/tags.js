// What a server calls the state of each file, from the first answer on: a command sees one state of it, or says so.
import { StoreError } from './store.js'

/** @typedef {import('./store.js').Tag} Tag */

export class Tags {
  /** @type {Map<string, string>} */
  #tags = new Map()
  #untagged = false // a file came without a name for its state

  /** A file that the server calls by another tag than before is another file. */
  see(/** @type {string} */ path, /** @type {Response} */ response) {
    const tag = response.headers.get('etag') ?? response.headers.get('last-modified')
    if (tag === null) {
      this.#untagged = true
      return
    }
    const known = this.#tags.get(path)
    if (known !== undefined && known !== tag) throw new StoreError('changed', 'changed since it was first read')
    this.#tags.set(path, tag)
  }

  get(/** @type {string} */ path) {
    return this.#tags.get(path)
  }

  /** @returns {Tag[] | undefined} strong ETags alone: equal ones mean equal bytes (RFC 9110 §8.8.3) */
  strong() {
    const tags = [...this.#tags]
    return !this.#untagged && tags.every(([, tag]) => tag.startsWith('"'))
      ? tags.sort(([a], [b]) => (a < b ? -1 : 1))
      : undefined
  }
}
