// What a msgpack tree refers to, the names of Flax's files, a file as the source, and what a bare store lacks: from
// tables.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, fromMap, fromPath, lock, verify } from '../../node/lib/index.js'
import { cli } from './support/cli.js'
import { scratch } from './support/places.js'

/** @typedef {string | number | null | { [name: string]: Tree } | Tree[]} Tree */
function pack(/** @type {any} */ value) {
  if (value === null) return Buffer.from([0xc0])
  if (typeof value === 'number')
    return value < 128 ? Buffer.from([value]) : Buffer.from([0xcd, value >> 8, value & 255])
  if (typeof value === 'string')
    return Buffer.concat([
      Buffer.from([0xda, Buffer.byteLength(value) >> 8, Buffer.byteLength(value) & 255]),
      Buffer.from(value),
    ])
  const members = Array.isArray(value)
    ? value.map(pack)
    : Object.entries(value).flatMap(([name, one]) => [pack(name), pack(one)])
  const count = Array.isArray(value) ? members.length : members.length / 2
  return Buffer.concat([Buffer.from([Array.isArray(value) ? 0xdc : 0xde, count >> 8, count & 255]), ...members])
}
const bytes = (/** @type {string | Buffer} */ content) => new Uint8Array(Buffer.from(content))
const kZarray = {
  chunks: [4],
  compressor: { id: 'gzip', level: 1 },
  dtype: '<i2',
  fill_value: 0,
  filters: null,
  order: 'C',
  shape: [4],
  zarr_format: 2,
}
const array = (/** @type {string} */ directory) => ({
  [`${directory}/.zarray`]: bytes(JSON.stringify({ ...kZarray, compressor: null })),
  [`${directory}/0`]: new Uint8Array(8),
})
const spec = (/** @type {any} */ more = {}) => ({
  driver: 'zarr',
  dtype: 'int16',
  kvstore: { driver: 'file', path: 'a.w/' },
  metadata: { chunks: [4], shape: [4] },
  ...more,
})
const codes = (/** @type {any} */ report) =>
  report.findings
    .filter((/** @type {any} */ one) => one.severity !== 'info')
    .map((/** @type {any} */ one) => `${one.severity} ${one.code}`)

