// Every intact fixture: digests, fingerprints, keys and values against what the real readers gave.
import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { digest, fromPath, list, lock } from '../../node/lib/index.js'
import { byKeyPath, casesIn, expectedItems, fingerprints, placeOf, stores, withoutCases } from './support/cases.js'
import { cli } from './support/cli.js'
import { assertValid } from './support/schema.js'

const kGroups = ['seed000', 'orbax', 'manager', 'multiprocess', 'v1', 'ocdbt', 'zarr', 'legacy', 'damaged', 'hunt']
const kAlgorithms = /** @type {['blake3', 'sha256']} */ (['blake3', 'sha256'])
const intact = kGroups.flatMap(casesIn).filter(one => !one.damage)

for (const { name, source, expected } of intact) {
  test(`digest ${name}`, async () => {
    const options = { algorithms: kAlgorithms, allSteps: true }
    const leadsOut = hasLinkedDirectory(source)
    // A step elsewhere is not read unasked.
    if (leadsOut) assert.equal((await digest(fromPath(source), options)).report.exit_code, 3)
    const { report, ...digests } = await digest(fromPath(source, { followLinks: leadsOut }), options)
    assertValid('digest', digests)
    assertValid('report', report)
    assert.equal(report.exit_code, 0, report.headline)
    const items = Object.fromEntries(
      Object.entries(digests.items).map(([item, { leaves }]) => [item, byKeyPath(leaves)]),
    )
    assert.deepEqual(asFarAsKnown(items, expected), expectedItems(expected))
  })
}

const hasLinkedDirectory = (/** @type {string} */ source) =>
  readdirSync(source, { withFileTypes: true }).some(
    one => one.isSymbolicLink() && statSync(join(source, one.name)).isDirectory(),
  )

/** Old environments had no blake3: their expected.json has SHA-256 alone. */
function asFarAsKnown(/** @type {Record<string, any>} */ items, /** @type {any} */ expected) {
  if (JSON.stringify(expected).includes('"blake3"')) return items
  return JSON.parse(JSON.stringify(items), (key, value) =>
    key === 'digest' ? { blake3: undefined, sha256: value.sha256 } : value,
  )
}

for (const [name, vector] of Object.entries(fingerprints)) {
  const { place, skip } = placeOf(name)
  test(`fingerprint ${name}`, { skip }, async () => {
    const source = fromPath(place)
    const one = await digest(source)
    assert.equal(one.report.exit_code, 0, one.report.headline)
    assert.deepEqual(prints(one), { fingerprint: vector.fingerprint, items: vector.items })
    const all = await digest(source, { allSteps: true })
    const { fingerprint, items } = vector.all_steps ?? vector
    assert.deepEqual(prints(all), { fingerprint, items })
    assert.equal(one.report.source.step, vector.step)
  })

  test(`stored digests ${name}`, { skip: skip || vector.stored.length === 0 }, async () => {
    const { report, lockfile } = await lock(fromPath(place))
    assert.ok(lockfile, report.headline)
    const locked = JSON.parse(new TextDecoder().decode(lockfile))
    assertValid('lockfile', locked)
    assert.equal(locked.fingerprint, vector.fingerprint)
    for (const [item, path, stored] of vector.stored) {
      assert.equal(byKeyPath(locked.items[item].leaves)[JSON.stringify(path)]?.stored, stored, `${item}:${path}`)
    }
  })
}

const prints = (/** @type {any} */ { fingerprint, items }) => ({
  fingerprint,
  items: Object.fromEntries(Object.entries(items).map(([item, one]) => [item, one.fingerprint])),
})

for (const { name, source, expected } of intact.filter(one =>
  Object.values(one.expected.items).some((/** @type {any} */ item) => item.kv),
)) {
  test(`keys ${name}`, async () => {
    const listed = await list(fromPath(source), { keys: true })
    for (const [item, { kv }] of /** @type {[string, any][]} */ (Object.entries(expected.items))) {
      const keys = /** @type {any} */ (listed.items).find((/** @type {any} */ one) => one.name === item).keys
      assert.equal(keys.length, kv.count)
      const lengths = new Map(keys.map((/** @type {any} */ one) => [keyText(one), one.length]))
      for (const { key, nbytes } of kv.sample) assert.equal(lengths.get(key), nbytes, key)
    }
  })
}

/** As expected.json shows keys: bytes that are not UTF-8 are escaped. */
function keyText(/** @type {{ key: string | null, key_hex?: string }} */ { key, key_hex = '' }) {
  if (key !== null) return key
  const bytes = Buffer.from(key_hex, 'hex')
  return [...bytes].map(byte => (byte < 128 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join('')
}

test('stores of other projects', { skip: withoutCases }, () => assert.ok(stores().length > 10))

for (const { name, source, wanted } of stores()) {
  test(`keys of ${name}`, async () => {
    const listed = await list(fromPath(source), { keys: true })
    const keys = Object.fromEntries(
      listed.items
        .flatMap((/** @type {any} */ item) => item.keys ?? [])
        .map((/** @type {any} */ one) => [keyText(one), one.length]),
    )
    assert.deepEqual(keys, Object.fromEntries(Object.entries(wanted.latest).map(([key, value]) => [key, value.bytes])))
  })
}

test('a sample goes through the real program', () => {
  for (const { source, expected } of kGroups.slice(0, 5).flatMap(group =>
    casesIn(group)
      .filter(one => !one.damage)
      .slice(0, 1),
  )) {
    const { status, stdout, stderr } = cli(['digest', source, '--json', '--algorithm', 'blake3,sha256', '--all-steps'])
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
    const items = Object.fromEntries(
      Object.entries(JSON.parse(stdout).items).map(([item, { leaves }]) => [item, byKeyPath(leaves)]),
    )
    assert.deepEqual(items, expectedItems(expected))
  }
})
