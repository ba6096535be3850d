// OCDBT stores by their keys: what TensorStore reads, key by key and generation by generation.
import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, fromPath } from '../../node/lib/index.js'
import { casesIn, stores } from './support/cases.js'
import { cli } from './support/cli.js'
import { scratch } from './support/places.js'

/** The one item of `ls --keys --digest --json`. */
function keysOf(/** @type {string} */ source, /** @type {string[]} */ ...more) {
  const { status, stdout, stderr } = cli([
    'ls',
    source,
    '--keys',
    '--digest',
    '--algorithm',
    'sha256',
    '--json',
    ...more,
  ])
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, source)
  const { items } = JSON.parse(stdout)
  assert.equal(items.length, 1)
  return items[0]
}

/** As Python shows a key that may not be UTF-8: `backslashreplace`. */
function shown(/** @type {{ key: string | null, key_hex?: string }} */ { key, key_hex: hex }) {
  if (key !== null) return key
  let text = ''
  let rest = Buffer.from(/** @type {string} */ (hex), 'hex')
  while (rest.length > 0) {
    let n = Math.min(4, rest.length)
    while (n > 0 && (rest.toString('utf8', 0, n).includes('\ufffd') || [...rest.toString('utf8', 0, n)].length !== 1))
      n--
    text += n > 0 ? rest.toString('utf8', 0, n) : `\\x${rest.toString('hex', 0, 1)}`
    rest = rest.subarray(Math.max(n, 1))
  }
  return text
}

test('keys that are not UTF-8 are shown as the expectations show them', () => {
  const hex = (/** @type {any} */ bytes) => shown({ key: null, key_hex: Buffer.from(bytes).toString('hex') })
  assert.equal(hex([0x61, 0xff, 0xc3, 0xa9, 0xe2, 0x82]), 'a\\xff\u00e9\\xe2\\x82')
})

for (const { name, source, expected } of [...casesIn('ocdbt'), ...casesIn('zarr')].filter(one => !one.damage)) {
  for (const [item, { kv }] of Object.entries(expected.items)) {
    if (!kv) continue
    test(`keys of ${name}${item && `:${item}`}`, () => {
      const { keys } = keysOf(source)
      assert.equal(keys.length, kv.count)
      const own = new Map(keys.map((/** @type {any} */ key) => [shown(key), key]))
      assert.equal(own.size, kv.count)
      for (const { key, nbytes, sha256, blake3 } of kv.sample) {
        assert.equal(own.get(key)?.length, nbytes, key)
        assert.deepEqual(own.get(key)?.digest, { blake3, sha256 }, key)
      }
      const bytes = keys.map((/** @type {any} */ { key, key_hex: hex }) =>
        key === null ? Buffer.from(hex, 'hex') : Buffer.from(key),
      )
      for (let n = 1; n < bytes.length; n++) assert.ok(Buffer.compare(bytes[n - 1], bytes[n]) < 0)
    })
  }
}

for (const { name, source, wanted } of stores().filter(one => existsSync(join(one.source, 'manifest.ocdbt')))) {
  test(`keys of ${name}`, () => {
    const states = [
      [[], wanted.latest],
      ...Object.entries(wanted.at_generation ?? {}).map(([n, keys]) => [['--generation', n], keys]),
    ]
    for (const [options, expected] of states) {
      const own = keysOf(source, ...options).keys.map((/** @type {any} */ one) => [
        shown(one),
        { bytes: one.length, sha256: one.digest.sha256 },
      ])
      assert.deepEqual(Object.fromEntries(own), expected, options.join(' '))
    }
    if (!wanted.generations) return
    const { versions, generation, versions_unreadable: lost } = keysOf(source, '--versions')
    assert.deepEqual(
      versions.map((/** @type {any} */ one) => one.generation),
      wanted.generations,
    )
    assert.equal(generation, wanted.generations.at(-1))
    assert.deepEqual(lost, [])
  })
}

test('every sound store is sound, old generations too', async () => {
  for (const { name, source } of casesIn('ocdbt').filter(one => !one.damage)) {
    const { findings } = await check(fromPath(source))
    assert.deepEqual(
      findings.filter((/** @type {any} */ one) => one.code !== 'unclaimed-key'),
      [],
      name,
    )
  }
})

test('an older generation that is named ends with a headline that names the newest', async () => {
  const { source } = /** @type {any} */ (casesIn('ocdbt').find(one => one.name.includes('versions_20_default')))
  const newest = keysOf(source, '--versions').generation
  assert.match(
    (await check(fromPath(source), { generation: newest - 1 })).headline,
    new RegExp(`generation ${newest} is the newest`),
  )
  assert.doesNotMatch((await check(fromPath(source), { generation: newest })).headline, /newest/)
})

/** A copy of a store with numbered manifests, and their names. */
function numbered(/** @type {import('node:test').TestContext} */ t) {
  const from = casesIn('ocdbt').find(one => numberedIn(one.source).length > 3)
  assert.ok(from)
  const ckpt = join(scratch(t), 'ckpt')
  cpSync(from.source, ckpt, { recursive: true })
  return { ckpt, names: numberedIn(ckpt) }
}
const numberedIn = (/** @type {string} */ directory) =>
  readdirSync(directory)
    .filter(name => /^manifest\.[0-9a-f]{16}$/.test(name))
    .sort()

