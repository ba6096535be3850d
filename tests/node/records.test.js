// What lies around equal values (key types, PRNG marks, empty nodes, kinds of value) is evidence; and a tree that Orbax
// builds otherwise than its entries read is refused with any evidence or none.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, diff, fromMap, fromPath, lock, verify } from '../../node/lib/index.js'
import { fixtures } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

const open = (/** @type {string} */ path) => fromPath(join(fixtures, path))
const told = (/** @type {any} */ report) =>
  report.findings
    .filter((/** @type {any} */ f) => f.severity !== 'info')
    .map((/** @type {any} */ f) => `${f.severity} ${f.code} ${f.key_path ? '/' + f.key_path.join('/') : f.file}`)

const kLost = ['k', 'p', 'q', 'w'].map(leaf => `warning structure-mismatch /${leaf}`)
/**
 * The case, what `check` says of ckpt, what `verify` says, and whether --allow-structure lets it pass.
 * @type {[string, string[], string[], boolean][]}
 */
const kAttacks = [
  ['prng-impl-dropped', [], ['error structure-mismatch /k'], true],
  ['prng-array-metadatas-empty', kLost, ['error structure-mismatch /k', ...kLost], true],
  [
    'empty-node-below-leaf',
    ['error reader-divergence /a'],
    ['error reader-divergence /a', 'error structure-mismatch /a/x'],
    false,
  ],
]
for (const [name, checked, verified, allowed] of kAttacks) {
  test(`attack/${name}`, async () => {
    const lockfile = readFileSync(join(fixtures, 'attack', name, 'locked.leafsum.json'))
    const locked = await verify(open(`attack/${name}/locked`), { lockfile, strict: true })
    assert.deepEqual([locked.verdict, told(locked)], ['VERIFIED', []], reportText(locked))
    const report = await verify(open(`attack/${name}/ckpt`), { lockfile })
    assert.deepEqual([report.verdict, told(report)], ['MISMATCH', verified], reportText(report))
    assert.deepEqual(told(await check(open(`attack/${name}/ckpt`))), checked)
    const lenient = await verify(open(`attack/${name}/ckpt`), { lockfile, allowStructure: true })
    assert.equal(lenient.exit_code, allowed ? 0 : 1, reportText(lenient))
    const { report: pair } = await diff(open(`attack/${name}/locked`), open(`attack/${name}/ckpt`))
    assert.equal(pair.exit_code, 1, reportText(pair))
  })
}

test('a value type that no reader has a handler for', async () => {
  const report = await check(open('hunt/unknown_value_type/ckpt'))
  assert.deepEqual(
    [report.exit_code, told(report).filter(one => /^error/.test(one))],
    [1, ['error invalid /step']],
    reportText(report),
  )
  assert.match(
    report.findings.find((/** @type {any} */ f) => f.code === 'invalid').message,
    /TypeHandler lookup failed/,
  )
  assert.equal((await lock(open('hunt/unknown_value_type/ckpt'))).lockfile, null)
})

/** @param {string} directory */
function load(directory) {
  const all = /** @type {string[]} */ (readdirSync(directory, { recursive: true }))
  return Object.fromEntries(
    all
      .filter(path => statSync(join(directory, path)).isFile())
      .map(path => [path, new Uint8Array(readFileSync(join(directory, path)))]),
  )
}
const edited = (
  /** @type {Record<string, Uint8Array>} */ files,
  /** @type {string} */ path,
  /** @type {(json: any) => void} */ change,
) => {
  const json = JSON.parse(new TextDecoder().decode(files[path]))
  change(json)
  return fromMap({ ...files, [path]: new TextEncoder().encode(JSON.stringify(json)) })
}

test('PRNG keys: the mark of every leaf', async t => {
  const files = load(join(fixtures, 'orbax/zarr2_prng_keys/ckpt'))
  const { report, lockfile } = await lock(fromMap(files))
  assert.equal(report.verdict, 'LOCKED')
  const marked = JSON.parse(new TextDecoder().decode(lockfile)).items[''].leaves
  assert.ok(
    marked.some((/** @type {any} */ leaf) => leaf.prng_impl),
    'keys are in the lockfile',
  )
  for (const leaf of marked.filter((/** @type {any} */ one) => one.prng_impl))
    assert.equal(Object.keys(leaf).at(-1), 'prng_impl')
  const path = 'array_metadatas/process_0'
  const mark = (/** @type {string} */ name, /** @type {any} */ ext) => (/** @type {any} */ json) => {
    json.array_metadatas.find(
      (/** @type {any} */ one) => one.array_metadata.param_name === name,
    ).array_metadata.ext_metadata = ext
  }
  /** @type {[string, any, string[]][]} */
  const rows = [
    ['dropped', edited(files, path, mark('threefry', null)), ['error structure-mismatch /threefry']],
    ['added', edited(files, path, mark('raw', { random_key_impl: 'threefry2x32' })), ['error structure-mismatch /raw']],
    ['another', edited(files, path, mark('rbg', { random_key_impl: 'unsafe_rbg' })), ['error structure-mismatch /rbg']],
    [
      'of another width',
      edited(files, path, mark('rbg', { random_key_impl: 'threefry2x32' })),
      ['error invalid /rbg', 'error structure-mismatch /rbg'],
    ],
    [
      'of a file that is not read',
      fromMap(
        Object.fromEntries(
          Object.entries(files).map(([name, bytes]) => [name === path ? 'array_metadatas/processes' : name, bytes]),
        ),
      ),
      ['batch', 'rbg', 'threefry', 'unsafe'].map(name => `error structure-mismatch /${name}`),
    ],
    [
      'of a leaf that is no jax.Array',
      edited(files, '_METADATA', json => {
        const value = json.tree_metadata["('threefry',)"].value_metadata
        value.value_type = 'np.ndarray'
        delete value.write_shape
      }),
      ['error structure-mismatch /threefry'],
    ],
  ]
  for (const [what, source, errors] of rows) {
    await t.test(what, async () => {
      const one = await verify(source, { lockfile })
      assert.deepEqual(
        [one.exit_code, told(one).filter((/** @type {string} */ line) => /^error/.test(line))],
        [1, errors],
        reportText(one),
      )
    })
  }
  await t.test('a file there that is no process is unknown', async () => {
    const one = await check(fromMap({ ...files, 'array_metadatas/notes.txt': new Uint8Array(1) }))
    assert.deepEqual(told(one), ['warning unknown-file array_metadatas/notes.txt'])
  })
})

