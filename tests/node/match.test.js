// Would it restore: every way in which a template and a checkpoint can disagree, and what casts do to values.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMap, fromPath, list, lock, match } from '../../node/lib/index.js'
import { CastCheck } from '../../node/lib/values/cast.js'
import { base64Url } from '../../node/lib/commands/metadata.js'
import { shardingFindings } from '../../node/lib/commands/sharding.js'
import { storeOf, zarr3 } from './support/arrays.js'
import { cli } from './support/cli.js'
import { examples, fixtures, scratch } from './support/places.js'
import { assertValid } from './support/schema.js'
import { reportText } from '../../node/lib/report.js'

const floats = (/** @type {number[]} */ values) => new Uint8Array(new Float32Array(values).buffer)
const store = (/** @type {Record<string, any>} */ arrays) => fromMap(storeOf(arrays))
const documentOf = (/** @type {any} */ value) => new TextEncoder().encode(JSON.stringify(value))
const template = (/** @type {Record<string, [string, number[] | null, any?]>} */ leaves) =>
  documentOf({
    leafsum_template: 1,
    leaves: Object.entries(leaves).map(([path, [dtype, shape, sharding]]) => ({
      key_path: path.split('/'),
      dtype,
      shape,
      ...(sharding && { sharding }),
    })),
  })
const codes = (/** @type {any} */ report) => {
  assertValid('report', report)
  return report.findings.map(
    (/** @type {any} */ one) => `${one.code}${one.key_path ? ` ${one.key_path.join('/')}` : ''}`,
  )
}

const w = zarr3('float32', [2, 2], floats([1, 0.1, -2, 3]), { chunk: [1, 2] })
const b = zarr3('float32', [2], floats([0.5, 4]))

test('the same tree matches, in every form that a template has', async () => {
  const open = () => store({ 'd/w': w, 'd/b': b })
  const { lockfile } = await lock(open())
  for (const one of [
    open(),
    /** @type {any} */ (lockfile),
    documentOf(await list(open())),
    template({ 'd/w': ['float32', [2, 2]], 'd/b': ['float32', [2]] }),
  ]) {
    const report = await match(open(), one)
    assert.deepEqual([report.verdict, report.exit_code, report.leaves.equal, codes(report)], ['MATCHES', 0, 2, []])
    assert.equal(report.command, 'match')
  }
})

test('shapes raise, casts are silent: lossy or exact by what is there', async () => {
  const report = await match(store({ w, b }), template({ w: ['bfloat16', [2, 2]], b: ['bfloat16', [2]] }))
  assert.deepEqual([report.exit_code, codes(report)], [1, ['dtype-mismatch b', 'dtype-mismatch w']])
  assert.match(report.findings[0].message, /cast from float32 without a word: exact for the 2 values there$/)
  assert.match(
    report.findings[1].message,
    /: lossy: 1 of 4 values change, first at \[0,1\]: 0\.1 becomes 0\.10009765625$/,
  )
  const shapes = await match(store({ w, b }), template({ w: ['float32', [4]], b: ['float32', [3]] }))
  assert.deepEqual([shapes.exit_code, codes(shapes)], [1, ['shape-mismatch b', 'shape-mismatch w']])
  assert.match(shapes.findings[0].message, /restoring raises \(or, where it is not strict, fills up with zeros\)/)
})

test('missing and extra leaves', async () => {
  const missing = await match(store({ b }), template({ b: ['float32', [2]], w: ['float32', [2, 2]] }))
  assert.deepEqual([missing.exit_code, codes(missing), missing.leaves.missing], [1, ['missing-leaf w'], 1])
  const extra = template({ b: ['float32', [2]] })
  assert.deepEqual(
    [(await match(store({ b, w }), extra)).exit_code, codes(await match(store({ b, w }), extra))],
    [1, ['extra-leaf w']],
  )
  const allowed = await match(store({ b, w }), extra, { allowExtra: true })
  assert.deepEqual([allowed.exit_code, allowed.verdict, allowed.findings[0].severity], [0, 'MATCHES', 'warning'])
  assert.equal((await match(store({ b, w }), extra, { allowExtra: true, strict: true })).exit_code, 1)
})

