// Slices of leaves: the same elements as a plain walk over the content gives, from as few chunks as that takes, and
// with a lockfile nothing that its blocks do not vouch for.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMap, fromPath, lock, openCheckpoint, read } from '../../node/lib/index.js'
import { arrayText } from '../../node/lib/cli/array_text.js'
import { dtypeOf } from '../../node/lib/values/elements.js'
import { axesOf, blocksFor, parseSlice, shapeOf } from '../../node/lib/values/slice.js'
import { npyOf } from '../../node/lib/values/npy.js'
import { storeOf, zarr3 } from './support/arrays.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'
import { assertValid } from './support/schema.js'

const counting = (/** @type {number} */ n) => Uint8Array.from({ length: n }, (_, k) => k * 7 + (k >> 8))
const store = (/** @type {Record<string, any>} */ arrays) => fromMap(storeOf(arrays))

/** What a slice of content is, element by element. */
function expected(
  /** @type {string} */ slice,
  /** @type {number[]} */ shape,
  /** @type {Uint8Array} */ content,
  itemsize = 1,
) {
  const axes = axesOf(parseSlice(slice), shape)
  /** @type {number[]} */
  const out = []
  const walk = (/** @type {number} */ axis, /** @type {number} */ flat) => {
    if (axis === shape.length) return out.push(...content.subarray(flat * itemsize, (flat + 1) * itemsize))
    for (let k = 0; k < axes[axis].count; k++)
      walk(axis + 1, flat * shape[axis] + axes[axis].start + k * axes[axis].step)
  }
  walk(0, 0)
  return { shape: shapeOf(axes), bytes: Uint8Array.from(out) }
}

test('every slice of every chunking is what a walk over the content gives, with and without a lockfile', async () => {
  const shape = [5, 6, 7]
  const content = counting(5 * 6 * 7 * 2)
  for (const chunk of [
    [5, 6, 7],
    [2, 6, 7],
    [1, 2, 3],
    [2, 4, 5],
    [5, 1, 4],
  ]) {
    const open = () => store({ w: zarr3('int16', shape, content, { chunk }) })
    const { lockfile } = await lock(open())
    const checkpoint = await openCheckpoint(open())
    for (const slice of [
      '',
      '0',
      '-1',
      ':, 2',
      '1:4',
      '::2',
      '1::3, ::2, 1:6:4',
      '..., 3',
      '0, ..., ::6',
      '4, 5, 6',
      ':, :, 2:3',
      '2:2',
      '-3:-1, 4:, :2',
    ]) {
      const want = expected(slice, shape, content, 2)
      for (const options of [{}, { lockfile: /** @type {any} */ (lockfile) }]) {
        const got = await checkpoint.read('/w', slice, options)
        assert.deepEqual(
          [got.report.exit_code, got.shape, got.bytes],
          [0, want.shape, want.bytes],
          `${chunk} [${slice}]`,
        )
        assertValid('report', got.report)
      }
    }
  }
})

test('only the chunks that a slice needs are read', async () => {
  const files = storeOf({ w: zarr3('uint8', [8, 8], counting(64), { chunk: [2, 2] }) })
  const map = fromMap(files)
  /** @type {Set<string>} */
  const read = new Set()
  const watched = {
    name: 'x',
    list: map.list.bind(map),
    get: map.get.bind(map),
    getRange: (/** @type {string} */ key, /** @type {any} */ range) => {
      read.add(key)
      return map.getRange(key, range)
    },
  }
  const checkpoint = await openCheckpoint(watched)
  const chunksOf = async (/** @type {string} */ slice) => {
    read.clear()
    await checkpoint.read('w', slice)
    return [...read]
      .filter(key => key.includes('/c/'))
      .map(key => key.split('/c/')[1])
      .sort()
  }
  assert.deepEqual(await chunksOf('0, 0'), ['0/0'])
  assert.deepEqual(await chunksOf('1:3, 5'), ['0/2', '1/2'])
  assert.deepEqual(await chunksOf('::6, ::4'), ['0/0', '0/2', '3/0', '3/2'])
  assert.deepEqual(await chunksOf('3:3'), [])
  assert.equal((await chunksOf('')).length, 16)
})

