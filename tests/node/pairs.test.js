// A hundred checkpoints, each with a copy stored otherwise and a copy in which one thing is another
// (tests/vectors/pairs.json.gz, by tests/campaigns/make_pairs.py): equal fingerprints, and other ones with the right
// finding.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { test } from 'node:test'
import { digest, fromMap, lock, verify } from '../../node/lib/index.js'
import { vectors } from './support/places.js'
import { assertValid } from './support/schema.js'
import { reportText } from '../../node/lib/report.js'

const { pairs } = JSON.parse(gunzipSync(readFileSync(join(vectors, 'pairs.json.gz'))).toString())
const store = (/** @type {Record<string, string>} */ files) =>
  fromMap(
    Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path, new Uint8Array(Buffer.from(text, 'base64'))]),
    ),
  )

test('there are a hundred pairs, of every kind', () => {
  assert.equal(pairs.length, 100)
  const count = (/** @type {string} */ member) => new Set(pairs.map((/** @type {any} */ pair) => pair[member])).size
  assert.deepEqual([count('stored'), count('near')], [8, 6])
})

for (const { seed, stored, near, codes, leaf, base, copy, other } of pairs) {
  test(`pair ${seed}: ${stored}; ${near}`, async () => {
    const { report: locked, lockfile } = await lock(store(base))
    assert.equal(locked.verdict, 'LOCKED', reportText(locked))
    const evidence = { lockfile: /** @type {any} */ (lockfile) }

    const again = await verify(store(copy), evidence)
    assert.equal(again.verdict, 'VERIFIED', reportText(again))
    assert.equal(again.fingerprint, locked.fingerprint)
    assert.equal((await digest(store(copy))).fingerprint, locked.fingerprint)
    assert.equal(
      (await verify(store(copy), { fingerprint: /** @type {any} */ (locked.fingerprint) })).verdict,
      'VERIFIED',
    )
    // Where a chunk lies makes no difference to its bytes: these take the fast path.
    const sameBytes = ['saved again', 'OCDBT and plain files', 'other data files'].includes(stored)
    assert.equal(
      again.findings.some(one => one.code === 're-encoded'),
      !sameBytes,
      reportText(again),
    )

    const changed = await verify(store(other), evidence)
    assert.deepEqual([changed.verdict, changed.exit_code], ['MISMATCH', 1], reportText(changed))
    assert.notEqual(changed.fingerprint, locked.fingerprint)
    assert.equal(
      (await verify(store(other), { fingerprint: /** @type {any} */ (locked.fingerprint) })).verdict,
      'MISMATCH',
    )
    const errors = changed.findings.filter(one => one.severity === 'error')
    assert.deepEqual(errors.map(one => one.code).sort(), codes)
    for (const one of errors) assert.equal(one.key_path?.join('/').toLowerCase(), leaf.join('/'))
    for (const report of [locked, again, changed]) assertValid('report', report)
  })
}