test('a level `params` too many or too few is called that, and the leaves are still compared', async () => {
  const bare = template({ w: ['float32', [2, 2]], b: ['float16', [2]] })
  const wrapped = template({ 'params/w': ['float32', [2, 2]], 'params/b': ['float16', [2]] })
  const tooFew = await match(store({ 'params/w': w, 'params/b': b }), bare)
  assert.deepEqual([tooFew.exit_code, codes(tooFew)], [1, ['structure-mismatch', 'dtype-mismatch params/b']])
  assert.match(tooFew.findings[0].message, /restore into \{'params': template\}/)
  const tooMany = await match(store({ w, b }), wrapped)
  assert.deepEqual([tooMany.exit_code, codes(tooMany)], [1, ['structure-mismatch', 'dtype-mismatch b']])
  assert.match(tooMany.findings[0].message, /restore into template\['params'\]/)
  assert.deepEqual(codes(await match(store({ 'params/w': w, 'params/b': b }), wrapped)), ['dtype-mismatch params/b'])
})

test("sharding: recorded against a target mesh, and the template's own", async () => {
  const ckpt = join(fixtures, 'orbax/zarr2_sharded_8_devices/ckpt')
  const own = async (/** @type {any} */ options) => match(fromPath(ckpt), fromPath(ckpt), options)
  assert.equal((await own({})).verdict, 'MATCHES')
  const same = await own({ mesh: { x: 8, a: 2, b: 2, c: 2, data: 2, model: 4 } })
  assert.equal(same.exit_code, 0)
  const wrong = await own({ mesh: { x: 8 } })
  assert.equal(wrong.exit_code, 1)
  assert.match(wrong.findings.find(one => one.severity === 'error')?.message ?? '', /which the mesh has not/)
  const cut = await own({ mesh: { x: 7, a: 2, b: 2, c: 2, data: 2, model: 4 } })
  assert.match(cut.findings.find(one => one.severity === 'error')?.message ?? '', /is not divisible by 7/)
  const sharded = (/** @type {any} */ spec) =>
    match(store({ w }), template({ w: ['float32', [2, 2], { mesh: { data: 2, model: 4 }, spec }] }))
  assert.equal((await sharded(['data', null])).exit_code, 0)
  assert.match((await sharded([null, 'model'])).findings[0].message, /axis 1 of size 2 is not divisible by 4/)
  assert.match((await sharded([['data', 'x']])).findings[0].message, /cut along "x"/)
  assert.match((await sharded([null, null, null])).findings[0].message, /names 3 axes/)
  for (const spec of [['data', 'data'], [['data', 'data']]])
    assert.match((await sharded(spec)).findings[0].message, /"data" is named twice/)
})

test('sharding of an item in a step of a root is found where it lies', async () => {
  const root = join(fixtures, 'multiprocess/manager_2x2/ckpt')
  const report = await match(fromPath(root), fromPath(root), { mesh: { nobody: 1 } })
  const axes = report.findings.filter(one => /which the mesh has not/.test(one.message))
  assert.ok(axes.length > 0, reportText(report))
})

