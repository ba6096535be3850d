// A single file as the source is a Flax msgpack tree, or something else that is told apart by its first bytes.
import { LeafsumError } from '../errors.js'
import { kForeign } from './foreign_formats.js'

const kHead = 16

/**
 * Throws where the source is one file that is not a msgpack tree; of a damaged one the core says more.
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
  const foreign = kForeign.find(row => row.head?.test(head))
  if (foreign) {
    throw new LeafsumError(
      'source',
      `${store.name} looks like ${foreign.like}, not like a checkpoint: ${foreign.instead}`,
    )
  }
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
    `${store.name} is ${bytes.length === 0 ? 'empty' : 'not a file that is known here'}: a Flax msgpack file or a checkpoint's own directory is wanted`,
  )
}
