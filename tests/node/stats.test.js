// Statistics: what numpy says of every dtype, however the content is cut, read from chunks and slices, in the API and
// on the command line.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMap, lock, read } from '../../node/lib/index.js'
import { withTexts } from '../../node/lib/cli/stats_text.js'
import { PartStats } from '../../node/lib/commands/read_stats.js'
import { dtypeOf } from '../../node/lib/values/elements.js'
import { Stats } from '../../node/lib/values/stats.js'
import { storeOf, zarr3 } from './support/arrays.js'
import { cli } from './support/cli.js'
import { scratch } from './support/places.js'
import { assertValid } from './support/schema.js'

/** @type {{ dtype: string, case: string, content: string, stats: any }[]} */
const rows = JSON.parse(fs.readFileSync(new URL('../vectors/stats.json', import.meta.url), 'utf8'))
const bytesOf = (/** @type {string} */ hex) => Uint8Array.from(Buffer.from(hex, 'hex'))
const inPieces = (/** @type {Stats} */ stats, /** @type {Uint8Array} */ bytes, /** @type {number} */ size) => {
  for (let at = 0; at < bytes.length; at += size) stats.push(bytes.subarray(at, at + size))
  return stats
}

const kTolerance = 2 ** -50 // of mean and deviation, relative; all else is exact

function assertStats(/** @type {any} */ found, /** @type {any} */ wanted, /** @type {string} */ of) {
  const { mean, std, ...exact } = found
  const { mean: wantedMean, std: wantedStd, ...wantedExact } = wanted
  assert.deepEqual(exact, wantedExact, of)
  for (const [value, want] of [...[mean].flat().map((one, n) => [one, [wantedMean].flat()[n]]), [std, wantedStd]]) {
    if (want === null) assert.equal(value, null, of)
    else assert.ok(Math.abs(value - want) <= Math.abs(want) * kTolerance, `${of}: ${value} is not ${want}`)
  }
}

for (const { dtype, case: name, content, stats } of rows) {
  test(`${dtype}, ${name}: numpy's, in pieces of any size and of several parts`, () => {
    const bytes = bytesOf(content)
    // numpy's text of a number is not its dtype's: 0.1 of float32 is 0.10000000149011612.
    const wanted = { ...stats, min: numberOf(dtype, stats.min), max: numberOf(dtype, stats.max) }
    for (const size of [1, 3, 8, 1 << 20])
      assertStats(inPieces(new Stats(dtype), bytes, size).result, wanted, `pieces of ${size}`)
    const half = Math.floor(bytes.length / 32) * 16
    const [a, b] = [bytes.subarray(0, half), bytes.subarray(half)].map(part => inPieces(new Stats(dtype), part, 5))
    a.addAll(b)
    assertStats(a.result, wanted, 'parts')
  })
}

function numberOf(/** @type {string} */ dtype, /** @type {string | null} */ text) {
  const { kind, bits } = /** @type {any} */ (dtypeOf(dtype))
  return text === null ? null : bits === 64 && kind !== 'float' ? BigInt(text) : Number(text)
}

test('every dtype with numbers has its vectors', () => {
  const kinds = ['bool', 'int4', 'uint2', 'bfloat16', 'float8_e8m0fnu', 'float4_e2m1fn', 'uint64', 'complex64']
  const had = new Set(rows.map(row => row.dtype))
  for (const kind of kinds) assert.ok(had.has(kind), kind)
  assert.equal(had.size, 28)
})

test('many values: the same for every order, and exact where sums of doubles are not', () => {
  const count = 100_000
  const values = Float64Array.from({ length: count }, (_, n) => 1e9 + Math.sin(n * 7) / 3)
  const forward = new Stats('float64')
  forward.push(new Uint8Array(values.buffer))
  const backward = new Stats('float64')
  backward.push(new Uint8Array(values.slice().reverse().buffer))
  const [one, other] = [forward.result, backward.result]
  assertStats(other, one, 'reversed')
  assert.equal(
    one.histogram?.counts.reduce((a, b) => a + b),
    count,
  )
  const mean = values.reduce((sum, value) => sum + (value - 1e9), 0) / count
  const square = values.reduce((sum, value) => sum + (value - 1e9 - mean) ** 2, 0) / count
  assert.ok(Math.abs(/** @type {number} */ (one.std) - Math.sqrt(square)) < 1e-12, `${one.std} ${Math.sqrt(square)}`)
})

