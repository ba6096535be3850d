// A leaf as TensorStore opens it: tensorstore.open(spec).
import { LeafsumError } from '../errors.js'
import { findLeaf, pointer } from '../values/leaf_name.js'

/**
 * @param {any} output  of `list`
 * @param {string} name  of the leaf
 * @param {Record<string, any>} base  the source's own directory as a TensorStore kvstore: its `path` is "" or ends in
 * "/"
 * @param {{ generation?: number }} [options]
 */
export function tensorstoreSpec(output, name, base, { generation } = {}) {
  const { item, leaf } = findLeaf(output.items, name)
  if (leaf.document === undefined) {
    throw new LeafsumError(
      'usage',
      `${item.name}:${pointer(leaf.key_path)} is not a zarr array (${leaf.dtype}): TensorStore cannot open it`,
    )
  }
  const directory = { ...base, path: base.path + item.directory }
  // The metadata document's key is the array's path and the document's own name.
  const path = leaf.document.slice(0, leaf.document.lastIndexOf('/') + 1)
  return {
    driver: leaf.zarr_format === 3 ? 'zarr3' : 'zarr',
    kvstore: item.ocdbt
      ? { driver: 'ocdbt', base: directory, path, ...(generation === undefined ? {} : { version: generation }) }
      : { ...directory, path: directory.path + path },
  }
}
