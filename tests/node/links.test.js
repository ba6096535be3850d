// Links: which are followed (a table of paths), and what fromPath makes of real ones.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { check, fromPath, lock, verify } from '../../node/lib/index.js'
import { isFollowed } from '../../node/lib/stores/links.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

const sha1 = 'a'.repeat(40)
const sha256 = '0123456789abcdef'.repeat(4)
const text = (/** @type {Uint8Array | undefined} */ data) => data && new TextDecoder().decode(data)

// root, where the link lies, what it leads to, of which kind; followed by default, and with --follow-links
const rule = /** @type {[string, string, string, 'file' | 'directory' | 'other', boolean, boolean][]} */ ([
  ['/s', '/s', '/s/d/x', 'file', true, true],
  ['/s', '/s/a/b', '/s/x', 'file', true, true],
  ['/s', '/s', '/s/d', 'directory', true, true],
  ['/s', '/s/a', '/s/b', 'directory', true, true],
  ['/s', '/s/ab', '/s/a', 'directory', true, true],
  ['/s', '/s', '/s', 'directory', false, false],
  ['/s', '/s/a/b', '/s/a', 'directory', false, false],
  ['/s', '/s/a/b', '/s/a/b', 'directory', false, false],
  ['/s', '/s/a', '/', 'directory', false, false],
  ['/t/s', '/t/s/a', '/t', 'directory', false, false],
  ['/s', '/s', '/s/socket', 'other', false, false],
  ['/s', '/s', '/s2/x', 'file', false, true],
  ['/s', '/s', '/elsewhere', 'directory', false, true],
  ['/s', '/s', '/etc/passwd', 'file', false, true],
  ['/', '/a', '/b/x', 'file', true, true],
  // Beside the source, and beside each of six directories above it.
  ['/1/2/3/4/5/6/7/s', '/1/2/3/4/5/6/7/s', `/1/2/3/4/5/6/7/blobs/${sha256}`, 'file', true, true],
  ['/1/2/3/4/5/6/7/s', '/1/2/3/4/5/6/7/s/d', `/1/2/3/4/5/6/7/blobs/${sha1}`, 'file', true, true],
  ['/1/2/3/4/5/6/7/s', '/1/2/3/4/5/6/7/s', `/1/2/3/4/5/6/blobs/${sha256}`, 'file', true, true],
  ['/1/2/3/4/5/6/7/s', '/1/2/3/4/5/6/7/s', `/1/blobs/${sha256}`, 'file', true, true],
  ['/1/2/3/4/5/6/7/s', '/1/2/3/4/5/6/7/s', `/blobs/${sha256}`, 'file', false, true],
  ['/h/snapshots/r', '/h/snapshots/r', `/h/blobs/${sha256.toUpperCase()}`, 'file', true, true],
  ['/h/snapshots/r', '/h/snapshots/r', `/h/blobs/${sha256}`, 'directory', false, true],
  ['/h/snapshots/r', '/h/snapshots/r', `/h/blobs/x/${sha256}`, 'file', false, true],
  ['/h/snapshots/r', '/h/snapshots/r', `/h/blobs2/${sha256}`, 'file', false, true],
  ['/h/snapshots/r', '/h/snapshots/r', `/other/blobs/${sha256}`, 'file', false, true],
  ['/h/snapshots/r', '/h/snapshots/r', `/h/snapshots/other/blobs/${sha256}`, 'file', false, true],
  ...['', sha256.slice(1), `${sha256}0`, `${sha1}.incomplete`, `g${sha1.slice(1)}`].map(
    name => /** @type {any} */ (['/h/snapshots/r', '/h/snapshots/r', `/h/blobs/${name}`, 'file', false, true]),
  ),
])

test('links: the rule', () => {
  for (const [root, at, target, kind, byDefault, everywhere] of rule) {
    const link = { root, way: [at], target, kind }
    assert.equal(isFollowed(link), byDefault, `${at} in ${root} -> ${kind} ${target}`)
    assert.equal(
      isFollowed({ ...link, everywhere: true }),
      everywhere,
      `${at} in ${root} -> ${kind} ${target}, everywhere`,
    )
  }
})

