// Sums with twice the digits of a double (106 bits), so that a sum of any number of elements is rounded as if once, and
// the variance survives a mean that is a hundred million times as large (Dekker 1971, Knuth TAOCP 4.2.2).

const kSplitter = 2 ** 27 + 1 // Veltkamp: cuts a double into halves whose products are exact

/** An unevaluated sum of two doubles. */
export class DoubleDouble {
  high = 0
  low = 0

  /** @param {number} value finite, and the sum too */
  add(value) {
    const sum = this.high + value
    const part = sum - this.high
    this.low += this.high - (sum - part) + (value - part)
    this.high = sum
  }

  /** Many, in one loop whose state stays in registers. @param {Float64Array} values @param {number} count */
  addEach(values, count) {
    let { high, low } = this
    for (let n = 0; n < count; n++) {
      const value = values[n]
      const sum = high + value
      const part = sum - high
      low += high - (sum - part) + (value - part)
      high = sum
    }
    this.high = high
    this.low = low
  }

  /**
   * The squares of distances from a pivot; distances and squares are exact.
   * @param {Float64Array} values below 2^500
   * @param {number} count
   * @param {number} pivot
   */
  addSquares(values, count, pivot) {
    let { high, low } = this
    for (let n = 0; n < count; n++) {
      const value = values[n]
      const distance = value - pivot
      const turned = distance - value
      const error = value - (distance - turned) - (pivot + turned)
      const square = distance * distance
      const scaled = kSplitter * distance
      const upper = scaled - (scaled - distance)
      const lower = distance - upper
      const sum = high + square
      const part = sum - high
      low += high - (sum - part) + (square - part)
      low += upper * upper - square + 2 * upper * lower + lower * lower + 2 * distance * error
      high = sum
    }
    this.high = high
    this.low = low
  }

  /** A product of two doubles, below 2^500 each. @param {number} a @param {number} b */
  addProduct(a, b) {
    const product = a * b
    const [a1, a2] = split(a)
    const [b1, b2] = split(b)
    this.add(product)
    this.low += a1 * b1 - product + a1 * b2 + a2 * b1 + a2 * b2
  }

  /** @param {DoubleDouble} other */
  addAll(other) {
    this.add(other.high)
    this.add(other.low)
  }

  /** By a power of two. @param {number} factor */
  scale(factor) {
    this.high *= factor
    this.low *= factor
  }

  get value() {
    return this.high + this.low
  }
}

/** @returns {[number, number]} */
function split(/** @type {number} */ value) {
  const scaled = kSplitter * value
  const upper = scaled - (scaled - value)
  return [upper, value - upper]
}
