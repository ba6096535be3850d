// A single file as the source is a Flax msgpack tree, or something else that is told apart by its first bytes.
import { LeafsumError } from '../errors.js'

const kHead = 16

/** @type {[RegExp, string, string][]} by the first bytes as Latin-1 */
const kForeign = [
  // First: its header's length may begin like msgpack.
  [
    /^[^]{5}\0\0\0\{/,
    'safetensors',
    'it has no digests by leaf here yet: name the Orbax or Flax checkpoint that it was made from',
  ],
  [
    /^PK\x03\x04/,
    'a zip archive (a .npz, or what torch.save writes)',
    'name the Orbax or Flax checkpoint; an archive of one is to be unpacked',
  ],
  [
    /^\x80[\x02-\x05][\x63\x7d\x28\x5d\x58\x8a\x8c\x95]/,
    'a Python pickle',
    'name the Orbax or Flax checkpoint; a pickle runs code when it is loaded',
  ],
  [/^\x89HDF\r\n/, 'HDF5 (Keras)', 'name the Orbax or Flax checkpoint'],
  [/^\x93NUMPY/, 'a .npy array', 'name the Orbax or Flax checkpoint'],
  [/^GGUF/, 'GGUF', 'name the Orbax or Flax checkpoint that it was made from'],
  [/^\x1f\x8b/, 'gzip', 'unpack it and name what was in it'],
  [/^version https:\/\/git/, 'a Git LFS pointer', 'run git lfs pull'],
  [/^\s*[{[]/, 'JSON', "name the checkpoint's directory"],
  [/^\s*</, 'an HTML or XML page', 'download the file again'],
]

/**
 * Throws where the source is one file that is no msgpack tree; of a damaged one the core says more.
 * @param {any} store
 */
export async function refuseForeignFile(store) {
  if (store.file === undefined) return
  /** @type {Uint8Array | undefined} */
  let bytes
  try {
    bytes = await store.getRange(store.file, { offset: 0, length: kHead })
  } catch {
    return // it is told when it is read
  }
  if (bytes === undefined) return
  const head = String.fromCharCode(...bytes)
  const [, like, instead] = kForeign.find(([pattern]) => pattern.test(head)) ?? []
  if (like) throw new LeafsumError('source', `${store.name} looks like ${like}, not like a checkpoint: ${instead}`)
  // A map, a list or an extension (an array alone).
  const first = bytes[0] ?? 0
  if (
    bytes.length > 0 &&
    ((first >= 0x80 && first <= 0x9f) ||
      (first >= 0xc7 && first <= 0xc9) ||
      (first >= 0xd4 && first <= 0xd8) ||
      (first >= 0xdc && first <= 0xdf))
  )
    return
  throw new LeafsumError(
    'source',
    `${store.name} is ${bytes.length === 0 ? 'empty' : 'no file that is known here'}: a Flax msgpack file or a checkpoint's own directory is wanted`,
  )
}
