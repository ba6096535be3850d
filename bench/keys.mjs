// node bench/keys.mjs SMALL STORE... [--rounds 5] [--python python3] [--out FILE]
//
// Lists of very many keys and leaves (make_keys.py), beside TensorStore's: in turn, medians and ratios of one run. Ours
// are whole processes, start included; Python's imports are left out. Keys that TensorStore lists otherwise end it
// before anything is timed. SMALL is a store of a thousand keys: what a process takes there is not counted as memory of
// the keys.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commandLine, inTurn, machine, median, peer, tell, versions } from './timed.mjs'

const {
  positionals: [small, ...stores],
  ...options
} = commandLine('node bench/keys.mjs SMALL STORE... [--rounds N] [--python PYTHON] [--out FILE]', 2)
const here = path => fileURLToPath(new URL(path, import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'leafsum-keys-'))
const result = join(scratch, 'stdout')
const env = { ...process.env, NODE_EXTRA_CA_CERTS: '' } // costs every start of Node 0.07 s

/** Leafsum with its result in a file: a pipe's other end would take its share of the time. */
function leafsum(...args) {
  const stdout = openSync(result, 'w')
  const start = process.hrtime.bigint()
  const child = spawnSync(process.execPath, ['--import', here('peak.mjs'), here('../node/bin/leafsum.js'), ...args], {
    stdio: ['ignore', stdout, 'pipe'],
    encoding: 'utf8',
    env,
  })
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  closeSync(stdout)
  const [, peak, processor] = /peak_rss (\d+) processor ([\d.]+)/.exec(child.stderr) ?? []
  // A bare store of keys that are no arrays has no leaves: INCOMPLETE, for lock and check.
  if (child.status !== 0 && child.status !== 3)
    throw Error(`leafsum ${args.join(' ')}: exit ${child.status}\n${child.stderr.slice(0, 2000)}`)
  return { seconds, peak: Number(peak), processor: Number(processor) }
}

function tensorstore(store) {
  const { peak_rss: peak, imports_rss: imports, ...run } = peer(options.python, 'tensorstore_list.py', store)
  return { ...run, peak, imports }
}

/** What reads as much as `ls`; minutes for very many leaves. */
function orbax(store, leaves) {
  const { peak_rss: peak, imports_rss: imports, ...run } = peer(options.python, 'orbax_metadata.py', store)
  if (run.leaves !== leaves) throw Error(`${store}: Orbax tells of ${run.leaves} leaves`)
  return { ...run, peak, imports }
}

/** How many leaves and keys `ls --keys --json` lists; the keys are TensorStore's. */
function compared(store) {
  leafsum('ls', store, '--keys', '--json')
  const { items } = JSON.parse(readFileSync(result, 'utf8'))
  const keys = items.flatMap(item =>
    item.keys.map(({ key, key_hex: hex }) => (key === null ? Buffer.from(hex, 'hex') : Buffer.from(key))),
  )
  const hash = createHash('sha256')
  keys.sort(Buffer.compare).forEach((key, n) => hash.update(n ? '\n' : '').update(key))
  if (hash.digest('hex') !== tensorstore(store).sha256) throw Error(`${store}: TensorStore lists other keys`)
  return { keys: keys.length, leaves: items.reduce((sum, item) => sum + item.leaves.length, 0) }
}

const commands = {
  'ls --keys --json': store => leafsum('ls', store, '--keys', '--json'),
  'ls --keys': store => leafsum('ls', store, '--keys'),
  'ls --json': store => leafsum('ls', store, '--json'),
  ls: store => leafsum('ls', store),
  check: store => leafsum('check', store),
  lock: store => leafsum('lock', store, '-o', join(scratch, 'lock.json'), '--force'),
}

const idle = Object.fromEntries(Object.entries(commands).map(([name, run]) => [name, run(small).peak]))
const lines = [`Median of ${options.rounds} rounds, ${machine}, Node ${process.version}; ${versions()}`]
for (const store of stores) {
  const { keys, leaves } = compared(store)
  const contenders = {
    'TensorStore: list': () => tensorstore(store),
    ...Object.fromEntries(Object.entries(commands).map(([name, run]) => [name, () => run(store)])),
  }
  const runs = await inTurn(contenders, options.rounds)
  if (leaves) runs['Orbax: metadata(), once'] = [orbax(store, leaves)]
  const base = median(runs['TensorStore: list'], run => run.processor)
  const each = leaves ? `leaf (${leaves})` : `key (${keys})`
  lines.push(
    '',
    `## ${keys} keys, ${leaves} leaves`,
    '',
    `| what | s | processor, s | processor, times TensorStore's list | peak RSS, MiB | bytes for each ${each} |`,
    '|---|---|---|---|---|---|',
  )
  for (const [name, list] of Object.entries(runs)) {
    const peak = median(list, run => run.peak)
    const before = idle[name] ?? list[0].imports
    const processor = median(list, run => run.processor)
    lines.push(
      `| ${name} | ${median(list, run => run.seconds).toFixed(2)} | ${processor.toFixed(2)} | ${(processor / base).toFixed(2)} | ${Math.round(peak / 2 ** 20)} | ${Math.round((peak - before) / (leaves || keys))} |`,
    )
  }
}
rmSync(scratch, { recursive: true })
tell(lines, options.out)
