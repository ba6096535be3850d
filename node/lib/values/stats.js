// Statistics of a leaf's content, which comes piece by piece: count, extremes, mean, standard deviation, special
// values, histogram. Little is held, whatever the leaf's size.
import { dtypeOf, numbersOf } from './elements.js'
import { Numbers } from './numbers.js'

/** @typedef {import('./elements.js').Dtype} Dtype */

const kBlock = 4096 // elements

/** Of one stretch of content, from its beginning; pieces may cut elements. */
export class Stats {
  #rest = new Uint8Array(0)
  #name
  #dtype
  #count = 0
  #block = new Float64Array(kBlock)
  #numbers
  #imaginary
  /** @type {Float64Array | undefined} of narrow types: how often each code comes, and all else follows from it */
  #codes

  /** @param {string} name of a dtype that has elements */
  constructor(name) {
    this.#name = name
    this.#dtype = /** @type {Dtype} */ (dtypeOf(name))
    const { kind, itemsize } = this.#dtype
    this.#numbers = new Numbers(['bool', 'int', 'uint'].includes(kind))
    this.#imaginary = kind === 'complex' ? new Numbers(false) : undefined
    if (itemsize <= 2 && kind !== 'raw') this.#codes = new Float64Array(256 ** itemsize)
  }

  /** @param {Uint8Array} piece */
  push(piece) {
    const { itemsize } = this.#dtype
    if (this.#rest.length > 0) {
      const missing = Math.min(itemsize - this.#rest.length, piece.length)
      const joined = new Uint8Array(this.#rest.length + missing)
      joined.set(this.#rest)
      joined.set(piece.subarray(0, missing), this.#rest.length)
      this.#rest = joined
      if (joined.length < itemsize) return
      this.#rest = new Uint8Array(0)
      this.#take(joined, 1)
      piece = piece.subarray(missing)
    }
    const count = Math.floor(piece.length / itemsize)
    if (count > 0) this.#take(piece, count)
    this.#rest = piece.slice(count * itemsize)
  }

  /** What lay behind, into this. @param {Stats} other of the same dtype */
  addAll(other) {
    this.#count += other.#count
    other.#codes?.forEach((count, code) => {
      if (count > 0) /** @type {Float64Array} */ (this.#codes)[code] += count
    })
    this.#numbers.addAll(other.#numbers)
    if (other.#imaginary) this.#imaginary?.addAll(other.#imaginary)
  }

  /** Once, at the end. @returns {import('../index.js').Statistics} */
  get result() {
    const { kind } = this.#dtype
    const count = this.#count
    if (kind === 'raw') return { count, ...kNothing }
    this.#countCodes()
    const { nan, inf, negativeInf, zeros, moments, histogram } = this.#numbers
    // As `data` has them.
    const isBig = this.#dtype.bits === 64 && (kind === 'int' || kind === 'uint')
    const [min, max] = [this.#numbers.min, this.#numbers.max].map(one => (isBig && one !== null ? BigInt(one) : one))
    const special = { finite: count - nan - inf, nan, inf, negative_inf: negativeInf, zeros }
    if (!this.#imaginary) {
      return { count, ...special, min, max, mean: moments.mean, std: moments.std, histogram: histogram.result }
    }
    const other = this.#imaginary.moments
    const mean = moments.mean === null ? null : [moments.mean, /** @type {number} */ (other.mean)]
    return { count, ...special, min: null, max: null, mean, std: moments.stdWith(other), histogram: null }
  }

  #take(/** @type {Uint8Array} */ bytes, /** @type {number} */ count) {
    this.#count += count
    const { kind, itemsize, bits } = this.#dtype
    if (kind === 'raw') return
    if (this.#codes) return countInto(this.#codes, bytes, count, itemsize)
    const number = numbersOf(this.#name, bytes)
    for (let from = 0; from < count; from += kBlock) {
      const length = Math.min(kBlock, count - from)
      if (this.#imaginary) this.#takeComplex(/** @type {any} */ (number), from, length)
      else if (bits === 64 && kind !== 'float') this.#takeBig(bytes, from, length)
      else {
        for (let n = 0; n < length; n++) this.#block[n] = /** @type {number} */ (number(from + n))
        this.#numbers.addEach(this.#block, length)
      }
    }
  }

  /** 64-bit integers; those that are doubles, as most are, without big ones. */
  #takeBig(/** @type {Uint8Array} */ bytes, /** @type {number} */ from, /** @type {number} */ count) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + 8 * from, 8 * count)
    const isSigned = this.#dtype.kind === 'int'
    let exact = true
    for (let n = 0; n < count; n++) {
      const upper = isSigned ? view.getInt32(8 * n + 4, true) : view.getUint32(8 * n + 4, true)
      if (upper >= 2 ** 20 || upper < -(2 ** 20)) exact = false
      this.#block[n] = upper * 2 ** 32 + view.getUint32(8 * n, true)
    }
    if (exact) return this.#numbers.addEach(this.#block, count)
    const big = Array.from({ length: count }, (_, n) =>
      isSigned ? view.getBigInt64(8 * n, true) : view.getBigUint64(8 * n, true),
    )
    this.#numbers.addBig(big)
  }

  /** NaN where a half is, else infinite where a half is; numbers where both are. */
  #takeComplex(/** @type {(n: number) => number} */ number, /** @type {number} */ from, /** @type {number} */ count) {
    const numbers = this.#numbers
    const imaginaries = new Float64Array(count)
    let finite = 0
    let greatest = [0, 0]
    for (let n = from; n < from + count; n++) {
      const real = number(2 * n)
      const imaginary = number(2 * n + 1)
      if (Number.isNaN(real) || Number.isNaN(imaginary)) numbers.nan++
      else if (!Number.isFinite(real) || !Number.isFinite(imaginary)) numbers.inf++
      else {
        if (real === 0 && imaginary === 0) numbers.zeros++
        this.#block[finite] = real
        imaginaries[finite++] = imaginary
        greatest = [Math.max(greatest[0], Math.abs(real)), Math.max(greatest[1], Math.abs(imaginary))]
      }
    }
    numbers.moments.addEach(this.#block, finite, greatest[0])
    this.#imaginary?.moments.addEach(imaginaries, finite, greatest[1])
  }

  #countCodes() {
    if (!this.#codes) return
    const { itemsize } = this.#dtype
    const all = new Uint8Array(this.#codes.length * itemsize)
    for (let n = 0; n < all.length; n++) all[n] = itemsize === 1 ? n : n & 1 ? n >> 9 : n >> 1
    const number = numbersOf(this.#name, all)
    this.#codes.forEach((count, code) => {
      if (count > 0) this.#numbers.addTimes(/** @type {number} */ (number(code)), count)
    })
    this.#codes = undefined
  }
}

const kNothing = {
  finite: null,
  nan: null,
  inf: null,
  negative_inf: null,
  zeros: null,
  min: null,
  max: null,
  mean: null,
  std: null,
  histogram: null,
}

function countInto(
  /** @type {Float64Array} */ codes,
  /** @type {Uint8Array} */ bytes,
  /** @type {number} */ count,
  /** @type {number} */ itemsize,
) {
  if (itemsize === 1) for (let n = 0; n < count; n++) codes[bytes[n]]++
  else for (let n = 0; n < count; n++) codes[bytes[2 * n] | (bytes[2 * n + 1] << 8)]++
}