/** @type {[string, any, string[]][]} what stands for the array in `a.w/` (and `checkpoint_gda/a.w/`) → findings */
const kReferences = [
  ['a spec', spec(), []],
  ['another bucket', spec({ kvstore: { driver: 'gcs', bucket: 't5x-dummy-bucket', path: 'a.w' } }), []],
  ['the path beside kvstore', spec({ kvstore: { driver: 'file' }, path: 'a.w' }), []],
  [
    'an identity transform',
    spec({ transform: { input_rank: 1, input_inclusive_min: [0], input_exclusive_max: [[4]] } }),
    [],
  ],
  [
    'a part of it',
    spec({ transform: { input_rank: 1, input_inclusive_min: [1], input_exclusive_max: [4] } }),
    ['gap unsupported'],
  ],
  [
    'another domain',
    spec({ transform: { input_inclusive_min: [0], input_exclusive_max: [3] } }),
    ['error shape-mismatch'],
  ],
  ['another dtype', spec({ dtype: 'float32' }), ['error dtype-mismatch']],
  ['another shape', spec({ metadata: { shape: [5] } }), ['error shape-mismatch']],
  ['another rank', spec({ metadata: { shape: [4, 1] } }), ['error shape-mismatch']],
  ['another chunk shape', spec({ metadata: { chunks: [2] } }), ['error invalid']],
  ['another compressor', spec({ metadata: { compressor: { id: 'gzip' } } }), ['error invalid']],
  ['another driver', spec({ driver: 'zarr3' }), ['gap unsupported']],
  ['a store in a store', spec({ kvstore: { driver: 'ocdbt', base: 'file:///x', path: 'a.w' } }), ['gap unsupported']],
  ['metadata that is not looked at', spec({ assume_metadata: 1 }), ['gap unsupported']],
  ['no path', spec({ kvstore: { driver: 'file' } }), ['gap unsupported']],
  ['a URL', spec({ kvstore: 'file:///a.w' }), ['gap unsupported']],
  ['nothing there', spec({ kvstore: { driver: 'file', path: 'b.w/' } }), ['error missing-file']],
  ...['../ckpt/a.w', '/a.w', '//a.w', 'a.w//', '', './a.w', 'c:/a.w', 'a.w\\b', 'a/../a.w'].map(
    path =>
      /** @type {[string, any, string[]]} */ ([
        `the path ${path}`,
        spec({ kvstore: { driver: 'file', path } }),
        ['error hostile-path'],
      ]),
  ),
  ['Orbax', 'PLACEHOLDER://a.w', []],
  ['Flax', '//GDAPlaceholder:a.w', []],
  ['Flax, gone', '//GDAPlaceholder:b', ['error missing-file']],
  ['Flax, above', '//GDAPlaceholder:../a.w', ['error hostile-path']],
  ['unknown', '//MPAPlaceholder:a.w', ['gap unsupported']],
  ['unknown to Orbax', 'ARRAY_PLACEHOLDER://a.w', ['gap unsupported']],
  ['a text', 'http://a.w', []],
  ['a comment', '// note: none', []],
  ['a model with these names', { driver: { w: 1 }, kvstore: { w: 2 } }, []],
]
for (const [name, value, expected] of kReferences) {
  test(`a reference: ${name}`, async () => {
    const usesGda = typeof value === 'string' && value.startsWith('//G')
    const files = { checkpoint: bytes(pack({ p: value })), ...(usesGda ? array('checkpoint_gda/a.w') : array('a.w')) }
    const report = await check(fromMap(files))
    // The array that nothing refers to any more is a warning.
    assert.deepEqual(
      codes(report).filter((/** @type {string} */ code) => !code.startsWith('warning')),
      expected,
    )
    const { lockfile } = await lock(fromMap(files))
    assert.equal(Boolean(lockfile), expected.length === 0)
    const refersToIt =
      typeof value === 'string' ? /^(PLACEHOLDER|\/\/GDA)/.test(value) : typeof value.driver === 'string'
    if (!lockfile || !refersToIt) return
    for (const [file, change] of Object.entries({ '/0': new Uint8Array(8).fill(1), '/.zarray': undefined })) {
      const path = Object.keys(files).find(one => one.endsWith(file)) ?? ''
      const changed = Object.fromEntries(Object.entries({ ...files, [path]: change }).filter(([, content]) => content))
      assert.equal((await verify(fromMap(/** @type {any} */ (changed)), { lockfile })).verdict, 'MISMATCH', path)
    }
  })
}

const kTree = bytes(pack({ p: { w: 7 } }))
/** @type {[string, string[], any, string[] | RegExp][]} files, options → items or the error */
const kNames = [
  ['a fraction', ['checkpoint_0.5'], {}, ['checkpoint_0.5']],
  ['the greatest', ['checkpoint_-3', 'checkpoint_1e3', 'checkpoint_999'], {}, ['checkpoint_1e3']],
  ['a step', ['checkpoint_5', 'checkpoint_10'], { step: 5 }, ['checkpoint_5']],
  ['a prefix', ['ckpt_100', 'ckpt_99', 'best_700'], { prefix: 'ckpt_' }, ['ckpt_100']],
  ['one number twice', ['checkpoint_5', 'checkpoint_5.0'], {}, /--all-steps/],
  ['all of them', ['checkpoint_5', 'checkpoint_5.0'], { allSteps: true }, ['checkpoint_5', 'checkpoint_5.0']],
  [
    'the hub',
    ['flax_model.msgpack', 'model.safetensors', 'config.json', 'pytorch_model.bin', 'tokenizer.json'],
    {},
    ['flax_model.msgpack'],
  ],
  [
    'models of a pipeline',
    ['unet/diffusion_flax_model.msgpack', 'vae/diffusion_flax_model.msgpack', 'model_index.json'],
    {},
    ['unet/diffusion_flax_model.msgpack', 'vae/diffusion_flax_model.msgpack'],
  ],
]
for (const [name, files, options, expected] of kNames) {
  test(`names of Flax's files: ${name}`, async () => {
    const source = fromMap(Object.fromEntries(files.map(file => [file, kTree])))
    if (expected instanceof RegExp) return assert.rejects(check(source, options), expected)
    const { report, lockfile } = await lock(source, options)
    assert.deepEqual(
      codes(report).filter((/** @type {string} */ code) => !code.startsWith('warning')),
      [],
    )
    assert.deepEqual(Object.keys(JSON.parse(new TextDecoder().decode(lockfile)).items), expected)
    assert.equal((await verify(source, { ...options, lockfile })).verdict, 'VERIFIED')
  })
}

