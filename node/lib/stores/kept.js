// What has come from a server and stays at hand: small files, which to ask for the size of brings whole, and ranges
// that a later command of the same task asks for again.

const kKept = 16 << 20 // bytes
const kDocument = 1 << 20 // what is read whole up to here and beyond is a document, of which there are few: kept up to
const kKeptDocuments = 64 << 20

/** @typedef {{ offset: number, length: number }} Range */

export class Kept {
  /** @type {Map<string, Uint8Array>} whole ones */
  #files = new Map()
  /** @type {Map<string, Uint8Array>} */
  #ranges = new Map()
  #bytes = 0

  file(/** @type {string} */ path) {
    return this.#files.get(path)
  }

  range(/** @type {string} */ path, /** @type {Range} */ range) {
    return this.#ranges.get(nameOf(path, range))
  }

  /** How much of a file may be kept that will be read whole if it has at most `whole` bytes. */
  room(/** @type {number} */ whole) {
    return (whole >= kDocument ? kKeptDocuments : kKept) - this.#bytes
  }

  /** Where there is room. */
  keepFile(/** @type {string} */ path, /** @type {Uint8Array} */ bytes, /** @type {number} */ whole) {
    if (bytes.length > this.room(whole)) return
    this.#bytes += bytes.length
    this.#files.set(path, bytes)
  }

  /** A copy, where there is room: the bytes may be a part of what others have read as well. */
  keepRange(/** @type {string} */ path, /** @type {Range} */ range, /** @type {Uint8Array} */ bytes) {
    if (bytes.length > this.room(0)) return
    this.#bytes += bytes.length
    this.#ranges.set(nameOf(path, range), bytes.slice())
  }

  clear() {
    this.#files.clear()
    this.#ranges.clear()
    this.#bytes = 0
  }
}

const nameOf = (/** @type {string} */ path, /** @type {Range} */ { offset, length }) => `${offset}+${length} ${path}`
