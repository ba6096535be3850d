// failing_memory STATE: each command over ten checkpoints and large leaves, with every size of memory that is too
// little for it, in steps of 8 KiB, here and in workers. A unit of work is a command over one of them in one way.
import fs from 'node:fs'
import { join } from 'node:path'
import { fromPath } from '../../../node/lib/index.js'
import { kCommands, largeLeaves, withTooLittle } from '../../node/support/memory_faults.js'
import { fixtures } from '../../node/support/places.js'

const kBases = [
  'seed000/artifacts/baseline_ckpt',
  'v1/save_pytree/ckpt',
  'v1/checkpointables/ckpt',
  'orbax/zarr3_slash_keys/ckpt',
  'orbax/zarr3_plain/ckpt',
  'orbax/zarr2_many_data_files/ckpt',
  'legacy/orbax-0.2.3/manager/ckpt',
  'legacy/orbax-0.4.8/aggregate/ckpt',
  'legacy/orbax-0.5.10/zarr3_write_read_chunks/ckpt',
  'hunt/bare_zarr/ckpt',
]
const kWays = [
  { workers: 1, ballasts: 8 },
  { workers: 2, ballasts: 1 },
]
// Megabytes of one kind of buffer take hundreds of pages.
const kLargeWays = [
  { workers: 1, stride: 2 },
  { workers: 2, stride: 5 },
  { workers: 1, stride: 2, codecs: true },
  { workers: 2, stride: 5, codecs: true },
]

const [state] = process.argv.slice(2)
if (!state) throw new Error('usage: failing_memory.mjs STATE')
const done = new Set(
  fs.existsSync(state)
    ? fs
        .readFileSync(state, 'utf8')
        .split('\n')
        .filter(line => line.endsWith('}'))
        .map(line => JSON.parse(line).unit)
    : [],
)

const all = [
  ...kBases.map(base => ({ base, source: () => fromPath(join(fixtures, base)), ways: kWays })),
  { base: 'large leaves', source: largeLeaves, ways: kLargeWays },
]
for (const { base, source, ways } of all) {
  for (const command of Object.keys(kCommands)) {
    for (const how of ways) {
      const unit = `${base} ${command} ${JSON.stringify(how)}`
      if (done.has(unit)) continue
      if (command === 'check' && 'codecs' in how) continue // it decodes nothing
      const { ends, wrong } = await withTooLittle(source, command, how)
      const cases = Object.values(ends).reduce((sum, n) => sum + n, 0) + wrong.length
      fs.appendFileSync(state, `${JSON.stringify({ unit, base, command, cases, ends, wrong })}\n`)
    }
  }
}
