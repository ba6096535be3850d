// Archives as sources: what is read of one is what is read of the directory that was packed.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { check, digest, fromArchive, fromPath, lock, verify } from '../../node/lib/index.js'
import { membersOf, tarOf, zipOf, zstdOf } from './support/archives.js'
import { casesIn } from './support/cases.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'

const kGroups = ['seed000', 'orbax', 'manager', 'multiprocess', 'v1', 'ocdbt', 'zarr', 'legacy', 'damaged', 'hunt']
const cases = kGroups.flatMap(casesIn)

/**
 * @typedef {import('./support/archives.js').Member} Member
 * @type {[kind: string, make: (members: Member[]) => Buffer][]}
 */
const kForms = [
  ['tar', members => tarOf(members)],
  ['tar.gz', members => gzipSync(tarOf(members, 'gnu'), { level: 1 })],
  ['tar.zst', members => zstdOf(tarOf(members), 3_000)],
  ['zip', members => zipOf(members)],
  ['zip', members => zipOf(members, { deflate: true, descriptor: true })],
]

const hasLinks = (/** @type {Member[]} */ members) => members.some(({ type }) => type === '2')

/** One form each, and all of them for a few. */
for (const [n, { name, source }] of cases.entries()) {
  const forms = n % 24 === 0 ? kForms : [kForms[n % kForms.length]]
  for (const [kind, make] of forms) {
    test(`${name} as ${kind}`, async t => {
      const archive = join(scratch(t), `a.${kind}`)
      const top = basename(source)
      let members = membersOf(source, `${top}/`)
      // What links lead to may lie beside the checkpoint.
      if (hasLinks(members)) members = membersOf(join(source, '..'))
      writeFileSync(archive, make(members))
      const opened = await fromArchive(archive, { inner: top })
      const call = n % 3 === 0 ? check : digest
      const options = { allSteps: true }
      assert.deepEqual(await outcome(call, opened, options), await outcome(call, fromPath(source), options))
    })
  }
}

async function outcome(/** @type {any} */ call, /** @type {any} */ source, /** @type {any} */ options) {
  try {
    return await call(source, options)
  } catch (error) {
    const { code, message } = /** @type {any} */ (error)
    return { code, message }
  }
}

const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')

test('a lockfile of the directory verifies the archive, and the other way round', async t => {
  const place = scratch(t)
  const { lockfile } = await lock(fromPath(baseline))
  for (const [n, [kind, make]] of kForms.entries()) {
    const archive = join(place, `${n}.${kind}`)
    writeFileSync(archive, make(membersOf(baseline, 'baseline_ckpt/')))
    assert.equal((await verify(fromArchive(archive), { lockfile, workers: 2, workersFrom: 0 })).exit_code, 0)
    assert.deepEqual((await lock(archive)).lockfile, lockfile)
  }
})

test('GNU tar packs, leafsum reads', async t => {
  const place = scratch(t)
  const { fingerprint } = await digest(fromPath(baseline))
  for (const format of ['v7', 'ustar', 'gnu', 'oldgnu', 'pax', 'posix']) {
    const archive = join(place, `${format}.tgz`)
    execFileSync('tar', [`--format=${format}`, '-C', join(baseline, '..'), '-czf', archive, 'baseline_ckpt'])
    assert.equal((await digest(archive)).fingerprint, fingerprint)
  }
})

test('one directory of several is named behind "!/"', async t => {
  const place = scratch(t)
  writeFileSync(join(place, 'runs.tar'), tarOf([...membersOf(baseline, 'runs/a/'), ...membersOf(baseline, 'runs/b/')]))
  const { stdout, status } = cli(['check', 'runs.tar!/runs/b'], { cwd: place })
  assert.equal(status, 0, stdout)
  const other = cli(['check', 'runs.tar!/runs/c'], { cwd: place })
  assert.equal(other.status, 2)
  assert.match(other.stderr, /has no directory "runs\/c": "runs" holds "a", "b"/)
})

test('a Blob is read as a file is', async t => {
  const place = scratch(t)
  const { fingerprint } = await digest(fromPath(baseline))
  for (const [n, [kind, make]] of kForms.entries()) {
    const packed = make(membersOf(baseline, 'baseline_ckpt/'))
    const blob = new Blob([packed])
    for (const options of [{ workers: 1 }, { workers: 2, workersFrom: 0 }])
      assert.equal((await digest(fromArchive(blob), options)).fingerprint, fingerprint, `${n} ${kind}`)
    writeFileSync(join(place, 'a.zip'), packed)
    assert.deepEqual(await check(fromArchive(blob)), await check(fromArchive(join(place, 'a.zip'))))
  }
})

test('stdin: a file in place, a pipe by way of --temp-dir, or not at all', async t => {
  const place = scratch(t)
  const packed = gzipSync(tarOf(membersOf(baseline, 'baseline_ckpt/')))
  const { fingerprint } = await digest(fromPath(baseline))
  const refused = cli(['digest', '-'], { input: /** @type {any} */ (packed) })
  assert.equal(refused.status, 2)
  assert.match(refused.stderr, /--temp-dir DIR/)
  const { stdout, status } = cli(['digest', '-', '--temp-dir', place], { input: /** @type {any} */ (packed) })
  assert.equal(status, 0)
  assert.match(stdout, new RegExp(fingerprint ?? 'none'))
  const full = cli(['digest', '-', '--temp-dir', place, '--max-disk', '1KiB'], { input: /** @type {any} */ (packed) })
  assert.equal(full.status, 2)
  assert.match(full.stderr, /more than the 1,024 bytes that --max-disk allows/)
  const nowhere = cli(['digest', '-', '--temp-dir', join(place, 'none')], { input: /** @type {any} */ (packed) })
  assert.match(nowhere.stderr, /no file can be made there/)
  assert.deepEqual(readdirSync(place), [])
})

test('what is compressed is kept in --temp-dir, and gone afterwards', async t => {
  const place = scratch(t)
  const spill = join(place, 'spill')
  mkdirSync(spill)
  const { fingerprint } = await digest(fromPath(baseline))
  for (const [kind, make] of kForms.slice(0, 3)) {
    const archive = join(place, `a.${kind}`)
    writeFileSync(archive, make(membersOf(baseline)))
    const options = { workers: 2, workersFrom: 0 }
    assert.equal((await digest(fromArchive(archive, { tempDir: spill }), options)).fingerprint, fingerprint)
    if (kind === 'tar') continue
    await assert.rejects(fromArchive(archive, { tempDir: spill, maxDisk: 1000 }), {
      code: 'source',
      message: /--max-disk/,
    })
  }
  assert.deepEqual(readdirSync(spill), [])
})

test('an archive that changes after it was opened is not read on', async t => {
  const archive = join(scratch(t), 'a.tar')
  writeFileSync(archive, tarOf(membersOf(baseline)))
  const store = await fromArchive(archive)
  appendFileSync(archive, 'x')
  const report = await check(store)
  assert.equal(report.verdict, 'INCOMPLETE')
  assert.ok(report.findings.some(({ code }) => code === 'changed-during-read'))
})
