// A listing of files as their stamps have them, and of what else there is: no text is made of a path, and no row of a
// file.
import { LeafsumError } from '../errors.js'
import { kLinkedFile, packed } from '../host/packed.js'
import { kNumbers } from './stamps.js'

const kMostSize = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * Pages for the core (packed.js).
 * @param {import('./stamps.js').Stamps} stamps
 * @param {import('./store.js').ListingEntry[]} others
 * @param {import('./store.js').Link[]} links
 */
export function* packedStamps({ pages }, others, links) {
  let left = others.length + links.filter(({ followed }) => followed).length
  const alone = left === 0
  for (const { count } of pages) left += count
  for (const page of pages) {
    yield stampsPage(page, left)
    left -= page.count
  }
  if (!alone || pages.length === 0) yield* packed(others, links)
}

function stampsPage(
  /** @type {import('./stamps.js').Page} */ { count, text, ends, numbers, linked },
  /** @type {number} */ left,
) {
  const bytes = new Uint8Array(8 + count * 13 + text.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, count, true)
  view.setUint32(4, left, true)
  for (let n = 0, begin = 0; n < count; begin = ends[n++]) view.setUint32(8 + n * 4, ends[n] - begin, true)
  for (let n = 0; n < count; n++) {
    const size = numbers[n * kNumbers]
    if (size < 0n || size > kMostSize) throw new LeafsumError('usage', 'listing: a row is not [path, size, kind]')
    view.setBigInt64(8 + count * 4 + n * 8, size, true)
  }
  for (let n = 0; n < count; n++) if (linked[n]) bytes[8 + count * 12 + n] = kLinkedFile
  bytes.set(text, 8 + count * 13)
  return bytes
}
