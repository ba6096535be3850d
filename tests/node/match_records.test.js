// match beside shapes and dtypes: PRNG keys, lists and dicts, nnx's level `value`, the item that AUTO takes, --rename.
// What is expected here is what Orbax 0.12.8 does with such a tree (StandardCheckpointer and v1): restores it, or
// raises, or gives another kind.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMap, fromPath, list, lock, match, openCheckpoint } from '../../node/lib/index.js'
import { prngKeyOf } from '../../node/lib/commands/prng_key.js'
import { zarr3 } from './support/arrays.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

const hunt = join(fixtures, 'hunt/match_prng_keys')
const json = (/** @type {unknown} */ value) => new TextEncoder().encode(JSON.stringify(value))
const scalar = (/** @type {string} */ dtype, /** @type {number[]} */ shape) =>
  zarr3(dtype, shape, new Uint8Array(4 * shape.reduce((a, b) => a * b, 1)))

/**
 * @typedef {[path: (string | number)[], dtype: string, shape: number[], more?: { impl?: string, types?: number[] }]}
 * Row
 */

/** A plain checkpoint as Orbax writes it: a number in a path is a sequence's index. @param {Row[]} rows */
function tree(rows, directory = '') {
  const [metadata, arrays] = [/** @type {Record<string, any>} */ ({}), /** @type {any[]} */ ([])]
  /** @type {Record<string, Uint8Array>} */
  const files = {}
  for (const [path, dtype, shape, { impl } = {}] of rows) {
    const name = path.join('.')
    const keys = path.map(key => ({ key: String(key), key_type: typeof key === 'number' ? 1 : 2 }))
    metadata[`(${path.map(key => `'${key}'`)})`] = {
      key_metadata: keys,
      value_metadata: { value_type: 'jax.Array', skip_deserialize: false, write_shape: shape },
    }
    arrays.push({
      array_metadata: {
        param_name: name,
        write_shape: shape,
        chunk_shape: shape,
        ext_metadata: impl ? { random_key_impl: impl } : null,
      },
    })
    for (const [file, bytes] of Object.entries(scalar(dtype, shape))) files[`${directory}${name}/${file}`] = bytes
  }
  files[`${directory}_METADATA`] = json({
    tree_metadata: metadata,
    use_ocdbt: false,
    use_zarr3: true,
    store_array_data_equal_to_fill_value: true,
    custom_metadata: null,
  })
  files[`${directory}_sharding`] = json({})
  files[`${directory}array_metadatas/process_0`] = json({ array_metadatas: arrays })
  return files
}

const documentOf = (/** @type {any} */ value) => new TextEncoder().encode(JSON.stringify(value))
const dump = (/** @type {Row[]} */ rows, knowsTypes = true) =>
  documentOf({
    leafsum_template: 1,
    leaves: rows.map(([path, dtype, shape]) => ({
      key_path: path,
      dtype,
      shape,
      ...(knowsTypes && { key_types: path.map(key => (typeof key === 'number' ? 1 : 2)) }),
    })),
  })
const found = (/** @type {any} */ { exit_code, findings }) => [
  exit_code,
  ...findings
    .filter((/** @type {any} */ one) => one.severity !== 'info')
    .map((/** @type {any} */ one) => `${one.code}${one.key_path ? ` /${one.key_path.join('/')}` : ''}`),
]

test('the case from the field: nnx with a typed key and a List', async () => {
  const template = fs.readFileSync(join(hunt, 'template.json'))
  assert.deepEqual(found(await match(fromPath(join(hunt, 'ckpt')), template)), [0])
  assert.equal(cli(['match', join(hunt, 'ckpt'), join(hunt, 'template.json')]).status, 0)
  const { leaves } = JSON.parse(template.toString())
  const changed = (/** @type {(leaf: any) => any} */ change) =>
    documentOf({ leafsum_template: 1, leaves: leaves.map(change) })
  const numbers = changed(leaf => ({
    ...leaf,
    key_path: leaf.key_path.map((/** @type {string} */ key) => (/^\d+$/.test(key) ? Number(key) : key)),
  }))
  assert.deepEqual(found(await match(fromPath(join(hunt, 'ckpt')), numbers)), [0])
  const other = changed(leaf => (leaf.dtype === 'key<fry>' ? { ...leaf, dtype: 'key<rbg>' } : leaf))
  assert.deepEqual(found(await match(fromPath(join(hunt, 'ckpt')), other)), [1, 'shape-mismatch /drop/rngs/key/value'])
  const pure = await match(
    fromPath(join(hunt, 'ckpt')),
    changed(leaf => ({ ...leaf, key_path: leaf.key_path.slice(0, -1) })),
  )
  assert.deepEqual([found(pure), pure.leaves.equal], [[1, 'structure-mismatch'], 24])
  assert.match(
    pure.findings.find((/** @type {any} */ one) => one.code === 'structure-mismatch').message,
    /a last level `value` at 24 leaves that the template has not.*restoring raises/,
  )
})

