// What is said of a checkpoint whose documents were edited: each row edits a sound one, and the findings are these and
// no others; `verify` is its exit code against the lockfile of the unedited one.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, digest, fromMap, lock, verify } from '../../node/lib/index.js'
import { fixtures } from './support/places.js'

/** @typedef {Map<string, Uint8Array>} Files */

function load(/** @type {string} */ directory) {
  const files = /** @type {Files} */ (new Map())
  for (const path of /** @type {string[]} */ (readdirSync(directory, { recursive: true })).sort()) {
    if (statSync(join(directory, path)).isFile()) files.set(path, new Uint8Array(readFileSync(join(directory, path))))
  }
  return files
}
const text = (/** @type {Files} */ files, /** @type {string} */ path) => new TextDecoder().decode(files.get(path))
const put = (/** @type {Files} */ files, /** @type {string} */ path, /** @type {string} */ value) =>
  files.set(path, new TextEncoder().encode(value))
// 64-bit numbers stay: they are edited as text.
const edit =
  (/** @type {string} */ path, /** @type {(json: any) => void} */ change) => (/** @type {Files} */ files) => {
    const json = JSON.parse(text(files, path).replace(/: (\d{16,})/g, ': "#$1"'))
    change(json)
    put(files, path, JSON.stringify(json).replace(/"#(\d+)"/g, '$1'))
  }
const value = (/** @type {string} */ member, /** @type {(value: any) => void} */ change) =>
  edit('_METADATA', json => change(json.tree_metadata[member].value_metadata))
const records = (/** @type {(list: any[]) => any[]} */ change) =>
  edit('array_metadatas/process_0', json => {
    json.array_metadatas = change(json.array_metadatas)
  })
const record = (/** @type {(metadata: any) => void} */ change) =>
  records(list => {
    change(list.find(one => one.array_metadata.param_name === 'params.Dense_0.kernel').array_metadata)
    return list
  })
const shift = (/** @type {string} */ time, /** @type {bigint} */ by) => `#${BigInt(time.slice(1)) + by}`

/** Findings as "severity code /key/path file", infos left out. */
const told = (/** @type {any} */ report) =>
  report.findings
    .filter((/** @type {any} */ f) => f.severity !== 'info')
    .map((/** @type {any} */ f) =>
      [f.severity, f.code, f.key_path && '/' + f.key_path.join('/'), f.file].filter(Boolean).join(' '),
    )

const encoded = (/** @type {any} */ json) => new TextEncoder().encode(JSON.stringify(json))
const keyed = {
  array_metadata: {
    param_name: 'params.Dense_0.kernel',
    write_shape: [32, 48],
    chunk_shape: [32, 48],
    ext_metadata: { random_key_impl: 'threefry2x32' },
  },
}
const node = (/** @type {string} */ path, /** @type {string} */ type) => ({
  key_metadata: path.split('/').map(key => ({ key, key_type: /^\d/.test(key) ? 1 : 2 })),
  value_metadata: { value_type: type, skip_deserialize: true },
})

const kKernel = "('params', 'Dense_0', 'kernel')"
const kSharding = 'cGFyYW1zLkRlbnNlXzAua2VybmVs'
const kernel = (/** @type {string} */ what, /** @type {string} */ file) => [`${what} /params/Dense_0/kernel ${file}`]
const type = kernel('warning value-type-mismatch', '_METADATA')
const named = (/** @type {number[]} */ shape, /** @type {any[]} */ spec) =>
  JSON.stringify({ sharding_type: 'NamedSharding', shape, axis_names: ['x'], partition_spec: spec })

/** @typedef {[string, (files: Files) => void, string[], number?, number?]} Row  what, edit, findings, check, verify */

