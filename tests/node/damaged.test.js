// Damaged, hostile and converted checkpoints: the outcome that the fixture allows, the right leaves named and no other.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fromPath, lock } from '../../node/lib/index.js'
import { casesIn } from './support/cases.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'
import { assertValid } from './support/schema.js'

const measure = fileURLToPath(new URL('./support/measure.mjs', import.meta.url))

/**
 * The words of `accept` as verdict and finding codes. An outcome needs one of its codes at a severity that matters; a
 * word beside `equal` may also be a warning, because the leaves verify.
 * @type {Record<string, string[]>}
 */
const kCodes = {
  mismatch: ['digest-mismatch', 'shape-mismatch', 'dtype-mismatch', 'structure-mismatch', 'value-type-mismatch'],
  corrupt: ['checksum', 'invalid', 'limit', 'hostile-path', 'truncated', 'structure-mismatch'],
  missing: ['missing-leaf', 'missing-chunk', 'missing-file'],
  extra: ['extra-leaf', 'unclaimed-key', 'unknown-file'],
  truncated: ['truncated'],
  uncommitted: ['uncommitted'],
}

/** Which words of `accept` a report fits. */
function outcomes(/** @type {any} */ report, /** @type {string[]} */ accept) {
  const verified = report.exit_code === 0
  const serious = report.findings.filter((/** @type {any} */ one) => ['error', 'gap'].includes(one.severity))
  const codes = new Set((verified ? report.findings : serious).map((/** @type {any} */ one) => one.code))
  return accept.filter(word =>
    word === 'equal' ? verified : (!verified || accept.includes('equal')) && kCodes[word].some(code => codes.has(code)),
  )
}

test('every word of accept is known', () => {
  for (const { name, damage } of cases)
    assert.deepEqual(
      damage.accept.filter((/** @type {string} */ word) => word !== 'equal' && !kCodes[word]),
      [],
      name,
    )
})

const cases = ['seed000', 'orbax', 'manager', 'multiprocess', 'v1', 'ocdbt', 'zarr', 'legacy', 'damaged', 'hunt']
  .flatMap(casesIn)
  .filter(one => one.damage)

test('damaged', async t => {
  const directory = scratch(t)
  /** @type {Map<string, string>} base → its lockfile */
  const lockfiles = new Map()
  for (const base of new Set(cases.map(one => one.damage.base).filter(Boolean))) {
    const { report, lockfile } = await lock(fromPath(join(fixtures, base, 'ckpt')))
    assert.ok(lockfile, `${base}: ${report.headline}`)
    const file = join(directory, `${lockfiles.size}.leafsum.json`)
    writeFileSync(file, lockfile)
    lockfiles.set(base, file)
  }
  const idle = await measured([])
  for (const { name, source, damage } of cases) {
    await t.test(name, async () => {
      const lockfile = lockfiles.get(damage.base)
      const { report, seconds, rssMiB } = await measured([source, ...(lockfile ? [lockfile] : [])])
      const found = `${report.headline}\n${report.findings.map((/** @type {any} */ one) => `${one.severity} ${one.code} ${one.key_path} ${one.message}`).join('\n')}`
      assertValid('report', report)
      assert.notDeepEqual(outcomes(report, damage.accept), [], found)
      if (damage.accept.length === 1 && damage.accept[0] === 'equal') assert.equal(report.verdict, 'VERIFIED', found)
      if (damage.leaves) assert.deepEqual(leavesNamed(report, damage.leaves), { missed: [], others: [] }, found)
      // Watchdogs, far from what it takes: bench/ measures.
      assert.ok(seconds < idle.seconds + 4, `${seconds} s`)
      assert.ok(rssMiB < idle.rssMiB + 64, `${rssMiB} MiB, ${idle.rssMiB} MiB idle`)
    })
  }
})

