// What is judged of a source besides the leaves that are compared: files that only Flax would take, items that --item
// leaves out, steps that --prefix leaves out, links that no reader opens; and what plain HTTP is asked for.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { check, fromMap, fromPath, fromUrl, lock, verify } from '../../node/lib/index.js'
import { serve } from './support/http.js'
import { fixtures, scratch } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

const items = join(fixtures, 'v1/checkpointables/ckpt')
const bytes = (/** @type {string | Buffer} */ content) => new Uint8Array(Buffer.from(content))
const hex = (/** @type {string} */ digits) => new Uint8Array(Buffer.from(digits, 'hex'))
const serious = (/** @type {any} */ report) =>
  report.findings
    .filter((/** @type {any} */ one) => one.severity !== 'info')
    .map((/** @type {any} */ one) => `${one.severity} ${one.code}`)

function load(/** @type {string} */ directory) {
  const paths = /** @type {string[]} */ (fs.readdirSync(directory, { recursive: true }))
  return new Map(
    paths
      .filter(path => fs.statSync(join(directory, path)).isFile())
      .map(path => [path, new Uint8Array(fs.readFileSync(join(directory, path)))]),
  )
}
/** @returns {Promise<Uint8Array>} */
async function locked(/** @type {any} */ source, options = {}) {
  const { report, lockfile } = await lock(source, options)
  assert.ok(lockfile, reportText(report))
  return lockfile
}

/**
 * @type {[name: string, content: Uint8Array, exit: number][]} beside items, with no _METADATA of its own around them
 */
const kFlax = [
  ['checkpoint_config.json', bytes('{"a": 1}'), 0],
  ['checkpoint_notes.md', bytes('# notes'), 0],
  ['checkpoint_loss.png', hex('89504e470d0a1a0a0000000d49484452000000010000000108000000'), 0],
  ['checkpoint_empty', new Uint8Array(), 0],
  ['checkpoint_old.pkl', hex('80049503'), 0],
  ['checkpoint_7', hex('81a16107'), 1],
  ['checkpoint_zzz', hex('81a16107'), 1],
  ['checkpoint_list', hex('9107'), 1],
  ['checkpoint_tmp', hex('81a16107'), 0],
]
for (const [name, content, exit] of kFlax) {
  test(`Flax takes ${name} or raises`, async () => {
    const files = load(items)
    const lockfile = await locked(fromMap(files))
    files.set(name, content)
    const report = await verify(fromMap(files), { lockfile })
    assert.equal(report.exit_code, exit, reportText(report))
    if (exit)
      assert.ok(
        report.findings.some(one => one.code === 'reader-divergence' && /Flax/.test(one.message)),
        reportText(report),
      )
  })
}

test('a file whose bytes cannot be read stays a mark', async () => {
  const files = load(items).set('checkpoint_x', bytes('# text'))
  const source = fromMap(files)
  const fails = async (/** @type {string} */ key) => {
    if (key === '/checkpoint_x') throw new Error('no')
  }
  const report = await check({
    ...source,
    list: () => source.list?.(),
    size: async (/** @type {string} */ file) => files.get(file)?.length,
    get: async (/** @type {string} */ key) => (await fails(key)) ?? source.get(key),
    getRange: async (/** @type {string} */ key, /** @type {any} */ range) =>
      (await fails(key)) ?? source.getRange(key, range),
  })
  assert.ok(serious(report).includes('error reader-divergence'), reportText(report))
})

const entry = (/** @type {string[]} */ ...keys) => ({
  key_metadata: keys.map(key => ({ key, key_type: 2 })),
  value_metadata: { value_type: 'jax.Array', skip_deserialize: false },
})
const document = (/** @type {any[]} */ ...entries) =>
  bytes(JSON.stringify({ tree_metadata: Object.fromEntries(entries.map((one, n) => [n, one])), use_zarr3: false }))
/** @type {[string, Uint8Array, string][]} `_METADATA` of an item that is not read → code */
const kTrees = [
  ['one hides another', document(entry('a'), entry('a', 'b')), 'reader-divergence'],
  ['a key path stands twice', document(entry('a'), entry('a')), 'name-collision'],
  ['two key paths have one parameter name', document(entry('a.b'), entry('a', 'b')), 'name-collision'],
  ['nothing that a reader reads', bytes('{"tree_metadata": 5}'), 'invalid'],
]
for (const [what, metadata, code] of kTrees) {
  test(`--item leaves an item out, not its tree's rules: ${what}`, async () => {
    const files = load(items)
    const lockfile = await locked(fromMap(files))
    assert.equal((await verify(fromMap(files), { lockfile, item: 'state' })).exit_code, 0)
    files.set('dataset/_METADATA', metadata)
    const report = await verify(fromMap(files), { lockfile, item: 'state' })
    assert.equal(report.exit_code, 1, reportText(report))
    assert.ok(
      report.findings.some(one => one.code === code && one.item === 'dataset'),
      reportText(report),
    )
  })
}