test('of a shard, too, no rows of chunks before the slice', async () => {
  const content = counting(64)
  const inner = [2, 4] // 4 × 2 of them in the one shard, 8 bytes each, and then its index
  const codecs = [
    {
      name: 'sharding_indexed',
      configuration: {
        chunk_shape: inner,
        codecs: [{ name: 'bytes' }],
        index_codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
        index_location: 'end',
      },
    },
  ]
  const array = zarr3('uint8', [8, 8], content)
  const document = JSON.parse(new TextDecoder().decode(array['zarr.json']))
  const shard = new Uint8Array(64 + 8 * 16)
  const index = new DataView(shard.buffer, 64)
  for (let n = 0; n < 8; n++) {
    for (let k = 0; k < 8; k++) shard[8 * n + k] = content[((n >> 1) * 2 + (k >> 2)) * 8 + (n & 1) * 4 + (k & 3)]
    index.setBigUint64(16 * n, BigInt(8 * n), true)
    index.setBigUint64(16 * n + 8, 8n, true)
  }
  const map = fromMap(
    storeOf({ w: { 'zarr.json': new TextEncoder().encode(JSON.stringify({ ...document, codecs })), 'c/0/0': shard } }),
  )
  /** @type {number[]} */
  const offsets = []
  const watched = {
    name: 'x',
    list: map.list.bind(map),
    get: map.get.bind(map),
    getRange: (/** @type {string} */ key, /** @type {any} */ range) => {
      if (key.endsWith('/c/0/0')) offsets.push(range.offset)
      return map.getRange(key, range)
    },
  }
  for (const [slice, first] of /** @type {[string, number][]} */ ([
    ['', 0],
    ['6', 48],
    ['3:5, 1', 16],
    ['7, 4:', 48],
  ])) {
    offsets.length = 0
    const got = await read(watched, '/w', slice)
    assert.deepEqual([got.report.exit_code, got.bytes], [0, expected(slice, [8, 8], content).bytes], slice)
    assert.deepEqual([Math.max(...offsets), Math.min(...offsets)], [64, first], slice)
  }
})

test('with a lockfile: a slice of a damaged leaf is shown where its own blocks are whole, and only there', async () => {
  const rows = 3000
  const content = counting(rows * 1024 * 4)
  const shape = [rows, 1024]
  for (const chunk of [
    [500, 1024],
    [750, 512],
  ]) {
    const files = storeOf({ w: zarr3('float32', shape, content, { chunk }) })
    const { lockfile } = await lock(fromMap(files))
    const changed = { ...files }
    const name =
      Object.keys(files)
        .filter(path => path.includes('/c/'))
        .at(-1) ?? ''
    changed[name] = changed[name].slice()
    changed[name][changed[name].length - 1] ^= 1
    const options = { lockfile: /** @type {any} */ (lockfile) }
    const first = await read(fromMap(changed), '/w', '0:2, 1020:', options)
    assert.deepEqual([first.report.exit_code, first.bytes], [0, expected('0:2, 1020:', shape, content, 4).bytes])
    const last = await read(fromMap(changed), '/w', '2990, 0:2', options)
    assert.deepEqual([last.report.exit_code, last.bytes, last.data], [1, null, null])
    assert.deepEqual(
      last.report.findings.map(one => one.code),
      ['digest-mismatch'],
    )
    const both = await read(fromMap(changed), '/w', '::2999, 0', options)
    assert.equal(both.report.exit_code, 1)
    assert.equal(
      (await read(fromMap(changed), '/w', '2990, 0:2')).report.exit_code,
      0,
      'without a lockfile nothing is compared',
    )
    const { lockfile: bare } = await lock(fromMap(files), { blocks: false })
    assert.equal(
      (await read(fromMap(files), '/w', '2999, 1023', { lockfile: /** @type {any} */ (bare) })).report.exit_code,
      0,
    )
    assert.equal(
      (await read(fromMap(changed), '/w', '0, 0', { lockfile: /** @type {any} */ (bare) })).report.exit_code,
      1,
    )
  }
})

