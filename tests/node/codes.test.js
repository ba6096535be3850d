// Every code of a finding, made by a damage of its kind: its severity, the leaves that it names and no others, and the
// exit codes of check, verify and verify --strict.
import assert from 'node:assert/strict'
import { appendFileSync, cpSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, codes, fromMap, fromPath, lock, verify } from '../../node/lib/index.js'
import { fixtures, scratch } from './support/places.js'
import { assertValid } from './support/schema.js'

/** @typedef {Record<string, Uint8Array>} Files */

function load(/** @type {string} */ name, only = /./) {
  const directory = join(fixtures, name, 'ckpt')
  const paths = /** @type {string[]} */ (readdirSync(directory, { recursive: true })).sort()
  return Object.fromEntries(
    paths
      .filter(path => only.test(path) && statSync(join(directory, path)).isFile())
      .map(path => [path, new Uint8Array(readFileSync(join(directory, path)))]),
  )
}
const kBases = {
  plain: load('damaged/base_plain'),
  zarr3: load('zarr/zarr3_plain', /^(crc|zstd)\//),
  ocdbt: load('damaged/base_zarr2'),
  uncompressed: load('ocdbt/no_compression'),
}

const encode = (/** @type {string} */ text) => new TextEncoder().encode(text)
const edit =
  (/** @type {string} */ path, /** @type {(text: string) => string} */ change) => (/** @type {Files} */ files) => {
    files[path] = encode(change(new TextDecoder().decode(files[path])))
  }
const editJson = (/** @type {string} */ path, /** @type {(json: any) => void} */ change) =>
  edit(path, text => {
    const json = JSON.parse(text)
    change(json)
    return JSON.stringify(json)
  })
const kKernel = "('params', 'Dense_0', 'kernel')"
const kArray = 'params.Dense_0.kernel'
const array = (/** @type {(json: any) => void} */ change) => editJson(`${kArray}/.zarray`, change)
const tree = (/** @type {(tree: any, json: any) => void} */ change) =>
  editJson('_METADATA', json => change(json.tree_metadata, json))
const copyOf = (/** @type {any} */ tree, /** @type {string[]} */ keys) => {
  tree.copy = structuredClone(tree[kKernel])
  tree.copy.key_metadata = keys.map(key => ({ key, key_type: 2 }))
}
const both =
  (/** @type {((files: Files) => void)[]} */ ...changes) =>
  (/** @type {Files} */ files) =>
    changes.forEach(change => change(files))
const remove =
  (/** @type {string[]} */ ...paths) =>
  (/** @type {Files} */ files) =>
    paths.forEach(path => delete files[path])

/** The manifest's last version says a key more than its tree has, under a valid checksum. */
function countOneMore(/** @type {Files} */ files) {
  const manifest = files['manifest.ocdbt'].slice()
  // From the end: CRC, no version nodes, two commit times; of two versions bytes of values, bytes of nodes, keys.
  manifest[manifest.length - 4 - 1 - 16 - 3 - 3 - 1]++
  let crc = 0xffffffff
  for (const byte of manifest.subarray(0, -4)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0)
  }
  new DataView(manifest.buffer).setUint32(manifest.length - 4, ~crc >>> 0, true)
  files['manifest.ocdbt'] = manifest
}

/** A source of others of which one file is read in another way. */
function foreign(
  /** @type {Files} */ files,
  /** @type {(bytes: Uint8Array | undefined) => Uint8Array | undefined} */ otherwise,
) {
  const store = fromMap(files)
  const read = async (/** @type {string} */ key, /** @type {() => any} */ answer) => {
    const bytes = await answer()
    return key.endsWith(`${kArray}/0.0`) ? otherwise(bytes) : bytes
  }
  return {
    list: () => store.list?.() ?? [],
    get: async (/** @type {string} */ key) => read(key, () => store.get(key)),
    getRange: async (/** @type {string} */ key, /** @type {any} */ range) =>
      read(key, () => store.getRange(key, range)),
  }
}

