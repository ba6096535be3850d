// node bench/run.mjs CHECKPOINT [--rounds 5] [--python python3] [--out FILE]
//
// Leafsum beside Orbax restore + hashlib on the same files: all in turn, several rounds, medians and ratios of one run.
// Whole processes of ours, start included; Python's imports are left out. A run whose digests differ does not count.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, python: { type: 'string', default: 'python3' }, out: { type: 'string' } },
})
const [checkpoint] = positionals
if (!checkpoint) throw Error('usage: node bench/run.mjs CHECKPOINT [--rounds N] [--python PYTHON] [--out FILE]')
const here = path => fileURLToPath(new URL(path, import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'leafsum-bench-'))
const lockfile = join(scratch, 'lock.json')

/** Runs the program; seconds of wall time, peak memory, standard output. */
function leafsum(...args) {
  const start = process.hrtime.bigint()
  const child = spawnSync(process.execPath, ['--import', here('peak.mjs'), here('../node/bin/leafsum.js'), ...args],
    { encoding: 'utf8', maxBuffer: 1 << 30 })
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  if (child.status !== 0) throw Error(`leafsum ${args.join(' ')}: exit ${child.status}\n${child.stderr.slice(0, 2000)}`)
  return { seconds, peak: Number(/peak_rss (\d+)/.exec(child.stderr)[1]), stdout: child.stdout }
}

function orbax() {
  const out = execFileSync(options.python, [here('restore_and_hash.py'), checkpoint], { encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] })
  const { seconds, peak_rss: peak, digests, nbytes } = JSON.parse(out.trim().split('\n').at(-1))
  return { seconds, peak, digests, nbytes }
}

leafsum('lock', checkpoint, '-o', lockfile)
const ours = JSON.parse(leafsum('digest', checkpoint, '--json', '--algorithm', 'blake3,sha256').stdout)
const sha256 = Object.values(ours.items).flatMap(item => item.leaves.map(leaf => leaf.digest.sha256)).sort()
const first = orbax()
if (JSON.stringify(first.digests) !== JSON.stringify(sha256)) throw Error('the digests differ from those of Orbax and hashlib')

const contenders = {
  'Orbax restore + hashlib.sha256': orbax,
  'lock, 1 worker': () => leafsum('lock', checkpoint, '-o', lockfile, '--force', '--jobs', '1'),
  'lock, 2 workers': () => leafsum('lock', checkpoint, '-o', lockfile, '--force', '--jobs', '2'),
  'verify --deep, 1 worker': () => leafsum('verify', checkpoint, '--lock', lockfile, '--deep', '--jobs', '1'),
  'verify --deep, 2 workers': () => leafsum('verify', checkpoint, '--lock', lockfile, '--deep', '--jobs', '2'),
  'verify, 1 worker': () => leafsum('verify', checkpoint, '--lock', lockfile, '--jobs', '1'),
  'verify, 2 workers': () => leafsum('verify', checkpoint, '--lock', lockfile, '--jobs', '2'),
}
const runs = Object.fromEntries(Object.keys(contenders).map(name => [name, []]))
for (let round = 0; round < Number(options.rounds); round++) {
  for (const [name, run] of Object.entries(contenders)) runs[name].push(run())
}
rmSync(scratch, { recursive: true })

const median = list => list.sort((a, b) => a - b)[list.length >> 1]
const rows = Object.entries(runs).map(([name, list]) => ({
  name, seconds: median(list.map(r => r.seconds)), peak: Math.max(...list.map(r => r.peak)),
}))
const base = rows[0].seconds
const lines = [
  `${(first.nbytes / 1e9).toFixed(2)} GB of values, median of ${options.rounds} rounds, ${cpus().length} × ${cpus()[0].model}, Node ${process.version}`,
  '',
  '| what | s | GB/s | times as fast as Orbax + hashlib | peak RSS, MiB |',
  '|---|---|---|---|---|',
  ...rows.map(r => `| ${r.name} | ${r.seconds.toFixed(2)} | ${(first.nbytes / 1e9 / r.seconds).toFixed(2)} | ${(base / r.seconds).toFixed(2)} | ${Math.round(r.peak / 2 ** 20)} |`),
  '',
  `2 workers against 1, verify --deep: ${(rows[3].seconds / rows[4].seconds).toFixed(2)} times as fast`,
]
console.log(lines.join('\n'))
if (options.out) writeFileSync(options.out, lines.join('\n') + '\n')
