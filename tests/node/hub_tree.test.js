// `verify --hub-tree` and `--hub-cache`: what a hub tells of its files, by a saved answer, by the hub itself, and by
// the names of blobs in its client's cache.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { check, fromMap, fromPath, lock, verify } from '../../node/lib/index.js'
import { filesBelow, parseHubTree } from '../../node/lib/commands/hub_tree.js'
import { cli } from './support/cli.js'
import { startHub, treeOf } from './support/hub.js'
import { fixtures, scratch } from './support/places.js'

const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
const oid = '0123456789abcdef0123456789abcdef01234567'
const sha = '0123abcd'.repeat(8)

/** A repository with the checkpoint in runs/ckpt, and what the hub's API tells of it. */
function repository(/** @type {import('node:test').TestContext} */ t) {
  const root = scratch(t)
  const repo = join(root, 'repo')
  const ckpt = join(repo, 'runs/ckpt')
  fs.cpSync(baseline, ckpt, { recursive: true })
  const rows = treeOf(repo, 300)
  assert.ok(rows.some(({ lfs }) => lfs) && rows.some(({ lfs }) => !lfs))
  const file = join(root, 'tree.json')
  const save = (/** @type {any[]} */ some = rows) => fs.writeFileSync(file, JSON.stringify(some))
  save()
  return { root, repo, ckpt, rows, file, save }
}

const run = (/** @type {string[]} */ ...args) => {
  const { status, stdout, stderr } = cli(['verify', ...args, '--json'])
  assert.equal(stderr, '', stderr)
  const document = JSON.parse(stdout)
  assert.equal(document.exit_code, status)
  const found = document.findings
    .filter((/** @type {any} */ one) => one.severity === 'error')
    .map((/** @type {any} */ one) => `${one.code} ${one.file}`)
  return { ...document, found }
}

test('git itself names files so', () => {
  // `printf 'hello\n' | git hash-object --stdin`
  const expected = parseHubTree(
    Buffer.from(
      JSON.stringify([{ type: 'file', path: 'a', oid: 'ce013625030ba8dba906f756967f9e9ca394464a', size: 6 }]),
    ),
  ).get('a')
  const hasher = expected?.hasher(6)
  hasher?.update(Buffer.from('hello\n'))
  assert.equal(Buffer.from(hasher?.digest() ?? []).toString('hex'), expected?.digest)
})

test('a saved tree: of the repository, of its directory, and of a directory that is named', t => {
  const { root, repo, ckpt, rows, file, save } = repository(t)
  for (const [source, tree] of [
    [ckpt, file],
    [ckpt, `${file}!/runs/ckpt`],
    [ckpt, `${file}!/runs/ckpt/`],
    [repo, file],
  ]) {
    const got = run(source, '--hub-tree', tree, ...(source === repo ? ['--item', 'runs/ckpt'] : []))
    assert.deepEqual([got.verdict, got.found], ['VERIFIED', []], `${source} ${got.headline}`)
  }
  // Under another name only who knows can tell which directory it is.
  const moved = join(root, 'moved')
  fs.cpSync(ckpt, moved, { recursive: true })
  const lost = run(moved, '--hub-tree', file)
  assert.equal(lost.verdict, 'MISMATCH')
  assert.match(lost.findings.find((/** @type {any} */ one) => one.code === 'missing-file').message, /FILE!\/DIRECTORY/)
  assert.equal(run(moved, '--hub-tree', `${file}!/runs/ckpt`).verdict, 'VERIFIED')
  const { status, stderr } = cli(['verify', moved, '--hub-tree', `${file}!/runs/other`])
  assert.deepEqual([status, stderr], [2, 'leafsum: the hub\'s tree refused: it names no file below "runs/other"\n'])
  save([...rows, { type: 'file', path: 'README.md', size: 1, oid }])
  assert.equal(run(ckpt, '--hub-tree', file).verdict, 'MISMATCH')
  assert.equal(run(ckpt, '--hub-tree', `${file}!/runs/ckpt`).verdict, 'VERIFIED')
})