test('shards of one tree are not read as trees', async () => {
  const report = await check(
    fromMap({ 'flax_model-00001-of-00002.msgpack': kTree, 'flax_model.msgpack.index.json': bytes('{}') }),
  )
  assert.deepEqual([report.verdict, ...new Set(codes(report))], ['INCOMPLETE', 'gap unsupported'])
})

/** @type {[string, Uint8Array, number, RegExp][]} name, content, exit code of check, words */
const kFiles = [
  ['flax_model.msgpack', kTree, 0, /SOUND/],
  ['any.name', kTree, 0, /SOUND/],
  ['cut.msgpack', kTree.subarray(0, 9), 1, /truncated/],
  ['model.safetensors', bytes('\x88\x01\0\0\0\0\0\0{"__meta'), 2, /safetensors/],
  ['pytorch_model.bin', bytes(Buffer.from('504b0304', 'hex')), 2, /zip/],
  ['old.bin', bytes(Buffer.from('80025d710028', 'hex')), 2, /pickle/],
  ['tf_model.h5', bytes(Buffer.from('894844460d0a1a0a', 'hex')), 2, /HDF5/],
  ['a.npy', bytes(Buffer.from('934e554d5059', 'hex')), 2, /npy/],
  ['model.gguf', bytes('GGUF....'), 2, /GGUF/],
  ['config.json', bytes('{"a": 1}'), 2, /JSON/],
  ['noise', bytes('noise'), 2, /Flax msgpack/],
  ['empty', new Uint8Array(), 2, /empty/],
]
test('a file as the source', async t => {
  const directory = scratch(t)
  for (const [name, content, exit, words] of kFiles) {
    await t.test(name, () => {
      writeFileSync(join(directory, name), content)
      const { status, stdout, stderr } = cli(['check', join(directory, name)])
      assert.match(stdout + stderr, words)
      assert.equal(status, exit)
    })
  }
  await t.test('with evidence it is no checkpoint any more', () => {
    const lockfile = join(directory, 'l.json')
    assert.equal(cli(['lock', join(directory, 'any.name'), '-o', lockfile]).status, 0)
    assert.equal(cli(['verify', join(directory, 'flax_model.msgpack'), '--lock', lockfile]).status, 0)
    assert.equal(cli(['verify', join(directory, 'noise'), '--lock', lockfile]).status, 1)
  })
  await t.test('its arrays beside it', async () => {
    writeFileSync(join(directory, 'ck_3'), pack({ p: '//GDAPlaceholder:w' }))
    mkdirSync(join(directory, 'ck_3_gda', 'w'), { recursive: true })
    for (const [path, content] of Object.entries(array('ck_3_gda/w'))) writeFileSync(join(directory, path), content)
    const report = await check(fromPath(join(directory, 'ck_3')))
    assert.deepEqual([report.verdict, report.source.files], ['SOUND', 3])
  })
})