test('what casts do, dtype by dtype', () => {
  const bytesOf = /** @type {Record<string, (values: any[]) => Uint8Array>} */ ({
    float32: floats,
    float64: values => new Uint8Array(new Float64Array(values).buffer),
    int64: values => new Uint8Array(new BigInt64Array(values).buffer),
    int32: values => new Uint8Array(new Int32Array(values).buffer),
    uint8: values => Uint8Array.from(values),
    int8: values => new Uint8Array(Int8Array.from(values).buffer),
    complex64: floats,
    bool: values => Uint8Array.from(values),
    bfloat16: values => new Uint8Array(Uint16Array.from(values).buffer),
    float8_e4m3fn: values => Uint8Array.from(values),
  })
  const cases = /** @type {[string, string, any[], number, string?][]} */ ([
    ['float32', 'float64', [0.1, NaN, Infinity, -0], 0],
    ['float64', 'float32', [0.5, NaN, Infinity], 0],
    ['float64', 'float32', [0.1], 1, '0.10000000149011612'],
    ['float64', 'float32', [1e300], 1, 'inf'],
    ['float32', 'float16', [65504, -65504, 0.5], 0],
    ['float32', 'float16', [65520], 1, 'inf'],
    ['float32', 'bfloat16', [1, 256, 3e38], 1],
    ['float32', 'bfloat16', [1, 256, -0.5], 0],
    ['float32', 'float8_e4m3fn', [448, -448, 0.0625, NaN], 0],
    ['float32', 'float8_e4m3fn', [1000], 1, 'nan'],
    ['float32', 'float8_e4m3fn', [17], 1, '16'],
    ['float32', 'float8_e5m2', [57344, Infinity], 0],
    ['float32', 'float4_e2m1fn', [6, -6, 0.5], 0],
    ['float32', 'float4_e2m1fn', [7], 1, '6'],
    ['int64', 'int32', [2n ** 31n - 1n, -(2n ** 31n)], 0],
    ['int64', 'int32', [2n ** 31n], 1, '-2147483648'],
    ['int64', 'float64', [2n ** 53n, 2n ** 60n], 0],
    ['int64', 'float64', [2n ** 53n + 1n], 1, '9007199254740992'],
    ['int32', 'float32', [2 ** 24], 0],
    ['int32', 'float32', [2 ** 24 + 1], 1, '16777216'],
    ['int32', 'uint8', [0, 255], 0],
    ['int32', 'uint8', [256, -1], 2],
    ['int32', 'int4', [7, -8], 0],
    ['int32', 'int4', [8], 1],
    // Integers wrap around, whatever their width.
    ['int32', 'int8', [128], 1, '-128'],
    ['int32', 'uint8', [-1], 1, '255'],
    ['int32', 'int16', [65537], 1, '1'],
    ['int8', 'uint32', [-1], 1, '4294967295'],
    ['int8', 'uint64', [-1], 1, '18446744073709551615'],
    ['uint8', 'int8', [200], 1, '-56'],
    ['int32', 'int4', [9], 1, '-7'],
    ['float32', 'int8', [200], 1, 'a value that is not defined'],
    ['float32', 'int32', [1, -2], 0],
    ['float32', 'int32', [1.5], 1, '1'],
    ['float32', 'int32', [NaN, 2 ** 31], 2],
    ['float64', 'int64', [2 ** 62], 0],
    ['float64', 'int64', [2 ** 63], 1],
    ['uint8', 'bool', [0, 1], 0],
    ['uint8', 'bool', [2], 1, 'True'],
    ['bool', 'float32', [0, 1], 0],
    ['int8', 'uint8', [-1], 1],
    ['complex64', 'float32', [1, 0], 0],
    ['complex64', 'float32', [1, 2], 1, '1'],
    ['float32', 'complex64', [0.1], 0],
    ['complex64', 'complex128', [0.1, 0.2], 0],
    ['bfloat16', 'float32', [0x3f81, 0x7f80], 0],
    ['bfloat16', 'float16', [0x7f7f], 1, 'inf'],
    ['float8_e4m3fn', 'bfloat16', [...Array(128).keys()], 0],
  ])
  for (const [from, to, values, changed, after] of cases) {
    const check = new CastCheck(from, to)
    const bytes = bytesOf[from](values)
    for (let at = 0; at < bytes.length; at += 3) check.push(at, bytes.subarray(at, at + 3))
    assert.equal(check.loss.changed, changed, `${from} → ${to} ${values}`)
    if (after !== undefined) assert.equal(check.loss.first?.after, after, `${from} → ${to} ${values}`)
  }
})