/** @type {Row[]} */
const kCommon = [
  [
    'np.ndarray for a jax.Array',
    value(kKernel, v => {
      v.value_type = 'np.ndarray'
    }),
    type,
  ],
  [
    'the same, its write_shape gone too',
    value(kKernel, v => {
      v.value_type = 'np.ndarray'
      delete v.write_shape
    }),
    type,
  ],
  [
    'a jax.Array without write_shape',
    value(kKernel, v => {
      delete v.write_shape
    }),
    type,
  ],
  [
    'a scalar of rank 2',
    value(kKernel, v => {
      v.value_type = 'scalar'
    }),
    kernel('error invalid', '_METADATA'),
    1,
    1,
  ],
  [
    'a value type without a handler',
    value(kKernel, v => {
      v.value_type = 'axlearn.TfIterator'
    }),
    kernel('error invalid', '_METADATA'),
    1,
    1,
  ],
  [
    'the same, of a leaf that is not stored',
    edit('_METADATA', json => {
      json.tree_metadata.more = {
        key_metadata: [{ key: 'more', key_type: 2 }],
        value_metadata: { value_type: 'x', skip_deserialize: false },
      }
    }),
    ['error invalid /more _METADATA'],
    1,
    1,
  ],
  [
    'a string where an array is',
    value("('lr',)", v => {
      v.value_type = 'string'
    }),
    ['error missing-leaf /lr _strings.json'],
    1,
    1,
  ],
  [
    'a leaf turned into None',
    value(kKernel, v => {
      v.value_type = 'None'
      v.skip_deserialize = true
      delete v.write_shape
    }),
    type,
    0,
    1,
  ],
  [
    'a leaf that is skipped',
    value(kKernel, v => {
      v.skip_deserialize = true
    }),
    kernel('error reader-divergence', '_METADATA'),
    1,
    1,
  ],
  [
    'a string that is skipped',
    value("('name',)", v => {
      v.skip_deserialize = true
    }),
    ['error reader-divergence /name _METADATA'],
    1,
    1,
  ],
  [
    'an empty node below a leaf',
    edit('_METADATA', json => {
      json.tree_metadata.x = node('lr/x', 'None')
    }),
    ['error reader-divergence /lr _METADATA'],
    1,
    1,
  ],
  [
    'another write_shape',
    value(kKernel, v => {
      v.write_shape = [48, 32]
    }),
    kernel('warning structure-mismatch', '_METADATA'),
  ],
  [
    'a write_shape of another rank',
    value(kKernel, v => {
      v.write_shape = [48]
    }),
    kernel('warning structure-mismatch', '_METADATA'),
  ],
  [
    'another recorded write_shape',
    record(a => {
      a.write_shape = [64, 96]
    }),
    kernel('warning structure-mismatch', 'array_metadatas/process_0'),
  ],
  [
    'another recorded chunk_shape',
    record(a => {
      a.chunk_shape = [1, 1]
    }),
    kernel('warning structure-mismatch', 'array_metadatas/process_0'),
  ],
  [
    'a record that is missing',
    records(list => list.filter(one => one.array_metadata.param_name !== 'params.Dense_0.kernel')),
    kernel('warning structure-mismatch', 'array_metadatas/'),
  ],
  [
    'a record of no leaf',
    records(list => [
      ...list,
      { array_metadata: { param_name: 'nobody', write_shape: [1], chunk_shape: [1], ext_metadata: null } },
    ]),
    ['warning structure-mismatch array_metadatas/process_0'],
  ],
  [
    'processes that disagree on a key',
    files => {
      files.set('array_metadatas/process_1', /** @type {Uint8Array} */ (files.get('array_metadatas/process_0')))
      record(a => {
        a.ext_metadata = { random_key_impl: 'rbg' }
      })(files)
    },
    [
      ...kernel('error reader-divergence', 'array_metadatas/'),
      ...kernel('warning structure-mismatch', 'array_metadatas/'),
    ],
    1,
    1,
  ],
  [
    'a process that marks a key which the other lacks',
    files => {
      records(list => list.filter(one => one.array_metadata.param_name !== 'params.Dense_0.kernel'))(files)
      files.set('array_metadatas/process_1', encoded({ array_metadatas: [keyed] }))
    },
    kernel('error reader-divergence', 'array_metadatas/'),
    1,
    1,
  ],
  [
    'a record that stands twice',
    records(list => [...list, ...list.filter(one => one.array_metadata.param_name === 'params.Dense_0.kernel')]),
    kernel('error reader-divergence', 'array_metadatas/'),
    1,
    1,
  ],
  [
    'floats that are marked as a key',
    record(a => {
      a.ext_metadata = { random_key_impl: 'rbg' }
    }),
    kernel('error invalid', 'array_metadatas/'),
    1,
    1,
  ],
  [
    'records that are not JSON',
    files => put(files, 'array_metadatas/process_0', '{'),
    ['error invalid array_metadatas/process_0'],
    1,
    1,
  ],
  [
    'records of a process without a number',
    files => put(files, 'array_metadatas/process_0.bak', '{}'),
    ['error invalid array_metadatas/process_0.bak'],
    1,
    1,
  ],
  [
    'records in a directory',
    files => put(files, 'array_metadatas/process_1/x', '{}'),
    ['error invalid array_metadatas/process_1/x'],
    1,
    1,
  ],
  [
    'records that are gone',
    files => files.delete('array_metadatas/process_0'),
    ['warning missing-file array_metadatas/'],
  ],
  [
    'a sharding of no leaf',
    edit('_sharding', json => {
      json.bm9ib2R5 = '{"sharding_type": "X"}'
    }),
    ['warning structure-mismatch _sharding'],
  ],
  [
    'a sharding with a name that is no base64',
    edit('_sharding', json => {
      json['bm9ib2R5!'] = '{"sharding_type": "X"}'
    }),
    ['warning invalid _sharding'],
  ],
  [
    'a sharding that is not JSON',
    edit('_sharding', json => {
      json[kSharding] = '{'
    }),
    kernel('warning invalid', '_sharding'),
  ],
  [
    'a sharding of too many axes',
    edit('_sharding', json => {
      json[kSharding] = named([2], [null, null, 'x'])
    }),
    kernel('warning structure-mismatch', '_sharding'),
  ],
  [
    'a sharding that does not divide',
    edit('_sharding', json => {
      json[kSharding] = named([7], ['x'])
    }),
    kernel('warning structure-mismatch', '_sharding'),
  ],
  [
    'a sharding that divides',
    edit('_sharding', json => {
      json[kSharding] = named([8], [null, 'x'])
    }),
    [],
  ],
  [
    'a sharding that the writer could not put in words',
    edit('_sharding', json => {
      json[kSharding] = ''
    }),
    [],
  ],
  [
    'a string of no leaf',
    edit('_strings.json', json => {
      json.nobody = 'text'
    }),
    ['warning unclaimed-key _strings.json'],
  ],
  [
    'zarr of the other version',
    edit('_METADATA', json => {
      json.use_zarr3 = !json.use_zarr3
    }),
    ['error invalid _METADATA'],
    1,
    1,
  ],
  [
    'the other kind of store',
    edit('_METADATA', json => {
      json.use_ocdbt = !json.use_ocdbt
    }),
    ['error invalid _METADATA'],
    1,
    1,
  ],
  [
    'item handlers that are a number',
    edit('_CHECKPOINT_METADATA', json => {
      json.item_handlers = 5
    }),
    ['warning invalid _CHECKPOINT_METADATA'],
  ],
  [
    'no commit time',
    edit('_CHECKPOINT_METADATA', json => {
      json.commit_timestamp_nsecs = null
    }),
    ['warning uncommitted _CHECKPOINT_METADATA'],
  ],
  [
    'a marker of v1 without its metadata',
    files => {
      put(files, 'orbax.checkpoint', '')
      files.delete('_CHECKPOINT_METADATA')
    },
    ['warning missing-file _CHECKPOINT_METADATA'],
  ],
  [
    'side files that no version needs',
    files => ['_CHECKPOINT_METADATA', 'commit_success.txt', '_sharding'].forEach(f => files.delete(f)),
    [],
  ],
  [
    'evidence beside the checkpoint',
    files => {
      put(files, 'model.sig', '{}')
      put(files, 'x.leafsum.json', '{}')
    },
    [],
  ],
  ['a file that nobody knows', files => put(files, 'notes.txt', 'x'), ['warning unknown-file notes.txt']],
  [
    "not a number, in Orbax's own files",
    files => put(files, '_METADATA', text(files, '_METADATA').replace(/\}$/, ', "x": [NaN, Infinity, -Infinity]}')),
    [],
  ],
  [
    'members that occur twice',
    files =>
      ['_METADATA', '_CHECKPOINT_METADATA', 'array_metadatas/process_0'].forEach(f =>
        put(files, f, text(files, f).replace(/\}\s*$/, ', "twice": 1, "twice": 2}')),
      ),
    [
      'warning duplicate-member _CHECKPOINT_METADATA',
      'warning duplicate-member _METADATA',
      'warning duplicate-member array_metadatas/process_0',
    ],
  ],
  [
    'a lone surrogate in a key',
    files => put(files, '_METADATA', text(files, '_METADATA').replace('"key": "lr"', '"key": "\\ud800"')),
    ['error invalid _METADATA'],
    1,
    1,
  ],
  [
    'deeper than we read, and no deeper than Python does',
    files =>
      put(files, '_METADATA', text(files, '_METADATA').replace(/\}$/, `, "x": ${'['.repeat(500) + ']'.repeat(500)}}`)),
    ['gap limit _METADATA'],
    3,
    3,
  ],
  [
    'deeper than any reader goes',
    files => put(files, '_METADATA', '['.repeat(2000) + ']'.repeat(2000)),
    ['error invalid _METADATA'],
    1,
    1,
  ],
]

