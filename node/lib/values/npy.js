// A .npy file, version 1.0 (numpy.lib.format): what numpy.load gives is the values where numpy itself has the dtype.
import { dtypeOf, typedArrayOf } from './elements.js'
import { LeafsumError } from '../errors.js'

/**
 * bfloat16 is written as `<V2` and float8 and float4 as `|V1`, as numpy.save does with ml_dtypes:
 * `.view(ml_dtypes.bfloat16)` makes them numbers again. int2 and int4 become int8, raw types `|V<n>`.
 * @param {string} dtype
 * @param {number[] | null} shape
 * @param {Uint8Array} bytes content, little-endian
 * @returns {Uint8Array}
 */
export function npyOf(dtype, shape, bytes) {
  const type = dtypeOf(dtype)
  if (!type || shape === null) throw new LeafsumError('usage', `--npy: a leaf of dtype ${dtype} has no elements`)
  const data = type.kind === 'int' && type.bits < 8 ? new Uint8Array(typedArrayOf(dtype, bytes).buffer) : bytes
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const header = `{'descr': '${descrOf(dtype)}', 'fortran_order': False, 'shape': ${tuple}, }`
  const padded = header.padEnd(Math.ceil((10 + header.length + 1) / 64) * 64 - 11) + '\n'
  const out = new Uint8Array(10 + padded.length + data.length)
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 0xff, padded.length >> 8])
  out.set(new TextEncoder().encode(padded), 10)
  out.set(data, 10 + padded.length)
  return out
}

function descrOf(/** @type {string} */ name) {
  const { kind, bits, itemsize, format } = /** @type {import('./elements.js').Dtype} */ (dtypeOf(name))
  if (kind === 'bool') return '|b1'
  if (kind === 'raw') return `|V${itemsize}`
  if (kind === 'float' && bits < 32 && name !== 'float16') return format && bits === 16 ? '<V2' : '|V1'
  const letter = { int: 'i', uint: 'u', float: 'f', complex: 'c' }[kind]
  return `${itemsize === 1 ? '|' : '<'}${letter}${itemsize}`
}
