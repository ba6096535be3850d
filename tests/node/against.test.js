// A second source as evidence: what came with the first is not trusted, and the first itself is none, whatever path
// leads there.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { fromMap, fromPath, openCheckpoint, verify } from '../../node/lib/index.js'
import { placesOfUrl, relationOf } from '../../node/lib/stores/places.js'
import { cli } from './support/cli.js'
import { serve } from './support/http.js'
import { fixtures, scratch } from './support/places.js'

const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')

/**
 * `ckpt` and copies of it beside, and links of every kind. What lies in `ckpt` is there where it is asked for alone: a
 * copy in a checkpoint is taken by readers, whatever it is compared with.
 * @param {import('node:test').TestContext} t
 * @param {string[]} names
 */
function tree(t, names = ['ckpt/backup']) {
  const root = scratch(t)
  const at = (/** @type {string} */ name) => join(root, name)
  const isAsked = (/** @type {string} */ name) => names.some(asked => asked.includes(name))
  for (const name of ['ckpt', 'other', 'ckpt2']) fs.cpSync(baseline, at(name), { recursive: true })
  for (const name of ['ckpt/backup', 'ckpt/a/b'])
    if (isAsked(name) || (name === 'ckpt/backup' && names.includes('in')))
      fs.cpSync(baseline, at(name), { recursive: true })
  for (const [name, target] of Object.entries({ same: 'ckpt', in: 'ckpt/backup', away: 'other' }))
    fs.symlinkSync(target, at(name))
  if (isAsked('ckpt/out') || names.includes('far')) fs.symlinkSync('../other', at('ckpt/out'))
  if (names.includes('far')) fs.symlinkSync('ckpt/out', at('far'))
  if (isAsked('ckpt/up')) fs.symlinkSync('..', at('ckpt/up'))
  return root
}

const kPlaces = /** @type {[source: string, against: string, status: number][]} */ ([
  ['ckpt', 'other', 0],
  ['ckpt', 'ckpt2', 0],
  ['ckpt2', 'ckpt', 0],
  ['ckpt', 'away', 0],
  ['ckpt/backup', 'ckpt/a/b', 0],
  ['same', 'other', 0],
  ['ckpt', 'ckpt', 2],
  ['ckpt', 'ckpt/', 2],
  ['ckpt', './ckpt/.', 2],
  ['ckpt', 'ckpt/backup/..', 2],
  ['ckpt', 'other/../ckpt//', 2],
  ['ckpt', 'same', 2],
  ['same', 'ckpt', 2],
  ['ckpt/backup', 'in', 2],
  ['ckpt', 'ckpt/up/ckpt', 2],
  ['ckpt', 'ckpt/backup', 4],
  ['ckpt', 'ckpt/backup/', 4],
  ['ckpt', 'ckpt/a/b', 4],
  ['ckpt', 'in', 4],
  ['same', 'in', 4],
  ['ckpt', 'other/../ckpt/backup', 4],
  // The link itself is a gap, which is worse: a reader follows it.
  ['ckpt', 'ckpt/out', 3],
  ['ckpt', 'far', 3],
  ['ckpt', 'ckpt/up/other', 3],
  ['ckpt/backup', 'ckpt', 4],
  ['in', 'ckpt', 4],
  ['ckpt/a/b', 'same', 4],
])

test('where the evidence lies decides, on every way to it', t => {
  for (const [source, against, expected] of kPlaces) {
    const cwd = tree(t, [source, against])
    for (const names of [
      [source, against],
      [join(cwd, source), join(cwd, against) + (against.endsWith('/') ? '/' : '')],
    ]) {
      const { status, stderr } = cli(['verify', names[0], '--against', names[1], '-q'], { cwd })
      assert.equal(status, expected, `${names}: ${stderr}`)
      if (expected === 2) assert.match(stderr, /the source itself, which vouches for nothing/)
    }
  }
})

test('a directory that the system shows at two places is one', async t => {
  const cwd = tree(t)
  const stat = fs.statSync(join(cwd, 'ckpt'), { bigint: true })
  const store = /** @type {any} */ (fromPath(join(cwd, 'ckpt')))
  const elsewhere = (/** @type {string[]} */ ...more) => ({
    places: () => ({ own: ['/mnt/x', ...more], around: ['/mnt/x', ...more, '/mnt'] }),
  })
  assert.equal(relationOf(store, elsewhere(`${stat.dev}:${stat.ino}`)), 'same')
  assert.equal(relationOf(store, elsewhere()), undefined)
})

