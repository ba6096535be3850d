// The modules with less memory than a command takes, page by page: a fixed sample of
// `tests/campaigns/faults.sh failing_memory`.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromPath } from '../../node/lib/index.js'
import { largeLeaves, withTooLittle } from './support/memory_faults.js'
import { fixtures } from './support/places.js'

const baseline = () => fromPath(join(fixtures, 'seed000/artifacts/baseline_ckpt'))
const sharded = () => fromPath(join(fixtures, 'legacy/orbax-0.5.10/zarr3_write_read_chunks/ckpt'))

for (const { what, source, command, how } of [
  { what: 'OCDBT', source: baseline, command: 'lock', how: { workers: 1, ballasts: 2 } },
  { what: 'OCDBT, in workers', source: baseline, command: 'verify --deep', how: { workers: 2 } },
  { what: 'shards', source: sharded, command: 'digest', how: { workers: 1 } },
  { what: 'large leaves', source: largeLeaves, command: 'lock', how: { workers: 1, stride: 7 } },
  { what: 'large leaves, in workers', source: largeLeaves, command: 'digest', how: { workers: 2, stride: 9 } },
  { what: 'rare codecs', source: largeLeaves, command: 'lock', how: { workers: 1, stride: 5, codecs: true } },
  {
    what: 'rare codecs, in workers',
    source: largeLeaves,
    command: 'verify --deep',
    how: { workers: 2, stride: 9, codecs: true },
  },
]) {
  test(`too little memory is told as that, and never as a verdict: ${what}`, async () => {
    const { ends, wrong } = await withTooLittle(source, command, how)
    assert.deepEqual(wrong, [])
    assert.ok(ends.environment > 1, JSON.stringify(ends))
  })
}