// What lies there, what is wanted, what comes of it.
const kKeys = /** @type {[stored: [string, number[], string?], wanted: [string, number[]], finding?: string][]} */ ([
  [
    ['uint32', [2], 'threefry2x32'],
    ['key<fry>', []],
  ],
  [
    ['uint32', [3, 2], 'threefry2x32'],
    ['key<fry>', [3]],
  ],
  [
    ['uint32', [4], 'rbg'],
    ['key<rbg>', []],
  ],
  [
    ['uint32', [2, 1, 4], 'unsafe_rbg'],
    ['key<urbg>', [2, 1]],
  ],
  [
    ['uint32', [2]],
    ['uint32', [2]],
  ],
  [
    ['uint32', [2], 'threefry2x32'],
    ['key<threefry2x32>', []],
  ],
  [['uint32', [2], 'threefry2x32'], ['key<rbg>', []], 'shape-mismatch'],
  [['uint32', [4], 'rbg'], ['key<fry>', []], 'shape-mismatch'],
  [['uint32', [3, 2], 'threefry2x32'], ['key<fry>', []], 'shape-mismatch'],
  [['uint32', [2], 'threefry2x32'], ['key<fry>', [2]], 'shape-mismatch'],
  [['uint32', [], 'threefry2x32'], ['key<fry>', []], 'shape-mismatch'],
  [['uint32', [2, 3], 'threefry2x32'], ['key<fry>', [3]], 'shape-mismatch'],
  [['uint32', [4], 'rbg'], ['key<urbg>', []], 'dtype-mismatch'],
  [['uint32', [2]], ['key<fry>', []], 'dtype-mismatch'],
  [['uint32', [2], 'threefry2x32'], ['uint32', [2]], 'dtype-mismatch'],
  [['float32', [2]], ['key<fry>', []], 'dtype-mismatch'],
  [['int32', [2]], ['key<fry>', []], 'dtype-mismatch'],
  [['uint32', [2], 'threefry2x32'], ['float32', [2]], 'dtype-mismatch'],
  [['uint32', [2], 'threefry2x32'], ['key<new>', []], 'dtype-mismatch'],
  [['uint32', [], 'threefry2x32'], ['key<new>', []], 'shape-mismatch'],
])

const kWords = /** @type {Record<string, number>} */ ({ threefry2x32: 2, rbg: 4, unsafe_rbg: 4 })
const isKey = (/** @type {string} */ dtype, /** @type {number[]} */ shape, /** @type {string} */ impl) =>
  dtype === 'uint32' && shape.at(-1) === kWords[impl]

test('PRNG keys: by implementation, shape, and what array_metadatas has', async () => {
  for (const [[dtype, shape, impl], [wanted, logical], finding] of kKeys) {
    const report = await match(fromMap(tree([[['k'], dtype, shape, { impl }]])), dump([[['k'], wanted, logical]]))
    // What the records say of the array itself, check says too.
    const own = impl === undefined || isKey(dtype, shape, impl) ? [] : ['invalid /k']
    assert.deepEqual(
      found(report),
      finding ? [1, ...own, `${finding} /k`] : [own.length, ...own],
      `${dtype} ${shape} ${impl} into ${wanted} ${logical}: ${reportText(report)}`,
    )
  }
  assert.deepEqual(
    [prngKeyOf('uint32'), prngKeyOf('key<>'), prngKeyOf('key<constructor>')?.words],
    [undefined, undefined, undefined],
  )
})

