// Writes an OCDBT database with a b-tree of any height (src/ocdbt/README.md has the bytes): small nodes, each in a file
// of its own, and each value in one, so that what is read of it is seen by the files' names; or all values side by
// side.
import fs from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * @typedef {[key: string, value: Uint8Array]} Entry
 * @typedef {{ file: string, height: number, keys: string[] }} Node  `keys`: in it and below it
 */

const kManifest = 0x0cdb3a2a
const kNode = 0x0cdb20de
const kInline = 200 // bytes of a value that stands in its node

const varint = (/** @type {number} */ n) => {
  const out = []
  for (; n >= 128; n = Math.floor(n / 128)) out.push((n % 128) + 128)
  return [...out, n]
}
const varints = (/** @type {number[]} */ numbers) => numbers.flatMap(varint)
const text = (/** @type {string} */ s) => [...new TextEncoder().encode(s)]
const le64 = (/** @type {number} */ n) => [...new Uint8Array(new BigUint64Array([BigInt(n)]).buffer)]

const kCrc = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0x82f63b78 : n >>> 1
  return n
})
const crc32c = (/** @type {number[]} */ bytes) =>
  ~bytes.reduce((crc, byte) => (crc >>> 8) ^ kCrc[(crc ^ byte) & 255], ~0) >>> 0

function envelope(/** @type {number} */ magic, /** @type {number[]} */ body) {
  const length = 4 + 8 + 2 + body.length + 4
  const bytes = [magic >>> 24, (magic >>> 16) & 255, (magic >>> 8) & 255, magic & 255, ...le64(length), 0, 0, ...body]
  const crc = crc32c(bytes)
  return Uint8Array.from([...bytes, crc & 255, (crc >>> 8) & 255, (crc >>> 16) & 255, crc >>> 24])
}

const fileTable = (/** @type {string[]} */ files) => [
  ...varint(files.length),
  ...files.slice(1).map(() => 0),
  ...varints(files.map(file => file.length)),
  ...files.map(() => 0),
  ...files.flatMap(text),
]

const keyColumns = (/** @type {string[]} */ keys) => [
  ...keys.slice(1).map(() => 0),
  ...varints(keys.map(key => text(key).length)),
]

/**
 * One generation for each list of entries, the last one the newest.
 * @param {string} root
 * @param {Entry[][]} generations
 * @param {{ leaf?: number, interior?: number, together?: boolean }} [options] entries of a node at most; values in one
 * file
 * @returns {Node[][]} each generation's nodes
 */
export function writeOcdbt(root, generations, { leaf = 3, interior = 3, together = false } = {}) {
  let files = 0
  /** @type {Uint8Array[]} */
  const values = []
  let valueBytes = 0
  const write = (/** @type {string} */ kind, /** @type {Uint8Array} */ bytes) => {
    const file = `d/${kind}_${files++}`
    fs.mkdirSync(dirname(join(root, file)), { recursive: true })
    fs.writeFileSync(join(root, file), bytes)
    return { file, offset: 0, length: bytes.length }
  }
  const writeValue = (/** @type {Uint8Array} */ bytes) => {
    if (!together) return write('value', bytes)
    const offset = valueBytes
    values.push(bytes)
    valueBytes += bytes.length
    return { file: 'd/values', offset, length: bytes.length }
  }
  const groups = (/** @type {any[]} */ list, /** @type {number} */ size) =>
    Array.from({ length: Math.ceil(list.length / size) }, (_, n) => list.slice(n * size, (n + 1) * size))

  const trees = generations.map(entries => {
    const sorted = [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    let level = groups(sorted, leaf).map((/** @type {Entry[]} */ some) => {
      const keys = some.map(([key]) => key)
      const stored = some.map(([, value]) => (value.length <= kInline ? undefined : writeValue(value)))
      const outside = stored.filter(one => one !== undefined)
      const bytes = envelope(kNode, [
        0,
        ...fileTable(outside.map(({ file }) => file).slice(0, together ? 1 : undefined)),
        ...varint(some.length),
        ...keyColumns(keys),
        ...keys.flatMap(text),
        ...varints(some.map(([, value]) => value.length)),
        ...stored.map(one => (one ? 1 : 0)),
        ...varints(outside.map((_, n) => (together ? 0 : n))),
        ...varints(outside.map(({ offset }) => offset)),
        ...some.flatMap(([, value], n) => (stored[n] ? [] : [...value])),
      ])
      return {
        ...write('leaf', bytes),
        height: 0,
        keys,
        treeBytes: bytes.length,
        valueBytes: outside.reduce((sum, { length }) => sum + length, 0),
      }
    })
    const nodes = [...level]
    while (level.length > 1) {
      level = groups(level, interior).map((/** @type {typeof level} */ below) => {
        const keys = below.map(child => child.keys[0])
        const bytes = envelope(kNode, [
          below[0].height + 1,
          ...fileTable(below.map(({ file }) => file)),
          ...varint(below.length),
          ...keyColumns(keys),
          ...below.map(() => 0),
          ...keys.flatMap(text),
          ...varints(below.map((_, n) => n)),
          ...below.map(() => 0),
          ...varints(below.map(({ length }) => length)),
          ...varints(below.map(child => child.keys.length)),
          ...varints(below.map(child => child.treeBytes)),
          ...varints(below.map(child => child.valueBytes)),
        ])
        return {
          ...write('interior', bytes),
          height: below[0].height + 1,
          keys: below.flatMap(child => child.keys),
          treeBytes: below.reduce((sum, child) => sum + child.treeBytes, bytes.length),
          valueBytes: below.reduce((sum, child) => sum + child.valueBytes, 0),
        }
      })
      nodes.push(...level)
    }
    return { top: level[0], nodes }
  })

  if (together) fs.writeFileSync(join(root, 'd/values'), Buffer.concat(values))
  const tops = trees.map(({ top }) => top)
  fs.writeFileSync(
    join(root, 'manifest.ocdbt'),
    envelope(kManifest, [
      ...Array.from({ length: 16 }, (_, n) => n),
      0,
      ...varint(kInline),
      ...varint(100_000_000),
      4,
      0,
      ...fileTable(tops.map(({ file }) => file)),
      ...varint(tops.length),
      ...varints(tops.map((_, n) => n + 1)),
      ...tops.map(({ height }) => height),
      ...varints(tops.map((_, n) => n)),
      ...tops.map(() => 0),
      ...varints(tops.map(({ length }) => length)),
      ...varints(tops.map(({ keys }) => keys.length)),
      ...varints(tops.map(({ treeBytes }) => treeBytes)),
      ...varints(tops.map(({ valueBytes }) => valueBytes)),
      ...tops.flatMap((_, n) => le64(n + 1)),
      0,
    ]),
  )
  return trees.map(({ nodes }) => nodes)
}