test('numbered manifests: the highest counts, and there is no falling back', t => {
  const { ckpt, names } = numbered(t)
  const newest = /** @type {string} */ (names.at(-1))
  const whole = readFileSync(join(ckpt, newest))
  const findings = () =>
    JSON.parse(cli(['check', ckpt, '--json']).stdout).findings.map((/** @type {any} */ one) => [
      one.code,
      one.severity,
      one.file,
    ])

  const bytes = Buffer.from(whole)
  bytes[bytes.length >> 1] ^= 4
  writeFileSync(join(ckpt, newest), bytes)
  assert.deepEqual(findings(), [['checksum', 'error', newest]])
  writeFileSync(join(ckpt, newest), whole.subarray(0, 10))
  assert.deepEqual(findings(), [['truncated', 'error', newest]])
  // Another number than the generation inside.
  writeFileSync(join(ckpt, newest), readFileSync(join(ckpt, names[0])))
  assert.deepEqual(findings(), [['invalid', 'error', newest]])
  // TensorStore's listing ends before names that begin with a letter.
  writeFileSync(join(ckpt, newest), whole)
  writeFileSync(join(ckpt, 'manifest.a000000000000000'), 'ignored')
  assert.deepEqual(
    findings().filter((/** @type {any} */ one) => one[0] !== 'unclaimed-key'),
    [['unknown-file', 'warning', 'manifest.a000000000000000']],
  )
  assert.equal(keysOf(ckpt, '--versions').generation, parseInt(newest.slice(9), 16))
  // The one before it, once the newest is gone.
  rmSync(join(ckpt, newest))
  assert.equal(keysOf(ckpt, '--versions').generation, parseInt(/** @type {string} */ (names.at(-2)).slice(9), 16))
  for (const name of names) rmSync(join(ckpt, name), { force: true })
  assert.deepEqual(
    findings().filter((/** @type {any} */ one) => one[0] === 'missing-file'),
    [['missing-file', 'warning', 'manifest.ocdbt']],
  )
})

test('--generation: what is not there is a usage error that names what is', () => {
  const { source } = /** @type {any} */ (
    casesIn('ocdbt').find(one => keysOf(one.source, '--versions').versions.length > 20)
  )
  const { versions } = keysOf(source, '--versions')
  for (const wanted of [versions[0], versions[Math.floor(versions.length / 2)]]) {
    const item = keysOf(source, '--versions', '--generation', String(wanted.generation))
    assert.equal(item.generation, wanted.generation)
    assert.equal(item.keys.length, wanted.num_keys)
  }
  const { status, stdout, stderr } = cli(['check', source, '--generation', '999999'])
  assert.deepEqual({ status, stdout }, { status: 2, stdout: '' })
  assert.match(stderr, /^leafsum: no generation 999999 .*it has .*\d+\n$/)
  assert.equal(cli(['ls', source, '--generation', '0']).status, 2)
  assert.equal(cli(['ls', source, '--digest']).status, 2)
  const plain = /** @type {any} */ (casesIn('zarr').find(one => !existsSync(join(one.source, 'manifest.ocdbt'))))
  if (plain) assert.equal(cli(['ls', plain.source, '--generation', '1']).status, 2)
})

test('ls --versions for people: times in ISO 8601, history that is gone is told', t => {
  const from = casesIn('ocdbt').find(
    one => !numberedIn(one.source).length && keysOf(one.source, '--versions').versions.length > 30,
  )
  assert.ok(from)
  const { status, stdout } = cli(['ls', from.source, '--versions'])
  assert.equal(status, 0)
  assert.match(stdout, /\n {2}generations\n(?: {4,}[* ] +\d+ +20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z.*\n)+/)
  assert.match(stdout, /\* +\d+ .*\n/)
  // Old data files may be deleted; the newest state stands.
  const ckpt = join(scratch(t), 'ckpt')
  cpSync(from.source, ckpt, { recursive: true })
  const before = keysOf(ckpt)
  let gone = 0
  for (const name of readdirSync(join(ckpt, 'd'))) {
    const file = join(ckpt, 'd', name)
    const bytes = readFileSync(file)
    rmSync(file)
    const { status, stdout } = cli(['ls', ckpt, '--keys', '--digest', '--json'])
    if (status === 0 && JSON.parse(stdout).items[0].keys.length === before.keys.length) gone++
    else writeFileSync(file, bytes)
  }
  assert.ok(gone > 0)
  const item = keysOf(ckpt, '--versions')
  assert.deepEqual(item.keys, before.keys)
  assert.ok(item.versions_unreadable.length > 0)
  assert.match(cli(['ls', ckpt, '--versions']).stdout, /more cannot be listed: the file is missing/)
  const { findings } = JSON.parse(cli(['check', ckpt, '--json']).stdout)
  assert.deepEqual(
    findings.filter((/** @type {any} */ one) => one.code !== 'unclaimed-key'),
    [],
  )
})

test('coverage sums to the size of the directory', async () => {
  for (const { name, source } of ['ocdbt', 'orbax', 'multiprocess', 'manager']
    .flatMap(casesIn)
    .filter(one => !one.damage)) {
    const {
      coverage,
      source: { bytes },
    } = await check(fromPath(source))
    assert.equal(
      Object.values(coverage).reduce((a, b) => a + b, 0),
      bytes,
      name,
    )
  }
})