test('keys in templates of other kinds: a source, a lockfile, ls --json', async () => {
  const open = (/** @type {string | undefined} */ impl) => fromMap(tree([[['k'], 'uint32', [2], { impl }]]))
  for (const [ours, theirs, code] of /** @type {[string | undefined, string | undefined, number][]} */ ([
    ['threefry2x32', 'threefry2x32', 0],
    [undefined, undefined, 0],
    ['threefry2x32', undefined, 1],
    [undefined, 'threefry2x32', 1],
    ['a', 'b', 1],
  ])) {
    const { lockfile } = await lock(open(theirs))
    assert.equal((await match(open(ours), open(theirs))).exit_code, code, `${ours} ${theirs}`)
    assert.equal((await match(await openCheckpoint(open(ours)), await openCheckpoint(open(theirs)))).exit_code, code)
    assert.equal((await match(open(ours), /** @type {any} */ (lockfile))).exit_code, code)
    assert.equal((await match(open(ours), documentOf(await list(open(theirs))))).exit_code, 0) // it does not say
  }
})

test('records that are not as Orbax writes them are none', async () => {
  const files = tree([[['k'], 'uint32', [2], { impl: 'threefry2x32' }]])
  for (const document of [
    '[]',
    '{"array_metadatas":5}',
    '{"array_metadatas":[null,{"array_metadata":{"param_name":5,"ext_metadata":{"random_key_impl":"x"}}},{"array_metadata":{"param_name":"k","ext_metadata":{"random_key_impl":5}}}]}',
    '{',
  ]) {
    const report = await match(
      fromMap({ ...files, 'array_metadatas/process_0': new TextEncoder().encode(document) }),
      dump([[['k'], 'key<fry>', []]]),
    )
    assert.equal(report.exit_code, 1, document)
    assert.ok(
      report.findings.some(one => /jax.random.wrap_key_data makes a key of it/.test(one.message)),
      document,
    )
  }
})

const f = /** @type {[string, number[]]} */ (['float32', [2]])
const rows = (/** @type {(string | number)[][]} */ ...paths) => paths.map(path => /** @type {Row} */ ([path, ...f]))

const kTrees = /** @type {[string, Row[], Row[], (string | number)[]][]} */ ([
  ['a list', rows(['l', 0], ['l', 1]), rows(['l', 0], ['l', 1]), [0]],
  ['a dict for a list', rows(['l', 0], ['l', 1]), rows(['l', '0'], ['l', '1']), [1, 'structure-mismatch /l']],
  ['a list for a dict', rows(['l', '0'], ['l', '1']), rows(['l', 0], ['l', 1]), [1, 'structure-mismatch /l']],
  [
    'two of them',
    rows(['l', 0, 'a'], ['m', 0]),
    rows(['l', '0', 'a'], ['m', '0']),
    [1, 'structure-mismatch /l', 'structure-mismatch /m'],
  ],
  ['at the root', rows([0], [1]), rows(['0'], ['1']), [1, 'structure-mismatch /']],
  [
    'below params on one side',
    rows(['params', 'l', 0]),
    rows(['l', '0']),
    [1, 'structure-mismatch', 'structure-mismatch /params/l'],
  ],
  ['value above', rows(['a', 'value'], ['b', 'value'], ['c']), rows(['a'], ['b'], ['c']), [1, 'structure-mismatch']],
  ['value below', rows(['a'], ['l', 0]), rows(['a', 'value'], ['l', 0, 'value']), [1, 'structure-mismatch']],
  ['value on both', rows(['a', 'value']), rows(['a', 'value']), [0]],
  ['value and params', rows(['params', 'a', 'value']), rows(['a']), [1, 'structure-mismatch', 'structure-mismatch']],
  ['value is a leaf of its own', rows(['a', 'value'], ['a', 'other']), rows(['a', 'value'], ['a', 'other']), [0]],
])

for (const [name, stored, wanted, expected] of kTrees) {
  test(`trees: ${name}`, async () => {
    assert.deepEqual(found(await match(fromMap(tree(stored)), dump(wanted))), expected)
    assert.deepEqual(found(await match(fromMap(tree(stored)), fromMap(tree(wanted)))), expected)
  })
}

