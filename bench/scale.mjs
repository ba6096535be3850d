// node bench/scale.mjs CHECKPOINT... [--out FILE]: time and peak memory of each checkpoint with 1 and 2 workers.
// For make_flat.py's of 1 and 20 GB: the one shall be in proportion to the size, the other not depend on it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandLine, leafsum, tell } from './timed.mjs'

const { positionals: checkpoints, out } = commandLine('node bench/scale.mjs CHECKPOINT... [--out FILE]')
const scratch = mkdtempSync(join(tmpdir(), 'leafsum-scale-'))
const lockfile = join(scratch, 'lock.json')

const lines = ['| checkpoint | command | workers | s | peak RSS, MiB |', '|---|---|---|---|---|']
for (const checkpoint of checkpoints) {
  const commands = {
    lock: ['lock', checkpoint, '-o', lockfile, '--force'],
    'verify --deep': ['verify', checkpoint, '--lock', lockfile, '--deep'],
    verify: ['verify', checkpoint, '--lock', lockfile],
  }
  for (const [name, args] of Object.entries(commands)) {
    for (const workers of [1, 2]) {
      const { seconds, peak } = leafsum(...args, '--jobs', String(workers))
      lines.push(
        `| ${checkpoint.split('/').at(-1)} | ${name} | ${workers} | ${seconds.toFixed(2)} | ${Math.round(peak / 2 ** 20)} |`,
      )
    }
  }
}
rmSync(scratch, { recursive: true })
tell(lines, out)