const backwards = edit('_CHECKPOINT_METADATA', json => {
  json.commit_timestamp_nsecs = shift(json.init_timestamp_nsecs, -1n)
})

/** @type {Record<string, Row[]>} */
const kRows = {
  base_zarr2: [
    ...kCommon,
    [
      'a time that ran backwards',
      backwards,
      ['warning structure-mismatch _CHECKPOINT_METADATA', 'warning structure-mismatch manifest.ocdbt'],
    ],
    [
      'a store of another time',
      edit('_CHECKPOINT_METADATA', json => {
        for (const m of ['init_timestamp_nsecs', 'commit_timestamp_nsecs']) json[m] = shift(json[m], -3600_000_000_000n)
      }),
      ['warning structure-mismatch manifest.ocdbt'],
    ],
    [
      'a manifest that was lost after the commit',
      files => files.delete('manifest.ocdbt'),
      ['error missing-file manifest.ocdbt'],
      1,
      1,
    ],
    [
      'never merged',
      files => ['manifest.ocdbt', '_CHECKPOINT_METADATA', 'commit_success.txt'].forEach(f => files.delete(f)),
      ['error uncommitted manifest.ocdbt'],
      1,
      1,
    ],
    ['without its tree', files => files.delete('_METADATA'), ['error missing-file _METADATA'], 1, 1],
  ],
  base_plain: [
    ...kCommon,
    ['a time that ran backwards', backwards, ['warning structure-mismatch _CHECKPOINT_METADATA']],
    [
      'an array that nobody knows',
      files => {
        put(files, 'x/.zarray', '{}')
        put(files, 'x/0', '')
        put(files, 'x/c/0/0', '')
      },
      ['warning unclaimed-key x/.zarray'],
    ],
  ],
}