test('a lockfile of something else vouches for nothing', async () => {
  const a = { w: zarr3('uint8', [4], counting(4)) }
  const { lockfile } = await lock(store(a))
  const options = { lockfile: /** @type {any} */ (lockfile) }
  const codes = async (/** @type {any} */ arrays, /** @type {string} */ name) => {
    const { report, bytes } = await read(store(arrays), name, '', options)
    assert.equal(bytes, null)
    return report.findings.map((/** @type {any} */ one) => one.code)
  }
  assert.deepEqual(await codes({ w: zarr3('int8', [4], counting(4)) }, '/w'), ['dtype-mismatch'])
  assert.deepEqual(await codes({ w: zarr3('uint8', [2, 2], counting(4)) }, '/w'), ['shape-mismatch'])
  assert.deepEqual(await codes({ ...a, v: zarr3('uint8', [4], counting(4)) }, '/v'), ['extra-leaf'])
  assert.deepEqual(await codes({ w: zarr3('uint8', [4], new Uint8Array(4)) }, '/w'), ['digest-mismatch'])
  assert.equal((await read(store(a), '/w', '', { ...options, lockfileCameWithSource: true })).report.exit_code, 4)
  await assert.rejects(read(store(a), '/w', '', { lockfile: '{}' }), { code: 'evidence' })
})

test('a chunk that is damaged or gone: no values, and other leaves do not count', async () => {
  const files = storeOf({
    good: zarr3('uint8', [4], counting(4)),
    bad: zarr3('uint8', [4], counting(4), { chunk: [2] }),
  })
  files['bad/c/1'] = new Uint8Array(1)
  assert.equal((await read(fromMap(files), '/good')).report.exit_code, 0)
  const cut = await read(fromMap(files), '/bad')
  assert.deepEqual([cut.report.exit_code, cut.bytes], [1, null])
  assert.match(cut.report.findings[0].message, /chunk bad\/c\/1/)
  assert.deepEqual((await read(fromMap(files), '/bad', '0:2')).bytes, counting(2))
})

test('what cannot be meant is refused', async () => {
  const checkpoint = await openCheckpoint(store({ w: zarr3('uint8', [4, 4], counting(16)) }))
  for (const slice of ['4', '-5', '0, 0, 0', '::0', '::-1', 'x', '1:2:3:4', '..., ...', '0,', '1:x', '1:+', ':::']) {
    await assert.rejects(checkpoint.read('/w', slice), { code: 'usage' }, slice)
  }
  await assert.rejects(checkpoint.read('/v'), { code: 'usage', message: /there is no leaf \/v/ })
})

test('real checkpoints: every leaf reads as its expected bytes hash, strings and msgpack too', async () => {
  const { createHash } = await import('node:crypto')
  for (const name of [
    'orbax/zarr3_dtypes',
    'orbax/zarr2_dtypes',
    'orbax/zarr2_sharded_8_devices',
    'legacy/orbax-0.2.3',
    'orbax/zarr2_rich_types',
  ]) {
    for (const directory of fs.readdirSync(join(fixtures, name), { recursive: true })) {
      const at = join(fixtures, name, String(directory))
      if (!String(directory).endsWith('ckpt') || !fs.statSync(at).isDirectory()) continue
      const checkpoint = await openCheckpoint(fromPath(at))
      const { digest } = await import('../../node/lib/index.js')
      const digests = (await digest(fromPath(at), { algorithms: ['blake3', 'sha256'] })).items
      for (const leaf of checkpoint.leaves) {
        const want = digests[leaf.item].leaves.find(
          one => JSON.stringify(one.key_path) === JSON.stringify(leaf.key_path),
        )?.digest?.sha256
        if (!want) continue
        const { bytes } = await checkpoint.read(leaf.key_path, undefined, { item: leaf.item || undefined })
        assert.equal(
          createHash('sha256')
            .update(/** @type {any} */ (bytes))
            .digest('hex'),
          want,
          `${name} ${leaf.key_path}`,
        )
      }
    }
  }
})

