// Elements of every dtype as numbers and as text, from content as the digests are over: little-endian, one byte for an
// element of a sub-byte type (design of the content: README of src/verify).
import { hexOf } from './hex.js'

/**
 * @typedef {object} FloatFormat sign, exponent, mantissa; exponent 0 is subnormal
 * @property {number} width
 * @property {number} mantissa bits
 * @property {number} bias
 * @property {number} max      code of the largest number
 * @property {boolean} [infinite] the code after it is infinity
 * @property {boolean} [oneZero]  the code of −0 is the only NaN ("fnuz")
 *
 * @typedef {object} Dtype
 * @property {'bool' | 'int' | 'uint' | 'float' | 'complex' | 'raw'} kind
 * @property {number} bits  of a number; of each half where complex
 * @property {number} itemsize
 * @property {FloatFormat} [format] of floats narrower than float32
 */

/** @type {Record<string, FloatFormat>} */
const kFormats = {
  float16: { width: 16, mantissa: 10, bias: 15, max: 0x7bff, infinite: true },
  bfloat16: { width: 16, mantissa: 7, bias: 127, max: 0x7f7f, infinite: true },
  float8_e3m4: { width: 8, mantissa: 4, bias: 3, max: 0x6f, infinite: true },
  float8_e4m3: { width: 8, mantissa: 3, bias: 7, max: 0x77, infinite: true },
  float8_e4m3fn: { width: 8, mantissa: 3, bias: 7, max: 0x7e },
  float8_e4m3fnuz: { width: 8, mantissa: 3, bias: 8, max: 0x7f, oneZero: true },
  float8_e4m3b11fnuz: { width: 8, mantissa: 3, bias: 11, max: 0x7f, oneZero: true },
  float8_e5m2: { width: 8, mantissa: 2, bias: 15, max: 0x7b, infinite: true },
  float8_e5m2fnuz: { width: 8, mantissa: 2, bias: 16, max: 0x7f, oneZero: true },
  float4_e2m1fn: { width: 4, mantissa: 1, bias: 1, max: 7 },
}

// Those that there are: names come from templates and checkpoints.
const kWidths = /** @type {Record<string, number[]>} */ ({
  int: [2, 4, 8, 16, 32, 64],
  uint: [2, 4, 8, 16, 32, 64],
  float: [32, 64],
  complex: [64, 128],
})

/** @param {string} name @returns {Dtype | undefined} nothing for what has no elements: string, json, empty nodes */
export function dtypeOf(name) {
  const row = (/** @type {Dtype['kind']} */ kind, /** @type {number} */ bits) => ({
    kind,
    bits,
    itemsize: Math.ceil(bits / 8),
  })
  if (name === 'bool') return row('bool', 8)
  if (Object.hasOwn(kFormats, name)) return { ...row('float', kFormats[name].width), format: kFormats[name] }
  if (name === 'float8_e8m0fnu') return row('float', 8)
  const [, kind, digits] = /^(int|uint|float|complex|r)([1-9]\d{0,10})$/.exec(name) ?? []
  const bits = Number(digits)
  if (kind === 'r') return bits % 8 === 0 ? { kind: 'raw', bits, itemsize: bits / 8 } : undefined
  if (!kind || !kWidths[kind].includes(bits)) return undefined
  return kind === 'complex' ? { kind, bits: bits / 2, itemsize: bits / 8 } : row(/** @type {any} */ (kind), bits)
}

/** The number that a code of a narrow format stands for. */
function decodeNarrow(/** @type {FloatFormat | undefined} */ format, /** @type {number} */ code) {
  if (!format) return code === 0xff ? NaN : 2 ** (code - 127) // float8_e8m0fnu: a power of two, no sign, no zero
  const { width, mantissa, bias, max, infinite, oneZero } = format
  const signBit = 2 ** (width - 1)
  const negative = code >= signBit
  const magnitude = negative ? code - signBit : code
  if (oneZero && code === signBit) return NaN
  if (magnitude > max) return infinite && magnitude === max + 1 ? (negative ? -Infinity : Infinity) : NaN
  const exponent = magnitude >> mantissa
  const fraction = magnitude & (2 ** mantissa - 1)
  const value =
    exponent === 0 ? fraction * 2 ** (1 - bias - mantissa) : (1 + fraction / 2 ** mantissa) * 2 ** (exponent - bias)
  return negative ? -value : value
}

/** @type {Map<string, Float64Array>} */
const tables = new Map()
/** Every code's number. @param {string} name @returns {Float64Array} */
export function tableOf(name) {
  let table = tables.get(name)
  if (!table) {
    const format = kFormats[name]
    table = Float64Array.from({ length: format ? 2 ** format.width : 256 }, (_, code) => decodeNarrow(format, code))
    tables.set(name, table)
  }
  return table
}

/**
 * A function that gives the n-th number of some content: a bigint for 64-bit integers, of complex numbers the halves
 * one after the other. @param {string} name @param {Uint8Array} bytes
 * @returns {(n: number) => number | bigint}
 */