test('--prefix: steps of another prefix are out of scope, and without it they are not', async () => {
  const tree = hex('81a16107')
  assert.deepEqual(
    serious(await check(fromMap({ ckpt_1: tree, checkpoint_7: tree, ckpt_2: tree }), { prefix: 'ckpt_' })),
    [],
  )
  const flat = load(join(fixtures, 'orbax/zarr2_plain/ckpt'))
  const roots = () =>
    fromMap(new Map([...flat].flatMap(([path, content]) => ['m_3', '5'].map(step => [`${step}/${path}`, content]))))
  assert.deepEqual(serious(await check(roots(), { prefix: 'm_' })), [])
  assert.ok(serious(await check(roots())).includes('error reader-divergence'))
})

/** @type {[link: string, exit: number][]} to a file outside */
const kLinks = [
  ['notes.txt', 0],
  ['state/notes.txt', 0],
  ['state/d/more', 3],
  ['checkpoint_9', 3],
  ['state/_strings.json', 3],
]
for (const [link, exit] of kLinks) {
  test(`a link ${link} to a file elsewhere`, async t => {
    const [root, outside] = [join(scratch(t), 'ckpt'), join(scratch(t), 'outside')]
    fs.cpSync(items, root, { recursive: true })
    fs.writeFileSync(outside, '{}')
    const lockfile = await locked(fromPath(root))
    fs.mkdirSync(dirname(join(root, link)), { recursive: true })
    fs.rmSync(join(root, link), { force: true })
    fs.symlinkSync(outside, join(root, link))
    const report = await verify(fromPath(root), { lockfile })
    assert.equal(report.exit_code, exit, reportText(report))
    assert.ok(report.findings.some(one => one.code === 'symlink' && one.file === link))
  })
}

test('plain HTTP: files that were locked in a root are asked for in its step, and the other way round', async t => {
  const root = join(scratch(t), 'ckpt')
  fs.cpSync(join(fixtures, 'multiprocess/manager_2x2/ckpt'), root, { recursive: true })
  const step = /** @type {string} */ (
    fs
      .readdirSync(root)
      .filter(name => /^\d+$/.test(name))
      .sort((a, b) => Number(a) - Number(b))
      .at(-1)
  )
  fs.writeFileSync(join(root, step, 'stats.json'), '{"mean": 0}')
  const { url } = await serve(t, root)
  const ofRoot = await locked(fromPath(root), { files: true })
  const ofStep = await locked(fromPath(join(root, step)), { files: true })
  const runs = [
    () => verify(fromUrl(`${url}${step}/`), { lockfile: ofRoot }),
    () => verify(fromUrl(url), { lockfile: ofStep, step: Number(step) }),
  ]
  for (const run of runs)
    assert.deepEqual(
      serious(await run()).filter((/** @type {string} */ one) => one.startsWith('error')),
      [],
    )
  fs.writeFileSync(join(root, step, 'stats.json'), '{"mean": 1}')
  for (const run of runs)
    assert.deepEqual(
      serious(await run()).filter((/** @type {string} */ one) => one.startsWith('error')),
      ['error digest-mismatch'],
    )
})

test('plain HTTP: the arrays that a msgpack tree refers to are asked for', async t => {
  const root = scratch(t)
  const reference = 'PLACEHOLDER://a.w'
  fs.writeFileSync(
    join(root, 'checkpoint'),
    Buffer.concat([hex('81a170'), Buffer.from([0xa0 + reference.length]), bytes(reference)]),
  )
  fs.mkdirSync(join(root, 'a.w'))
  fs.writeFileSync(
    join(root, 'a.w/.zarray'),
    JSON.stringify({
      chunks: [2],
      compressor: null,
      dtype: '<i2',
      fill_value: 0,
      filters: null,
      order: 'C',
      shape: [4],
      zarr_format: 2,
    }),
  )
  for (const n of [0, 1]) fs.writeFileSync(join(root, `a.w/${n}`), 'abcd')
  const lockfile = await locked(fromPath(root))
  const { url } = await serve(t, root)
  assert.equal((await verify(fromUrl(url), { lockfile })).verdict, 'VERIFIED')
  fs.writeFileSync(join(root, 'a.w/1'), 'abce')
  assert.deepEqual(serious(await verify(fromUrl(url), { lockfile })), ['error digest-mismatch'])
  fs.rmSync(join(root, 'a.w'), { recursive: true })
  assert.equal((await verify(fromUrl(url), { lockfile })).exit_code, 1)
})