test('the program: text, --npy, --json, exit codes', t => {
  const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
  const tampered = join(fixtures, 'seed000/artifacts/tampered_ckpt')
  const root = scratch(t)
  const lockfile = join(root, 'l.json')
  cli(['lock', baseline, '-o', lockfile, '-q'])
  assert.equal(cli(['cat', baseline, '/params/bias']).stdout, '[1.0 1.0 1.0 1.0]\n')
  assert.equal(cli(['cat', baseline, 'params.bias[1]']).stdout, '1.0\n')
  assert.equal(cli(['cat', baseline, '/params/bias[::2]', '--lock', lockfile]).stdout, '[1.0 1.0]\n')
  const refused = cli(['cat', tampered, '/params/bias', '--lock', lockfile])
  assert.deepEqual([refused.status, refused.stdout], [1, ''])
  assert.match(refused.stderr, /is not shown: tampered_ckpt: MISMATCH/)
  assert.equal(cli(['cat', tampered, '/params/bias[0:2]']).stdout, '[999.0 999.0]\n')
  const npy = join(root, 'b.npy')
  assert.equal(cli(['cat', baseline, '/params/bias', '--npy', '-o', npy]).status, 0)
  assert.deepEqual(
    fs.readFileSync(npy),
    Buffer.from(npyOf('float32', [4], new Uint8Array(new Float32Array([1, 1, 1, 1]).buffer))),
  )
  const json = JSON.parse(cli(['cat', baseline, '/params/bias[:1]', '--json']).stdout)
  assertValid('report', json)
  assert.deepEqual(json.cat, { item: '', key_path: ['params', 'bias'], dtype: 'float32', shape: [1], values: ['1.0'] })
  for (const args of [['/none'], ['/params/bias[9]'], ['/params/bias[x]'], ['/params/bias', '--npy', '--json']]) {
    assert.equal(cli(['cat', baseline, ...args]).status, 2, args.join(' '))
  }
})

const steps = (/** @type {Record<string, any>} */ arrays) =>
  fromMap(
    Object.fromEntries(
      Object.entries(arrays).flatMap(([step, array]) => [
        // Without it directories of bare arrays are no steps, whatever their names.
        [`${step}/_CHECKPOINT_METADATA`, new TextEncoder().encode('{}')],
        ...Object.entries(storeOf({ w: array })).map(([path, bytes]) => [`${step}/state/${path}`, bytes]),
      ]),
    ),
  )

test("the lockfile of a root's older step chooses the step that is sliced too", async () => {
  const old = new Uint8Array(new Float32Array([1, 2, 3]).buffer),
    newer = new Uint8Array(new Int32Array([7, 8, 9]).buffer)
  const open = () => steps({ 5: zarr3('float32', [3], old), 7: zarr3('int32', [3], newer) })
  const { lockfile } = await lock(open(), { step: 5 })
  assert.ok(lockfile)
  const value = await read(open(), 'state:/w', '1:3', { lockfile })
  assert.deepEqual([value.report.exit_code, value.dtype, [...value.data]], [0, 'float32', [2, 3]])
  assert.deepEqual([...(await read(open(), 'state:/w', '1:3')).data], [8, 9])
  // A checkpoint that was opened without it lists the newest step: another leaf is not sliced by that one's shape.
  const checkpoint = await openCheckpoint(open())
  const other = await checkpoint.read('state:/w', '1:3', { lockfile })
  assert.deepEqual([other.report.exit_code, other.bytes], [3, null])
})

test('a leaf that becomes another one between listing and reading is not shown', async () => {
  const of = (
    /** @type {string} */ dtype,
    /** @type {number[]} */ shape,
    /** @type {number} */ nbytes,
    /** @type {number[]} */ chunk,
  ) => storeOf({ w: zarr3(dtype, shape, counting(nbytes), { chunk }) })
  const first = of('uint8', [8], 8, [4])
  for (const [what, then] of Object.entries({
    shorter: of('uint8', [3], 3, [4]),
    'of another dtype': of('int8', [8], 8, [4]),
    'of another shape': of('uint8', [2, 4], 8, [2, 4]),
    'in other chunks': of('uint8', [8], 8, [8]),
  })) {
    const files = { ...first }
    const checkpoint = await openCheckpoint(fromMap(files))
    const changed = new Proxy(checkpoint.store, {
      get: (_, name) => {
        const later = /** @type {any} */ (fromMap(then))
        return typeof later[name] === 'function' ? later[name].bind(later) : later[name]
      },
    })
    checkpoint.store = changed
    const value = await checkpoint.read('/w', '2:6')
    assert.deepEqual([value.report.exit_code, value.bytes], [3, null], what)
    assert.deepEqual(
      value.report.findings.map((/** @type {any} */ one) => one.code),
      ['changed-during-read'],
      what,
    )
  }
})

