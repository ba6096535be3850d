// What the benches have in common: their options, peers, rounds and the file of results.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const here = path => fileURLToPath(new URL(path, import.meta.url))

/** Runs a program; seconds of wall time, standard output and error. */
export function timed(program, args) {
  const start = process.hrtime.bigint()
  const child = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 30 })
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  if (child.status !== 0)
    throw Error(`${program} ${args.join(' ')}: exit ${child.status}\n${child.stderr.slice(0, 2000)}`)
  return { seconds, stdout: child.stdout, stderr: child.stderr }
}

/** Leafsum's own command line; its peak memory, in bytes, too. */
export function leafsum(...args) {
  const { stderr, ...run } = timed(process.execPath, [
    '--import',
    here('peak.mjs'),
    here('../node/bin/leafsum.js'),
    ...args,
  ])
  return { ...run, peak: Number(/peak_rss (\d+)/.exec(stderr)[1]) }
}

/** One of bench/peers: what it prints, as a value. Its imports are not in its own time. */
export function peer(python, script, source) {
  const out = execFileSync(python, [here(`peers/${script}`), source], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return JSON.parse(out.trim().split('\n').at(-1))
}

/** What the command line names, at least `least` of them, and its --rounds, --python and --out. */
export function commandLine(usage, least = 1) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      python: { type: 'string', default: 'python3' },
      out: { type: 'string' },
    },
  })
  if (positionals.length < least) throw Error(`usage: ${usage}`)
  return { ...values, rounds: Number(values.rounds), positionals }
}

/**
 * What each contender gives, by its name: all of them once in each round, so that none has the machine's better hour.
 */
export async function inTurn(contenders, rounds) {
  const runs = Object.fromEntries(Object.keys(contenders).map(name => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) runs[name].push(await run())
  }
  return runs
}

export const median = (list, value = one => one) => list.map(value).sort((a, b) => a - b)[list.length >> 1]

export const machine = `${cpus().length} × ${cpus()[0].model}`

/** The peers that requirements.txt names, or those whose names begin so. */
export const versions = (...names) =>
  readFileSync(here('requirements.txt'), 'utf8')
    .trim()
    .split('\n')
    .filter(line => names.length === 0 || names.some(name => line.startsWith(name)))
    .join(', ')

export function tell(lines, file) {
  const text = `${lines.join('\n')}\n`
  process.stdout.write(text)
  if (file) writeFileSync(file, text)
}
