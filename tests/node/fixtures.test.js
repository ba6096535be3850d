// Every fixture: digests against what the real readers restored, damage against what it may be called.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { digest, fromPath, lock } from '../../node/lib/index.js'
import { byKeyPath, casesIn, expectedItems, fingerprints } from './support/cases.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'

const kWhole = ['seed000', 'orbax', 'manager', 'multiprocess', 'v1']   // nothing in these may be missing
const kPartly = ['ocdbt', 'zarr', 'legacy']                            // what is not supported yet is told, never wrong
const kAlgorithms = /** @type {['blake3', 'sha256']} */ (['blake3', 'sha256'])
const measure = fileURLToPath(new URL('./support/measure.mjs', import.meta.url))

for (const { name, source, expected } of kWhole.flatMap(casesIn).filter(one => !one.damage)) {
  test(`digest ${name}`, async () => {
    const report = await digest(fromPath(source), { algorithms: kAlgorithms, allSteps: true })
    assert.equal(report.exit_code, 0, report.headline)
    const items = Object.fromEntries(Object.entries(report.output.items).map(([item, { leaves }]) => [item, byKeyPath(leaves)]))
    assert.deepEqual(items, expectedItems(expected))
  })
}

for (const { name, source, expected } of kPartly.flatMap(casesIn).filter(one => !one.damage)) {
  test(`digest ${name}: equal, or said to be unsupported`, async () => {
    const report = await digest(fromPath(source), { algorithms: kAlgorithms, allSteps: true })
    assert.ok([0, 3].includes(report.exit_code), report.headline)
    const wanted = expectedItems(expected)
    let missing = 0
    for (const [item, leaves] of Object.entries(wanted)) {
      const own = byKeyPath(report.output.items[item]?.leaves ?? [])
      for (const [path, leaf] of Object.entries(leaves)) {
        if (own[path]) assert.deepEqual(withoutAbsent(own[path], leaf), leaf, `${item}:${path}`)
        else missing++
      }
    }
    if (report.exit_code === 0) assert.equal(missing, 0)
    else assert.ok(report.findings.some((/** @type {any} */ one) => one.code === 'unsupported'), report.headline)
  })
}

// Old environments had no blake3: expected.json has SHA-256 alone then.
function withoutAbsent(/** @type {any} */ leaf, /** @type {any} */ wanted) {
  return leaf.digest && wanted.digest && wanted.digest.blake3 === undefined
    ? { ...leaf, digest: { blake3: undefined, sha256: leaf.digest.sha256 } }
    : leaf
}

for (const [name, vector] of Object.entries(fingerprints)) {
  const whole = [...kWhole, 'damaged'].includes(name.split('/')[0])
  test(`fingerprint ${name}`, async () => {
    const source = fromPath(join(fixtures, name))
    const one = await digest(source)
    if (one.exit_code !== 0 && !whole) {
      assert.equal(one.exit_code, 3, one.headline)
      assert.equal(one.output.fingerprint, null)
      return
    }
    assert.equal(one.exit_code, 0, one.headline)
    assert.deepEqual(prints(one.output), { fingerprint: vector.fingerprint, items: vector.items })
    const all = await digest(source, { allSteps: true })
    const { fingerprint, items } = vector.all_steps ?? vector
    assert.deepEqual(prints(all.output), { fingerprint, items })
    assert.equal(one.source.step, vector.step)
  })

  test(`stored digests ${name}`, { skip: vector.stored.length === 0 }, async () => {
    const { report, lockfile } = await lock(fromPath(join(fixtures, name)))
    if (!lockfile) {
      assert.ok(!whole && report.exit_code === 3, report.headline)
      return
    }
    const locked = JSON.parse(new TextDecoder().decode(lockfile))
    assert.equal(locked.fingerprint, vector.fingerprint)
    for (const [item, path, stored] of vector.stored) {
      assert.equal(byKeyPath(locked.items[item].leaves)[JSON.stringify(path)]?.stored, stored, `${item}:${path}`)
    }
  })
}