/** @type {[string, Record<string, any>, string[]][]} a bare store's change → findings */
const kBare = [
  ['whole', {}, []],
  ['no chunk', { 'm/a/0': undefined }, ['warning zero-fill-allowed']],
  ['no .zarray', { 'm/a/.zarray': undefined }, ['warning unclaimed-key']],
  ['no zarr.json', { 'v/zarr.json': undefined }, ['warning unclaimed-key']],
  ['a file', { 'm/a/note.txt': 'x' }, ['warning unknown-file']],
  ['a file beside', { 'm/note.txt': 'x' }, ['warning unknown-file']],
  [
    'groups',
    {
      '.zgroup': '{}',
      '.zattrs': '{}',
      'm/.zattrs': '{}',
      '.zmetadata': '{}',
      'zarr.json': '{"zarr_format": 3, "node_type": "group"}',
    },
    [],
  ],
]
const kV3 = {
  zarr_format: 3,
  node_type: 'array',
  data_type: 'int16',
  fill_value: 0,
  shape: [4],
  codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
  chunk_grid: { name: 'regular', configuration: { chunk_shape: [2] } },
  chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
}
for (const [name, change, expected] of kBare) {
  test(`a bare store: ${name}`, async () => {
    const files = {
      ...array('m/a'),
      ...array('b'),
      'v/zarr.json': JSON.stringify(kV3),
      'v/c/0': bytes('abcd'),
      'v/c/1': bytes('abcd'),
      ...change,
    }
    const source = fromMap(
      Object.fromEntries(
        Object.entries(files)
          .filter(([, content]) => content !== undefined)
          .map(([path, content]) => [path, typeof content === 'string' ? bytes(content) : content]),
      ),
    )
    const report = await check(source)
    assert.deepEqual(codes(report), expected)
    assert.equal(report.verdict, 'SOUND')
  })
}

test('names in _strings.json are bounded, written out', { timeout: 20_000 }, async () => {
  const tree = {
    tree_metadata: {
      "('s',)": {
        key_metadata: [{ key: 's', key_type: 2 }],
        value_metadata: { value_type: 'string', skip_deserialize: false },
      },
    },
  }
  const limits = async (/** @type {number} */ length, /** @type {number} */ count) => {
    const strings = JSON.stringify({ s: 'text', [`x${'k'.repeat(length)}`]: Array(count).fill(0) })
    const report = await check(fromMap({ _METADATA: bytes(JSON.stringify(tree)), '_strings.json': bytes(strings) }))
    return report.findings.filter(one => one.code === 'limit').length
  }
  assert.equal(await limits(100, 1000), 0)
  assert.equal(await limits(20_000, 5000), 1)
  assert.equal(await limits(100_000, 60_000), 1)
})

test('stored bytes back content once', { timeout: 20_000 }, async () => {
  const count = 2000
  const shard = (/** @type {boolean} */ shared) => {
    const rows = Buffer.alloc(count * 16)
    for (let n = 0; n < count; n++)
      rows.writeBigUInt64LE(BigInt(shared ? 0 : n * 2), n * 16), rows.writeBigUInt64LE(2n, n * 16 + 8)
    return Buffer.concat([Buffer.alloc(count * 2), rows])
  }
  const sharding = {
    name: 'sharding_indexed',
    configuration: {
      chunk_shape: [2],
      index_codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
      codecs: [{ name: 'bytes' }],
    },
  }
  const document = {
    ...kV3,
    data_type: 'uint8',
    shape: [count * 2],
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [count * 2] } },
    codecs: [sharding],
  }
  const limits = async (/** @type {boolean} */ shared, /** @type {number} */ maxFill) => {
    const report = await check(
      fromMap({ 'a/zarr.json': bytes(JSON.stringify(document)), 'a/c/0': bytes(shard(shared)) }),
      { maxFill },
    )
    return codes(report).filter((/** @type {string} */ code) => code === 'gap limit').length
  }
  const unbacked = (count - 1) * 2
  assert.deepEqual([await limits(false, 0), await limits(true, unbacked), await limits(true, unbacked - 1)], [0, 0, 1])
})
