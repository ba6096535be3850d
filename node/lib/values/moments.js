// Mean and standard deviation of finite numbers in one pass: the sum, and the sum of squared distances from the first
// value, to 106 bits. Values whose squares would not be doubles are scaled by a power of two.
import { DoubleDouble } from './double_double.js'
import { exponentOf } from './histogram.js'

const kLarge = 2 ** 200
const kSmall = 2 ** -200

export class Moments {
  count = 0
  #sum = new DoubleDouble()
  #squares = new DoubleDouble()
  /** @type {number | undefined} scaled, as sums and squares are */
  #pivot
  #factor = 1

  /**
   * @param {Float64Array} values finite; they are scaled where they lie
   * @param {number} count
   * @param {number} greatest magnitude of them
   */
  addEach(values, count, greatest) {
    if (count === 0) return
    this.#prepare(greatest)
    const factor = this.#factor
    if (factor !== 1) for (let n = 0; n < count; n++) values[n] *= factor
    this.count += count
    this.#pivot ??= values[0]
    this.#sum.addEach(values, count)
    this.#squares.addSquares(values, count, this.#pivot)
  }

  /**
   * Of 64-bit integers what a double did not hold of them.
   * @param {Float64Array} values as they were added, without their ends
   * @param {Float64Array} ends
   */
  addEnds(values, ends) {
    this.#sum.addEach(ends, ends.length)
    this.#squares.addSquares(ends, ends.length, 0)
    const pivot = this.#pivot ?? 0
    for (let n = 0; n < ends.length; n++) this.#squares.addProduct(2 * (values[n] - pivot), ends[n])
  }

  /** A value of a type of at most 16 bits. @param {number} value @param {number} times it comes */
  addTimes(value, times) {
    this.#prepare(Math.abs(value))
    const scaled = value * this.#factor
    this.count += times
    this.#pivot ??= scaled
    this.#sum.addProduct(scaled, times)
    this.#squares.addProduct((scaled - this.#pivot) ** 2, times)
  }

  /** @param {Moments} other */
  addAll(other) {
    if (other.count === 0) return
    if (other.#factor < this.#factor) this.#scaleTo(other.#factor)
    else other.#scaleTo(this.#factor)
    this.#pivot ??= other.#pivot
    const pivot = /** @type {number} */ (other.#pivot)
    const distance = pivot - /** @type {number} */ (this.#pivot)
    this.#squares.addAll(other.#squares)
    this.#squares.addProduct(2 * distance, other.#fromPivot.value)
    this.#squares.addProduct(distance * distance, other.count)
    this.#sum.addAll(other.#sum)
    this.count += other.count
  }

  /** @returns {number | null} */
  get mean() {
    return this.count === 0 ? null : this.#sum.value / this.count / this.#factor
  }

  /** Of the whole, not of a sample: numpy's `std` with ddof 0. @returns {number | null} */
  get std() {
    if (this.count === 0) return null
    const { high, low } = this.#fromPivot
    const product = new DoubleDouble()
    product.addProduct(high, high)
    product.low += 2 * high * low
    // Σd² − (Σd)²/n, the quotient to 106 bits.
    const quotient = product.value / this.count
    product.addProduct(-quotient, this.count)
    const rest = new DoubleDouble()
    rest.addAll(this.#squares)
    rest.add(-quotient)
    rest.add(-product.value / this.count)
    return Math.sqrt(Math.max(0, rest.value / this.count)) / this.#factor
  }

  /** Of real and imaginary parts together, as numpy has it. @param {Moments} imaginary */
  stdWith(imaginary) {
    return this.count === 0 ? null : Math.hypot(Number(this.std), Number(imaginary.std))
  }

  /** The sum of distances from the pivot. */
  get #fromPivot() {
    const sum = new DoubleDouble()
    sum.addAll(this.#sum)
    sum.addProduct(-(this.#pivot ?? 0), this.count)
    const { low } = sum // which may be as large as what is left of `high`
    sum.low = 0
    sum.add(low)
    return sum
  }

  #prepare(/** @type {number} */ greatest) {
    const scaled = greatest * this.#factor
    if (scaled >= kLarge || (scaled < kSmall && scaled > 0 && this.#sum.high === 0 && this.#squares.high === 0))
      this.#scaleTo(2 ** Math.max(-1000, Math.min(1000, -exponentOf(greatest))))
  }

  #scaleTo(/** @type {number} */ factor) {
    const ratio = factor / this.#factor // a power of two, whose square may be no double
    this.#sum.scale(ratio)
    this.#squares.scale(ratio)
    this.#squares.scale(ratio)
    if (this.#pivot !== undefined) this.#pivot *= ratio
    this.#factor = factor
  }
}
