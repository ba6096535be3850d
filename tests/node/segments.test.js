// A large leaf is read in segments, in workers side by side; no byte of a report or lockfile depends on that.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { check, digest, fromMap, lock, verify } from '../../node/lib/index.js'

const kRows = 40,
  kRow = 500_000,
  kChunkRows = 3 // 20 MB in 14 chunks, no boundary of which is a block's
const kSegment = 4 << 20
const kHow = [{ workers: 1 }, { workers: 1, segment: kSegment }, { workers: 3, workersFrom: 0, segment: kSegment }]

const encoders = /** @type {Record<string, { compressor: any, encode: (bytes: Uint8Array) => Uint8Array }>} */ ({
  raw: { compressor: null, encode: bytes => bytes },
  gzip: { compressor: { id: 'gzip', level: 1 }, encode: bytes => gzipSync(bytes, { level: 1 }) },
})

/** A bare zarr store of one array. `change` may damage a chunk, or take it away. */
function store(
  /** @type {string} */ form,
  /** @type {(chunk: number, bytes: Uint8Array) => Uint8Array | undefined} */ change = (_, bytes) => bytes,
) {
  const { compressor, encode } = encoders[form]
  const files = new Map([
    [
      'w/.zarray',
      new TextEncoder().encode(
        JSON.stringify({
          zarr_format: 2,
          shape: [kRows, kRow],
          chunks: [kChunkRows, kRow],
          dtype: '|u1',
          fill_value: 0,
          order: 'C',
          filters: null,
          compressor,
        }),
      ),
    ],
  ])
  for (let chunk = 0; chunk * kChunkRows < kRows; chunk++) {
    const bytes = new Uint8Array(kChunkRows * kRow)
    for (let i = 0; i < bytes.length; i += 64) bytes[i] = Math.imul(i + 77_777 * chunk + 1, 2654435761) >>> 24
    const changed = change(chunk, encode(bytes))
    if (changed) files.set(`w/${chunk}.0`, changed)
  }
  return fromMap(files)
}

for (const form of Object.keys(encoders)) {
  test(`${form}: lockfiles, digests and reports are the same bytes`, async () => {
    const [first, ...others] = await Promise.all(kHow.map(how => lock(store(form), { chunks: true, ...how })))
    assert.equal(first.report.verdict, 'LOCKED')
    for (const other of others) assert.deepEqual(other, first)
    assert.ok(first.lockfile)
    for (const how of kHow) {
      for (const deep of [false, true]) {
        const report = await verify(store(form), { lockfile: first.lockfile, deep, ...how })
        assert.deepEqual([report.verdict, report.findings], ['VERIFIED', []])
      }
    }
    const [one, ...rest] = await Promise.all(
      kHow.map(how => digest(store(form), { algorithms: ['blake3', 'sha256'], ...how })),
    )
    for (const other of rest) assert.deepEqual(other, one)
  })

  const kChunks = Math.ceil(kRows / kChunkRows)
  const damages = /** @type {Record<string, (bytes: Uint8Array) => Uint8Array | undefined>} */ ({
    // Near its beginning: most of the last chunk lies outside the shape.
    flipped: bytes => bytes.map((byte, i) => (i === bytes.length >> 4 ? byte ^ 16 : byte)),
    ...(form === 'raw' ? { gone: () => undefined } : { short: bytes => bytes.subarray(0, bytes.length >> 1) }),
  })
  for (const [name, damage] of Object.entries(damages)) {
    test(`${form}: a chunk that is ${name}, wherever it lies, is told in the same words`, async () => {
      const { lockfile } = await lock(store(form), { workers: 1 })
      assert.ok(lockfile)
      for (const at of [0, 6, kChunks - 1]) {
        const damaged = () => store(form, (chunk, bytes) => (chunk === at ? damage(bytes) : bytes))
        const [one, ...others] = await Promise.all(kHow.map(how => verify(damaged(), { lockfile, ...how })))
        assert.equal(one.verdict, 'MISMATCH', String(at))
        for (const other of others) assert.deepEqual(other, one)
        const [checked, ...rest] = await Promise.all(kHow.map(how => check(damaged(), how)))
        for (const other of rest) assert.deepEqual(other, checked)
      }
    })
  }
}

test('progress comes to the whole, also where stored bytes that differ are read again', async () => {
  const { lockfile } = await lock(store('raw'), { workers: 1 })
  assert.ok(lockfile)
  for (const change of [
    undefined,
    (/** @type {number} */ chunk, /** @type {Uint8Array} */ bytes) =>
      chunk === 9 ? bytes.map(byte => byte ^ 1) : bytes,
  ]) {
    /** @type {any} */
    let last
    let most = 0
    await verify(store('raw', change), {
      lockfile,
      workers: 1,
      segment: kSegment,
      onProgress: (/** @type {any} */ progress) => {
        assert.ok(progress.bytesDone >= most)
        most = progress.bytesDone
        last = progress
      },
    })
    assert.deepEqual([last.leavesDone, last.bytesDone], [1, kRows * kRow])
  }
})