test('a bracket belongs to a name only where a leaf is called so, whole', t => {
  const root = join(scratch(t), 'ckpt')
  for (const [path, bytes] of Object.entries(
    storeOf(Object.fromEntries(['w', ']', 'v[0]', '0]'].map(name => [name, zarr3('uint8', [4], counting(4))]))),
  )) {
    fs.mkdirSync(join(root, path, '..'), { recursive: true })
    fs.writeFileSync(join(root, path), bytes)
  }
  const first = String(counting(4)[0])
  assert.equal(cli(['cat', root, '/w[0]']).stdout, `${first}\n`)
  assert.equal(cli(['cat', root, 'w[0]']).stdout, `${first}\n`)
  for (const name of ['/v[0]', 'v[0]', ':/v[0]', '/]'])
    assert.match(cli(['cat', root, name]).stdout, /^\[[ \d]+\]\n$/, name)
  assert.equal(cli(['cat', root, '/v[0][0]']).stdout, `${first}\n`)
})

test('more chunks along an axis than can be listed: the leaf is read from its beginning', async () => {
  const count = 20_000_000
  const array = zarr3('uint8', [4], Uint8Array.of(1, 2, 3, 4), { chunk: [1] })
  const document = JSON.parse(new TextDecoder().decode(array['zarr.json']))
  array['zarr.json'] = new TextEncoder().encode(JSON.stringify({ ...document, shape: [count] }))
  const checkpoint = await openCheckpoint(store({ w: array }))
  assert.deepEqual((await checkpoint.read('/w', '1:9:2')).bytes, Uint8Array.of(2, 4, 0, 0))
  for (const [slice, size] of /** @type {[string, number][]} */ ([
    ['', count],
    ['1:', count - 1],
    ['::2', count / 2],
  ])) {
    const { bytes } = await checkpoint.read('/w', slice)
    assert.deepEqual(
      [bytes?.length, bytes?.subarray(0, 4)],
      [
        size,
        Uint8Array.from([1, 2, 3, 4, 0, 0, 0, 0]).filter((_, n) =>
          slice === '' ? n < 4 : slice === '1:' ? n > 0 && n < 5 : n % 2 === 0,
        ),
      ],
      slice,
    )
  }
  const { parts } = blocksFor(axesOf([{ start: 1, stop: 3 }, 0], [4, 2 ** 40]), [4, 2 ** 40], [1, 1], 1, true)
  assert.ok(parts.every(({ chunks = [] }) => chunks.every(list => list.length <= 2 ** 20)))
})

test('an array of many short axes is shown in part', () => {
  for (const shape of [Array(26).fill(2), [200_000, 2], Array(8).fill(9)]) {
    const text = arrayText('uint8', shape, new Uint8Array(shape.reduce((a, b) => a * b, 1)))
    assert.match(text, /^\[/)
    assert.ok(text.length < 2_000_000 && text.includes('...'), String(text.length))
  }
})

test('dtypes are those that there are', () => {
  for (const name of [
    'int0',
    'int3',
    'int128',
    'uint1',
    'float4',
    'float80',
    'float0',
    'complex32',
    'complex',
    'r0',
    'r7',
    'r',
    'constructor',
    '__proto__',
    'toString',
    'string',
  ]) {
    assert.equal(dtypeOf(name), undefined, name)
  }
  for (const name of [
    'bool',
    'int2',
    'uint4',
    'int64',
    'float16',
    'bfloat16',
    'float64',
    'complex64',
    'complex128',
    'r24',
    'float8_e8m0fnu',
    'float4_e2m1fn',
  ])
    assert.ok(dtypeOf(name), name)
})

test('more values than a document holds are refused, not a bug', t => {
  const root = join(scratch(t), 'ckpt')
  const array = zarr3('uint8', [4], counting(4))
  const document = JSON.parse(new TextDecoder().decode(array['zarr.json']))
  array['zarr.json'] = new TextEncoder().encode(JSON.stringify({ ...document, shape: [2 ** 25] }))
  for (const [path, bytes] of Object.entries(storeOf({ w: array }))) {
    fs.mkdirSync(join(root, path, '..'), { recursive: true })
    fs.writeFileSync(join(root, path), bytes)
  }
  const { status, stdout, stderr } = cli(['cat', root, '/w', '--json'])
  const message = 'too much: 33554432 values as JSON; name a slice or take --npy'
  assert.deepEqual(
    [status, JSON.parse(stdout), stderr],
    [2, { leafsum_error: 1, code: 'usage', message, exit_code: 2 }, `leafsum: ${message}\n`],
  )
  assert.match(cli(['cat', root, '/w']).stdout, /^\[ *0 +7 +14 \.\.\. +0 +0 +0\]\n$/)
})
