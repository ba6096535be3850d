// Files that are no part of a checkpoint: companions, which one note counts, and all others, which `lock --files`
// covers.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, fromMap, fromPath, fromUrl, lock, verify } from '../../node/lib/index.js'
import { blake3 } from 'hash-wasm'
import { cli } from './support/cli.js'
import { serve } from './support/http.js'
import { fixtures, scratch } from './support/places.js'
import { assertValid } from './support/schema.js'

const openpi = join(fixtures, 'hunt/custom_items/ckpt')
const hub = join(fixtures, 'hunt/hub_local_dir/ckpt')

function load(/** @type {string} */ directory) {
  const paths = /** @type {string[]} */ (fs.readdirSync(directory, { recursive: true }))
  return new Map(
    paths
      .filter(path => fs.statSync(join(directory, path)).isFile())
      .map(path => [path, new Uint8Array(fs.readFileSync(join(directory, path)))]),
  )
}
const text = (/** @type {Uint8Array | null} */ bytes) => new TextDecoder().decode(bytes ?? undefined)
const encode = (/** @type {string} */ words) => new TextEncoder().encode(words)
const told = (/** @type {any} */ report) =>
  report.findings.map((/** @type {any} */ f) => [f.severity, f.code, f.file].filter(Boolean).join(' '))

const serious = (/** @type {any} */ report) =>
  told(report).filter((/** @type {string} */ one) => !one.startsWith('info '))

/** @returns {Promise<Uint8Array>} */
async function locked(/** @type {any} */ source, options = {}) {
  const { report, lockfile } = await lock(source, { files: true, ...options })
  assert.ok(lockfile, report.headline)
  assertValid('lockfile', JSON.parse(text(lockfile)))
  return lockfile
}

test('companions: one note for all, which --strict does not mind', async () => {
  const files = load(hub)
  for (const path of [
    '.git/config',
    '.git/objects/0a/1',
    '.cache/huggingface/download/d/1.metadata',
    'LICENSE',
    'hub.leafsum.json',
  ])
    files.set(path, encode('xyz'))
  files.delete('config.json') // no companion: what it says, some program reads
  const report = await check(fromMap(files), { strict: true })
  assert.equal(report.exit_code, 0, report.headline)
  const [companions, ...rest] = report.findings
  assert.deepEqual([companions.code, companions.severity, companions.file, rest], ['companion-file', 'info', null, []])
  const all = [
    '.git/config',
    '.git/objects/0a/1',
    '.cache/huggingface/download/d/1.metadata',
    'LICENSE',
    'hub.leafsum.json',
    'README.md',
    '.gitattributes',
    'commit_success.txt',
  ]
  assert.equal(
    companions.actual,
    `${all.length} files, ${all.reduce((sum, path) => sum + (files.get(path)?.length ?? NaN), 0)} bytes`,
  )
  files.set('state.bin', encode('x'))
  assert.deepEqual(told(await check(fromMap(files))), ['info companion-file', 'warning unknown-file state.bin'])
})

test('a step that was not read has no companions', async () => {
  const files = load(join(fixtures, 'multiprocess/manager_2x2/ckpt'))
  const count = (/** @type {any} */ report) =>
    report.findings.find((/** @type {any} */ f) => f.code === 'companion-file')?.actual
  const counted = (/** @type {string} */ step) => {
    const all = [...files].filter(([path]) => path.startsWith(step) && path.endsWith('commit_success.txt'))
    return `${all.length} files, ${all.reduce((sum, [, bytes]) => sum + bytes.length, 0)} bytes`
  }
  assert.equal(count(await check(fromMap(files), { step: 3 })), counted('3/'))
  assert.equal(count(await check(fromMap(files), { allSteps: true })), counted(''))
  assert.notEqual(counted('3/'), counted(''))
})