test('JSON of millions of values, and a tree of many thousands, take memory in proportion to their text', async t => {
  const zeros = `[${'0,'.repeat(4_000_000)}0]`
  const files = /** @type {Record<string, (text: string) => string>} */ ({
    _METADATA: text => `${text.slice(0, text.lastIndexOf('}'))},"x":${zeros}}`,
    '_strings.json': () => `{"x":${zeros}}`,
    _sharding: () => `{"x":${zeros}}`,
    _CHECKPOINT_METADATA: () => `{"x":${zeros}}`,
    'array_metadatas/process_0': () => `{"array_metadatas":${zeros}}`,
  })
  const idle = await measured([])
  for (const [file, change] of Object.entries(files)) {
    await t.test(file, async t => {
      const root = join(scratch(t), 'ckpt')
      cpSync(join(fixtures, 'damaged/base_zarr2/ckpt'), root, { recursive: true })
      const path = join(root, file)
      const text = change(readFileSync(path, 'utf8'))
      chmodSync(path, 0o644)
      writeFileSync(path, text)
      const { report, rssMiB } = await measured([root])
      assert.ok(
        report.findings.some((/** @type {any} */ one) => one.file === file && ['limit', 'invalid'].includes(one.code)),
        report.headline,
      )
      assert.ok(rssMiB < idle.rssMiB + 64, `${rssMiB} MiB, ${idle.rssMiB} MiB idle`)
    })
  }
  await t.test('entries', async t => {
    const root = scratch(t)
    const keys = Array.from({ length: 40_000 }, (_, i) => ['params', `layer_${(i / 10) | 0}`, `kernel_${i % 10}`])
    const entries = keys.map(path => [
      path.join(),
      {
        key_metadata: path.map(key => ({ key, key_type: 2 })),
        value_metadata: { value_type: 'jax.Array', skip_deserialize: false, write_shape: [2] },
      },
    ])
    writeFileSync(
      join(root, '_METADATA'),
      JSON.stringify({ tree_metadata: Object.fromEntries(entries), use_ocdbt: true }),
    )
    const { report, rssMiB } = await measured([root])
    assert.ok(
      report.findings.some((/** @type {any} */ one) => one.code === 'missing-file' && one.file === 'manifest.ocdbt'),
      report.headline,
    )
    assert.ok(rssMiB < idle.rssMiB + 64, `${rssMiB} MiB, ${idle.rssMiB} MiB idle`)
  })
})

async function measured(/** @type {string[]} */ args) {
  const { stdout } = await promisify(execFile)(process.execPath, [measure, ...args], {
    timeout: 60_000,
    maxBuffer: 1 << 26,
  })
  return JSON.parse(stdout)
}

/** Damaged leaves that no finding names, and sound ones that an error or a gap does name. */
function leavesNamed(/** @type {any} */ report, /** @type {string[][]} */ leaves) {
  const paths = (/** @type {any[]} */ findings) =>
    new Set(findings.filter(one => one.key_path).map(one => JSON.stringify(one.key_path)))
  const wanted = new Set(leaves.map(path => JSON.stringify(path)))
  const named = paths(report.findings)
  const blamed = paths(report.findings.filter((/** @type {any} */ one) => ['error', 'gap'].includes(one.severity)))
  return { missed: [...wanted].filter(path => !named.has(path)), others: [...blamed].filter(path => !wanted.has(path)) }
}

test('a sample goes through the real program', t => {
  const lockfile = join(scratch(t), 'l.json')
  for (const { name, source, damage } of cases.filter((one, n) => one.damage.base && n % 6 === 0)) {
    const locked = cli(['lock', join(fixtures, damage.base, 'ckpt'), '-o', lockfile, '--force', '-q'])
    assert.deepEqual(locked, { status: 0, signal: null, stdout: '', stderr: '' }, name)
    const { status, stdout, stderr } = cli(['verify', source, '--lock', lockfile, '--json'])
    assert.equal(stderr, '')
    const report = JSON.parse(stdout)
    assertValid('report', report)
    assert.equal(report.exit_code, status)
    assert.notDeepEqual(outcomes(report, damage.accept), [], name)
  }
})
