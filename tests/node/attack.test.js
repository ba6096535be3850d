// Checkpoints that some reader restores otherwise than the locked one beside them: each is refused, and says what and
// where.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromPath, verify } from '../../node/lib/index.js'
import { fixtures } from './support/places.js'
import { assertValid } from './support/schema.js'
import { reportText } from '../../node/lib/report.js'

const kRoot = join(fixtures, 'attack')
const kReader = /Orbax|Checkpointer\b|CheckpointManager\b|\bv1 load|latest_step\(\)|restore_checkpoint|TensorStore/
const cases = readdirSync(kRoot)
  .filter(name => existsSync(join(kRoot, name, 'locked')))
  .sort()

test('there are cases', () => assert.ok(cases.length >= 10, cases.join()))

for (const name of cases) {
  test(`attack/${name}`, async () => {
    const lockfile = readFileSync(join(kRoot, name, 'locked.leafsum.json'))
    const locked = await verify(fromPath(join(kRoot, name, 'locked')), { lockfile, strict: true })
    assert.equal(locked.verdict, 'VERIFIED', reportText(locked))
    assert.deepEqual(
      locked.findings.filter((/** @type {any} */ one) => one.severity !== 'info'),
      [],
    )

    const report = await verify(fromPath(join(kRoot, name, 'ckpt')), { lockfile })
    assertValid('report', report)
    // What the lockfile speaks of is there unchanged, and a newer step beside it: nothing differs, something was not
    // read.
    const newer = report.findings.some((/** @type {any} */ one) => one.code === 'newer-step')
    assert.deepEqual(
      [report.verdict, report.exit_code],
      newer ? ['INCOMPLETE', 3] : ['MISMATCH', 1],
      reportText(report),
    )
    const serious = report.findings.filter((/** @type {any} */ one) => ['error', 'gap'].includes(one.severity))
    assert.notDeepEqual(serious, [], reportText(report))
    for (const { code, item, key_path: path, file, message } of serious) {
      assert.ok(path || file || item, `${code}: no place: ${message}`)
      if (['reader-divergence', 'newer-step'].includes(code)) assert.match(message, kReader)
    }
  })
}
