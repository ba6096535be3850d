// Many small values of one chosen file: to a browser each slice has a cost of its own, so neighbours share one.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { digest, fromFiles, fromPath } from '../../node/lib/index.js'
import { FilesStore } from '../../node/lib/stores/files.js'
import { writeOcdbt } from './support/ocdbt.js'
import { scratch } from './support/places.js'

const kLeaves = 4000
const kValue = 300 // bytes: longer than what a node holds itself

/** Files that count their slices, by name. */
function chosen(/** @type {string} */ root) {
  const slices = new Map()
  const files = fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(one => one.isFile())
    .map(one => {
      const path = join(one.parentPath ?? one.path, one.name)
      const file = new File([fs.readFileSync(path)], one.name)
      const below = relative(root, path)
      Object.defineProperty(file, 'webkitRelativePath', { value: `ckpt/${below}` })
      const slice = file.slice.bind(file)
      file.slice = (...range) => {
        slices.set(below, (slices.get(below) ?? 0) + 1)
        return slice(...range)
      }
      return file
    })
  return { files, slices }
}

test('thousands of small values of one file are some slices of it', async t => {
  const root = join(scratch(t), 'ckpt')
  fs.mkdirSync(root)
  const document = {
    chunks: [kValue],
    compressor: null,
    dtype: '|u1',
    fill_value: null,
    filters: null,
    order: 'C',
    shape: [kValue],
    zarr_format: 2,
  }
  const text = new TextEncoder().encode(JSON.stringify(document, null, 8)) // a value of its own too, as Orbax's are
  writeOcdbt(
    root,
    [
      Array.from({ length: kLeaves }, (_, n) => String(n).padStart(5, '0')).flatMap(
        name =>
          /** @type {[string, Uint8Array][]} */ ([
            [`w${name}/.zarray`, text],
            [`w${name}/0`, new Uint8Array(kValue).fill(Number(name))],
          ]),
      ),
    ],
    { leaf: 500, interior: 100, together: true },
  )
  const here = await digest(fromPath(root))
  for (const workers of [0, 2]) {
    const { files, slices } = chosen(root)
    const there = await digest(fromFiles(files), { workers, workersFrom: 0 })
    assert.equal(there.fingerprint, here.fingerprint)
    assert.ok(slices.get('d/values') <= 40, `${slices.get('d/values')} slices for ${kLeaves} values`)
  }
})

test('small reads are right wherever they lie, and what is handed out may be given away', async () => {
  const bytes = new Uint8Array(1_000_003).map((_, n) => (n * 31) >> 5)
  const store = new FilesStore([['a', new File([bytes], 'a')]])
  for (let n = 0; n < 3000; n++) {
    const offset = (n * 7919 * 131) % (bytes.length + 10)
    const length = (n * 37) % 20_000
    const got = /** @type {Uint8Array} */ (await store.getRange('/a', { offset, length }))
    assert.ok(Buffer.from(got).equals(bytes.subarray(offset, offset + length)), `${offset} ${length}`)
    structuredClone(got.buffer, { transfer: [got.buffer] })
  }
  assert.deepEqual(await store.getRange('/a', { suffixLength: 5 }), bytes.slice(-5))
})
