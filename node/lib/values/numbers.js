// What is told of finite numbers and of those that are not, taken in block by block.
import { Histogram } from './histogram.js'
import { Moments } from './moments.js'

export class Numbers {
  nan = 0
  inf = 0
  negativeInf = 0
  zeros = 0
  /** @type {number | bigint | null} */
  min = null
  /** @type {number | bigint | null} */
  max = null
  moments = new Moments()

  /** @param {boolean} integers */
  constructor(integers) {
    this.histogram = new Histogram(integers)
  }

  /** @param {Float64Array} values which are overwritten @param {number} count */
  addEach(values, count) {
    let finite = 0
    let min = Infinity
    let max = -Infinity
    let zeros = 0
    for (let n = 0; n < count; n++) {
      const value = values[n]
      if (value - value !== 0) {
        this.#addSpecial(value, 1)
        continue
      }
      values[finite++] = value
      if (value < min) min = value
      if (value > max) max = value
      if (value === 0) zeros++
    }
    if (finite === 0) return
    this.zeros += zeros
    this.#widen(min, max)
    this.histogram.addEach(values, finite, min, max)
    this.moments.addEach(values, finite, Math.max(-min, max))
  }

  /** @param {number} value of a type of at most 16 bits @param {number} times it comes */
  addTimes(value, times) {
    if (value - value !== 0) return this.#addSpecial(value, times)
    if (value === 0) this.zeros += times
    this.#widen(value, value)
    this.moments.addTimes(value, times)
    this.histogram.add(value, times)
  }

  /** 64-bit integers that are no doubles: cut in two, so that nothing of them is lost. @param {bigint[]} values */
  addBig(values) {
    const upper = Float64Array.from(values, value => Number(isDouble(value) ? value : (value >> 11n) << 11n))
    const ends = Float64Array.from(values, value => (isDouble(value) ? 0 : Number(value & 2047n)))
    let [min] = values
    let max = min
    for (const value of values) {
      if (value < min) min = value
      if (value > max) max = value
    }
    const before = { min: this.min, max: this.max }
    // The ends change no bin: of such values those are wider.
    this.addEach(upper, values.length)
    this.moments.addEnds(upper, ends)
    Object.assign(this, before)
    this.#widen(min, max)
  }

  /** @param {Numbers} other */
  addAll(other) {
    for (const name of /** @type {const} */ (['nan', 'inf', 'negativeInf', 'zeros'])) this[name] += other[name]
    if (other.min !== null && other.max !== null) this.#widen(other.min, other.max)
    this.moments.addAll(other.moments)
    this.histogram.addAll(other.histogram)
  }

  #widen(/** @type {number | bigint} */ min, /** @type {number | bigint} */ max) {
    if (this.min === null || min < this.min) this.min = min === 0 ? 0 : min // no −0
    if (this.max === null || max > this.max) this.max = max === 0 ? 0 : max
  }

  #addSpecial(/** @type {number} */ value, /** @type {number} */ times) {
    if (Number.isNaN(value)) this.nan += times
    else this.inf += times
    if (value === -Infinity) this.negativeInf += times
  }
}

const isDouble = (/** @type {bigint} */ value) => value >= -(2n ** 53n) && value <= 2n ** 53n
