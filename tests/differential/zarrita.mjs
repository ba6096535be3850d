// A third opinion where there is one: zarrita reads plain directories of arrays.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { get, open } from 'zarrita'

/** zarrita's own store for directories ends Node for some suffix reads. */
const storeAt = (/** @type {string} */ directory) => {
  const get = async (/** @type {string} */ key) => {
    const file = join(directory, key)
    return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined
  }
  return {
    get,
    getRange: async (/** @type {string} */ key, /** @type {any} */ range) => {
      const data = await get(key)
      return 'suffixLength' in range
        ? data?.subarray(Math.max(0, data.length - range.suffixLength))
        : data?.subarray(range.offset, range.offset + range.length)
    },
  }
}

/** What zarrita 0.7 takes for something else without an error. */
function beyondZarrita(/** @type {string} */ metadata) {
  if (/"index_location":\s*"start"/.test(metadata)) return 'known: a shard index at the start is looked for at the end'
  if (/"transpose"[^]*"sharding_indexed"/.test(metadata)) return 'known: a transpose before shards'
  if ((metadata.match(/sharding_indexed/g)?.length ?? 0) > 1) return 'known: shards within shards'
  if (/"fill_value":\s*-?\d{16}/.test(metadata)) return 'known: a fill value above 2^53 goes through a double'
}

/**
 * @param {string} directory of one array
 * @returns {Promise<{ shape: number[], sha256: string } | { refused: string }>}
 */
export async function readWithZarrita(directory) {
  const version = existsSync(join(directory, 'zarr.json')) ? 3 : 2
  const limit = beyondZarrita(readFileSync(join(directory, version === 3 ? 'zarr.json' : '.zarray'), 'utf8'))
  if (limit) return { refused: limit }
  try {
    const array = await (version === 3 ? open.v3 : open.v2)(storeAt(directory), { kind: 'array' })
    if (array.shape.some(n => n === 0)) return { refused: 'an array of size zero' }
    const { data, shape, stride } = /** @type {any} */ (await get(array))
    if (!ArrayBuffer.isView(data) && !(data?.buffer && data.constructor.name === 'BoolArray'))
      return { refused: `elements of ${data?.constructor?.name ?? typeof data}` }
    return {
      shape,
      sha256: createHash('sha256')
        .update(inOrder(data, shape, stride))
        .digest('hex'),
    }
  } catch (error) {
    return {
      refused: String(/** @type {any} */ (error)?.message ?? error)
        .split('\n')[0]
        .replace(/"[^"]*"|'[^']*'|[0-9]+/g, '…'),
    }
  }
}

/** The elements' bytes in C order. */
function inOrder(/** @type {any} */ data, /** @type {number[]} */ shape, /** @type {number[]} */ stride) {
  const size = shape.reduce((product, n) => product * n, 1)
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const width = bytes.length / data.length
  const result = new Uint8Array(size * width)
  const index = shape.map(() => 0)
  for (let i = 0; i < size; i++) {
    const from = index.reduce((sum, n, axis) => sum + n * stride[axis], 0) * width
    for (let b = 0; b < width; b++) result[i * width + b] = bytes[from + b]
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0
  }
  return result
}