test('where the template does not say, a key is a key', async () => {
  for (const path of [
    ['l', 0],
    ['l', '0'],
  ])
    assert.deepEqual(found(await match(fromMap(tree(rows(['l', 0]))), dump(rows(path), false))), [0])
  for (const bad of [
    { key_types: [2] },
    { key_types: [2, 3] },
    { key_types: 'x' },
    { prng_impl: 5 },
    { key_path: ['l', 0.5] },
    { key_path: ['l', null] },
    { key_path: ['l', 2 ** 53] },
  ]) {
    const text = JSON.stringify({
      leafsum_template: 1,
      leaves: [{ key_path: ['l', 0], dtype: 'float32', shape: [2], ...bad }],
    })
    await assert.rejects(
      match(fromMap(tree(rows(['l', 0]))), new TextEncoder().encode(text)),
      { code: 'evidence', message: /^template refused: / },
      text,
    )
  }
})

test('of several items the one that AUTO takes, or that the template names', async () => {
  const several = (/** @type {string[]} */ ...names) =>
    fromMap(
      Object.assign(
        { _CHECKPOINT_METADATA: json({}), 'metrics/metrics': json({ loss: 1 }) },
        ...names.map(name => tree(rows([name]), `${name}/`)),
      ),
    )
  for (const [names, taken] of /** @type {[string[], string][]} */ ([
    [['pytree', 'state'], 'state'],
    [['b', 'a'], 'a'],
    [['pytree', 'params'], 'params'],
    [['default'], 'default'],
  ])) {
    const report = await match(several(...names), dump(rows([taken])))
    assert.deepEqual(found(report), [0], String(names))
    assert.match(report.headline, new RegExp(`^item "${taken}": MATCHES: `))
    assert.equal((await match(fromMap(tree(rows([taken]))), several(...names))).exit_code, 0)
    assert.equal((await match(several(...names), several(...names))).exit_code, 0)
  }
  assert.equal((await match(several('a', 'b'), dump(rows(['b'])), { item: 'b' })).exit_code, 0)
  const named = documentOf({ items: [{ name: 'b', leaves: [{ key_path: ['b'], dtype: 'float32', shape: [2] }] }] })
  assert.equal((await match(several('a', 'b'), named)).exit_code, 0)
  assert.equal((await match(several('a', 'b'), dump(rows(['b'])))).exit_code, 1)
  // Without a mark of a checkpoint v1 load takes the first tree all the same.
  const unmarked = () => fromMap({ ...tree(rows(['a']), 'a/'), ...tree(rows(['b']), 'b/') })
  assert.equal((await match(unmarked(), dump(rows(['a'])))).exit_code, 0)
  assert.equal((await match(unmarked(), dump(rows(['b'])))).exit_code, 1)
  assert.equal((await match(await openCheckpoint(several('a', 'b')), dump(rows(['a'])))).exit_code, 0)
})

test("--rename: the source's paths become the template's", async t => {
  const open = () => fromMap(tree(rows(['model', 'a'], ['model', 'b'])))
  assert.deepEqual(
    found(await match(open(), dump(rows(['net', 'a'], ['net', 'b'])), { rename: [['^/model/', '/net/']] })),
    [0],
  )
  assert.deepEqual(found(await match(open(), dump(rows(['net', 'a'])), { rename: [[/^\/model/, '/net']] })), [
    1,
    'extra-leaf /model/b',
  ])
  await assert.rejects(match(open(), dump(rows(['x'])), { rename: [['/.$', '/x']] }), {
    code: 'usage',
    message: /would both be/,
  })
  await assert.rejects(match(open(), dump(rows(['x'])), { rename: [['(', '']] }), { code: 'usage' })
  const file = join(scratch(t), 't.json')
  fs.writeFileSync(file, fs.readFileSync(join(hunt, 'template.json'), 'utf8').replaceAll('"layers"', '"blocks"'))
  assert.equal(cli(['match', join(hunt, 'ckpt'), file]).status, 1)
  assert.equal(cli(['match', join(hunt, 'ckpt'), file, '--rename', '^/layers/=>/blocks/']).status, 0)
})
