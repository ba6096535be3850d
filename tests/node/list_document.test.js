// A list of any length comes in pieces: the same rows and the same text as the whole.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMap, fromPath, list } from '../../node/lib/index.js'
import { textOf } from './support/arrays.js'
import { casesIn } from './support/cases.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'

const kPiece = 2 ** 17

// A bare store of twelve thousand arrays: some MiB of leaves, some of keys.
const document = Buffer.from(
  JSON.stringify({
    zarr_format: 2,
    shape: [2],
    chunks: [2],
    dtype: '<f4',
    fill_value: null,
    order: 'C',
    compressor: null,
    filters: null,
  }),
)
const chunk = Buffer.alloc(8, 1)
const many = fromMap(
  Object.fromEntries([
    ['.zgroup', Buffer.from('{"zarr_format":2}')],
    ...Array.from({ length: 12_000 }, (_, n) => `block_${n % 7}/layer "${n}"/kernel \u00e9`).flatMap(array => [
      [`${array}/.zarray`, document],
      [`${array}/0`, chunk],
    ]),
  ]),
)

/** @param {any} store  @param {any} options */
async function inPieces(store, options) {
  /** @type {any[]} */
  const items = []
  /** @type {(string | Uint8Array)[]} */
  let pieces = []
  const result = await list(store, {
    ...options,
    async onDocument(/** @type {import('../../node/lib/commands/list_document.js').ListDocument} */ found) {
      for (const [n, { name, keys }] of found.head.items.entries()) {
        // Rows are made anew whenever they are asked for.
        const rows = (/** @type {'leaves' | 'keys'} */ which) => [0, 1].map(() => [...found.rows(n, which)].flat())
        await null
        items.push({ name, leaves: rows('leaves'), keys: keys && rows('keys') })
      }
      pieces = [...found.text()]
    },
  })
  return { result, items, pieces }
}

test('twelve thousand leaves and twice as many keys in pieces', async () => {
  const { report, ...whole } = await list(many, { keys: true })
  const { result, items, pieces } = await inPieces(many, { keys: true })
  assert.deepEqual(result, { report })
  assert.equal(textOf(pieces), `${JSON.stringify(whole)}\n`)
  const [{ leaves, keys }] = whole.items
  assert.deepEqual([leaves.length, keys?.length], [12_000, 24_001])
  assert.deepEqual(items, [{ name: '', leaves: [leaves, leaves], keys: [keys, keys] }])
  // No piece holds a list as a whole.
  const large = pieces.filter(piece => typeof piece !== 'string')
  assert.ok(large.length > 20, String(large.length))
  for (const { length } of large) assert.ok(length < kPiece + 1000, String(length))
  assert.equal(whole.subtrees.length, 1 + 7 + 12_000)
})

test('items of every kind', async () => {
  for (const group of ['manager', 'orbax', 'zarr', 'ocdbt', 'damaged']) {
    for (const { name, source } of casesIn(group)) {
      const options = { keys: true, versions: true, files: true, depth: 1 }
      const { report, ...whole } = await list(fromPath(source), options)
      const { result, items, pieces } = await inPieces(fromPath(source), options)
      assert.deepEqual(result, { report }, name)
      assert.deepEqual(JSON.parse(textOf(pieces)), whole, name)
      for (const [n, { leaves, keys }] of whole.items.entries()) {
        assert.deepEqual([items[n].leaves[0], items[n].keys?.[0]], [leaves, keys], name)
      }
    }
  }
})

test('rows that are left out leave no gap between pieces', async () => {
  const options = { include: ['/block_3/layer "1*"/**', '/block_6/**'], exclude: ['/block_6/layer "9*"/**'] }
  const { report: _, ...whole } = await list(many, options)
  const { items, pieces } = await inPieces(many, options)
  assert.deepEqual(JSON.parse(textOf(pieces)), whole)
  const [{ leaves }] = whole.items
  assert.deepEqual(items[0].leaves[0], leaves)
  assert.ok(leaves.length > 1000 && leaves.every(({ key_path: [block] }) => block === 'block_3' || block === 'block_6'))
  assert.equal((await list(many, { exclude: ['**'] })).items[0].leaves.length, 0)
})

test('what goes wrong while a document is taken is told', async () => {
  const refused = list(many, {
    onDocument() {
      throw new Error('no room')
    },
  })
  await assert.rejects(refused, /no room/)
})

test('the command line writes the same to stdout and to a file', t => {
  const ckpt = join(fixtures, 'manager/zarr2_items/ckpt')
  const file = join(scratch(t), 'list.json')
  const { status, stdout } = cli(['ls', ckpt, '--keys', '--json'])
  assert.equal(status, 0)
  assert.equal(cli(['ls', ckpt, '--keys', '--json', '-o', file]).stdout, '')
  assert.equal(fs.readFileSync(file, 'utf8'), stdout)
  assert.ok(JSON.parse(stdout).items.every((/** @type {any} */ { leaves }) => leaves.length > 0))
})
