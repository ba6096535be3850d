// The second module: codecs that core.wasm does without, in this thread, in workers, and where it cannot be had.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { check, diff, digest, fromMap, fromPath, init, lock, verify } from '../../node/lib/index.js'
import { casesIn } from './support/cases.js'
import { reportText } from '../../node/lib/report.js'

const inWorkers = { workers: 2, workersFrom: 0 }
const text = (/** @type {any} */ value) => new TextEncoder().encode(JSON.stringify(value))

/** A bare zarr store of three arrays of int32[8], one without a rare codec. */
function store(/** @type {number[]} */ values) {
  const bytes = new Uint8Array(Int32Array.from(values).buffer)
  const array = (/** @type {any} */ compressor) =>
    text({
      zarr_format: 2,
      shape: [8],
      chunks: [8],
      dtype: '<i4',
      fill_value: null,
      order: 'C',
      filters: null,
      compressor,
    })
  return fromMap(
    new Map([
      ['plain/.zarray', array(null)],
      ['plain/0', bytes],
      ['gzip/.zarray', array({ id: 'gzip', level: 1 })],
      ['gzip/0', gzipSync(bytes)],
      ['zlib/.zarray', array({ id: 'zlib', level: 1 })],
      ['zlib/0', deflateSync(bytes)],
    ]),
  )
}

for (const { name, source } of casesIn('zarr').filter(one => !one.damage)) {
  test(`${name}: the same reports here and in workers`, async () => {
    const one = await digest(fromPath(source), { workers: 1 })
    assert.equal(one.report.exit_code, 0, one.report.headline)
    const many = await digest(fromPath(source), inWorkers)
    assert.equal(reportText(many), reportText(one))
    const { lockfile } = await lock(fromPath(source), { workers: 1, chunks: true })
    const other = await lock(fromPath(source), { ...inWorkers, chunks: true })
    assert.deepEqual(other.lockfile, lockfile)
    assert.ok(lockfile)
    for (const options of [{ workers: 1 }, { workers: 1, deep: true }, { ...inWorkers, deep: true }]) {
      const report = await verify(fromPath(source), { lockfile, ...options })
      // Of a store by other writers nobody knows whether an absent chunk was left out or lost.
      assert.deepEqual(
        [report.verdict, report.findings.filter((/** @type {any} */ one) => one.code !== 'zero-fill-allowed')],
        ['VERIFIED', []],
      )
      assert.ok(report.findings.every((/** @type {any} */ one) => one.severity === 'warning'))
    }
    assert.equal((await check(fromPath(source), inWorkers)).verdict, 'SOUND')
  })
}

test('values are compared through the second module', async () => {
  const a = [1, 2, 3, 4, 5, 6, 7, 8],
    b = [1, 2, 3, 4, 5, 6, 7, 12]
  for (const options of [{ workers: 1 }, inWorkers]) {
    const output = await diff(store(a), store(b), { values: true, ...options })
    const found = output.leaves.map((/** @type {any} */ { key_path: [key], sign, values }) => [
      key,
      sign,
      values.differing,
      values.first_index,
      values.max_abs,
    ])
    assert.deepEqual(
      found,
      ['gzip', 'plain', 'zlib'].map(key => [key, '*', 1, 7, 4]),
    )
  }
})

test('where the second module cannot be loaded, what takes it ends the run, and nothing else does', async t => {
  t.after(() => init({}))
  const { lockfile } = await lock(store([1, 2, 3, 4, 5, 6, 7, 8]))
  for (const codecs of [Uint8Array.of(0, 97, 115, 109), 'no/such/codecs.wasm']) {
    init({ codecs })
    for (const options of [{ workers: 1 }, inWorkers]) {
      const failed = { code: 'environment', message: /^codecs\.wasm (does not compile|could not be loaded from)/ }
      await assert.rejects(digest(store([1, 2, 3, 4, 5, 6, 7, 8]), options), failed)
      await assert.rejects(verify(store([1, 2, 3, 4, 5, 6, 7, 8]), { lockfile, deep: true, ...options }), failed)
      // Equal stored bytes need no decoding, hence no codec.
      assert.equal((await verify(store([1, 2, 3, 4, 5, 6, 7, 8]), { lockfile, ...options })).verdict, 'VERIFIED')
    }
  }
})