/** The checkpoint as step 5 of a root. */
const inStep = (/** @type {Files} */ files, /** @type {Files} */ more) => ({
  ...Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`5/${path}`, bytes])),
  ...more,
})

function onDisk(/** @type {string} */ directory) {
  cpSync(join(fixtures, 'damaged/base_plain/ckpt'), directory, { recursive: true })
  return fromPath(directory)
}

const kernel = ['/params/Dense_0/kernel']
/**
 * `named`: leaves that findings of this code are of, and no errors or gaps are of others; nothing where it is of the
 * whole.
 * `exits`: of check, verify, verify --strict.
 * @typedef {object} Row
 * @property {string} code
 * @property {string} severity
 * @property {keyof typeof kBases} [base]
 * @property {(files: Files) => void} [change]
 * @property {(files: Files, directory: string) => any} [source]
 * @property {Record<string, any>} [options]  of verify
 * @property {string[]} [named]
 * @property {string} [file]
 * @property {[number, number, number]} exits
 * @type {Row[]}
 */
const kTable = [
  {
    code: 'digest-mismatch',
    severity: 'error',
    change: files => {
      files[`${kArray}/0.0`] = files['opt_state.0.mu/0.0']
    },
    named: kernel,
    exits: [0, 1, 1],
  },
  {
    code: 'shape-mismatch',
    severity: 'error',
    change: array(json => {
      json.shape = json.chunks = [48, 32]
    }),
    named: kernel,
    exits: [0, 1, 1],
  },
  {
    code: 'dtype-mismatch',
    severity: 'error',
    change: array(json => {
      json.dtype = '<i4'
    }),
    named: kernel,
    exits: [0, 1, 1],
  },
  {
    code: 'missing-leaf',
    severity: 'error',
    change: both(
      tree(all => {
        delete all[kKernel]
      }),
      remove(`${kArray}/.zarray`, `${kArray}/0.0`),
    ),
    named: kernel,
    exits: [0, 1, 1],
  },
  {
    code: 'extra-leaf',
    severity: 'error',
    change: both(
      tree(all => copyOf(all, ['more'])),
      files => {
        for (const name of ['.zarray', '0.0']) files[`more/${name}`] = files[`${kArray}/${name}`]
      },
    ),
    named: ['/more'],
    exits: [0, 1, 1],
  },
  {
    code: 'missing-chunk',
    severity: 'error',
    change: remove(`${kArray}/0.0`),
    named: kernel,
    file: `${kArray}/0.0`,
    exits: [1, 1, 1],
  },
  {
    code: 'missing-file',
    severity: 'error',
    base: 'ocdbt',
    change: files => {
      const [largest] = Object.keys(files)
        .filter(path => /process_0\/d\//.test(path))
        .sort((a, b) => files[b].length - files[a].length)
      delete files[largest]
    },
    named: ['/opt_state/0/mu', '/opt_state/0/nu', ...kernel, '/params/Dense_1/kernel', '/params/Embed_0/embedding'],
    exits: [1, 1, 1],
  },
  {
    code: 'truncated',
    severity: 'error',
    change: files => {
      files[`${kArray}/0.0`] = files[`${kArray}/0.0`].slice(0, 3000)
    },
    named: kernel,
    file: `${kArray}/0.0`,
    exits: [1, 1, 1],
  },
  {
    code: 'checksum',
    severity: 'error',
    base: 'zarr3',
    change: files => {
      files['crc/c/1/2'] = files['crc/c/1/2'].map((byte, i) => (i === 7 ? byte ^ 16 : byte))
    },
    named: ['/crc'],
    file: 'crc/c/1/2',
    exits: [1, 1, 1],
  },
  {
    code: 'invalid',
    severity: 'error',
    change: edit(`${kArray}/.zarray`, text => text.slice(1)),
    named: kernel,
    file: `${kArray}/.zarray`,
    exits: [1, 1, 1],
  },
  {
    code: 'name-collision',
    severity: 'error',
    change: tree(all => copyOf(all, ['params.Dense_0', 'kernel'])),
    named: [...kernel, '/params.Dense_0/kernel'],
    exits: [1, 1, 1],
  },
  {
    code: 'hostile-path',
    severity: 'error',
    change: tree(all => copyOf(all, ['/etc', 'x'])),
    named: ['//etc/x'],
    file: '_METADATA',
    exits: [1, 1, 1],
  },
  {
    code: 'uncommitted',
    severity: 'error',
    source: files => fromMap(files, { name: 'ckpt.orbax-checkpoint-tmp' }),
    exits: [1, 1, 1],
  },
  {
    code: 'unsupported',
    severity: 'gap',
    change: array(json => {
      json.filters = [{ id: 'delta' }]
    }),
    named: kernel,
    file: `${kArray}/.zarray`,
    exits: [3, 3, 3],
  },
  {
    code: 'limit',
    severity: 'gap',
    change: array(json => {
      json.shape[0] = 2 ** 53
    }),
    named: kernel,
    file: `${kArray}/.zarray`,
    exits: [3, 3, 3],
  },
  {
    code: 'unreadable',
    severity: 'gap',
    source: files =>
      foreign(files, () => {
        throw new Error('the disk is broken')
      }),
    named: kernel,
    file: `${kArray}/0.0`,
    exits: [3, 3, 3],
  },
  {
    code: 'changed-during-read',
    severity: 'gap',
    source: (_, directory) => {
      const store = onDisk(directory)
      const listing = store.list()
      appendFileSync(join(directory, kArray, '0.0'), 'x')
      return Object.assign(store, { list: () => listing })
    },
    named: kernel,
    file: `${kArray}/0.0`,
    exits: [3, 3, 3],
  },
  {
    code: 'changed-during-read',
    severity: 'gap',
    source: files => foreign(files, bytes => bytes?.subarray(0, 100)),
    named: kernel,
    file: `${kArray}/0.0`,
    exits: [3, 3, 3],
  },
  { code: 'skipped', severity: 'gap', options: { algorithms: ['blake3', 'sha256'] }, exits: [0, 3, 3] },
  {
    code: 'unclaimed-key',
    severity: 'warning',
    change: files => {
      for (const name of ['.zarray', '0']) files[`more/${name}`] = files[`lr/${name}`]
    },
    file: 'more/.zarray',
    exits: [0, 0, 1],
  },
  {
    code: 'zero-fill-allowed',
    severity: 'warning',
    change: both(
      tree((_, json) => {
        json.store_array_data_equal_to_fill_value = false
      }),
      remove('zeros/0.0'),
    ),
    named: ['/zeros'],
    file: 'zeros/0.0',
    exits: [0, 0, 1],
  },
  {
    code: 'value-type-mismatch',
    severity: 'warning',
    change: tree(all => {
      all[kKernel].value_metadata.value_type = 'np.ndarray'
    }),
    named: kernel,
    exits: [0, 0, 1],
  },
  {
    code: 'structure-mismatch',
    severity: 'warning',
    change: tree(all => {
      all[kKernel].value_metadata.write_shape = [7, 7]
    }),
    named: kernel,
    file: '_METADATA',
    exits: [0, 0, 1],
  },
  {
    code: 'structure-mismatch',
    severity: 'error',
    change: tree(all => {
      all.more = {
        key_metadata: [{ key: 'more', key_type: 2 }],
        value_metadata: { value_type: 'None', skip_deserialize: true },
      }
    }),
    named: ['/more'],
    exits: [0, 1, 1],
  },
  {
    code: 'reader-divergence',
    severity: 'error',
    change: tree(all => {
      all[kKernel].value_metadata.skip_deserialize = true
    }),
    named: kernel,
    file: '_METADATA',
    exits: [1, 1, 1],
  },
  // A store without leaves: there is nothing to lock.
  {
    code: 'statistics-mismatch',
    severity: 'warning',
    base: 'uncompressed',
    change: countOneMore,
    file: 'd/09d96cc61c9aaf0d33daa77a68c02f21',
    exits: [3, NaN, NaN],
  },
  {
    code: 'symlink',
    severity: 'gap',
    source: (_, directory) => {
      const store = onDisk(directory)
      symlinkSync('/etc', join(directory, 'link'))
      return store
    },
    file: 'link',
    exits: [3, 3, 3],
  },
  // A step is new by its name alone; the step below it is read and equal.
  {
    code: 'newer-step',
    severity: 'gap',
    source: files => fromMap(inStep(files, { '7/x': encode('') })),
    file: '7',
    exits: [3, 3, 1],
  },
  {
    code: 'unknown-file',
    severity: 'warning',
    change: files => {
      files['notes.txt'] = encode('x')
    },
    file: 'notes.txt',
    exits: [0, 0, 1],
  },
  {
    code: 'trailing-bytes',
    severity: 'warning',
    base: 'zarr3',
    change: files => {
      files['zstd/c/0/1'] = Uint8Array.of(...files['zstd/c/0/1'], 0)
    },
    named: ['/zstd'],
    file: 'zstd/c/0/1',
    exits: [0, 0, 1],
  },
  {
    code: 'duplicate-member',
    severity: 'warning',
    change: edit(`${kArray}/.zarray`, text => text.replace(/\}\s*$/, ',"x":1,"x":2}')),
    named: kernel,
    file: `${kArray}/.zarray`,
    exits: [0, 0, 1],
  },
  {
    code: 'companion-file',
    severity: 'info',
    change: files => {
      files['README.md'] = files['.git/HEAD'] = encode('x')
    },
    exits: [0, 0, 0],
  },
  {
    code: 're-encoded',
    severity: 'info',
    change: edit(`${kArray}/.zarray`, text => `${text}\n`),
    named: kernel,
    exits: [0, 0, 0],
  },
  {
    code: 'item-renamed',
    severity: 'info',
    source: files =>
      fromMap(Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`state/${path}`, bytes]))),
    exits: [0, 0, 0],
  },
]