test('whatever byte changes, of large files and small ones; what is missing, and what is extra', t => {
  const { ckpt, rows, file, save } = repository(t)
  for (const { path, lfs } of rows) {
    const place = join(ckpt, path.slice('runs/ckpt/'.length))
    const bytes = fs.readFileSync(place)
    fs.writeFileSync(
      place,
      bytes.map((byte, n) => (n === bytes.length - 1 ? byte ^ 1 : byte)),
    )
    const got = run(ckpt, '--hub-tree', file)
    const [finding] = got.findings.filter((/** @type {any} */ one) => one.code === 'digest-mismatch')
    assert.equal(got.exit_code, 1)
    assert.equal(finding.file, path.slice('runs/ckpt/'.length))
    assert.match(finding.expected, lfs ? /^sha256:[0-9a-f]{64}$/ : /^git-sha1:[0-9a-f]{40}$/)
    fs.rmSync(place)
    assert.ok(run(ckpt, '--hub-tree', file).found.includes(`missing-file ${finding.file}`))
    fs.writeFileSync(place, bytes)
    // A tree that says nothing of one file
    save(rows.filter(row => row.path !== path))
    assert.deepEqual(run(ckpt, '--hub-tree', file).found, [`unknown-file ${finding.file}`])
    save()
  }
  assert.equal(run(ckpt, '--hub-tree', file).verdict, 'VERIFIED')
})

test("what the hub's client and git leave is not looked at, and no leaf can lie there", async t => {
  const { ckpt, rows, file, save } = repository(t)
  for (const path of ['.cache/huggingface/download/_METADATA.metadata', '.cache/huggingface/.gitignore', '.git/HEAD']) {
    fs.mkdirSync(join(ckpt, dirname(path)), { recursive: true })
    fs.writeFileSync(join(ckpt, path), 'x')
  }
  assert.deepEqual(run(ckpt, '--hub-tree', file).found, [])
  fs.writeFileSync(join(ckpt, '.cache/evil'), 'x')
  assert.deepEqual(run(ckpt, '--hub-tree', file).found, ['unknown-file .cache/evil'])
  fs.rmSync(join(ckpt, '.cache/evil'))
  // A file of a leaf among what is left out: it is as if it were not there.
  const data = rows.map(({ path }) => path.slice('runs/ckpt/'.length)).find(path => path.includes('d/')) ?? ''
  assert.ok(data)
  save(rows.filter(({ path }) => !path.endsWith(data)))
  const options = {
    hub: { tree: JSON.stringify(rows.filter(({ path }) => !path.endsWith(data))), directory: 'runs/ckpt' },
  }
  const files = new Map(
    rows.map(({ path }) => [
      path.slice('runs/ckpt/'.length),
      fs.readFileSync(join(ckpt, path.slice('runs/ckpt/'.length))),
    ]),
  )
  files.set(`.git/${data}`, /** @type {Buffer} */ (files.get(data)))
  files.delete(data)
  const report = await verify(fromMap(files), options)
  assert.equal(report.exit_code, 1, report.headline)
})

test('a tree that came with the source vouches for nothing; beside a lockfile it need not', async t => {
  const { root, ckpt, file } = repository(t)
  const inside = join(ckpt, 'tree.json')
  fs.copyFileSync(file, inside)
  assert.deepEqual(
    [run(ckpt, '--hub-tree', inside).verdict, run(ckpt, '--hub-tree', file).verdict],
    ['UNTRUSTED', 'MISMATCH'],
  )
  fs.rmSync(inside)
  const { lockfile } = await lock(fromPath(ckpt))
  const locked = join(root, 'lock.json')
  fs.writeFileSync(locked, lockfile ?? '')
  assert.match(
    run(ckpt, '--hub-tree', file, '--lock', locked).headline,
    /11 files equal to the sums, 2 leaves equal to/,
  )
  assert.match(cli(['verify', ckpt, '--hub-tree', file, '--allow-extra']).stderr, /would let leaves pass/)
  assert.equal(cli(['verify', ckpt, '--hub-tree', file, '--sums', file]).status, 2)
})

