// What a cast from one dtype to another does to the values that are there: is it exact, and if not, where first?
import { dtypeOf, firstAtLeast, numbersOf, textsOf, tableOf, valuesIn } from './elements.js'

/**
 * @typedef {{ changed: number, total: number, first?: { index: number, before: string, after: string } }} Loss
 */

/** Takes content in C order, piece by piece, from its beginning; pieces may cut elements and may begin anew at 0. */
export class CastCheck {
  #rest = new Uint8Array(0)

  /** @param {string} from @param {string} to */
  constructor(from, to) {
    this.from = from
    this.to = to
    this.type = dtypeOf(from)
    this.convert = converter(from, to)
    /** @type {Loss} */
    this.loss = { changed: 0, total: 0 }
  }

  /** @param {number} offset @param {Uint8Array} piece */
  push(offset, piece) {
    if (offset === 0) {
      this.#rest = new Uint8Array(0)
      this.loss = { changed: 0, total: 0 }
    }
    const { itemsize, kind } = /** @type {import('./elements.js').Dtype} */ (this.type)
    const bytes = new Uint8Array(this.#rest.length + piece.length)
    bytes.set(this.#rest)
    bytes.set(piece, this.#rest.length)
    const count = Math.floor(bytes.length / itemsize)
    this.#rest = bytes.slice(count * itemsize)
    const number = numbersOf(this.from, bytes)
    const halves = kind === 'complex' ? 2 : 1
    for (let n = 0; n < count; n++) {
      const after = this.convert(number(n * halves), halves === 2 ? number(n * 2 + 1) : 0)
      if (after === undefined) continue
      if (this.loss.changed++ === 0) {
        this.loss.first = {
          index: this.loss.total + n,
          before: textsOf(this.from, bytes.subarray(n * itemsize, (n + 1) * itemsize))[0],
          after,
        }
      }
    }
    this.loss.total += count
  }
}

/** Whether leaves of these dtypes are cast at all, and can be looked at. @param {string} from @param {string} to */
export const canCast = (from, to) => {
  const a = dtypeOf(from)
  const b = dtypeOf(to)
  return Boolean(a && b && a.kind !== 'raw' && b.kind !== 'raw')
}

/**
 * Nothing for a value that stays what it is, else the text of what becomes of it.
 * @returns {(re: number | bigint, im: number | bigint) => string | undefined}
 */
function converter(/** @type {string} */ from, /** @type {string} */ to) {
  const target = dtypeOf(to)
  if (!target || !canCast(from, to)) return () => undefined
  const { kind, bits } = target
  const one =
    kind === 'bool'
      ? toBool
      : kind === 'int' || kind === 'uint'
        ? toInteger(kind, bits, isInteger(from))
        : toFloat(kind === 'complex' ? `float${bits}` : to, bits)
  return (re, im) => {
    const real = one(re)
    if (kind === 'complex') {
      const imaginary = one(im)
      return real === undefined && imaginary === undefined
        ? undefined
        : `${real ?? re}${/^-/.test(imaginary ?? String(im)) ? '' : '+'}${imaginary ?? im}j`
    }
    // numpy drops the imaginary part, and says so only in a warning.
    return real === undefined && !isZero(im) ? String(re) : real
  }
}

const isInteger = (/** @type {string} */ name) => ['bool', 'int', 'uint'].includes(dtypeOf(name)?.kind ?? '')

const isZero = (/** @type {number | bigint} */ value) => value === 0 || value === 0n

const toBool = (/** @type {number | bigint} */ value) =>
  isZero(value) || value === 1 || value === 1n ? undefined : 'True'

/** Integers wrap around; a float that does not fit becomes whatever the machine makes of it. */
function toInteger(/** @type {'int' | 'uint'} */ kind, /** @type {number} */ bits, /** @type {boolean} */ wraps) {
  const wrap = (/** @type {bigint} */ value) =>
    String(kind === 'int' ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value))
  const low = kind === 'int' ? -(2n ** BigInt(bits - 1)) : 0n
  const high = 2n ** BigInt(kind === 'int' ? bits - 1 : bits) - 1n
  const lowNumber = Number(low)
  const highNumber = Number(high)
  return (/** @type {number | bigint} */ value) => {
    if (typeof value === 'bigint') {
      return value >= low && value <= high ? undefined : wrap(value)
    }
    // Number(2^63 − 1) is 2^63, which is no int64.
    const fits = value >= lowNumber && (bits === 64 ? value < highNumber : value <= highNumber)
    if (fits && Number.isInteger(value)) return undefined
    return fits ? String(Math.trunc(value)) : wraps ? wrap(BigInt(value)) : 'a value that is not defined'
  }
}

function toFloat(/** @type {string} */ name, /** @type {number} */ bits) {
  const round = rounder(name, bits)
  return (/** @type {number | bigint} */ value) => {
    const number = Number(value)
    const rounded = round(number)
    const same =
      typeof value === 'bigint'
        ? Number.isFinite(rounded) && BigInt(rounded) === value
        : Object.is(rounded, number) || rounded === number
    return same
      ? undefined
      : Number.isNaN(rounded)
        ? 'nan'
        : Number.isFinite(rounded)
          ? String(rounded)
          : rounded < 0
            ? '-inf'
            : 'inf'
  }
}

/** To the nearest number of a format, ties to the even code. @returns {(value: number) => number} */
function rounder(/** @type {string} */ name, /** @type {number} */ bits) {
  if (bits === 64) return value => value
  if (bits === 32) return Math.fround
  const values = valuesIn(name)
  const table = tableOf(name)
  const hasInfinity = table.some(value => value === Infinity)
  const hasNan = table.some(Number.isNaN)
  const largest = values[values.length - 1]
  const step = largest - values[values.length - 2]
  const isEven = (/** @type {number} */ value) => table.indexOf(Math.abs(value)) % 2 === 0
  const limit = largest + step / 2
  return value => {
    if (Number.isNaN(value)) return hasNan ? NaN : 0
    const low = firstAtLeast(values, value)
    if (values[low] === value) return value === 0 && Object.is(value, -0) && hasInfinity ? -0 : value
    const magnitude = Math.abs(value)
    if (magnitude > limit || (magnitude === limit && !isEven(largest)))
      return hasInfinity ? Math.sign(value) * Infinity : hasNan ? NaN : Math.sign(value) * largest
    if (low === 0) return values[0]
    if (value > values[low]) return values[low]
    const below = values[low - 1]
    const above = values[low]
    if (value - below !== above - value) return value - below < above - value ? below : above
    return isEven(below) ? below : above
  }
}
