// A part of a Blob that is read from one end to the other in small pieces. To a browser a slice is a question to
// another process:
// a few large ones, of which the next is under way while this one is used, take half the time of many small ones.
//
// What jobs say in advance that they will read comes in windows (../windows.js), and not from here. Left is what they
// do not say:
// content that is handed out (`read`, `match`) of sharded leaves, of whose shards a part may be wanted, where a chunk
// within the shard is read in several pieces because it is over 1 MiB. The page's own commands hand out nothing.
import { joined } from './merge.js'

const kWindow = 8 << 20 // bytes; two of them at most are held

/**
 * @typedef {object} Window
 * @property {number} begin
 * @property {number} end
 * @property {Promise<ArrayBuffer>} bytes
 */
export class ReadAhead {
  /** @type {Window[]} consecutive */
  #windows = []
  #blob
  #begin
  #end

  /**
   * @param {Blob} blob
   * @param {number} begin where the first read begins
   * @param {number} end beyond which nothing is read ahead
   */
  constructor(blob, begin, end) {
    this.#blob = blob
    this.#begin = begin
    this.#end = end
  }

  /**
   * @param {number} begin where the last read ended
   * @param {number} end
   * @returns {Promise<Uint8Array> | undefined} nothing beyond the end
   */
  read(begin, end) {
    if (end > this.#end) return undefined
    this.#windows = this.#windows.filter(window => window.end > begin)
    while (this.#begin < end) this.#open()
    const parts = this.#windows.filter(window => window.begin < end)
    // Half of what is here is asked for: time to fetch the next.
    const last = this.#windows.at(-1)
    if (last && this.#windows.length === 1 && this.#begin < this.#end && end > (last.begin + last.end) / 2) this.#open()
    return join(parts, begin, end)
  }

  #open() {
    const begin = this.#begin
    const end = (this.#begin = Math.min(begin + kWindow, this.#end))
    const bytes = this.#blob.slice(begin, end).arrayBuffer()
    // Nobody may come to ask for it; whoever does hears of the failure.
    bytes.catch(() => {})
    this.#windows.push({ begin, end, bytes })
  }
}

async function join(/** @type {Window[]} */ windows, /** @type {number} */ begin, /** @type {number} */ end) {
  const parts = []
  for (const window of windows) {
    const from = Math.max(begin, window.begin)
    parts.push(new Uint8Array(await window.bytes, from - window.begin, Math.min(end, window.end) - from))
  }
  return joined(parts)
}