for (const [base, rows] of Object.entries(kRows)) {
  test(`${base}: documents that were edited`, async t => {
    const sound = load(join(fixtures, 'damaged', base, 'ckpt'))
    const { report, lockfile } = await lock(fromMap(sound))
    assert.deepEqual(told(report), [])
    for (const [what, change, findings, checked = 0, verified = 0] of rows) {
      await t.test(what, async () => {
        const edited = new Map(sound)
        change(edited)
        const one = await check(fromMap(edited))
        assert.deepEqual(told(one), findings)
        assert.equal(one.exit_code, checked, one.headline)
        const other = await verify(fromMap(edited), { lockfile })
        assert.equal(other.exit_code, verified, other.headline)
      })
    }
  })
}

test('a key path that the tree has twice, whatever stands there: name-collision, no fingerprint, nothing to lock', async () => {
  const entries = {
    array: [kKernel, {}],
    string: ["('name',)", {}],
    None: ["('lr',)", { value_type: 'None', skip_deserialize: true }],
    Dict: ["('empty',)", { value_type: 'Dict', skip_deserialize: true }],
  }
  const sound = load(join(fixtures, 'damaged', 'base_zarr2', 'ckpt'))
  for (const [first, [from, change]] of Object.entries(entries)) {
    for (const [second, [other, more]] of Object.entries(entries)) {
      const edited = new Map(sound)
      edit('_METADATA', ({ tree_metadata: tree }) => {
        tree.again = structuredClone(tree[other])
        tree.again.key_metadata = tree[from].key_metadata
        Object.assign(tree[from].value_metadata, change)
        Object.assign(tree.again.value_metadata, more)
      })(edited)
      const path = JSON.parse(text(edited, '_METADATA')).tree_metadata.again.key_metadata.map(
        (/** @type {any} */ one) => one.key,
      )
      const { report, lockfile } = await lock(fromMap(edited))
      const collisions = report.findings.filter((/** @type {any} */ f) => f.code === 'name-collision')
      // The same words of the same path are one finding.
      assert.deepEqual(
        collisions.map((/** @type {any} */ f) => [f.severity, f.key_path]),
        [['error', path]],
        `${first}, ${second}`,
      )
      assert.equal(report.exit_code, 1)
      assert.equal(lockfile, null)
      assert.equal((await digest(fromMap(edited))).fingerprint, null)
    }
  }
})

