// Two checkpoints whose trees are named otherwise, and where a leaf differs.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { diff, fromMap, fromPath, lock, verify } from '../../node/lib/index.js'
import { storeOf, zarr3 } from './support/arrays.js'
import { cli } from './support/cli.js'
import { fixtures } from './support/places.js'
import { assertValid } from './support/schema.js'
import { reportText } from '../../node/lib/report.js'

const ones = new Uint8Array(8).fill(1)
const twos = new Uint8Array(8).fill(2)
/** A leaf of eight bytes under each name. */
const tree = (/** @type {Record<string, Uint8Array>} */ leaves) =>
  fromMap(
    storeOf(Object.fromEntries(Object.entries(leaves).map(([name, content]) => [name, zarr3('uint8', [8], content)]))),
  )
const signs = (/** @type {any} */ { leaves }) =>
  leaves.map((/** @type {any} */ one) => `${one.sign}/${one.key_path.join('/')}`)

test('--rename: the names of A become those of B, in every kind of rule', async () => {
  const a = { 'layer_0/w': ones, 'layer_1/w': twos, 'norm/scale': ones }
  const b = { 'blocks/0/kernel': ones, 'blocks/1/kernel': twos, 'norm/scale': ones }
  const plain = await diff(tree(a), tree(b))
  assert.deepEqual(signs(plain), [
    '+/blocks/0/kernel',
    '+/blocks/1/kernel',
    '-/layer_0/w',
    '-/layer_1/w',
    '=/norm/scale',
  ])
  for (const rename of /** @type {any[]} */ ([
    [['^/layer_(\\d+)/w$', '/blocks/$1/kernel']],
    [
      [/^\/layer_/, '/blocks/'],
      [/w$/, 'kernel'],
    ],
    [
      ['^/layer_(?<n>\\d+)', '/blocks/$<n>'],
      ['/w$', '/kernel'],
    ],
  ])) {
    const compared = await diff(tree(a), tree(b), { rename })
    const { report } = compared
    assert.deepEqual(
      [report.verdict, report.exit_code, signs(compared)],
      ['EQUAL', 0, ['=/blocks/0/kernel', '=/blocks/1/kernel', '=/norm/scale']],
    )
    assert.equal(report.fingerprint, null)
    assertValid('report', report)
  }
  const swapped = await diff(tree(a), tree(b), {
    rename: [
      [/_0/, '_x'],
      [/_1/, '_0'],
      [/_x/, '_1'],
      [/layer_(.)\/w/, 'blocks/$1/kernel'],
    ],
  })
  assert.deepEqual(
    [swapped.report.exit_code, signs(swapped)],
    [1, ['*/blocks/0/kernel', '*/blocks/1/kernel', '=/norm/scale']],
  )
  const { report: included } = await diff(tree(a), tree(b), {
    rename: [[/layer_(.)\/w/, 'blocks/$1/kernel']],
    include: ['/blocks/**'],
  })
  assert.equal(included.verdict, 'EQUAL')
  assert.equal(included.leaves.equal, 2)
})

test('names with "/" and "~" keep their elements', async () => {
  const { report } = await diff(tree({ 'a~b/c': ones }), tree({ 'x~b/c': ones }), { rename: [['^/a~0b', '/x~0b']] })
  assert.equal(report.verdict, 'EQUAL')
})

test('--strip-prefix: on whichever side it is', async () => {
  const wrapped = { 'params/d/w': ones, 'params/d/b': twos }
  const bare = { 'd/w': ones, 'd/b': twos }
  for (const [a, b] of [
    [wrapped, bare],
    [bare, wrapped],
    [wrapped, wrapped],
  ]) {
    assert.equal((await diff(tree(a), tree(b), { stripPrefix: 'params' })).report.verdict, 'EQUAL')
    assert.equal((await diff(tree(a), tree(b), { stripPrefix: '/params/d' })).report.exit_code, a === b ? 0 : 1)
  }
  assert.equal(
    (await diff(tree(wrapped), tree({ w: ones, b: twos }), { stripPrefix: 'params/d' })).report.verdict,
    'EQUAL',
  )
  const { report: both } = await diff(tree({ 'old/w': ones }), tree({ 'params/new/w': ones }), {
    rename: [['old', 'new']],
    stripPrefix: 'params',
  })
  assert.equal(both.verdict, 'EQUAL')
})