test('value_metadata_tree: the tree once more', async t => {
  const files = load(join(fixtures, 'orbax/zarr2_rich_types/ckpt'))
  const { report, lockfile } = await lock(fromMap(files))
  assert.deepEqual([report.verdict, told(report)], ['LOCKED', []])
  const rich = (/** @type {(tree: any) => void} */ change) =>
    edited(files, '_METADATA', json => {
      const tree = JSON.parse(json.value_metadata_tree)
      change(tree)
      json.value_metadata_tree = JSON.stringify(tree)
    })
  /** @type {[string, any, string][]} */
  const rows = [
    [
      'a leaf less',
      rich(tree => {
        delete tree.step
      }),
      'error reader-divergence _METADATA',
    ],
    [
      'a leaf more',
      rich(tree => {
        tree.more = tree.step
      }),
      'error reader-divergence /more',
    ],
    [
      'leaves exchanged',
      rich(tree => {
        ;[tree.params.Dense_0, tree.params.Dense_1.bias] = [tree.params.Dense_1.bias, tree.params.Dense_0]
      }),
      'error reader-divergence /params/Dense_0',
    ],
    [
      'a leaf that is None',
      rich(tree => {
        tree.step.data = { value_type: 'None', skip_deserialize: true }
      }),
      'error reader-divergence /step',
    ],
    [
      'no JSON',
      edited(files, '_METADATA', json => {
        json.value_metadata_tree = '{'
      }),
      'error reader-divergence _METADATA',
    ],
    [
      'deeper than we read',
      edited(files, '_METADATA', json => {
        json.value_metadata_tree = '['.repeat(99) + ']'.repeat(99)
      }),
      'gap limit _METADATA',
    ],
  ]
  for (const [what, source, finding] of rows) {
    await t.test(what, async () => {
      const one = await verify(source, { lockfile })
      assert.deepEqual(told(one), [finding], reportText(one))
      assert.equal(one.exit_code, finding.startsWith('gap') ? 3 : 1)
    })
  }
})

// Every version of Orbax saved the same tree, of other values: no error but these. A value may have another array kind,
// an empty node another word, and a tree of before `_METADATA` may have dropped one.
const kVersions = readdirSync(join(fixtures, 'legacy'))
const kWays = ['default', 'plain', 'zarr3', 'aggregate', 'aggregate_some']
const legacy = kVersions
  .flatMap(version => kWays.map(way => `legacy/${version}/${way}/ckpt`))
  .filter(path => existsSync(join(fixtures, path)))
test('old versions against each other', async () => {
  assert.ok(legacy.length > 15)
  for (const first of legacy.filter(path => path.includes('/default/'))) {
    const { lockfile } = await lock(open(first))
    for (const second of legacy) {
      const report = await verify(open(second), { lockfile })
      const others = told(report).filter(
        (/** @type {string} */ line) => /^(error|gap)/.test(line) && !/digest-mismatch/.test(line),
      )
      assert.deepEqual(others, [], `${second} against ${first}\n${reportText(report)}`)
    }
  }
})

test("Flax's msgpack trees have dicts where a pytree has lists", async () => {
  // Flax saved {"0": …}, Orbax 0.2.3 a list: what is restored without a template differs.
  const { report: pair } = await diff(
    open('legacy/orbax-0.2.3/default/ckpt'),
    open('legacy/orbax-0.2.3/flax_to_bytes/ckpt'),
  )
  assert.ok(told(pair).includes('error structure-mismatch /opt_state/0/count'), reportText(pair))
  const { report: same } = await diff(
    open('legacy/orbax-0.2.3/flax_to_bytes/ckpt'),
    open('legacy/orbax-0.11.37/flax_to_bytes/ckpt'),
  )
  assert.deepEqual(
    told(same).filter(line => /structure-mismatch/.test(line)),
    [],
    reportText(same),
  )
})
