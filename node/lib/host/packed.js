// A listing as the core takes it (src/bindings/README.md): a million rows, a few thousand at a time, never all as one
// text.
import { LeafsumError } from '../errors.js'

const kRows = 1 << 13
const kKinds = /** @type {Record<string, number>} */ ({ f: 0, d: 1, l: 2 })
const kLinkToDirectory = 3
const kFollowedLink = 4
export const kLinkedFile = 5 // a file that a link which is followed leads to
const encoder = new TextEncoder()

/** @typedef {[path: string, size: number, kind: string | number, target?: string]} Row */

/**
 * @param {import('../stores/store.js').ListingEntry[]} listing
 * @param {import('../stores/store.js').Link[]} [links]
 * @returns {Generator<Uint8Array>}  one page at least
 */
export function* packed(listing, links = []) {
  const known = new Map(links.filter(({ followed }) => !followed).map(link => [link.path, link]))
  const followed = links.filter(link => link.followed)
  const count = listing.length + followed.length
  for (let at = 0; at === 0 || at < count; at += kRows) {
    /** @type {Row[]} */
    const rows = listing.slice(at, at + kRows)
    for (let n = Math.max(0, at - listing.length); rows.length < kRows && n < followed.length; n++) {
      rows.push([followed[n].path, 0, kFollowedLink, followed[n].target])
    }
    yield page(
      rows.map(row => rowOf(row, known.get(row[0]))),
      count - at,
    )
  }
}

/**
 * A store's own listing as a run takes it (stores/store.js).
 * @param {import('../stores/store.js').ListingEntry[]} entries
 * @param {() => import('../stores/store.js').Link[] | undefined} links
 * @returns {import('../stores/store.js').PackedListing}
 */
export const packedRows = (entries, links) => ({
  bytes: entries.reduce((sum, [, size]) => sum + size, 0),
  entries: () => entries,
  pages: () => packed(entries, links()),
})

/** @returns {Row} */
function rowOf(/** @type {Row} */ row, /** @type {import('../stores/store.js').Link | undefined} */ link) {
  const [path, size, kind] = row
  if (typeof path !== 'string' || !Number.isSafeInteger(size) || size < 0)
    throw new LeafsumError('usage', 'listing: a row is not [path, size, kind]')
  return link && kind === 'l' ? [path, 0, link.isDirectory ? kLinkToDirectory : kind, link.target] : row
}

function page(/** @type {Row[]} */ rows, /** @type {number} */ left) {
  const texts = rows.map(([path, , , target]) => encoder.encode(target === undefined ? path : `${path}\0${target}`))
  const bytes = new Uint8Array(8 + rows.length * 13 + texts.reduce((sum, { length }) => sum + length, 0))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, rows.length, true)
  view.setUint32(4, left, true)
  let at = 8
  for (const { length } of texts) {
    view.setUint32(at, length, true)
    at += 4
  }
  for (const [, size] of rows) {
    view.setBigUint64(at, BigInt(size), true)
    at += 8
  }
  for (const [, , kind] of rows) bytes[at++] = typeof kind === 'number' ? kind : (kKinds[kind] ?? 0)
  for (const text of texts) {
    bytes.set(text, at)
    at += text.length
  }
  return bytes
}
