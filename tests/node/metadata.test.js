// `metadata` side by side with Orbax 0.11.37 and 0.12.8: what both answered of checkpoints by both
// (tests/campaigns/make_metadata_vectors.py), and what no checkpoint of theirs has.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseExact, stringifyExact } from '../../node/lib/values/exact_json.js'
import { digest, fromMap, fromPath, metadata } from '../../node/lib/index.js'
import { readJson } from './support/cases.js'
import { cli } from './support/cli.js'
import { scratch, vectors } from './support/places.js'
import { assertValid } from './support/schema.js'

const root = join(vectors, 'metadata')
const kVersions = ['0.11.37', '0.12.8']
const answers = Object.fromEntries(kVersions.map(version => [version, readJson(join(root, `answers-${version}.json`))]))

const kTypes = /** @type {Record<string, string>} */ ({
  'jax.Array': 'ArrayMetadata',
  'np.ndarray': 'NumpyMetadata',
  string: 'str',
})

/** Our leaf in the words of the answers. */
function asTheySay(/** @type {any} */ { value_type: type, dtype, shape, sharding }) {
  if (type === 'string') return { type: 'str' }
  if (type === 'scalar') return { type: dtype.replace(/\d+$/, '') }
  const spec = sharding?.partition_spec
  return {
    type: kTypes[type],
    dtype,
    shape,
    ...(sharding && { sharding: sharding.sharding_type }),
    ...(spec && { partition_spec: spec }),
  }
}
const leavesAsTheySay = (/** @type {any[]} */ leaves) => leaves.map(leaf => [leaf.key_path, asTheySay(leaf)])
const sorted = (/** @type {any[]} */ leaves) =>
  [...leaves].sort((a, b) => (JSON.stringify(a[0]) < JSON.stringify(b[0]) ? -1 : 1))

for (const version of kVersions) {
  for (const [name, rows] of Object.entries(answers[version])) {
    test(`${name}, as Orbax ${version} says`, async () => {
      const source = join(root, name, 'ckpt')
      let compared = 0
      for (const [item, theirs] of Object.entries(/** @type {Record<string, any>} */ (rows))) {
        if (item === 'checkpointables' || item === 'AUTO') continue
        const asked = metadata(fromPath(source), { item: item === 'none' ? null : item })
        if (theirs.error) {
          await assert.rejects(asked, { code: 'source' }, `${item}: ${theirs.error}`)
          continue
        }
        const { report, ...output } = await asked
        assert.equal(report.exit_code, 0)
        assertValid('metadata', JSON.parse(stringifyExact(output)))
        assert.equal(output.init_timestamp_nsecs, theirs.init_timestamp_nsecs)
        assert.equal(output.commit_timestamp_nsecs, theirs.commit_timestamp_nsecs)
        assert.deepEqual(output.custom_metadata, parseExact(theirs.custom_metadata))
        assert.deepEqual(sorted(leavesAsTheySay(output.items[output.item].leaves)), sorted(theirs.metadata), item)
        compared++
      }
      assert.ok(compared > 0)

      // AUTO is the item whose own answer that of AUTO is: each tree of the vectors is another.
      const output = await metadata(fromPath(source))
      const taken = Object.keys(rows).filter(
        item => !['AUTO', 'checkpointables'].includes(item) && JSON.stringify(rows[item]) === JSON.stringify(rows.AUTO),
      )
      assert.equal(taken.length, 1)
      const ours = output.auto[version === '0.12.8' ? 'orbax_0_12_8' : 'documented']
      assert.equal(ours, taken[0] === 'none' ? '' : taken[0])
      assert.equal(output.item, output.auto.orbax_0_12_8)

      // Of a flat checkpoint 0.12.8 tells no checkpointables and 0.11.37 the children of the tree.
      if (rows.none.metadata) return
      assert.deepEqual(Object.keys(output.items).sort(), Object.keys(rows.checkpointables.metadata).sort())
      for (const [item, leaves] of Object.entries(/** @type {Record<string, any>} */ (rows.checkpointables.metadata))) {
        if (output.items[item].kind === 'pytree')
          assert.deepEqual(sorted(leavesAsTheySay(output.items[item].leaves)), sorted(leaves), item)
        else assert.deepEqual([output.items[item].kind, leaves], ['json', [[[], { type: 'NoneType' }]]])
      }
    })
  }
}