test('lock --files: every other file, by path, in the layout of the format', async () => {
  const files = load(openpi)
  const lockfile = await locked(fromMap(files))
  const document = JSON.parse(text(lockfile))
  const paths = document.files.map((/** @type {any} */ file) => file.path)
  // Of the stores themselves what nothing refers to any more.
  const inStores = [...files.keys()].filter(path => /\/ocdbt\.process_0\/d\//.test(path) && paths.includes(path))
  const wanted = [
    '29999/assets/trossen/norm_stats.json',
    '29999/iter/process_0-of-1.json',
    'wandb_id.txt',
    ...inStores,
  ].sort()
  assert.deepEqual(
    document.files,
    await Promise.all(
      wanted.map(async path => {
        const bytes = /** @type {Uint8Array} */ (files.get(path))
        return { path, nbytes: bytes.length, digest: { blake3: await blake3(bytes) } }
      }),
    ),
  )
  const lines = document.files.map((/** @type {any} */ file) => JSON.stringify(file)).join(',\n')
  assert.ok(text(lockfile).includes(`\n]}},"files":[\n${lines}\n],"source":{`), 'the natural layout')
  // And without them nothing is another byte.
  const { lockfile: without } = await lock(fromMap(files))
  assert.equal(text(lockfile).replace(/,"files":\[\n[^]*\n\](?=,"source")/, ''), text(without))
})

test('no other files: an empty list, and then each is one too many', async () => {
  const files = load(join(fixtures, 'orbax/plain_sharded/ckpt'))
  const lockfile = await locked(fromMap(files))
  assert.match(text(lockfile), /,"files":\[\n\]/)
  assert.equal((await verify(fromMap(files), { lockfile, strict: true })).verdict, 'VERIFIED')
  files.set('tokenizer.model', encode('x'))
  assert.deepEqual(serious(await verify(fromMap(files), { lockfile })), ['error unknown-file tokenizer.model'])
})

test('verify holds each file against the lockfile', async () => {
  const sound = load(openpi)
  sound.delete('30000.orbax-checkpoint-tmp-0/.keep') // an unfinished step is a warning
  const lockfile = await locked(fromMap(sound))
  const report = await verify(fromMap(sound), { lockfile, strict: true })
  assert.equal(report.verdict, 'VERIFIED', report.headline)
  assert.match(
    report.headline,
    /leaves and \d+ other files equal to the lockfile; .*timestamps, [\d.]+ (B|KiB) that nobody vouches for$/,
  )
  const stats = '29999/assets/trossen/norm_stats.json'
  const was = /** @type {Uint8Array} */ (sound.get(stats))
  const flipped = was.map((byte, i) => (i === was.length >> 1 ? byte ^ 1 : byte))
  const outside = ['assets', 'iter'].map(name => `warning unknown-file 29999/${name}/`)
  const rows = /** @type {[(files: Map<string, Uint8Array>) => void, string[], Record<string, any>?, number?][]} */ ([
    [files => files.set(stats, flipped), [`error digest-mismatch ${stats}`]],
    [files => files.set(stats, Uint8Array.of(...was, 10)), [`error digest-mismatch ${stats}`]],
    [files => files.delete(stats), [`error missing-file ${stats}`]],
    [files => files.delete(stats), [`warning missing-file ${stats}`], { allowMissing: true }, 0],
    [files => files.set('29999/assets/trossen/more.json', was), ['error unknown-file 29999/assets/trossen/more.json']],
    [files => files.set('29999/more', was), ['warning unknown-file 29999/more'], { allowExtra: true }, 0],
    [files => files.set('29999/params/d/more', was), ['error unknown-file 29999/params/d/more']],
    [files => files.set('README.md', was), [], {}, 0],
    [
      files => files.set('30001.orbax-checkpoint-tmp-0/more', was),
      ['warning uncommitted 30001.orbax-checkpoint-tmp-0/'],
      {},
      0,
    ],
    // --item: what lies outside of it is not held against the lockfile, and so it is merely unknown.
    [files => files.set(stats, flipped), outside, { item: 'params' }, 0],
    [
      files => files.set('29999/params/more', was),
      [...outside, 'error unknown-file 29999/params/more'],
      { item: 'params' },
    ],
  ])
  const known = new Set(told(report))
  for (const [change, wanted, options, exit = 1] of rows) {
    const files = new Map(sound)
    change(files)
    const after = await verify(fromMap(files), { lockfile, ...options })
    assert.deepEqual(
      told(after)
        .filter((/** @type {string} */ one) => !known.has(one) && !one.startsWith('info '))
        .sort(),
      [...wanted].sort(),
      after.headline,
    )
    assert.equal(after.exit_code, exit, after.headline)
  }
})

test('without --files the headline counts them', async () => {
  const files = load(openpi)
  const { report, lockfile } = await lock(fromMap(files))
  assert.match(report.headline, /; 3 files beside the checkpoint are not locked \(--files\)/)
  const { headline } = await verify(fromMap(files), { lockfile: lockfile ?? '' })
  assert.match(headline, /[\d.]+ (B|KiB) that nobody vouches for \(3 files beside the checkpoint among them\)/)
})

test('a source without a listing: what was locked is asked for, and cannot be locked', async t => {
  const root = scratch(t)
  fs.cpSync(join(fixtures, 'orbax/plain_sharded/ckpt'), root, { recursive: true })
  fs.mkdirSync(join(root, 'assets'))
  fs.writeFileSync(join(root, 'assets/stats.json'), '{"mean": 0}')
  const lockfile = await locked(fromPath(root))
  const { url } = await serve(t, root)
  assert.equal((await verify(fromUrl(url), { lockfile })).verdict, 'VERIFIED')
  fs.writeFileSync(join(root, 'assets/stats.json'), '{"mean": 1}')
  assert.deepEqual(serious(await verify(fromUrl(url), { lockfile })), ['error digest-mismatch assets/stats.json'])
  fs.writeFileSync(join(root, 'assets/stats.json'), '{"mean": 10}')
  assert.deepEqual(serious(await verify(fromUrl(url), { lockfile })), ['error digest-mismatch assets/stats.json'])
  fs.rmSync(join(root, 'assets/stats.json'))
  assert.deepEqual(serious(await verify(fromUrl(url), { lockfile })), ['error missing-file assets/stats.json'])
  await assert.rejects(lock(fromUrl(url), { files: true }), { code: 'usage', message: /without a listing/ })
})

test('larger than a batch, empty, and many', async () => {
  const files = load(join(fixtures, 'damaged/base_zarr2/ckpt'))
  files.set('large', new Uint8Array(9 << 20).fill(3))
  files.set('empty', new Uint8Array())
  for (let n = 0; n < 600; n++) files.set(`many/${n}`, encode(String(n)))
  const lockfile = await locked(fromMap(files))
  const paths = JSON.parse(text(lockfile))
    .files.map((/** @type {any} */ file) => file.path)
    .filter((/** @type {string} */ path) => !path.startsWith('ocdbt.process_0/'))
  assert.deepEqual(paths, ['empty', 'large', ...Array.from({ length: 600 }, (_, n) => `many/${n}`)].sort())
  for (const workers of [1, 2])
    assert.equal((await verify(fromMap(files), { lockfile, workers, workersFrom: 0 })).verdict, 'VERIFIED')
  for (const path of ['large', 'many/599']) {
    const other = new Map(files)
    const bytes = /** @type {Uint8Array} */ (files.get(path))
    other.set(
      path,
      bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)),
    )
    assert.deepEqual(serious(await verify(fromMap(other), { lockfile })), [`error digest-mismatch ${path}`])
  }
})

test('the program: lock --files, verify', t => {
  const root = scratch(t)
  const ckpt = join(root, 'ckpt')
  fs.cpSync(openpi, ckpt, { recursive: true })
  assert.equal(cli(['lock', ckpt, '--files']).status, 0)
  const verified = () => cli(['verify', ckpt, '--lock', join(root, 'ckpt.leafsum.json'), '--strict'])
  fs.rmSync(join(ckpt, '30000.orbax-checkpoint-tmp-0'), { recursive: true, force: true })
  assert.equal(verified().status, 0, verified().stdout)
  fs.appendFileSync(join(ckpt, '29999/iter/process_0-of-1.json'), ' ')
  const { status, stdout } = verified()
  assert.equal(status, 1)
  assert.match(stdout, /29999\/iter\/process_0-of-1\.json/)
})