test('the API sees it of its own stores, is told it of others, and refuses what is the same', async t => {
  const cwd = tree(t)
  const open = (/** @type {string} */ name) => fromPath(join(cwd, name))
  const inside = await verify(open('ckpt'), { against: open('ckpt/backup') })
  assert.deepEqual([inside.verdict, inside.exit_code], ['UNTRUSTED', 4])
  assert.match(inside.headline, /came with the source and vouches for nothing/)
  assert.equal(
    (await verify(Promise.resolve(open('ckpt')), { against: Promise.resolve(open('ckpt/backup')) })).exit_code,
    4,
  )
  assert.equal(
    (await verify(await openCheckpoint(open('ckpt')), { against: await openCheckpoint(open('ckpt/backup')) }))
      .exit_code,
    4,
  )
  assert.equal(
    (await verify(open('ckpt'), { against: open('ckpt/backup'), againstCameWithSource: false })).exit_code,
    4,
  )
  assert.equal((await verify(open('ckpt2'), { against: open('other'), againstCameWithSource: true })).exit_code, 4)
  // What lies in it is what readers take, whatever vouches for the rest.
  const planted = await verify(open('ckpt'), { against: open('other') })
  assert.deepEqual(
    [planted.exit_code, planted.findings.find(one => one.severity === 'error')?.code],
    [1, 'reader-divergence'],
  )
  const one = open('ckpt')
  for (const against of [open('ckpt'), open('same'), one, await openCheckpoint(one)]) {
    await assert.rejects(verify(one, { against }), { code: 'evidence', message: /the source itself/ })
  }
  const map = fromMap({ 'w/.zarray': new Uint8Array() })
  await assert.rejects(verify(map, { against: map }), { code: 'evidence' })
  // What differs is worse than what is not trusted.
  fs.cpSync(join(fixtures, 'seed000/artifacts/tampered_ckpt'), join(cwd, 'ckpt/tampered'), { recursive: true })
  assert.equal((await verify(open('ckpt'), { against: open('ckpt/tampered') })).exit_code, 1)
})

const kUrls = /** @type {[string, string, string | undefined][]} */ ([
  ['https://h/a/b', 'https://h/a/c', undefined],
  ['https://h/a/b', 'https://h/a/bc', undefined],
  ['https://h/a', 'https://g/a/b', undefined],
  ['https://h:1/a', 'https://h:2/a', undefined],
  ['https://h/a/b', 'https://h/a/b/', 'same'],
  ['https://h/a/b', 'https://h/a/c/../b', 'same'],
  ['https://h/a/b', 'https://h//a/./b//', 'same'],
  ['https://h/a/b', 'https://H/%61/b', 'same'],
  ['https://h/a/b', 'http://h/a/b', 'same'],
  ['https://h/a/b', 'https://h./a/b', 'same'],
  ['https://h/a/b', 'https://h/a/%2e%2e/a/b', 'same'],
  ['https://h/a/b', 'https://h/a%2Fb', 'same'],
  ['https://h/a', 'https://h/a/b', 'with'],
  ['https://h/', 'https://h/a/b', 'with'],
  ['https://h/a/b%20c', 'https://h/a/b c/d', 'with'],
  ['https://h/a', 'https://h/a/b%', 'with'],
  ['https://hub/o/n/resolve/main/x', 'https://hub/o/n/resolve/v2/x', 'with'],
  ['https://hub/o/n/resolve/main', 'https://hub/o/n/raw/main/y', 'with'],
  ['https://hub/o/n/resolve/main', 'https://hub/o/m/resolve/main', undefined],
  ['https://hub/datasets/o/n/resolve/1', 'https://hub/datasets/o/n/resolve/2', 'with'],
  ['https://hub/datasets/o/n/resolve/1', 'https://hub/datasets/o/m/resolve/1', undefined],
])

test('URLs: below, above, the same, published together', () => {
  const places = (/** @type {string} */ url) => ({ places: () => placesOfUrl(new URL(url)) })
  for (const [a, b, expected] of kUrls) {
    assert.equal(relationOf(places(a), places(b)), expected, `${a} ${b}`)
    assert.equal(relationOf(places(b), places(a)), expected, `${b} ${a}`)
  }
})

test('a server: evidence below the source, above it, beside it', async t => {
  const { url } = await serve(t, tree(t))
  const { fromUrl } = await import('../../node/lib/index.js')
  const codeOf = async (/** @type {string} */ a, /** @type {string} */ b) =>
    (await verify(fromUrl(url + a), { against: fromUrl(url + b) })).exit_code
  assert.deepEqual(
    await Promise.all([codeOf('ckpt', 'ckpt/backup'), codeOf('ckpt/backup', 'ckpt'), codeOf('ckpt', 'other')]),
    [4, 4, 0],
  )
  await assert.rejects(codeOf('ckpt', 'ckpt//'), { code: 'evidence' })
})

test('a path from elsewhere on the disk is as good as a short one', t => {
  const cwd = tree(t)
  const inside = relative(cwd, join(cwd, 'other')) // a plain name
  assert.equal(cli(['verify', 'ckpt2', '--against', inside, '-q'], { cwd }).status, 0)
  assert.equal(cli(['verify', '.', '--against', 'backup', '-q'], { cwd: join(cwd, 'ckpt') }).status, 4)
  assert.equal(cli(['verify', '.', '--against', '..', '-q'], { cwd: join(cwd, 'ckpt/backup') }).status, 4)
})