/** What no damage makes: the word that a signature's demand will have. */
const kUnmade = ['signature']

test('every code has a row', async () => {
  assert.deepEqual([...new Set(kTable.map(row => row.code)), ...kUnmade].sort(), (await codes()).sort())
})

/** @type {Map<string, Uint8Array | null>} */
const lockfiles = new Map()
for (const { code, severity, base = 'plain', change = () => {}, source, options, named = [], file, exits } of kTable) {
  test(code, async t => {
    if (!lockfiles.has(base)) lockfiles.set(base, (await lock(fromMap(kBases[base]))).lockfile)
    const files = { ...kBases[base] }
    change(files)
    const open = () => source?.(files, scratch(t)) ?? fromMap(files)
    const paths = (/** @type {any[]} */ findings) => [
      ...new Set(findings.map(one => one.key_path && `/${one.key_path.join('/')}`)),
    ]
    const whole = named.length ? named : [null]
    const judge = (/** @type {any} */ report, /** @type {number} */ exit) => {
      assertValid('report', report)
      assert.equal(report.exit_code, exit, report.headline)
      const own = report.findings.filter((/** @type {any} */ one) => one.code === code)
      assert.deepEqual(paths(own.filter((/** @type {any} */ one) => one.severity === severity)), whole, report.headline)
      assert.ok(file === undefined || own.some((/** @type {any} */ one) => one.file === file), JSON.stringify(own))
      const serious = report.findings.filter((/** @type {any} */ one) =>
        ['error', 'gap', 'trust'].includes(one.severity),
      )
      for (const path of paths(serious)) assert.ok(whole.includes(path), `${path} is blamed`)
    }
    // What only a comparison shows, check cannot.
    const checked = await check(open())
    if ((['error', 'gap'].includes(severity) && exits[0] === 0) || severity === 'info')
      assert.equal(checked.exit_code, 0)
    else judge(checked, exits[0])
    const lockfile = lockfiles.get(base)
    if (!lockfile) return assert.ok(Number.isNaN(exits[1]))
    judge(await verify(open(), { lockfile, ...options }), exits[1])
    judge(await verify(open(), { lockfile, ...options, strict: true }), exits[2])
  })
}
