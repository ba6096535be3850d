// A histogram in one pass, whose range need not be known before: bins are [k·w, (k + 1)·w) with w a power of two. Where
// a value lies outside, neighbours are joined and w doubles. Counts are exact, and the bins depend on the least and the
// greatest value alone, not on the order of the values.

const kMostBins = 64
const kFinest = 20 // w is at least 2^-20 of the greatest magnitude: equal values need no finer bins
const kLeastExponent = -1022 // beyond it, values over w would not be doubles

/** The exponent of a double's leading bit. @param {number} magnitude above 0 */
export function exponentOf(magnitude) {
  let exponent = Math.floor(Math.log2(magnitude))
  // log2 rounds: near a power of two it may be the next one.
  if (2 ** exponent > magnitude) exponent--
  else if (magnitude / 2 ** exponent >= 2) exponent++
  return Math.max(exponent, -1074)
}

export class Histogram {
  /** Bins by number from #first on. */
  #counts = new Float64Array(kMostBins)
  #first = 0
  #used = 0
  #exponent
  #inverse
  #limit = 0
  #zeros = 0
  #least

  /** @param {boolean} integers no bin is narrower than 1 */
  constructor(integers) {
    this.#least = integers ? 0 : kLeastExponent
    this.#exponent = this.#least
    this.#inverse = 2 ** -this.#exponent
  }

  /** @param {number} value finite @param {number} [count] */
  add(value, count = 1) {
    if (value === 0) {
      this.#zeros += count // in every histogram there is a bin that begins with 0
      return
    }
    // What exceeds the limit may be coarser than the bins are.
    const magnitude = value < 0 ? -value : value
    if (magnitude >= this.#limit) this.#coarsenTo(exponentOf(magnitude) - kFinest, magnitude)
    this.#at(binOf(value, value * this.#inverse), count)
  }

  /**
   * @param {Float64Array} values finite
   * @param {number} count
   * @param {number} min of them
   * @param {number} max
   */
  addEach(values, count, min, max) {
    this.add(min, 0)
    this.add(max, 0)
    if (this.#used > 0 && min * max <= 0 && (min === 0 || max === 0)) this.#at(0, 0)
    // Every value between the two has its bin now.
    const inverse = this.#inverse
    const first = this.#first
    const counts = this.#counts
    let zeros = 0
    for (let n = 0; n < count; n++) {
      const scaled = values[n] * inverse
      if (scaled !== 0) counts[Math.floor(scaled) - first]++
      else if (values[n] === 0) zeros++
      else counts[binOf(values[n], scaled) - first]++
    }
    this.#zeros += zeros
  }

  /** @param {Histogram} other */
  addAll(other) {
    this.#zeros += other.#zeros
    if (other.#used === 0) return
    this.#limit = Math.max(this.#limit, other.#limit)
    this.#coarsenTo(other.#exponent)
    for (let n = 0; n < other.#used; n++) {
      if (other.#counts[n] > 0) this.#at(shifted(other.#first + n, this.#exponent - other.#exponent), other.#counts[n])
    }
  }

  /** @returns {{ start: number, width: number, counts: number[] } | null} null without any value */
  get result() {
    if (this.#used === 0 && this.#zeros === 0) return null
    if (this.#zeros > 0) {
      if (this.#used === 0) this.#exponent = 0
      this.#at(0, this.#zeros)
      this.#zeros = 0
    }
    const width = 2 ** this.#exponent
    return { start: this.#first * width, width, counts: [...this.#counts.subarray(0, this.#used)] }
  }

  /** @param {number} bin @param {number} count */
  #at(bin, count) {
    const offset = bin - this.#first
    if (offset >= 0 && offset < this.#used) this.#counts[offset] += count
    else this.#extend(bin, count)
  }

  /** A bin beyond those in use: as many join as it takes. */
  #extend(/** @type {number} */ bin, /** @type {number} */ count) {
    if (this.#used === 0) {
      this.#first = bin
      this.#used = 1
      this.#counts[0] = count
      return
    }
    let low = Math.min(bin, this.#first)
    let high = Math.max(bin, this.#first + this.#used - 1)
    let steps = 0
    for (; high - low >= kMostBins; steps++) {
      low = Math.floor(low / 2)
      high = Math.floor(high / 2)
    }
    this.#coarsenTo(this.#exponent + steps)
    const moved = new Float64Array(kMostBins)
    moved.set(this.#counts.subarray(0, this.#used), this.#first - low)
    this.#counts = moved
    this.#first = low
    this.#used = high - low + 1
    this.#counts[shifted(bin, steps) - low] += count
  }

  /** @param {number} exponent @param {number} [magnitude] of what has come that calls for it */
  #coarsenTo(exponent, magnitude = 0) {
    if (magnitude > 0) this.#limit = 2 ** (exponentOf(magnitude) + 1)
    const steps = exponent - this.#exponent
    if (steps <= 0) return
    const joined = new Float64Array(kMostBins)
    const first = shifted(this.#first, steps)
    for (let n = 0; n < this.#used; n++) joined[shifted(this.#first + n, steps) - first] += this.#counts[n]
    if (this.#used > 0) this.#used = shifted(this.#first + this.#used - 1, steps) - first + 1
    this.#first = first
    this.#counts = joined
    this.#exponent = exponent
    this.#inverse = 2 ** -exponent
  }
}

// Bins are numbered by less than 2^40; a quotient of a negative one must not become 0.
const shifted = (/** @type {number} */ bin, /** @type {number} */ steps) => Math.floor(bin / 2 ** Math.min(steps, 60))

/** What is nothing beside the width may come out as 0, which is not below 0. */
const binOf = (/** @type {number} */ value, /** @type {number} */ scaled) =>
  scaled === 0 && value < 0 ? -1 : Math.floor(scaled)