test('the hub itself is asked: of a copy that is trusted evidence, of its own files it is not', async t => {
  const { root, repo, ckpt, rows } = repository(t)
  const { url, close } = await startHub(repo)
  t.after(close)
  process.env.HF_ENDPOINT = url
  t.after(() => delete process.env.HF_ENDPOINT)
  const moved = join(root, 'moved')
  fs.cpSync(ckpt, moved, { recursive: true })
  const options = { hub: { tree: 'hf://org/repo/runs/ckpt' } }
  assert.equal((await verify(moved, options)).verdict, 'VERIFIED')
  assert.equal((await verify('hf://org/repo/runs/ckpt', options)).verdict, 'UNTRUSTED')
  // A tree that was saved elsewhere: the source's own directory is known.
  const saved = await verify('hf://org/repo/runs/ckpt', { hub: { tree: JSON.stringify(rows) } })
  assert.equal(saved.verdict, 'VERIFIED', saved.headline)
  fs.appendFileSync(join(moved, '_METADATA'), ' ')
  assert.equal((await verify(moved, options)).verdict, 'MISMATCH')
  await assert.rejects(verify(moved, { hub: { tree: 'hf://org/repo/nowhere' } }), {
    code: 'evidence',
    message: /no such directory/,
  })
  await assert.rejects(verify(moved, { hub: { tree: 'hf://org/other' } }), {
    code: 'evidence',
    message: /no such repository/,
  })
  await assert.rejects(verify(moved, { hub: { tree: 's3://bucket/x' } }), { code: 'usage', message: /hf:/ })
  for (const hub of [null, {}, { cache: 1 }, { trees: '[]' }, { tree: '[]', directory: 7 }])
    await assert.rejects(verify(moved, { hub: /** @type {any} */ (hub) }), { code: 'usage', message: /^hub: / })
  await assert.rejects(check(moved, options), { code: 'usage', message: /verify alone/ })
})

test('trees that cannot be read, or say nothing, are refused: exit code 2', t => {
  const row = (/** @type {any} */ more) => ({ type: 'file', path: 'a', size: 1, oid, ...more })
  /** @type {[any, RegExp][]} */
  const table = [
    ['{', /not JSON/],
    ['\xff', /not JSON/],
    ['', /not JSON/],
    [{}, /an array of files/],
    [{ error: 'Repository not found' }, /an array of files/],
    [null, /an array of files/],
    [[], /names no file/],
    [[[row({})]], /row 1: neither/],
    [[null], /row 1: neither/],
    [[7], /row 1: neither/],
    [[row({}), row({})], /row 2: "a" a second time/],
    [[row({ type: 'link' })], /neither a file/],
    [[row({ path: 7 })], /neither a file/],
    [[row({ path: '../a' })], /does not name a file below/],
    [[row({ path: '/a' })], /absolute/],
    [[row({ path: 'a//b' })], /does not name/],
    [[row({ path: 'a\0' })], /does not name/],
    [[row({ path: '' })], /does not name/],
    [[row({ oid: undefined })], /no digest/],
    [[row({ oid: null })], /no digest/],
    [[row({ oid: 7 })], /no digest/],
    [[row({ oid: [oid] })], /no digest/],
    [[row({ oid: oid.toUpperCase() })], /no digest/],
    [[row({ oid: sha })], /no digest/],
    [[row({ oid: oid.slice(1) })], /no digest/],
    [[row({ lfs: {} })], /no SHA-256/],
    [[row({ lfs: true })], /no SHA-256/],
    [[row({ lfs: { oid } })], /no SHA-256/],
    [[row({ lfs: { oid: sha.toUpperCase() } })], /no SHA-256/],
    [[row({ xetHash: sha })], /xet/],
    [[row({}), { type: 'directory', path: 'd', oid }], /"d" are not in it.*recursive/],
    [[{ type: 'directory', path: 'd', oid }], /names no file/],
  ]
  for (const [tree, why] of table) {
    const text = typeof tree === 'string' ? tree : JSON.stringify(tree)
    assert.throws(() => parseHubTree(Buffer.from(text, 'latin1')), { code: 'evidence', message: why }, text)
  }
  const file = join(scratch(t), 'tree.json')
  fs.writeFileSync(file, '[]')
  const { status, stdout, stderr } = cli(['verify', baseline, '--hub-tree', file])
  assert.deepEqual([status, stdout, stderr], [2, '', "leafsum: the hub's tree refused: it names no file\n"])
  assert.equal(cli(['verify', baseline, '--hub-tree', `${file}.gone`]).status, 2)
})

