// A small checkpoint, its lockfile, keys and the bundle that signs it.
import { keygen, lock, sign } from '../../../node/lib/index.js'
import { fromMap } from '../../../node/lib/index.js'

const text = (/** @type {unknown} */ value) => new TextEncoder().encode(JSON.stringify(value))

/** A flat zarr v2 checkpoint of three int32 arrays. @param {number} seed */
export function checkpoint(seed = 1) {
  /** @type {Map<string, Uint8Array>} */
  const files = new Map()
  for (const [n, name] of ['a', 'b', 'c'].entries()) {
    files.set(
      `${name}/.zarray`,
      text({
        zarr_format: 2,
        shape: [4],
        chunks: [2],
        dtype: '<i4',
        compressor: null,
        fill_value: 0,
        order: 'C',
        filters: null,
        dimension_separator: '.',
      }),
    )
    for (const chunk of [0, 1])
      files.set(`${name}/${chunk}`, new Uint8Array(Int32Array.of(seed * 100 + n * 10 + chunk, seed + n + chunk).buffer))
  }
  return files
}

export const kName = 'run.leafsum.json'

/**
 * @typedef {'P-256' | 'P-384' | 'P-521' | 'Ed25519'} Algorithm
 * @param {{ algorithm?: Algorithm, seed?: number, name?: string, chunks?: boolean }} [options]
 */
export async function signedLockfile({ algorithm = 'P-256', seed = 1, name = kName, chunks } = {}) {
  const files = checkpoint(seed)
  const { lockfile } = await lock(fromMap(files), { chunks })
  const keys = await keygen({ algorithm })
  const bytes = /** @type {Uint8Array} */ (lockfile)
  const { signature } = await sign(bytes, { lockfileName: name, key: keys.privateKey })
  return { files, lockfile: bytes, signature, ...keys }
}
