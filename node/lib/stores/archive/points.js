// Where decompression can begin again (archive/unpacker.h): each point has a window of 32 KiB, so that they lie the
// farther apart the larger the content is.

const kMost = 512
const kWindow = 32 << 10
const kLeastStep = 1 << 20 // bytes of content from one to the next

/** @typedef {import('../../../../src/bindings/codecs.mjs').RestartPoint} RestartPoint */

/** @type {RestartPoint} */
const kStart = { in: 0, out: 0, bits: 0, isStart: true, window: new Uint8Array(0) }

export class Points {
  #step = kLeastStep
  /** @type {RestartPoint[]} */
  #points = [kStart]

  /** @param {RestartPoint[]} [points] */
  constructor(points) {
    if (points) this.#points = points
  }

  /** Whether a point here would help. */
  wants(/** @type {number} */ out) {
    return out >= this.#points[this.#points.length - 1].out + this.#step
  }

  add(/** @type {RestartPoint} */ point) {
    this.#points.push(point)
    if (this.#points.length < kMost) return
    this.#points = this.#points.filter((_, n) => n % 2 === 0)
    this.#step *= 2
  }

  /** The last one at or before. */
  before(/** @type {number} */ out) {
    let low = 0
    let high = this.#points.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#points[middle].out <= out) low = middle
      else high = middle
    }
    return this.#points[low]
  }

  /** For other threads, which share the windows where the host can. */
  spec() {
    const shared = typeof SharedArrayBuffer === 'function'
    const bytes = this.#points.length * kWindow
    const windows = new Uint8Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes))
    return this.#points.map((point, n) => {
      windows.set(point.window, n * kWindow)
      return { ...point, window: windows.subarray(n * kWindow, n * kWindow + point.window.length) }
    })
  }
}