test('raw elements are counted, no more', () => {
  const stats = new Stats('r24')
  stats.push(new Uint8Array(9))
  assert.deepEqual([stats.result.count, stats.result.zeros, stats.result.histogram], [3, null, null])
})

test('a part that begins again counts once', () => {
  const picker = /** @type {any} */ ({ put: undefined })
  const parts = [
    { skip: 0, take: 4 },
    { skip: 4, take: 2 },
  ]
  const stats = new PartStats('uint8', { parts, picker })
  const give = (/** @type {number} */ part, /** @type {number} */ offset, /** @type {number[]} */ bytes) => {
    stats.begin(part, offset)
    picker.put(0, Uint8Array.from(bytes))
    stats.end(part, offset + bytes.length)
  }
  give(0, 0, [9, 9])
  give(1, 0, [5])
  give(0, 0, [1, 2])
  give(1, 1, [6])
  give(0, 2, [3, 4])
  const { count, min, max, mean } = stats.result
  assert.deepEqual({ count, min, max, mean }, { count: 6, min: 1, max: 6, mean: 3.5 })
})

const shape = [6, 50]
const values = Float32Array.from({ length: 300 }, (_, n) => (n % 7 === 0 ? NaN : n - 100.5))
const content = new Uint8Array(values.buffer)

test('read tells them of a leaf and of slices, with a lockfile only what it vouches for', async () => {
  for (const chunk of [
    [6, 50],
    [4, 7],
  ]) {
    const open = (/** @type {Uint8Array} */ bytes) => fromMap(storeOf({ w: zarr3('float32', shape, bytes, { chunk }) }))
    const { lockfile } = /** @type {any} */ (await lock(open(content)))
    for (const slice of ['', '1:4', '::2, 3:40:5', '5, 49', '2:2']) {
      const plain = /** @type {any} */ (await read(open(content), '/w', slice))
      const wanted = new Stats('float32')
      wanted.push(plain.bytes)
      for (const options of [{}, { lockfile }]) {
        const got = await read(open(content), '/w', slice, { ...options, stats: true })
        assert.deepEqual([got.report.exit_code, got.shape, got.bytes, got.data], [0, plain.shape, null, null])
        assert.deepEqual(got.stats, wanted.result, `${chunk} [${slice}]`)
      }
    }
    const other = content.slice()
    other[4] ^= 1
    const refused = await read(open(other), '/w', '', { lockfile, stats: true })
    assert.deepEqual([refused.report.exit_code, refused.stats], [1, null])
  }
})

test('the program tells the same', t => {
  const root = scratch(t)
  for (const [path, bytes] of Object.entries(storeOf({ w: zarr3('float32', shape, content) }))) {
    fs.mkdirSync(join(root, path, '..'), { recursive: true })
    fs.writeFileSync(join(root, path), bytes)
  }
  const json = JSON.parse(cli(['cat', root, '/w', '--stats', '--json']).stdout)
  assertValid('report', json)
  const wanted = new Stats('float32')
  wanted.push(content)
  const { result } = wanted
  assert.deepEqual(json.cat, {
    item: '',
    key_path: ['w'],
    dtype: 'float32',
    shape,
    stats: withTexts('float32', result),
  })
  const text = cli(['cat', root, '/w[0]', '--stats']).stdout
  assert.match(text, /^count +50\nfinite +42\nnan +8\n[^]*\nmin +-99\.5\nmax +-52\.5\nmean +-76\n/)
  assert.match(text, /\nhistogram: [^\n]*, 1 wide\n-100 +1 +#+\n/)
  for (const args of [['--stats', '--npy'], ['--stats=yes']]) assert.equal(cli(['cat', root, '/w', ...args]).status, 2)
})

test('what has no elements has no statistics', async () => {
  const error = await read(
    fromMap(storeOf({ w: zarr3('float32', shape, content) })),
    '/w',
    '',
    /** @type {any} */ ({ stats: 1 }),
  ).catch(e => e)
  assert.match(error.message, /stats: must be true or false/)
})
