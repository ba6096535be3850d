// A store of others whose listing gives sizes: an answer that is shorter than its own listing says, or none, is a
// change, as it is where a store of ours sees one, and not the end or the lack of a file.
import { StoreError } from './store.js'

/**
 * @param {import('./store.js').Store} store
 * @param {import('./store.js').ListingEntry[]} listing  its own
 * @returns {import('./store.js').Store}
 */
export function heldToItsSizes(store, listing) {
  const sizes = new Map(listing.map(([path, size]) => [path, size]))
  /** @param {string} key  @param {Uint8Array | undefined} bytes  @param {(size: number) => number} wanted */
  const held = (key, bytes, wanted) => {
    const size = sizes.get(key.slice(1))
    if (size !== undefined && (bytes === undefined ? -1 : bytes.length) < wanted(size))
      throw new StoreError('changed', bytes ? 'shorter than its listing says' : 'listed, and not there any more')
    return bytes
  }
  const get = async (/** @type {string} */ key) => held(key, await store.get(key), size => size)
  const getRange = async (/** @type {string} */ key, /** @type {{ offset: number, length: number }} */ range) =>
    held(key, await store.getRange(key, range), size => Math.min(range.length, size - range.offset))
  // Whatever else it has stays its own, private fields too.
  return new Proxy(store, {
    get(target, name) {
      if (name === 'get') return get
      if (name === 'getRange') return getRange
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
