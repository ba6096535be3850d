// The first element of each number array, as text: only the chunks that hold them are read.
import { textsOf } from '../../node/lib/values/elements.js'
import { openCheckpoint, read } from '../../node/lib/index.js'
import { pointer } from '../../node/lib/values/leaf_name.js'

const kNumbers = /^(u?int|b?float)\d+/

/**
 * @param {import('../../node/lib/index.js').Store} store
 * @returns {Promise<Map<string, string>>} JSON Pointer → the element, 1.0 for a float
 */
export async function firstValues(store) {
  const { leaves } = await openCheckpoint(store)
  /** @type {Map<string, string>} */
  const found = new Map()
  for (const { item, key_path: path, dtype, shape, nbytes } of leaves) {
    if (!kNumbers.test(dtype) || nbytes === 0) continue
    const { bytes } = await read(
      store,
      path,
      (shape ?? []).map(() => 0),
      { item },
    )
    if (bytes) found.set(pointer(path), textsOf(dtype, bytes)[0])
  }
  return found
}

export { pointer }