test('links: one that lies behind others leads into none of their directories, and so deep only', () => {
  const link = { root: '/s', target: '/s/a', kind: /** @type {const} */ ('directory') }
  assert.equal(isFollowed({ ...link, way: ['/s', '/s/b'] }), true)
  assert.equal(isFollowed({ ...link, way: ['/s/a', '/s/b'] }), false)
  assert.equal(isFollowed({ ...link, way: Array(8).fill('/s/b') }), true)
  assert.equal(isFollowed({ ...link, way: Array(9).fill('/s/b'), everywhere: true }), false)
})

const linksOf = (/** @type {any} */ store) =>
  store
    .links()
    .map((/** @type {any} */ { path, isDirectory, followed, target }) =>
      [path, isDirectory && 'dir', followed && 'followed', target].filter(Boolean).join(' '),
    )
    .sort()

/** @param {import('node:test').TestContext} t  @param {Record<string, string>} entries  text, or `-> target` */
function tree(t, entries) {
  const root = scratch(t)
  for (const [path, content] of Object.entries(entries)) {
    fs.mkdirSync(dirname(join(root, path)), { recursive: true })
    if (content.startsWith('-> '))
      fs.symlinkSync(content.slice(3).replace('ROOT', fs.realpathSync(root)), join(root, path))
    else fs.writeFileSync(join(root, path), content)
  }
  return root
}

const kTree = {
  's/a/file': 'inside',
  's/b/other': 'x',
  'out/o/far': 'outside',
  'out/file': 'secret',
  [`blobs/${sha1}`]: 'blob',
  'blobs/notes': 'x',
  's/file': '-> a/file',
  's/absolute': '-> ROOT/s/a/file',
  's/b/chain': '-> ../file',
  's/dir': '-> a',
  's/roundabout': '-> ../out/back',
  'out/back': '-> ../s/a/file',
  's/blob': `-> ../blobs/${sha1}`,
  's/notblob': '-> ../blobs/notes',
  's/far': '-> ../out/o',
  's/gone': '-> nowhere',
  's/self': '-> self',
  's/up': '-> .',
  's/b/top': '-> ROOT/s',
  's/secret': '-> ROOT/out/file',
  's/throughfar': '-> far/far',
}

test('path: links inside the source and to blobs are files of the listing', async t => {
  const root = tree(t, kTree)
  const store = fromPath(join(root, 's'))
  const inside = [
    ['a/file', 6, 'f'],
    ['absolute', 6, 'f'],
    ['b/chain', 6, 'f'],
    ['b/other', 1, 'f'],
    ['b/top', 0, 'l'],
    ['blob', 4, 'f'],
    ['dir/file', 6, 'f'],
    ['far', 0, 'l'],
    ['file', 6, 'f'],
    ['gone', 0, 'l'],
    ['notblob', 0, 'l'],
    ['roundabout', 6, 'f'],
    ['secret', 0, 'l'],
    ['self', 0, 'l'],
    ['throughfar', 0, 'l'],
    ['up', 0, 'l'],
  ]
  assert.deepEqual(store.list(), inside)
  assert.deepEqual(linksOf(store), [
    'b/top dir',
    'dir dir followed a',
    'far dir',
    'gone',
    'notblob',
    'secret',
    'self',
    'throughfar',
    'up dir',
  ])
  for (const listed of [true, false]) {
    const reader = listed ? store : fromPath(join(root, 's'))
    for (const path of ['absolute', 'b/chain', 'dir/file', 'roundabout'])
      assert.equal(text(await reader.get(path)), 'inside', path)
    assert.equal(text(await reader.get('blob')), 'blob')
    for (const path of ['far/far', 'notblob', 'secret', 'throughfar', 'gone', 'self']) {
      await assert.rejects(reader.get(path), { kind: 'unreadable', message: /symlink/ }, path)
    }
    reader.close()
  }
})

