// A fingerprint as evidence, alone and with the lockfile that has it: then nothing that the fingerprint does not bind
// is believed, least of all the digests of stored bytes.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { digest, fromMap, fromPath, lock, verify } from '../../node/lib/index.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'

function load(/** @type {string} */ name) {
  const directory = join(fixtures, name, 'ckpt')
  const paths = /** @type {string[]} */ (fs.readdirSync(directory, { recursive: true }))
  return new Map(
    paths
      .filter(path => fs.statSync(join(directory, path)).isFile())
      .map(path => [path, new Uint8Array(fs.readFileSync(join(directory, path)))]),
  )
}
const text = (/** @type {Uint8Array | null} */ bytes) => new TextDecoder().decode(bytes ?? undefined)
const told = (/** @type {any} */ report) =>
  report.findings
    .filter((/** @type {any} */ f) => f.severity !== 'info')
    .map((/** @type {any} */ f) => `${f.severity} ${f.code} /${(f.key_path ?? []).join('/')}`)

const sound = load('damaged/base_plain')
const kChunk = 'params.Dense_0.kernel/0.0'
const evil = new Map(sound).set(kChunk, /** @type {Uint8Array} */ (sound.get('opt_state.0.mu/0.0')))

/** The lockfile of one checkpoint whose `stored` and `chunks` are another's. */
async function forged() {
  const [of, by] = await Promise.all(
    [sound, evil].map(async files => JSON.parse(text((await lock(fromMap(files), { chunks: true })).lockfile))),
  )
  const others = new Map(by.items[''].leaves.map((/** @type {any} */ leaf) => [String(leaf.key_path), leaf]))
  for (const leaf of of.items[''].leaves) {
    const { stored, chunks } = others.get(String(leaf.key_path))
    if (stored) Object.assign(leaf, { stored, chunks })
  }
  return { lockfile: JSON.stringify(of), fingerprint: of.fingerprint, other: by.fingerprint }
}

test('a forged stored digest: with the fingerprint everything is decoded', async t => {
  const { lockfile, fingerprint, other } = await forged()
  const kernel = ['error digest-mismatch /params/Dense_0/kernel']
  const report = await verify(fromMap(evil), { lockfile, fingerprint })
  assert.deepEqual([report.exit_code, told(report)], [1, kernel])
  assert.equal(report.fingerprint, other, 'what was decoded')
  assert.equal((await verify(fromMap(evil), { fingerprint })).exit_code, 1)
  assert.equal((await verify(fromMap(sound), { lockfile, fingerprint })).exit_code, 0)
  // A state of the fast path vouches for nothing here.
  let state = ''
  await verify(fromMap(evil), { lockfile }).then(one =>
    assert.equal(one.verdict, 'VERIFIED', 'this lockfile was named by the user'),
  )
  const file = {
    read: () => state,
    write: (/** @type {string} */ written) => {
      state = written
    },
  }
  const onDisk = (/** @type {Map<string, Uint8Array>} */ files, /** @type {string} */ root) => {
    for (const [path, bytes] of files) {
      fs.mkdirSync(join(root, path, '..'), { recursive: true })
      fs.writeFileSync(join(root, path), bytes)
    }
    return fromPath(root)
  }
  const root = scratch(t)
  await verify(onDisk(evil, root), { lockfile, state: { write: file.write } })
  assert.equal((await verify(fromPath(root), { lockfile, fingerprint, state: file })).exit_code, 1)
})

test('the lockfile must have the fingerprint', async () => {
  const { lockfile, other } = await forged()
  await assert.rejects(verify(fromMap(evil), { lockfile, fingerprint: other }), {
    code: 'evidence',
    message: /^lockfile refused: its fingerprint is not the one given/,
  })
})