test('which directory of the repository the source is', () => {
  const tree = (/** @type {string[]} */ ...paths) =>
    parseHubTree(Buffer.from(JSON.stringify(paths.map(path => ({ type: 'file', path, size: 1, oid })))))
  const names = (
    /** @type {string[]} */ paths,
    /** @type {string} */ name,
    /** @type {string} [directory] */ directory,
  ) => [...filesBelow(tree(...paths), name, directory).keys()]
  assert.deepEqual(names(['a/b/x', 'a/b/y'], 'b'), ['x', 'y'])
  assert.deepEqual(names(['a/b/x', 'a/c/y'], 'a'), ['b/x', 'c/y'])
  assert.deepEqual(names(['a/b/x', 'a/c/y'], 'b'), ['a/b/x', 'a/c/y'])
  assert.deepEqual(names(['a/b/x', 'y'], 'a'), ['a/b/x', 'y'])
  assert.deepEqual(names(['a/x', 'ab/y'], 'a'), ['a/x', 'ab/y'])
  assert.deepEqual(names(['a/b/x', 'a/c/y'], 'z', 'a/b'), ['x'])
  assert.deepEqual(names(['a/b/x'], 'b', ''), ['a/b/x'])
  assert.throws(() => names(['a/a/x'], 'a'), { code: 'evidence', message: /twice: name the directory/ })
})

/** The checkpoint as huggingface_hub keeps it. */
function cache(/** @type {import('node:test').TestContext} */ t) {
  const { root, repo, rows } = repository(t)
  const place = join(root, 'models--org--repo')
  const snapshot = join(place, 'snapshots', 'c0ffee'.padEnd(40, '0'), 'runs/ckpt')
  fs.mkdirSync(join(place, 'blobs'), { recursive: true })
  fs.mkdirSync(join(place, 'refs'))
  /** @type {string[]} */
  const blobs = []
  for (const { path, oid, lfs } of rows) {
    const blob = join(place, 'blobs', lfs?.oid ?? oid)
    fs.copyFileSync(join(repo, path), blob)
    const link = join(snapshot, path.slice('runs/ckpt/'.length))
    fs.mkdirSync(dirname(link), { recursive: true })
    fs.symlinkSync(relative(dirname(link), blob), link)
    blobs.push(blob)
  }
  return { place, snapshot, blobs }
}

test('--hub-cache: each blob is what its name says, or is named', async t => {
  const { place, snapshot, blobs } = cache(t)
  const whole = await check(snapshot, { hub: { cache: true } })
  assert.deepEqual([whole.verdict, whole.findings], ['SOUND', (await check(snapshot)).findings])
  for (const blob of blobs) {
    const bytes = fs.readFileSync(blob)
    fs.writeFileSync(
      blob,
      bytes.map((byte, n) => (n === 0 ? byte ^ 1 : byte)),
    )
    const report = await check(snapshot, { hub: { cache: true } })
    const found = report.findings.filter(one => one.code === 'digest-mismatch')
    assert.equal(report.exit_code, 1)
    assert.deepEqual(
      found.map(one => one.expected?.replace(/^.*:/, '')),
      // Two files of one content are one blob.
      found.map(() => blob.slice(-(found[0]?.expected?.startsWith('sha') ? 64 : 40))),
    )
    assert.ok(found.length >= 1)
    fs.writeFileSync(blob, bytes)
  }
  assert.equal((await check(snapshot, { hub: { cache: true } })).exit_code, 0)
  assert.equal((await lock(snapshot, { hub: { cache: true } })).report.exit_code, 0)
  fs.writeFileSync(join(snapshot, 'extra'), 'x')
  const { status, stdout } = cli(['check', snapshot, '--hub-cache', '--json'])
  assert.equal(status, 1)
  assert.ok(
    JSON.parse(stdout).findings.some(
      (/** @type {any} */ one) => one.code === 'unknown-file' && one.file === 'extra' && one.severity === 'error',
    ),
  )
  // Of what is none, or none of its revisions
  assert.match(cli(['check', baseline, '--hub-cache']).stderr, /"baseline_ckpt" is no revision in the cache of a hub/)
  assert.match(cli(['check', place, '--hub-cache']).stderr, /models--org--repo\/snapshots\/c0ffee0/)
  await assert.rejects(check(fromMap({ a: Buffer.from('x') }), { hub: { cache: true } }), { code: 'usage' })
  assert.equal(createHash('sha1').update('blob 0\0').digest('hex'), 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391')
})