test('what is recorded of a sharding may be anything', async () => {
  const root = join(fixtures, 'manager/zarr2_items/ckpt')
  const whole = { sharding_type: 'NamedSharding', partition_spec: ['x'], axis_names: ['x'], shape: [1] }
  const leaf = { item: '', key_path: ['w'], shape: [4] }
  assert.match(shardingFindings(leaf, whole, undefined, { x: 2 })[0].message, /another sharding/)
  for (const change of [
    { partition_spec: 5 },
    { partition_spec: [5] },
    { partition_spec: [[['x']]] },
    { partition_spec: null },
    { axis_names: 'x' },
    { axis_names: [1] },
    { shape: 'x' },
    { shape: [{}] },
  ]) {
    const [finding] = shardingFindings(leaf, { ...whole, ...change }, undefined, { x: 1 })
    assert.match(finding.message, /cannot be read/, JSON.stringify(change))
  }
  for (const recorded of [null, undefined, 5, 'x', [], {}])
    assert.deepEqual(shardingFindings(leaf, recorded, undefined, { x: 1 }), [])
  // And the core takes such a finding.
  const map = new Map()
  for (const path of /** @type {string[]} */ (fs.readdirSync(join(root, '5'), { recursive: true }))) {
    const file = join(root, '5', path)
    if (!fs.statSync(file).isFile()) continue
    const bytes = fs.readFileSync(file)
    const broken = path.endsWith('_sharding')
      ? Object.fromEntries(
          Object.keys(JSON.parse(String(bytes))).map(name => [
            name,
            JSON.stringify({ sharding_type: 'NamedSharding', partition_spec: 5 }),
          ]),
        )
      : undefined
    map.set(path, broken ? new TextEncoder().encode(JSON.stringify(broken)) : new Uint8Array(bytes))
  }
  const report = await match(fromMap(map), fromMap(map), { mesh: { x: 1 } })
  assert.ok(
    report.findings.some(({ message }) => message.includes('cannot be read')),
    reportText(report),
  )
  assert.equal(report.exit_code, 0)
  assert.equal(base64Url('ä'.repeat(300_000)).length, 800_000)
})

test('a template of dtypes that do not exist is another kind of leaf', async () => {
  for (const dtype of ['int0', 'constructor', 'uint7', '__proto__']) {
    const report = await match(store({ b }), template({ b: [dtype, [2]] }))
    assert.deepEqual([report.exit_code, codes(report)], [1, ['dtype-mismatch b']])
    assert.match(report.findings[0].message, /another kind of leaf/)
  }
})

test('templates that are none', async () => {
  for (const text of [
    '',
    '{',
    '[]',
    '{"items":1}',
    '{"leafsum":2,"items":{}}',
    '{"leafsum_template":1}',
    '{"leafsum_template":1,"leaves":[{}]}',
    '{"leafsum_template":1,"leaves":[{"key_path":["a"],"dtype":"int8","shape":[1]},{"key_path":["a"],"dtype":"int4","shape":[1]}]}',
    '{"items":[{"name":"","leaves":[{"key_path":[],"dtype":"int8","shape":[]}]},{"name":"","leaves":[{"key_path":[],"dtype":"int8","shape":[]}]}]}',
    '{"items":[{"name":"","leaves":[{"key_path":["a"],"dtype":"int8","shape":[-1]}]}]}',
    '{"leafsum_template":1,"leaves":[{"key_path":["a"],"dtype":"int8","shape":[1],"sharding":{}}]}',
  ]) {
    await assert.rejects(
      match(store({ w }), new TextEncoder().encode(text)),
      { code: 'evidence', message: /^template refused: / },
      text,
    )
  }
})

test('a leaf that must be cast and cannot be read', async () => {
  const files = storeOf({ w })
  files['w/c/1/0'] = new Uint8Array(3)
  const report = await match(fromMap(files), template({ w: ['bfloat16', [2, 2]] }))
  assert.equal(report.exit_code, 1)
  assert.match(
    report.findings.find(one => one.code === 'dtype-mismatch')?.message ?? '',
    /its values could not be read/,
  )
})

test('the program: 0, 1 and 2; the template of examples/dump_template.py', t => {
  const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
  const root = scratch(t)
  const file = join(root, 'template.json')
  fs.writeFileSync(file, cli(['ls', baseline, '--json']).stdout)
  assert.equal(cli(['match', baseline, file]).status, 0)
  assert.equal(cli(['match', baseline, baseline]).status, 0)
  fs.writeFileSync(file, template({ bias: ['float32', [4]], kernel: ['bfloat16', [4, 4]] }))
  const { status, stdout } = cli(['match', baseline, file])
  assert.equal(status, 1)
  assert.match(stdout, /^baseline_ckpt: MISMATCH: [^]*level `params` above everything/)
  fs.writeFileSync(file, '{}')
  assert.equal(cli(['match', baseline, file]).status, 2)
  assert.equal(cli(['match', baseline, join(root, 'none')]).status, 2)
})