test('what renaming cannot mean is refused', async () => {
  const usage = (/** @type {RegExp} */ message) => ({ code: 'usage', message })
  const store = () => tree({ 'a/w': ones, 'b/w': ones })
  await assert.rejects(
    diff(store(), store(), { rename: [['[ab]', 'c']] }),
    usage(/\/a\/w and \/b\/w would both be \/c\/w/),
  )
  await assert.rejects(diff(store(), store(), { rename: [['/a', 'c']] }), usage(/not a key path/))
  await assert.rejects(diff(store(), store(), { rename: [['(', 'c']] }), usage(/not a regular expression/))
  await assert.rejects(diff(store(), store(), { stripPrefix: 'a~2' }), usage(/a key path such as/))
  await assert.rejects(
    diff(tree({ 'params/w': ones, w: ones }), store(), { stripPrefix: 'params' }),
    usage(/would both be/),
  )
})

test('the program: exit codes 0, 1 and 2', () => {
  const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
  assert.equal(cli(['diff', baseline, baseline, '--rename', '^/params=>/x', '--rename=^/x=>/params']).status, 0)
  const other = cli(['diff', baseline, baseline, '--rename', '^/params=>/weights'])
  assert.equal(other.status, 1)
  assert.match(other.stdout, /^- .*\/weights|^\+ \/params\/bias/)
  assert.equal(cli(['diff', baseline, baseline, '--strip-prefix', 'params']).status, 0)
  assert.equal(cli(['diff', baseline, baseline, '--rename', '/params/.*=>/x']).status, 2)
  assert.equal(cli(['diff', baseline, baseline, '--rename', '(=>x']).status, 2)
})

// One element of each dtype changed: its bytes, and both values as numpy prints them.
const kChanges = /** @type {Record<string, [number[], number[], string, string, string]>} */ ({
  bool: [[0], [1], 'False', 'True', '1'],
  int8: [[0xff], [1], '-1', '1', '2'],
  uint8: [[1], [255], '1', '255', '254'],
  int2: [[3], [1], '-1', '1', '2'],
  int4: [[0x8], [0x7], '-8', '7', '15'],
  int16: [[0, 0x80], [1, 0], '-32768', '1', '32769'],
  uint16: [[0xff, 0xff], [0, 0], '65535', '0', '65535'],
  int32: [[0xff, 0xff, 0xff, 0xff], [2, 0, 0, 0], '-1', '2', '3'],
  uint32: [[1, 0, 0, 0], [3, 0, 0, 0], '1', '3', '2'],
  int64: [[1, 0, 0, 0, 0, 0, 0x20, 0], [0, 0, 0, 0, 0, 0, 0x20, 0], '9007199254740993', '9007199254740992', '1'],
  uint64: [Array(8).fill(255), [254, ...Array(7).fill(255)], '18446744073709551615', '18446744073709551614', '1'],
  float16: [[0, 0x3c], [1, 0x3c], '1.0', '1.001', '0.000976562'],
  bfloat16: [[0x80, 0x3f], [0x81, 0x3f], '1.0', '1.01', '0.0078125'],
  float32: [[0, 0, 0x80, 0x3f], [0, 0, 0, 0x40], '1.0', '2.0', '1'],
  float64: [[0, 0, 0, 0, 0, 0, 0xf0, 0x3f], [1, 0, 0, 0, 0, 0, 0xf0, 0x3f], '1.0', '1.0000000000000002', '2.22045e-16'],
  float8_e4m3fn: [[0x38], [0x39], '1.0', '1.1', '0.125'],
  float8_e5m2: [[0x3c], [0x3d], '1.0', '1.2', '0.25'],
  float8_e3m4: [[0x30], [0x31], '1.0', '1.06', '0.0625'],
  float8_e4m3b11fnuz: [[0x58], [0x59], '1.0', '1.1', '0.125'],
  float8_e4m3fnuz: [[0x40], [0x41], '1.0', '1.1', '0.125'],
  float8_e5m2fnuz: [[0x40], [0x41], '1.0', '1.2', '0.25'],
  float8_e8m0fnu: [[127], [128], '1.0', '2.0', '1'],
  float4_e2m1fn: [[2], [3], '1.0', '1.5', '0.5'],
  complex64: [[0, 0, 0x80, 0x3f, 0, 0, 0, 0x40], [0, 0, 0x80, 0x3f, 0, 0, 0x40, 0x40], '(1+2j)', '(1+3j)', '1'],
  complex128: [[...Array(6).fill(0), 0xf0, 0x3f, ...Array(8).fill(0)], Array(16).fill(0), '(1+0j)', '0j', '1'],
})