test('path: followLinks follows everywhere but in circles', async t => {
  const store = fromPath(join(tree(t, kTree), 's'), { followLinks: true })
  const listed = store.list()
  assert.deepEqual(
    listed.filter(([, , kind]) => kind !== 'f'),
    ['b/top', 'gone', 'self', 'up'].map(path => [path, 0, 'l']),
  )
  assert.deepEqual(linksOf(store), ['b/top dir', 'dir dir followed a', 'far dir followed', 'gone', 'self', 'up dir'])
  assert.equal(text(await store.get('far/far')), 'outside')
  assert.equal(text(await store.get('secret')), 'secret')
  assert.equal(text(await store.get('throughfar')), 'outside')
  store.close()
  assert.throws(() => fromPath('.', { followLinks: /** @type {any} */ ('no') }), {
    name: 'LeafsumError',
    code: 'usage',
  })
})

test('path: circles through several links end, and ways that double are few', t => {
  const circle = fromPath(join(tree(t, { 's/a/x': '', 's/a/l': '-> ../b', 's/b/m': '-> ../a', 's/b/y': '' }), 's'))
  assert.deepEqual(
    circle.list().map(([path, , kind]) => `${path} ${kind}`),
    ['a/l/m l', 'a/l/y f', 'a/x f', 'b/m/l l', 'b/m/x f', 'b/y f'],
  )
  assert.deepEqual(linksOf(circle), ['a/l dir followed b', 'a/l/m dir a', 'b/m dir followed a', 'b/m/l dir b'])
  /** @type {Record<string, string>} */
  const doubling = {}
  for (let n = 0; n < 40; n++) {
    doubling[`s/d${n}/file`] = ''
    for (let l = 0; l < 4; l++) doubling[`s/d${n}/l${l}`] = `-> ../d${n + 1}`
  }
  doubling['s/d40/file'] = ''
  const store = fromPath(join(tree(t, doubling), 's'))
  const began = Date.now()
  const entries = store.list()
  assert.ok(entries.length < 400_000, String(entries.length))
  assert.ok(
    entries.some(([, , kind]) => kind === 'l'),
    'what was not followed is told',
  )
  assert.ok(Date.now() - began < 20_000)
})

test('path: a link that leads elsewhere after the listing has changed', async t => {
  const root = tree(t, { 's/a/file': 'one', 's/b/file': 'two', 's/l': '-> a/file', 's/d': '-> a', 'out/file': 'six' })
  const relink = (/** @type {string} */ name, /** @type {string} */ target) => {
    fs.rmSync(join(root, 's', name))
    fs.symlinkSync(target, join(root, 's', name))
  }
  // Same size and time: the file itself has to be told from another.
  for (const file of ['s/a/file', 's/b/file', 'out/file']) fs.utimesSync(join(root, file), 1, 1)
  const changes = /** @type {[string, () => void][]} */ ([
    ['l', () => relink('l', 'b/file')],
    ['l', () => relink('l', '../out/file')],
    ['l', () => relink('l', 'gone')],
    ['d/file', () => relink('d', 'b')],
    ['d/file', () => relink('d', '../out')],
    ['l', () => fs.appendFileSync(join(root, 's/a/file'), 'x')],
  ])
  for (const [path, change] of changes) {
    relink('l', 'a/file')
    relink('d', 'a')
    const store = fromPath(join(root, 's'))
    store.list()
    change()
    await assert.rejects(store.get(path), { kind: 'changed' }, String(change))
    store.close()
  }
})

test('path: a file in the place of another one is told by more than size and time', async t => {
  const root = tree(t, { 's/file': 'one', 's/other': 'two' })
  for (const file of ['s/file', 's/other']) fs.utimesSync(join(root, file), 1, 1)
  const store = fromPath(join(root, 's'))
  store.list()
  fs.renameSync(join(root, 's/other'), join(root, 's/file'))
  await assert.rejects(store.get('file'), { kind: 'changed' })
  store.close()
})

const hub = join(fixtures, 'hunt/hub_cache_symlinks')
const told = (/** @type {any} */ report) =>
  report.findings
    .filter((/** @type {any} */ one) => one.severity !== 'info')
    .map((/** @type {any} */ one) => [one.code, one.severity, one.file])