export function numbersOf(name, bytes) {
  const dtype = /** @type {Dtype} */ (dtypeOf(name))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { kind, bits } = dtype
  if (kind === 'float' && bits < 32) {
    const table = tableOf(name)
    const mask = table.length - 1
    return bits === 16 ? n => table[view.getUint16(2 * n, true)] : n => table[bytes[n] & mask]
  }
  if (kind === 'float' || kind === 'complex')
    return bits === 32 ? n => view.getFloat32(4 * n, true) : n => view.getFloat64(8 * n, true)
  if (kind === 'int') {
    if (bits < 8) return n => (bytes[n] << (32 - bits)) >> (32 - bits)
    return bits === 8
      ? n => view.getInt8(n)
      : bits === 16
        ? n => view.getInt16(2 * n, true)
        : bits === 32
          ? n => view.getInt32(4 * n, true)
          : n => view.getBigInt64(8 * n, true)
  }
  return bits <= 8
    ? n => bytes[n]
    : bits === 16
      ? n => view.getUint16(2 * n, true)
      : bits === 32
        ? n => view.getUint32(4 * n, true)
        : n => view.getBigUint64(8 * n, true)
}

/**
 * Content as the typed array that holds its values exactly: narrow floats as Float32Array, int2 and int4 as Int8Array,
 * complex as pairs of floats, bool, raw and everything without elements as bytes.
 * @param {string} name
 * @param {Uint8Array} bytes
 */
export function typedArrayOf(name, bytes) {
  const dtype = dtypeOf(name)
  if (!dtype || dtype.kind === 'raw' || dtype.kind === 'bool') return bytes
  const { kind, bits } = dtype
  const count = (bytes.length / dtype.itemsize) * (kind === 'complex' ? 2 : 1)
  const array =
    kind === 'float' || kind === 'complex'
      ? bits === 64
        ? Float64Array
        : Float32Array
      : kind === 'int'
        ? bits <= 8
          ? Int8Array
          : bits === 16
            ? Int16Array
            : bits === 32
              ? Int32Array
              : BigInt64Array
        : bits <= 8
          ? Uint8Array
          : bits === 16
            ? Uint16Array
            : bits === 32
              ? Uint32Array
              : BigUint64Array
  const number = numbersOf(name, bytes)
  // `from` goes through an iterator, which takes ten times as long.
  const values = /** @type {any} */ (new array(count))
  for (let n = 0; n < count; n++) values[n] = number(n)
  return values
}

/**
 * Each element as text: numbers as the shortest decimal that reads back as the same value of that dtype ("1.0", "nan",
 * "1.5+2.0j"), bool as True and False, raw bytes as hex.
 * @param {string} name
 * @param {Uint8Array} bytes
 * @returns {string[]}
 */
export function textsOf(name, bytes) {
  const dtype = dtypeOf(name)
  if (!dtype) throw new Error(`${name} has no elements`)
  const count = bytes.length / dtype.itemsize
  if (dtype.kind === 'raw') {
    return Array.from({ length: count }, (_, n) => hexOf(bytes.subarray(n * dtype.itemsize, (n + 1) * dtype.itemsize)))
  }
  const number = numbersOf(name, bytes)
  const text = numberText(name, dtype)
  if (dtype.kind === 'complex') {
    return Array.from({ length: count }, (_, n) => {
      const imaginary = text(number(2 * n + 1))
      return `${text(number(2 * n))}${/^[-]/.test(imaginary) ? '' : '+'}${imaginary}j`
    })
  }
  return Array.from({ length: count }, (_, n) => text(number(n)))
}

/** A number of that dtype as `textsOf` has it. @param {string} name @param {number | bigint} value */
export const numberTextOf = (name, value) => numberText(name, /** @type {Dtype} */ (dtypeOf(name)))(value)

/** @returns {(value: any) => string} */
function numberText(/** @type {string} */ name, /** @type {Dtype} */ { kind, bits }) {
  if (kind === 'bool') return value => (value ? 'True' : 'False')
  if (kind === 'int' || kind === 'uint') return String
  const reads =
    bits === 64
      ? undefined
      : bits === 32
        ? (/** @type {number} */ read, /** @type {number} */ value) => Math.fround(read) === value
        : nearestIn(name)
  return value => floatText(value, reads)
}

/** @type {Map<string, Float64Array>} */
const sorted = new Map()
/** The finite numbers of a narrow format, ascending. @param {string} name @returns {Float64Array} */
export function valuesIn(name) {
  let values = sorted.get(name)
  if (!values) sorted.set(name, (values = Float64Array.from(new Set(tableOf(name).filter(Number.isFinite))).sort()))
  return values
}

/**
 * The index of the first of ascending values that is not below this one; the last where all are.
 * @param {Float64Array} values
 * @param {number} value
 */
export function firstAtLeast(values, value) {
  let low = 0
  let high = values.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Whether a decimal is nearer to a value of a narrow format than to its neighbours. */
function nearestIn(/** @type {string} */ name) {
  const values = valuesIn(name)
  return (/** @type {number} */ read, /** @type {number} */ value) => {
    const low = firstAtLeast(values, value)
    const below = low > 0 ? (values[low - 1] + value) / 2 : -Infinity
    const above = low + 1 < values.length ? (values[low + 1] + value) / 2 : Infinity
    return read === value || (below < read && read < above)
  }
}

function floatText(
  /** @type {number} */ value,
  /** @type {((read: number, value: number) => boolean) | undefined} */ reads,
) {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  let shortest = value
  for (let digits = 1; reads && digits < 17; digits++) {
    shortest = Number(value.toPrecision(digits))
    if (reads(shortest, value)) break
  }
  // Python's layout: positional from 1e-4 to below 1e16.
  const magnitude = Math.abs(shortest)
  if (magnitude >= 1e-4 && magnitude < 1e16) {
    const text = String(shortest).includes('e') ? shortest.toFixed(20).replace(/0+$/, '') : String(shortest)
    return text.includes('.') ? text : `${text}.0`
  }
  return shortest.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}