test('a fingerprint makes a lockfile that came with the source trusted, and the headline says how far', async () => {
  const { report, lockfile } = await lock(fromMap(sound))
  const fingerprint = /** @type {string} */ (report.fingerprint)
  const given = { lockfile: lockfile ?? '', lockfileCameWithSource: true }
  const alone = await verify(fromMap(sound), given)
  // Its digests were taken over from evidence that nobody vouches for.
  assert.deepEqual([alone.verdict, alone.fingerprint], ['UNTRUSTED', null])
  const deep = await verify(fromMap(sound), { ...given, deep: true })
  assert.deepEqual([deep.verdict, deep.fingerprint], ['UNTRUSTED', fingerprint])
  assert.equal((await verify(fromMap(sound), { lockfile: given.lockfile })).fingerprint, fingerprint)
  for (const options of [{ ...given, fingerprint }, { fingerprint }]) {
    const both = await verify(fromMap(sound), options)
    assert.deepEqual([both.verdict, both.fingerprint], ['VERIFIED', fingerprint])
    assert.match(
      both.headline,
      /covered: values, dtypes, shapes and paths; not covered: key types, empty nodes, PRNG kinds, custom metadata/,
    )
  }
})

test('a fingerprint from whoever named the source proves nothing, unless a lockfile from elsewhere has it', async () => {
  const { report, lockfile } = await lock(fromMap(sound))
  const given = { fingerprint: /** @type {string} */ (report.fingerprint), fingerprintCameWithSource: true }
  const alone = await verify(fromMap(sound), given)
  assert.deepEqual([alone.verdict, alone.exit_code], ['UNTRUSTED', 4])
  assert.match(alone.headline, /leaves? consistent with the fingerprint, which came with the source/)
  assert.equal((await verify(fromMap(evil), given)).verdict, 'MISMATCH')
  const own = /** @type {Uint8Array} */ (lockfile)
  assert.equal((await verify(fromMap(sound), { ...given, lockfile: own })).verdict, 'VERIFIED')
  const both = { ...given, lockfile: own, lockfileCameWithSource: true }
  assert.equal((await verify(fromMap(sound), both)).verdict, 'UNTRUSTED')
  await assert.rejects(verify(fromMap(sound), { ...given, fingerprintCameWithSource: /** @type {any} */ ('no') }))
})

test('what the fingerprint does not bind is compared all the same', async () => {
  const { report, lockfile } = await lock(fromMap(sound))
  const document = JSON.parse(text(lockfile))
  const leaf = document.items[''].leaves.find((/** @type {any} */ one) => one.value_type === 'jax.Array')
  leaf.value_type = 'np.ndarray'
  const both = await verify(fromMap(sound), {
    lockfile: JSON.stringify(document),
    fingerprint: report.fingerprint ?? '',
  })
  assert.deepEqual(told(both), [`warning value-type-mismatch /${leaf.key_path.join('/')}`])
})

test('with --item the lockfile still has the whole fingerprint; patterns are refused', async () => {
  const files = load('manager/zarr2_items')
  const { report, lockfile } = await lock(fromMap(files))
  const evidence = { lockfile: lockfile ?? '', fingerprint: report.fingerprint ?? '' }
  const item = Object.keys(JSON.parse(text(lockfile)).items)[0]
  assert.equal((await verify(fromMap(files), { ...evidence, item })).verdict, 'VERIFIED')
  for (const patterns of [{ include: ['**'] }, { exclude: ['/none'] }]) {
    await assert.rejects(verify(fromMap(files), { ...evidence, ...patterns }), {
      code: 'usage',
      message: /covers every leaf/,
    })
    await assert.rejects(verify(fromMap(files), { fingerprint: evidence.fingerprint, ...patterns }), { code: 'usage' })
  }
})

test('the program takes both', async t => {
  const root = scratch(t)
  const ckpt = join(fixtures, 'damaged/base_plain/ckpt')
  const file = join(root, 'l.json')
  cli(['lock', ckpt, '-o', file])
  const output = await digest(fromPath(ckpt))
  assert.equal(cli(['verify', ckpt, '--lock', file, '--fingerprint', output.fingerprint]).status, 0)
  const other = cli(['verify', ckpt, '--lock', file, '--fingerprint', `leafsum1:${'0'.repeat(64)}`])
  assert.deepEqual([other.status, other.stdout], [2, ''])
})