test("a file of strings that cannot be read is each string leaf's, and no other's", async () => {
  const sound = load(join(fixtures, 'damaged', 'base_zarr2', 'ckpt'))
  edit('_METADATA', json => {
    json.tree_metadata.more = structuredClone(json.tree_metadata["('name',)"])
    json.tree_metadata.more.key_metadata = [{ key: 'title', key_type: 2 }]
  })(sound)
  put(sound, '_strings.json', '{"name":"base","title":"é"}')
  const { lockfile } = await lock(fromMap(sound))
  const encoded = sound.get('_strings.json') ?? new Uint8Array()
  const broken = {
    cut: encoded.slice(0, 10),
    'no object': new TextEncoder().encode('["base"]'),
    empty: new Uint8Array(),
    'no UTF-8': encoded.map(byte => (byte === 0xc3 ? 0xff : byte)),
    'half a surrogate': new TextEncoder().encode('{"name":"base","title":"\\ud800"}'),
  }
  for (const [what, bytes] of Object.entries(broken)) {
    const report = await verify(fromMap(new Map(sound).set('_strings.json', bytes)), { lockfile })
    assert.deepEqual(told(report), ['error invalid /name _strings.json', 'error invalid /title _strings.json'], what)
    assert.deepEqual(report.leaves, { equal: 10, different: 0, missing: 0, extra: 0, not_read: 2 }, what)
  }
  const none = new Map(sound)
  edit('_METADATA', json => {
    for (const name of ["('name',)", 'more']) delete json.tree_metadata[name]
  })(none)
  put(none, '_strings.json', '{')
  assert.deepEqual(told(await check(fromMap(none))), ['error invalid _strings.json'])
})

test('without a listing, too, a file that was cut short is damaged, not changed meanwhile', async () => {
  const judged = (/** @type {any} */ report) => [
    report.exit_code,
    ...report.findings
      .filter((/** @type {any} */ f) => ['error', 'gap'].includes(f.severity))
      .map((/** @type {any} */ f) => `${f.severity} ${f.code} ${f.key_path}`),
  ]
  for (const base of ['legacy/orbax-0.4.8/ocdbt', 'damaged/base_plain', 'damaged/base_zarr3']) {
    const sound = load(join(fixtures, base, 'ckpt'))
    for (const [path, bytes] of sound) {
      for (const length of new Set([0, bytes.length >> 1, bytes.length - 1].filter(n => n < bytes.length))) {
        const source = fromMap(new Map(sound).set(path, bytes.slice(0, length)))
        /** @type {any} */
        const unlisted = {
          get: (/** @type {string} */ key) => source.get(key),
          getRange: (/** @type {string} */ key, /** @type {any} */ range) => source.getRange(key, range),
        }
        assert.deepEqual(
          judged(await check(unlisted)),
          judged(await check(source)),
          `${base}/${path}: ${length} of ${bytes.length} bytes`,
        )
      }
    }
  }
})

test('names that lead out of the checkpoint', async () => {
  const out = ['/etc', '//host/share', '\\\\host\\share', 'C:x', '..', 'a/../b', 'a\\..\\b', 'file:///x']
  const odd = ['back\\slash', 'a//b'] // no portable path, but in OCDBT they are keys like any other
  const fine = ['layer:0', 'a/b', '...', 'a b', 'é']
  for (const base of ['base_zarr2', 'base_plain']) {
    const sound = load(join(fixtures, 'damaged', base, 'ckpt'))
    for (const name of [...out, ...odd, ...fine]) {
      const edited = new Map(sound)
      edit('_METADATA', json => {
        json.tree_metadata["('lr',)"].key_metadata = [{ key: name, key_type: 2 }]
      })(edited)
      const report = await check(fromMap(edited))
      const hostile = report.findings
        .filter((/** @type {any} */ f) => f.code === 'hostile-path')
        .map((/** @type {any} */ f) => f.severity)
      const plain = base === 'base_plain'
      assert.deepEqual(
        hostile,
        out.includes(name) || (plain && odd.includes(name)) ? [plain ? 'error' : 'warning'] : [],
        `${base} ${name}`,
      )
      assert.equal(report.exit_code, 1) // no array has that name
    }
  }
})

