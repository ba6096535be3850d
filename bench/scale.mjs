// node bench/scale.mjs CHECKPOINT... [--out FILE]: time and peak memory of each checkpoint with 1 and 2 workers.
// For make_flat.py's of 1 and 20 GB: the one shall be in proportion to the size, the other not depend on it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options, positionals: checkpoints } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } })
const here = path => fileURLToPath(new URL(path, import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'leafsum-scale-'))
const lockfile = join(scratch, 'lock.json')

function leafsum(...args) {
  const start = process.hrtime.bigint()
  const child = spawnSync(process.execPath, ['--import', here('peak.mjs'), here('../node/bin/leafsum.js'), ...args], { encoding: 'utf8' })
  if (child.status !== 0) throw Error(`leafsum ${args.join(' ')}: exit ${child.status}\n${child.stderr.slice(0, 2000)}`)
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9, peak: Number(/peak_rss (\d+)/.exec(child.stderr)[1]) }
}

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
      lines.push(`| ${checkpoint.split('/').at(-1)} | ${name} | ${workers} | ${seconds.toFixed(2)} | ${Math.round(peak / 2 ** 20)} |`)
    }
  }
}
rmSync(scratch, { recursive: true })
console.log(lines.join('\n'))
if (options.out) writeFileSync(options.out, lines.join('\n') + '\n')
