// The bytes of a file on a server, as they are wanted by what reads an archive: now one header after the other, now all
// of it in order.
import { StoreError } from '../store.js'

const kWindow = 64 << 10 // bytes: headers of small members lie side by side
const kLeast = 1 << 20 // bytes of one request that is read as it comes
const kMost = 64 << 20

export class RemoteFile {
  #begin = 0
  /** @type {Uint8Array} */
  #window = new Uint8Array(0)
  /** @type {import('../store.js').Stream | undefined} */
  #stream
  #at = 0 // the next byte of the stream, or the end of the last read
  #left = 0 // bytes of the stream
  #ahead = kLeast

  /**
   * @param {import('../url_store.js').UrlStore} store
   * @param {string} path
   * @param {number} size
   */
  constructor(store, path, size) {
    this.store = store
    this.path = path
    this.size = size
  }

  /**
   * One after the other. Fewer bytes only where the file ends.
   * @param {import('./machine.js').Range} want
   * @returns {Promise<Uint8Array>}
   */
  async read({ offset, length }) {
    const begin = offset - this.#begin
    if (begin >= 0 && begin + length <= this.#window.length) return this.#window.subarray(begin, begin + length)
    const isNext = offset === this.#at
    this.#at = offset + length
    if (isNext && length > kWindow >> 1) return this.#onwards(offset, length)
    this.#close()
    const wanted = Math.min(Math.max(length, kWindow), this.size - offset)
    this.#window = await this.#range(offset, wanted)
    this.#begin = offset
    return this.#window.subarray(0, length)
  }

  /** The request that brings what follows too, twice as much each time. */
  async #onwards(/** @type {number} */ offset, /** @type {number} */ length) {
    if (length > this.#left) {
      this.#stream?.close()
      this.#stream = undefined
      this.#left = Math.min(Math.max(this.#ahead, length), this.size - offset)
      this.#ahead = Math.min(2 * this.#ahead, kMost)
    }
    this.#stream ??= await this.store.open(this.path, { offset, length: this.#left })
    // A server may have given up a body that waited for long.
    const bytes = await this.#stream?.read(length).catch(() => undefined)
    this.#left -= length
    if (bytes?.length === length) return bytes
    this.#close()
    return this.#range(offset, length)
  }

  async #range(/** @type {number} */ offset, /** @type {number} */ length) {
    const bytes = await this.store.getRange(this.path, { offset, length })
    if (bytes?.length !== length) throw new StoreError('changed', 'the server sent less of the archive than it has')
    return bytes
  }

  #close() {
    this.#stream?.close()
    this.#stream = undefined
    this.#left = 0
    this.#ahead = kLeast
  }

  release() {
    this.#close()
    this.#window = new Uint8Array(0)
    this.#at = -1
    this.store.release()
  }
}