test('the vectors differ between the two rules', () => {
  assert.ok(
    Object.keys(answers['0.12.8']).some(
      name => JSON.stringify(answers['0.12.8'][name].AUTO) !== JSON.stringify(answers['0.11.37'][name].AUTO),
    ),
  )
})

test('one PRNGKey, saved by two Orbax versions: one fingerprint', async () => {
  const [a, b] = await Promise.all(kVersions.map(version => digest(fromPath(join(root, version, 'one_key/ckpt')))))
  assert.match(a.fingerprint ?? '', /^leafsum1:[0-9a-f]{64}$/)
  assert.equal(a.fingerprint, b.fingerprint)
  assert.ok(a.items[''].leaves.length > 4)
  // They are two saves, not one copied.
  assert.notEqual(...kVersions.map(version => answers['0.12.8'][`${version}/one_key`].none.commit_timestamp_nsecs))
  const other = await digest(fromPath(join(root, '0.12.8/flat_custom/ckpt')))
  assert.notEqual(other.fingerprint, a.fingerprint)
})

test('AUTO: the two rules', async () => {
  const encode = (/** @type {string} */ content) => new TextEncoder().encode(content)
  const tree = encode('{"tree_metadata": {}, "use_zarr3": false}')
  const asked = async (/** @type {Record<string, Uint8Array>} */ marks, /** @type {string[]} */ names) => {
    const trees = Object.fromEntries(names.map(name => [`${name}_METADATA`, tree]))
    return Object.values((await metadata(fromMap({ ...marks, ...trees }), { item: names[0].slice(0, -1) })).auto)
  }
  const auto = (/** @type {string[]} */ ...names) => asked({ _CHECKPOINT_METADATA: encode('{}') }, names)
  assert.deepEqual(await auto('pytree/', 'cfg/'), ['pytree', 'cfg'])
  assert.deepEqual(await auto('state/', 'cfg/'), ['cfg', 'state'])
  assert.deepEqual(await auto('state/', 'pytree/'), ['pytree', 'state'])
  assert.deepEqual(await auto('b/', 'B/', 'é/'), ['B', 'B'])
  assert.deepEqual(await auto('\uff5e/', '\u{1f600}/'), ['\uff5e', '\uff5e'])
  assert.deepEqual(await auto('metrics/', 'AUTO/', 'x/'), ['x', 'x'])
  assert.deepEqual(await auto(''), ['', ''])
  assert.deepEqual(await auto('metrics/'), [null, null])
  // Both read what has no mark (experiment composite.without-checkpoint-metadata).
  assert.deepEqual(await asked({}, ['model/', 'cfg/']), ['cfg', 'cfg'])
  assert.deepEqual(await asked({}, ['pytree/', 'state/']), ['pytree', 'state'])
})

test("exact JSON: every digit, Python's numbers, and nothing else", () => {
  const text =
    '{"a":[1,-2,0.5,1e3,9007199254740993,-170141183460469231731687303715884105728,null,true,false],"__proto__":{"x":"\\u00e9\\n"}}'
  assert.deepEqual(parseExact(text).a, [
    1,
    -2,
    0.5,
    1000,
    9007199254740993n,
    -170141183460469231731687303715884105728n,
    null,
    true,
    false,
  ])
  assert.equal(stringifyExact(parseExact(text)), text.replace('1e3', '1000').replace('\\u00e9', 'é'))
  assert.equal(
    stringifyExact(parseExact(' { "a" : [ NaN , Infinity , -Infinity ] } ')),
    '{"a":["NaN","Infinity","-Infinity"]}',
  )
  for (const bad of [
    '',
    '{',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '01',
    '1.',
    '.5',
    '+1',
    '- 1',
    'nan',
    '"\n"',
    '"\\x"',
    '"\\u12"',
    '[1 2]',
    '{} {}',
    '{"a":1,"a":2}',
    '['.repeat(300),
    'tru',
  ]) {
    assert.throws(() => parseExact(bad), SyntaxError, bad)
  }
})

