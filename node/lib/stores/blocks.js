// Ranges of chosen files, small ones from blocks around them: to a browser each slice has a fixed cost, of a
// millisecond and more.
const kSmall = 16 << 10 // bytes of a read that shares a slice with its neighbours
const kBlock = 256 << 10 // bytes
const kBlocks = 4 // the last ones, of all files together

const slice = async (/** @type {Blob} */ file, /** @type {number} */ begin, /** @type {number} */ end) =>
  new Uint8Array(await file.slice(begin, end).arrayBuffer())

export class Blocks {
  /** @type {[file: Blob, from: number, bytes: Promise<Uint8Array>][]} the one that was used last comes last */
  #blocks = []

  /**
   * @param {Blob} file
   * @param {[begin: number, end: number]} range
   * @returns {Promise<Uint8Array>} never a view of a block: whoever asks may hand it over to another thread
   */
  async read(file, [begin, end]) {
    const from = Math.floor(begin / kBlock) * kBlock
    if (end - begin > kSmall || end === begin || end > from + kBlock) return slice(file, begin, end)
    const at = this.#blocks.findIndex(one => one[0] === file && one[1] === from)
    const [block] =
      at < 0 ? [[file, from, slice(file, from, Math.min(from + kBlock, file.size))]] : this.#blocks.splice(at, 1)
    this.#blocks.push(/** @type {any} */ (block))
    if (this.#blocks.length > kBlocks) this.#blocks.shift()
    const bytes = await /** @type {Promise<Uint8Array>} */ (block[2])
    return bytes.slice(begin - from, end - from)
  }
}
