// Small zarr stores in memory: arrays of any dtype by their content's bytes.

/**
 * A zarr v3 array in plain chunks.
 * @param {string} dtype
 * @param {number[]} shape
 * @param {Uint8Array} content C order, little-endian; one byte for an element of a sub-byte type
 * @param {{ chunk?: number[], codecs?: unknown[] }} [options]
 * @returns {Record<string, Uint8Array>} files below the array's own directory
 */
export function zarr3(dtype, shape, content, { chunk = shape, codecs = [] } = {}) {
  const count = shape.reduce((a, b) => a * b, 1)
  const itemsize = count ? content.length / count : 1
  const document = {
    zarr_format: 3,
    node_type: 'array',
    shape,
    data_type: dtype,
    chunk_grid: { name: 'regular', configuration: { chunk_shape: chunk } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    codecs: [itemsize > 1 ? { name: 'bytes', configuration: { endian: 'little' } } : { name: 'bytes' }, ...codecs],
    fill_value: fill(dtype),
  }
  /** @type {Record<string, Uint8Array>} */
  const files = { 'zarr.json': new TextEncoder().encode(JSON.stringify(document)) }
  const grid = shape.map((n, axis) => Math.ceil(n / chunk[axis]))
  for (const index of product(grid)) files[['c', ...index].join('/')] = chunkOf(content, shape, chunk, index, itemsize)
  return files
}

function fill(/** @type {string} */ dtype) {
  if (dtype === 'bool') return false
  if (dtype.startsWith('complex')) return [0, 0]
  if (/^r\d+$/.test(dtype)) return Array(Number(dtype.slice(1)) / 8).fill(0)
  return 0
}

/** A whole chunk, what lies outside the array as zeros. */
function chunkOf(
  /** @type {Uint8Array} */ content,
  /** @type {number[]} */ shape,
  /** @type {number[]} */ chunk,
  /** @type {number[]} */ index,
  /** @type {number} */ itemsize,
) {
  const out = new Uint8Array(chunk.reduce((a, b) => a * b, itemsize))
  let to = 0
  for (const inner of product(chunk)) {
    const at = inner.map((n, axis) => n + index[axis] * chunk[axis])
    if (at.every((n, axis) => n < shape[axis])) {
      const from = at.reduce((sum, n, axis) => sum * shape[axis] + n, 0) * itemsize
      out.set(content.subarray(from, from + itemsize), to)
    }
    to += itemsize
  }
  return out
}

/** Every index of a grid in C order. @param {number[]} grid @returns {Generator<number[]>} */
export function* product([first, ...rest]) {
  if (first === undefined) return yield []
  for (let n = 0; n < first; n++) for (const tail of product(rest)) yield [n, ...tail]
}

const kGroup = new TextEncoder().encode('{"zarr_format":3,"node_type":"group"}')

/**
 * Arrays by name as one bare store, whose root is a group.
 * @param {Record<string, Record<string, Uint8Array>>} arrays
 */
export const storeOf = arrays =>
  Object.fromEntries([
    ['zarr.json', kGroup],
    ...Object.entries(arrays).flatMap(([name, files]) =>
      Object.entries(files).map(([file, bytes]) => [`${name}/${file}`, bytes]),
    ),
  ])

/** @param {Iterable<string | Uint8Array>} pieces */
export const textOf = pieces => Buffer.concat([...pieces].map(piece => Buffer.from(piece))).toString()