const prints = (/** @type {any} */ { fingerprint, items }) =>
  ({ fingerprint, items: Object.fromEntries(Object.entries(items).map(([item, one]) => [item, one.fingerprint])) })

test('damaged', async t => {
  const directory = scratch(t)
  /** @type {Map<string, string>} base → its lockfile */
  const lockfiles = new Map()
  const damaged = [...kWhole, 'damaged'].flatMap(casesIn).filter(one => one.damage)
  for (const base of new Set(damaged.map(one => one.damage.base).filter(Boolean))) {
    const { report, lockfile } = await lock(fromPath(join(fixtures, base, 'ckpt')))
    assert.ok(lockfile, `${base}: ${report.headline}`)
    const file = join(directory, `${lockfiles.size}.leafsum.json`)
    writeFileSync(file, lockfile)
    lockfiles.set(base, file)
  }
  for (const { name, source, damage } of damaged) {
    await t.test(name, async () => {
      const lockfile = lockfiles.get(damage.base)
      const { report, seconds, rssMiB } = await verifyAlone(source, lockfile)
      const found = `${report.headline}\n${report.findings.map((/** @type {any} */ one) => `${one.severity} ${one.code} ${one.key_path} ${one.message}`).join('\n')}`
      if (!damage.accept.includes('equal')) assert.notEqual(report.exit_code, 0, found)
      else if (damage.accept.length === 1) assert.equal(report.exit_code, 0, found)
      else assert.ok(report.exit_code !== 0 || report.findings.length > 0, found)
      assert.ok([0, 1, 3].includes(report.exit_code), found)
      if (damage.leaves) assert.deepEqual(leavesNamed(report, damage.leaves), { missed: [], others: [] }, found)
      assert.ok(seconds < 5, `${seconds} s`)
      assert.ok(rssMiB < 300, `${rssMiB} MiB`)
    })
  }
})

async function verifyAlone(/** @type {string} */ source, /** @type {string | undefined} */ lockfile) {
  const { stdout } = await promisify(execFile)(process.execPath, [measure, source, ...(lockfile ? [lockfile] : [])], { timeout: 60_000, maxBuffer: 1 << 26 })
  return JSON.parse(stdout)
}

/** Damaged leaves that no finding names, and sound ones that an error or a gap does name. */
function leavesNamed(/** @type {any} */ report, /** @type {string[][]} */ leaves) {
  const paths = (/** @type {any[]} */ findings) => new Set(findings.filter(one => one.key_path).map(one => JSON.stringify(one.key_path)))
  const wanted = new Set(leaves.map(path => JSON.stringify(path)))
  const named = paths(report.findings)
  const blamed = paths(report.findings.filter((/** @type {any} */ one) => ['error', 'gap'].includes(one.severity)))
  return { missed: [...wanted].filter(path => !named.has(path)), others: [...blamed].filter(path => !wanted.has(path)) }
}

test('a sample goes through the real program', t => {
  const directory = scratch(t)
  const lockfile = join(directory, 'l.json')
  for (const { name, source, damage } of casesIn('damaged').filter((one, n) => one.damage?.base && n % 6 === 0)) {
    const locked = cli(['lock', join(fixtures, damage.base, 'ckpt'), '-o', lockfile, '--force', '-q'])
    assert.deepEqual(locked, { status: 0, signal: null, stdout: '', stderr: '' }, name)
    const { status, stdout, stderr } = cli(['verify', source, '--lock', lockfile, '--json'])
    assert.equal(stderr, '')
    assert.equal(JSON.parse(stdout).exit_code, status)
    assert.equal(status === 0, damage.accept.includes('equal') && (damage.accept.length === 1 || status === 0), name)
  }
  for (const { source, expected } of kWhole.flatMap(group => casesIn(group).filter(one => !one.damage).slice(0, 1))) {
    const { status, stdout, stderr } = cli(['digest', source, '--json', '--algorithm', 'blake3,sha256', '--all-steps'])
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
    const items = Object.fromEntries(Object.entries(JSON.parse(stdout).items).map(([item, { leaves }]) => [item, byKeyPath(leaves)]))
    assert.deepEqual(items, expectedItems(expected))
  }
})