test('items: one that was never finished, one whose deletion has begun, and what lies beside them', async () => {
  const state = load(join(fixtures, 'damaged', 'base_zarr2', 'ckpt'))
  const files = /** @type {Files} */ (new Map())
  // Of a flat checkpoint; items have none.
  for (const file of ['_CHECKPOINT_METADATA', 'commit_success.txt']) state.delete(file)
  for (const item of ['state', 'old']) for (const [path, bytes] of state) files.set(`${item}/${path}`, bytes)
  put(files, '_CHECKPOINT_METADATA', '{}')
  put(files, 'config/data.json', '{"a": 1, "a": 2}')
  assert.deepEqual(told(await check(fromMap(files))), ['warning duplicate-member config/data.json'])
  // The readers that know no journal restore the item, the others do not.
  put(
    files,
    '_CHECKPOINT_DELETION',
    JSON.stringify({
      operation_id: '0'.repeat(32),
      checkpointable_name: 'old',
      destination: null,
      original_metadata: { item_handlers: { old: 'x', state: 'x' } },
      updated_metadata: { item_handlers: { state: 'x' } },
    }),
  )
  const begun = await check(fromMap(files))
  assert.deepEqual(told(begun), ['error reader-divergence old/', 'warning duplicate-member config/data.json'])
  assert.match(begun.findings[0].message, /finish the deletion, or undo it/)
  assert.deepEqual(Object.keys((await digest(fromMap(files))).items), ['config', 'old', 'state'])
  put(files, 'old/_METADATA', '{') // broken, as half of it is gone
  put(files, 'next.orbax-checkpoint-tmp/_METADATA', '{}')
  put(files, 'stray.bin', 'x')
  put(files, 'state/_root', 'x')
  put(files, 'config/more.txt', 'x')
  const report = await check(fromMap(files))
  assert.deepEqual(told(report), [
    'error reader-divergence next.orbax-checkpoint-tmp/',
    'error reader-divergence old/',
    'error uncommitted next.orbax-checkpoint-tmp/',
    'warning unknown-file stray.bin',
    'warning duplicate-member config/data.json',
    'warning unknown-file config/more.txt',
    'error invalid old/_METADATA',
    'warning unknown-file state/_root',
  ])
})

test('the step of the lockfile is gone: each of its leaves is missing, no other step is read, and the findings say why', async () => {
  const files = load(join(fixtures, 'manager', 'zarr2_items', 'ckpt'))
  const { lockfile } = await lock(fromMap(files))
  const { source, items } = JSON.parse(new TextDecoder().decode(/** @type {Uint8Array} */ (lockfile)))
  const leaves = Object.entries(items).flatMap(([item, one]) =>
    one.leaves.filter((/** @type {any} */ leaf) => leaf.digest).map((/** @type {any} */ leaf) => [item, leaf.key_path]),
  )
  for (const path of [...files.keys()]) if (path.startsWith(`${source.step}/`)) files.delete(path)
  const report = await verify(fromMap(files), { lockfile: /** @type {Uint8Array} */ (lockfile) })
  assert.equal(report.exit_code, 1)
  const missing = report.findings.filter(one => one.code === 'missing-leaf')
  assert.deepEqual(
    missing.map(one => [one.item, one.key_path]),
    leaves,
  )
  for (const { message } of missing) assert.equal(message, `expected but missing: step ${source.step} is gone`)
  assert.deepEqual([report.source.step, report.coverage.leaf], [undefined, 0])
  // Another step is another matter.
  assert.doesNotMatch(
    JSON.stringify(await verify(fromMap(files), { lockfile: /** @type {Uint8Array} */ (lockfile), step: 5 })),
    /is gone/,
  )
})
