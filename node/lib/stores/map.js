import { LeafsumError, firstLine } from '../errors.js'
import { StoreError, clip, safePath } from './store.js'

/**
 * A source held in memory: path → bytes. For tests, generated checkpoints and small archives.
 * @implements {Store}
 * @typedef {import('./store.js').Store} Store
 */
class MapStore {
  /** @type {Map<string, Uint8Array>} */
  #files

  /**
   * @param {Map<string, Uint8Array> | Record<string, Uint8Array>} files
   * @param {{ name?: string }} [options]
   */
  constructor(files, { name = '' } = {}) {
    if (typeof files !== 'object' || !files)
      throw new LeafsumError('usage', 'fromMap: a Map or an object of Uint8Arrays is wanted')
    const entries = files instanceof Map ? files : Object.entries(files)
    this.#files = new Map(Array.from(entries, checked))
    this.name = name
  }

  /** @returns {import('./store.js').ListingEntry[]} */
  list() {
    return Array.from(this.#files, ([path, bytes]) => [path, bytes.length, 'f'])
  }

  async get(/** @type {string} */ key) {
    return this.#files.get(safePath(key))
  }

  async getRange(/** @type {string} */ key, /** @type {import('./store.js').RangeQuery} */ range) {
    const bytes = this.#files.get(safePath(key))
    return bytes?.subarray(...clip(range, bytes.length))
  }

  size(/** @type {string} */ path) {
    return this.#find(path).length
  }

  readInto(/** @type {string} */ path, /** @type {number} */ offset, /** @type {Uint8Array} */ view) {
    const bytes = this.#find(path)
    const [begin, end] = clip({ offset, length: view.length }, bytes.length)
    view.set(bytes.subarray(begin, end))
    return end - begin
  }

  #find(/** @type {string} */ path) {
    const bytes = this.#files.get(safePath(path))
    if (!bytes) throw new StoreError('missing', 'no such file')
    return bytes
  }
}

/** @returns {[path: string, bytes: Uint8Array]} */
function checked(/** @type {[string, Uint8Array]} */ [key, bytes]) {
  if (!(bytes instanceof Uint8Array))
    throw new LeafsumError('usage', `fromMap: ${JSON.stringify(key)} is not a Uint8Array`)
  try {
    return [safePath(String(key)), bytes]
  } catch (error) {
    throw new LeafsumError('usage', `fromMap: ${JSON.stringify(key)}: ${firstLine(error)}`)
  }
}

/**
 * @param {Map<string, Uint8Array> | Record<string, Uint8Array>} files
 * @param {{ name?: string }} [options]
 */
export const fromMap = (files, options) => new MapStore(files, options)
