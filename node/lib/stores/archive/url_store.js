// An archive on a server as a source. What lies in it as it is, is read as any file of the server; what is compressed,
// one read after the other.
import { StoreError, clip, safePath } from '../store.js'
import { Reader } from './store.js'

/** @typedef {import('../store.js').Store} Store @implements {Store} */
export class UrlArchiveStore {
  #reader
  #file

  /**
   * @param {import('./store.js').Contents} contents
   * @param {import('./remote_file.js').RemoteFile} file
   * @param {import('../../../../src/bindings/codecs.mjs').Archives} codecs
   */
  constructor(contents, file, codecs) {
    this.contents = contents
    this.#file = file
    this.#reader = new Reader(contents, codecs)
    this.readsForwards = contents.compressed?.kind === 'zstd'
    const isPlain = !contents.compressed && [...contents.places.values()].every(({ packed }) => packed === undefined)
    /** @type {Store['open']} where long reads are requests of their own */
    this.open = isPlain ? (key, range) => this.#streamOf(key, range) : undefined
  }

  size(/** @type {string} */ path) {
    return this.#reader.find(path).size
  }

  async get(/** @type {string} */ key) {
    return this.#whole(key, size => [0, size])
  }

  async getRange(/** @type {string} */ key, /** @type {import('../store.js').RangeQuery} */ range) {
    return this.#whole(key, size => clip(range, size))
  }

  async #whole(/** @type {string} */ key, /** @type {(size: number) => [number, number]} */ range) {
    const path = safePath(key)
    if (!this.contents.places.has(path)) return undefined
    const { offset, size, packed, refusal } = this.#reader.find(path)
    const [begin, end] = range(size)
    if (refusal) throw new StoreError('unreadable', refusal)
    if (begin === end) return new Uint8Array(0)
    if (this.contents.compressed || packed !== undefined)
      return this.#reader.readInTurn(path, [begin, end], want => this.#file.read(want))
    return this.#file.store.getRange(this.#file.path, { offset: offset + begin, length: end - begin })
  }

  /** @returns {Promise<import('../store.js').Stream | undefined>} */
  async #streamOf(/** @type {string} */ key, /** @type {import('./machine.js').Range} */ range) {
    const path = safePath(key)
    if (!this.contents.places.has(path)) return undefined
    const { offset, size, refusal } = this.#reader.find(path)
    if (refusal) throw new StoreError('unreadable', refusal)
    const [begin, end] = clip(range, size)
    if (begin === end) return { read: async () => new Uint8Array(0), close() {} }
    return this.#file.store.open(this.#file.path, { offset: offset + begin, length: end - begin })
  }

  hold() {
    return this.#file.store.hold()
  }

  release() {
    this.#reader.release()
    this.#file.release()
  }
}