test("a snapshot of a hub's cache is read like the files themselves", async t => {
  const report = await check(fromPath(join(hub, 'ckpt')))
  assert.deepEqual([report.verdict, told(report)], ['SOUND', []], reportText(report))
  const copy = join(scratch(t), 'ckpt')
  fs.cpSync(join(hub, 'ckpt'), copy, { recursive: true, dereference: true })
  const { lockfile } = await lock(fromPath(copy))
  const same = await verify(fromPath(join(hub, 'ckpt')), { lockfile })
  assert.deepEqual([same.verdict, told(same)], ['VERIFIED', []])
  // Workers too, from the same listing.
  const threads = await verify(fromPath(join(hub, 'ckpt')), { lockfile, deep: true, workers: 2, workersFrom: 0 })
  assert.deepEqual([threads.verdict, told(threads)], ['VERIFIED', []])
})

test('a blob that is not there leaves a gap', async t => {
  const copy = join(scratch(t), 'hub')
  fs.cpSync(hub, copy, { recursive: true, verbatimSymlinks: true })
  const manifest = fs.readlinkSync(join(copy, 'ckpt/_sharding'))
  fs.rmSync(join(copy, 'blobs', basename(manifest)))
  const report = await check(fromPath(join(copy, 'ckpt')))
  assert.equal(report.verdict, 'INCOMPLETE')
  assert.deepEqual(told(report), [['symlink', 'gap', '_sharding']])
})

test('a step that is a link out of the source is a gap, or followed', t => {
  const source = join(fixtures, 'hunt/step_symlink/ckpt')
  const copy = join(scratch(t), 'copy')
  fs.cpSync(source, copy, { recursive: true, dereference: true })
  const plain = cli(['check', source, '--json'])
  assert.equal(plain.status, 3)
  assert.ok(
    JSON.parse(plain.stdout).findings.some(
      (/** @type {any} */ one) => one.code === 'symlink' && one.file === 'checkpoint_00004000',
    ),
  )
  for (const [command, args] of /** @type {[string, string[]][]} */ ([
    ['check', []],
    ['digest', []],
    ['ls', []],
    ['metadata', []],
    ['cat', ['/step']],
    ['diff', [source]],
    ['match', [source]],
    ['verify', ['--against', copy]],
  ])) {
    const followed = cli([command, source, ...args, '--follow-links'])
    assert.ok([0].includes(followed.status), `${command}: ${followed.stdout}${followed.stderr}`)
  }
  assert.match(cli(['check', source, '--follow-links']).stdout, /^ckpt \(step 4000\): SOUND: /)
})

test('a numbered manifest that is a link is the manifest that readers take', () => {
  const at = join(fixtures, 'attack/numbered-manifest-symlink')
  const lockfile = join(at, 'locked.leafsum.json')
  assert.equal(cli(['verify', join(at, 'locked'), '--lock', lockfile, '--strict']).status, 0)
  assert.equal(cli(['verify', join(at, 'ckpt'), '--lock', lockfile]).status, 1)
})

test("a directory behind a link is no companion, whatever the link's name", async t => {
  const at = join(fixtures, 'attack/flat-item-in-subdirectory')
  const lockfile = fs.readFileSync(join(at, 'locked.leafsum.json'))
  for (const name of ['README', 'LICENSE', 'SHA256SUMS', '.gitignore', '.git', 'x.leafsum.json']) {
    const root = scratch(t)
    fs.cpSync(join(at, 'ckpt'), join(root, 'ckpt'), { recursive: true })
    fs.renameSync(join(root, 'ckpt/state'), join(root, 'state'))
    fs.symlinkSync('../state', join(root, 'ckpt', name))
    const report = await verify(fromPath(join(root, 'ckpt')), { lockfile })
    assert.deepEqual([report.verdict, told(report)], ['INCOMPLETE', [['symlink', 'gap', name]]], name)
    // Followed, it is what v1 load would take.
    assert.equal(
      (await verify(fromPath(join(root, 'ckpt'), { followLinks: true }), { lockfile })).verdict,
      'MISMATCH',
      name,
    )
  }
})
