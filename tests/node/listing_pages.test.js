// A directory's listing as the core takes it, and what it costs: the host's part of the 400 bytes a file (README,
// Limits).
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { packed } from '../../node/lib/host/packed.js'
import { fromPath } from '../../node/lib/stores/path.js'
import { Stamps } from '../../node/lib/stores/stamps.js'
import { packedStamps } from '../../node/lib/stores/stamps_pages.js'
import { scratch } from './support/places.js'

/** Rows of pages as src/bindings reads them; the last page tells itself. */
function rowsOf(/** @type {Iterable<Uint8Array>} */ pages) {
  const rows = []
  let last = -1
  for (const page of pages) {
    assert.notEqual(last, 0, 'a page behind the last one')
    const view = new DataView(page.buffer, page.byteOffset, page.length)
    const count = view.getUint32(0, true)
    last = view.getUint32(4, true) - count
    let at = 8 + count * 13
    for (let n = 0; n < count; n++) {
      const length = view.getUint32(8 + n * 4, true)
      const size = Number(view.getBigUint64(8 + count * 4 + n * 8, true))
      rows.push([Buffer.from(page.subarray(at, at + length)).toString(), size, page[8 + count * 12 + n]])
      at += length
    }
    assert.equal(at, page.length)
  }
  assert.equal(last, 0)
  return rows.sort(([a], [b]) => (a < b ? -1 : 1))
}

const kLinked = 5
const unlinked = (/** @type {(string | number)[][]} */ rows) =>
  rows.map(([file, size, kind]) => [file, size, kind === kLinked ? 0 : kind])

const kTrees = {
  nothing: [],
  files: ['a', 'b/c', 'b/d/e', 'ä/ö', 'z'.repeat(200)],
  'empty directories alone': ['a/', 'b/c/'],
  'files, empty directories and links': ['a', 'b/', 'c/d', 'e -> nowhere', 'f -> c', 'g/h -> ../c', 'i -> a'],
}

for (const [name, tree] of Object.entries(kTrees)) {
  test(`pages of a directory are those of its rows: ${name}`, t => {
    const root = scratch(t)
    for (const entry of tree) {
      const [file, target] = entry.split(' -> ')
      const full = path.join(root, file)
      fs.mkdirSync(path.dirname(full), { recursive: true })
      if (target) fs.symlinkSync(target, full)
      else if (file.endsWith('/')) fs.mkdirSync(full)
      else fs.writeFileSync(full, file)
    }
    const store = fromPath(root)
    const listing = store.packedListing()
    const rows = rowsOf(listing.pages())
    assert.deepEqual(unlinked(rows), rowsOf(packed(store.list(), store.links())))
    // What a link leads to is told as such, where the rows of `list` have a file like any other.
    const linked = rows.filter(([, , kind]) => kind === kLinked).map(([file]) => file)
    assert.deepEqual(linked, tree.includes('i -> a') ? ['f/d', 'g/h/d', 'i'] : [])
    assert.equal(
      listing.bytes,
      store.list().reduce((sum, [, size]) => sum + size, 0),
    )
  })
}

const kFiles = 40_000 // more than two pages
const pathOf = (/** @type {number} */ n) => `params.layer_${n % 10}.kernel/${n}`

function manyStamps() {
  const stamps = new Stamps()
  for (let n = 0; n < kFiles; n++)
    stamps.add(pathOf(n), { size: BigInt(n), mtimeNs: 1n, ctimeNs: 2n, dev: 3n, ino: BigInt(n), linked: n % 3 === 0 })
  stamps.seal()
  return stamps
}

test('a listed file takes 110 bytes in Node with its path, and is found with what was seen of it', () => {
  const stamps = manyStamps()
  const { pages, slots } = stamps.spec()
  const bytes = pages.reduce(
    (sum, { text, ends, numbers, linked }) =>
      sum + text.buffer.byteLength + ends.buffer.byteLength + numbers.buffer.byteLength + linked.buffer.byteLength,
    slots.buffer.byteLength,
  )
  assert.ok(bytes <= 110 * kFiles, `${bytes / kFiles} bytes a file`)
  for (const n of [0, 1, 16_383, 16_384, kFiles - 1]) {
    assert.deepEqual(stamps.find(pathOf(n)), {
      size: BigInt(n),
      mtimeNs: 1n,
      ctimeNs: 2n,
      dev: 3n,
      ino: BigInt(n),
      linked: n % 3 === 0,
    })
  }
  assert.equal(stamps.find(pathOf(kFiles)), undefined)
})

test('many files, and more that is listed behind them', () => {
  const stamps = manyStamps()
  const files = Array.from({ length: kFiles }, (_, n) => /** @type {[string, number, 'f']} */ ([pathOf(n), n, 'f']))
  /** @type {import('../../node/lib/stores/store.js').ListingEntry[]} */
  const others = [
    ['empty', 0, 'd'],
    ['link', 0, 'l'],
  ]
  const links = [
    { path: 'link', isDirectory: true, followed: false, target: 'empty' },
    { path: 'way', isDirectory: true, followed: true, target: 'empty' },
  ]
  assert.deepEqual(unlinked(rowsOf(packedStamps(stamps, others, links))), rowsOf(packed([...files, ...others], links)))
  assert.deepEqual(unlinked(rowsOf(packedStamps(stamps, [], []))), rowsOf(packed(files)))
})

test('a size that no number holds is refused', () => {
  const stamps = new Stamps()
  stamps.add('a', { size: 2n ** 53n, mtimeNs: 1n, ctimeNs: 2n, dev: 3n, ino: 4n, linked: false })
  stamps.seal()
  assert.throws(() => [...packedStamps(stamps, [], [])], /not \[path, size, kind\]/)
})
