// Inputs whose cost could be a product of two numbers that they name (tests/campaigns/hostile_layouts.mjs): at the
// limit they are read, above it they are given up, with a gap that says so; and neither takes long.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, fromMap } from '../../node/lib/index.js'
import { hostile } from '../campaigns/hostile_layouts.mjs'
import { reportText } from '../../node/lib/report.js'

/** @type {[layout: string, read: number, given_up: number | undefined, why: RegExp | undefined, seconds: number][]} */
const kCases = [
  ['codecs: crc32c after crc32c', 64, 65, /at most 64|too many bytes -> bytes codecs/, 1],
  ['OCDBT: one document for all leaves', 480, 520, /too many leaves share one array/, 1],
  ['OCDBT: keys that share a long beginning', 280, 1000, /b-tree is too large to be listed/, 1],
  ['OCDBT: one node for all children', 500, 4000, /b-tree is too large to be listed/, 1],
  ['OCDBT: key paths of one name', 60, 2000, /too many leaves share keys/, 2],
  ['OCDBT: file tables with long paths', 500, 64_000, /b-tree is too large to be listed/, 1],
  // Linear, so that nothing is given up.
  ['OCDBT: arrays within arrays', 4000, undefined, undefined, 2],
  ['OCDBT: keys that no leaf has', 16_000, undefined, undefined, 2],
  ['OCDBT: one value for all leaves', 4000, undefined, undefined, 2],
  ['_sharding: axes of one mesh', 16_000, undefined, undefined, 1],
  ['_sharding: one axis of a large mesh, many times', 16_000, undefined, undefined, 1],
  ['_sharding: texts', 16_000, undefined, undefined, 2],
  ['codecs: transposes', 1000, undefined, undefined, 1],
  ['shards: one range for all sub-chunks', 4000, undefined, undefined, 2],
]

async function measured(/** @type {string} */ layout, /** @type {number} */ n) {
  const files = new Map()
  hostile[layout](n, files)
  const start = process.cpuUsage()
  const report = await check(fromMap(files, { name: 'ckpt' }), { workers: 1 })
  const { user, system } = process.cpuUsage(start)
  return {
    limits: report.findings.filter((/** @type {any} */ one) => one.code === 'limit'),
    seconds: (user + system) / 1e6,
    text: reportText(report),
  }
}

for (const [layout, read, givenUp, why, most] of kCases) {
  test(`${layout}: ${read}${givenUp ? `, and ${givenUp}` : ''}`, async () => {
    const below = await measured(layout, read)
    assert.deepEqual(below.limits, [], reportText(below))
    assert.ok(below.seconds < most, `${below.seconds} s`)
    if (!givenUp || !why) return
    const above = await measured(layout, givenUp)
    assert.ok(
      above.limits.some((/** @type {any} */ one) => why.test(one.message)),
      reportText(above),
    )
    assert.ok(above.seconds < most, `${above.seconds} s`)
  })
}
