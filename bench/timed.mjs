import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const here = path => fileURLToPath(new URL(path, import.meta.url))

/** Runs a program; seconds of wall time, standard output and error. */
export function timed(program, args) {
  const start = process.hrtime.bigint()
  const child = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 30 })
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  if (child.status !== 0) throw Error(`${program} ${args.join(' ')}: exit ${child.status}\n${child.stderr.slice(0, 2000)}`)
  return { seconds, stdout: child.stdout, stderr: child.stderr }
}

/** Leafsum's own command line; its peak memory, in bytes, too. */
export function leafsum(...args) {
  const { stderr, ...run } = timed(process.execPath, ['--import', here('peak.mjs'), here('../node/bin/leafsum.js'), ...args])
  return { ...run, peak: Number(/peak_rss (\d+)/.exec(stderr)[1]) }
}

/** One of bench/peers: what it prints, as a value. Its imports are not in its own time. */
export function peer(python, script, source) {
  const out = execFileSync(python, [here(`peers/${script}`), source], { encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] })
  return JSON.parse(out.trim().split('\n').at(-1))
}
