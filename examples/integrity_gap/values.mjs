// The first element of each number array of a flat checkpoint, told by comparing it with one that is all zeros.
import { diff, fromMap, openCheckpoint } from '../../node/lib/index.js'

const kNumbers = /^(u?int|b?float)\d+/

/**
 * @param {import('../../node/lib/index.js').Store} store
 * @returns {Promise<Map<string, string>>} JSON Pointer → the element as text, 1.0 for a float
 */
export async function firstValues(store) {
  const { leaves } = await openCheckpoint(store)
  const arrays = leaves.filter(leaf => kNumbers.test(leaf.dtype) && leaf.nbytes > 0)
  const report = await diff(store, zeros(arrays), { values: true, allowMissing: true })
  return new Map(report.output.leaves.filter(one => one.sign === '=' || one.values).map(({ key_path: path, dtype, values }) => {
    const zero = dtype.includes('float') ? '0.0' : '0'
    return [pointer(path), values?.first_index === 0 ? values.first_a : zero]
  }))
}

/** Zarr arrays of which no chunk is stored: every element is the fill value. */
function zeros(/** @type {any[]} */ leaves) {
  const encode = (/** @type {unknown} */ value) => new TextEncoder().encode(JSON.stringify(value))
  const tree = leaves.map(({ key_path: path }) => [path.join('.'), {
    key_metadata: path.map((/** @type {string} */ key) => ({ key, key_type: 2 })),
    value_metadata: { value_type: 'jax.Array', skip_deserialize: false },
  }])
  const files = leaves.map(({ key_path: path, dtype, shape }) => [`${path.join('.')}/zarr.json`, encode({
    zarr_format: 3, node_type: 'array', shape, data_type: dtype, fill_value: 0, attributes: {},
    chunk_grid: { name: 'regular', configuration: { chunk_shape: shape } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
  })])
  return fromMap(Object.fromEntries([
    ['_METADATA', encode({ tree_metadata: Object.fromEntries(tree), use_ocdbt: false, use_zarr3: true })], ...files,
  ]))
}

export const pointer = (/** @type {string[]} */ path) =>
  path.map(key => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