// JAX is no part of these tests: a stand-in gives paths and leaves as jax.tree_util does.
const kStandIn = `
import sys, types
class Key: pass
def key(**member):
    one = Key(); one.__dict__.update(member); return one
class Leaf: pass
def leaf(dtype, shape, **more):
    one = Leaf(); one.__dict__.update(dtype=dtype, shape=shape, **more); return one
class Mesh: shape = {'data': 2, 'model': 2}
class Sharding: mesh = Mesh; spec = ('data', ('model',))
class FlattenedIndexKey(Key): pass
index = FlattenedIndexKey(); index.key = 0
flat = [([key(key='d'), key(name='w')], leaf('float32', (2, 2), sharding=Sharding)), ([key(key='l'), key(idx=0)], leaf('bfloat16', ())),
        ([key(key='n'), key(key=0)], leaf('key<fry>', ())), ([index], leaf('int8', ()))]
jax = types.ModuleType('jax')
jax.tree_util = types.SimpleNamespace(tree_flatten_with_path=lambda tree: (flat, None))
sys.modules['jax'] = jax
from dump_template import dump_template
print(dump_template(None))
`

test('examples/dump_template.py writes what match reads', async t => {
  const { status, stdout, stderr, error } = spawnSync('python3', ['-B', '-c', kStandIn], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: examples },
  })
  if (error) return t.skip('python3 is not installed')
  assert.equal(status, 0, stderr)
  const { leafsum_template: version, leaves } = JSON.parse(stdout)
  assert.equal(version, 1)
  assert.deepEqual(leaves, [
    {
      key_path: ['d', 'w'],
      key_types: [2, 2],
      dtype: 'float32',
      shape: [2, 2],
      sharding: { mesh: { data: 2, model: 2 }, spec: ['data', ['model']] },
    },
    { key_path: ['l', '0'], key_types: [2, 1], dtype: 'bfloat16', shape: [] },
    { key_path: ['n', '0'], key_types: [2, 2], dtype: 'key<fry>', shape: [] },
    { key_path: ['0'], key_types: [1], dtype: 'int8', shape: [] },
  ])
  const scalar = zarr3('bfloat16', [], new Uint8Array(2))
  const others = { 'n/0': zarr3('uint32', [2], new Uint8Array(8)), 0: zarr3('int8', [], new Uint8Array(1)) }
  assert.equal(
    (await match(store({ 'd/w': w, 'l/0': scalar, ...others }), new TextEncoder().encode(stdout))).verdict,
    'MATCHES',
  )
  assert.deepEqual(
    codes(
      await match(
        store({ 'd/w': w, 'l/0': zarr3('float32', [], new Uint8Array(4)), ...others }),
        new TextEncoder().encode(stdout),
      ),
    ),
    ['dtype-mismatch l/0'],
  )
})

test('what is damaged does not match, whether it would be cast or not', async () => {
  const wanted = documentOf(await list(fromPath(join(fixtures, 'damaged/base_plain/ckpt'))))
  const open = (/** @type {string} */ name) => fromPath(join(fixtures, `damaged/${name}/ckpt`))
  assert.equal((await match(open('base_plain'), wanted)).exit_code, 0)
  for (const name of ['missing_chunk_plain']) {
    const report = await match(open(name), wanted)
    assert.deepEqual([report.verdict, report.exit_code], ['MISMATCH', 1], name)
  }
  const files = storeOf({ w, b })
  const unsupported = JSON.parse(new TextDecoder().decode(files['w/zarr.json']))
  unsupported.codecs.push({ name: 'nobody knows', configuration: {} })
  const report = await match(
    fromMap({ ...files, 'w/zarr.json': new TextEncoder().encode(JSON.stringify(unsupported)) }),
    template({ w: ['float32', [2, 2]], b: ['float32', [2]] }),
  )
  assert.deepEqual([report.verdict, report.exit_code, codes(report)], ['INCOMPLETE', 3, ['unsupported w']])
})

test('under --all-steps the template too is read in all its steps', async () => {
  const root = () => fromPath(join(fixtures, 'manager/zarr2_items/ckpt'))
  const report = await match(root(), root(), { allSteps: true })
  assert.deepEqual(
    [report.verdict, report.findings.filter((/** @type {any} */ one) => one.severity !== 'info')],
    ['MATCHES', []],
  )
  assert.ok(report.leaves.equal > 2 * (await match(root(), root())).leaves.equal)
})