for (const [dtype, [before, after, expected, found, distance]] of Object.entries(kChanges)) {
  test(`where ${dtype} differs: verify --against and diff --values`, async () => {
    const of = (/** @type {number[]} */ changed) =>
      new Uint8Array([...before, ...before, ...before, ...before, ...changed, ...before])
    const store = (/** @type {number[]} */ changed) =>
      fromMap(storeOf({ w: zarr3(dtype, [2, 3], of(changed), { chunk: [1, 2] }) }))
    const report = await verify(store(after), { against: store(before) })
    assert.deepEqual(
      [report.verdict, report.findings.map(one => one.code)],
      ['MISMATCH', ['digest-mismatch']],
      reportText(report),
    )
    const text = `content differs: 1 of 6 elements, first at [1,1]: ${expected} expected, ${found} found; max abs ${distance}, max rel `
    assert.ok(report.findings[0].message.startsWith(text), report.findings[0].message)
    // Of a diff neither side is the right one: it advises nothing.
    assert.equal(
      `${(await diff(store(before), store(after), { values: true })).report.findings[0].message}; do not load it, compare with a trusted copy`,
      report.findings[0].message,
    )
    assert.equal((await verify(store(before), { against: store(before) })).verdict, 'VERIFIED')
    assertValid('report', report)
  })
}

test('where a leaf of several blocks differs: ranges from the lockfile, elements against a second source', async () => {
  const rows = 3000
  const content = new Uint8Array(rows * 1024 * 4)
  const changed = content.slice()
  for (const [row, column] of [
    [5, 7],
    [2999, 1023],
  ])
    changed[(row * 1024 + column) * 4 + 3] = 0x40
  const store = (/** @type {Uint8Array} */ bytes, chunk = [1000, 1024]) =>
    fromMap(storeOf({ w: zarr3('float32', [rows, 1024], bytes, { chunk }) }))
  const { lockfile } = await lock(store(content))
  const locked = await verify(store(changed), { lockfile: /** @type {any} */ (lockfile) })
  assert.match(locked.findings[0].message, /^content differs: elements 0 to 1048575, 2097152 to 3071999 of 3072000; /)
  const against = await verify(store(changed), { against: store(content, [250, 512]) })
  assert.match(
    against.findings[0].message,
    /^content differs: 2 of 3,072,000 elements, first at \[5,7\]: 0\.0 expected, 2\.0 found; max abs 2, max rel 1; /,
  )
})

test('against a real checkpoint on disk', async () => {
  const report = await verify(fromPath(join(fixtures, 'seed000/artifacts/tampered_ckpt')), {
    against: fromPath(join(fixtures, 'seed000/artifacts/baseline_ckpt')),
  })
  const found = report.findings.find(one => one.code === 'digest-mismatch')
  assert.match(
    found?.message ?? '',
    /^content differs: 4 of 4 elements, first at \[0\]: 1\.0 expected, 999\.0 found; max abs 998, max rel 0\.998999; /,
  )
})