test('documents that cannot be read are told, and are no success', t => {
  const copy = join(scratch(t), 'ckpt')
  fs.cpSync(join(root, '0.12.8/v1_save/ckpt'), copy, { recursive: true })
  fs.writeFileSync(join(copy, 'state/_sharding'), '{"YS53": "{", "YS53": 1}')
  fs.writeFileSync(join(copy, '_CHECKPOINT_METADATA'), '{"custom_metadata": ')
  // A v1 checkpoint without this file is none to Orbax: AUTO takes nothing.
  const { status, stdout, stderr } = cli(['metadata', copy, '--item', 'state', '--json'])
  assert.equal(status, 1)
  const document = JSON.parse(stdout)
  assertValid('metadata', document)
  assert.deepEqual(document.unreadable.map((/** @type {any} */ one) => one.file).sort(), [
    '_CHECKPOINT_METADATA',
    'state/_sharding',
  ])
  assert.deepEqual([document.custom_metadata, document.commit_timestamp_nsecs], [null, null])
  assert.match(stderr, /state\/_sharding cannot be read: "YS53" a second time/)
  fs.rmSync(join(copy, '_CHECKPOINT_METADATA'))
  fs.rmSync(join(copy, 'state/_sharding'))
  assert.match(cli(['metadata', copy]).stderr, /AUTO takes nothing here/)
  const without = JSON.parse(cli(['metadata', copy, '--item', 'state', '--json']).stdout)
  assert.deepEqual([without.unreadable, without.custom_metadata], [[], null])
})

test('times of other forms, members that Orbax does not know', async () => {
  const files = (/** @type {string} */ checkpoint) =>
    fromMap(
      Object.fromEntries(
        Object.entries({
          _CHECKPOINT_METADATA: checkpoint,
          _METADATA:
            '{"tree_metadata": {"(\'n\',)": {"key_metadata": [{"key": "n", "key_type": 2}], "value_metadata": {"value_type": "None", "skip_deserialize": true}}}}',
        }).map(([name, text]) => [name, new TextEncoder().encode(text)]),
      ),
    )
  const output = await metadata(
    files(
      '{"init_timestamp_nsecs": -1, "commit_timestamp_nsecs": 9223372036854775808, "mine": 1, "custom_metadata": {"a": 2}}',
    ),
  )
  assert.deepEqual([output.init_timestamp_nsecs, output.commit_timestamp_nsecs], [null, null])
  assert.equal(stringifyExact(output.custom_metadata), '{"a":2,"mine":1}')
  const largest = await metadata(files('{"init_timestamp_nsecs": 0, "commit_timestamp_nsecs": 9223372036854775807}'))
  assert.deepEqual([largest.init_timestamp_nsecs, largest.commit_timestamp_nsecs], ['0', '9223372036854775807'])
})

test('the program: text, --item, refusals', () => {
  const composite = join(root, '0.12.8/v1_state_pytree_cfg/ckpt')
  const { stdout, status } = cli(['metadata', composite])
  assert.equal(status, 0)
  assert.match(stdout, /\nAUTO takes +state in Orbax 0\.12\.8, pytree by its documentation and in Orbax 0\.11\n/)
  assert.match(
    stdout,
    /\nstate\n  \/a\/b +jax\.Array +bfloat16 +\[3\] +SingleDeviceSharding\(cpu:0\)\n  \/a\/w .* over \["x",null\]\n/,
  )
  assert.match(cli(['metadata', composite, '--item', 'cfg']).stdout, /\ncfg\n/)
  assert.match(
    cli(['metadata', join(root, '0.12.8/one_key/ckpt'), '--item', 'none']).stdout,
    /AUTO takes +the directory itself\n/,
  )
  for (const item of ['none', 'nothing', '__proto__']) {
    const refused = cli(['metadata', composite, '--item', item])
    assert.deepEqual([refused.status, refused.stdout], [2, ''])
    assert.match(refused.stderr, /here; there are cfg, dataset, pytree, state\n$/)
  }
  const json = cli(['metadata', join(root, '0.12.8/v0_ema_model/ckpt'), '--item', 'config'])
  assert.match(json.stderr, /config is json, not a tree/)
})
