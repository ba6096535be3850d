// node bench/run.mjs CHECKPOINT [--rounds 5] [--python python3] [--out FILE]
//
// Leafsum beside what else reads or checks the same files: all in turn, several rounds, medians and ratios of one run.
// Whole processes of ours, start included; Python's imports are left out. What reads values must have read the same
// ones:
// otherwise nothing is timed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commandLine, inTurn, leafsum, machine, median, peer, tell, timed, versions } from './timed.mjs'

const {
  positionals: [checkpoint],
  ...options
} = commandLine('node bench/run.mjs CHECKPOINT [--rounds N] [--python PYTHON] [--out FILE]')
const here = path => fileURLToPath(new URL(path, import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'leafsum-bench-'))
const lockfile = join(scratch, 'lock.json')
const kNative = here('../build/bench/bench/native/leafsum_native') // README says how it is built

function python(script) {
  const { peak_rss: peak, ...run } = peer(options.python, script, checkpoint)
  return { ...run, peak }
}

const hasProgram = name => spawnSync(name, ['--version']).error === undefined
const nativeArguments = config => [
  JSON.stringify({ command: 'verify', source_names: [''], ...config }),
  checkpoint,
  lockfile,
]
const native = config => timed(kNative, nativeArguments(config))
const kTwo = 'verify --deep, native, two processes, each all of it'
const kTwice = '"$0" "$@" & "$0" "$@" & wait -n && wait -n'
const nativeTwice = config => timed('bash', ['-c', kTwice, kNative, ...nativeArguments(config)])

leafsum('lock', checkpoint, '-o', lockfile)
const ours = JSON.parse(leafsum('digest', checkpoint, '--json', '--algorithm', 'blake3,sha256').stdout)
const digestsBy = name =>
  JSON.stringify(
    Object.values(ours.items)
      .flatMap(item => item.leaves.map(leaf => leaf.digest[name]))
      .sort(),
  )
let nbytes = 0
for (const [script, name] of [
  ['orbax_sha256.py', 'sha256'],
  ['tensorstore_blake3.py', 'blake3'],
]) {
  const read = python(script)
  if (JSON.stringify(read.digests) !== digestsBy(name)) throw Error(`${script} has other digests`)
  nbytes = read.nbytes
}

const verify = (...args) => leafsum('verify', checkpoint, '--lock', lockfile, ...args)
const contenders = {
  'Orbax restore + hashlib.sha256': () => python('orbax_sha256.py'),
  'TensorStore read + blake3': () => python('tensorstore_blake3.py'),
  'model_signing verify (files, no values)': () => python('model_signing_verify.py'),
  'sha256sum of the files': () => timed('find', [checkpoint, '-type', 'f', '-exec', 'sha256sum', '{}', '+']),
  ...(hasProgram('b3sum') && {
    'b3sum of the files, 1 thread': () =>
      timed('find', [checkpoint, '-type', 'f', '-exec', 'b3sum', '--num-threads', '1', '{}', '+']),
  }),
  'lock, 1 worker': () => leafsum('lock', checkpoint, '-o', lockfile, '--force', '--jobs', '1'),
  'lock, 2 workers': () => leafsum('lock', checkpoint, '-o', lockfile, '--force', '--jobs', '2'),
  'verify --deep, 1 worker': () => verify('--deep', '--jobs', '1'),
  'verify --deep, 2 workers': () => verify('--deep', '--jobs', '2'),
  'verify, 1 worker': () => verify('--jobs', '1'),
  'verify, 2 workers': () => verify('--jobs', '2'),
  ...(existsSync(kNative) && {
    'verify --deep, native, 1 thread': () => native({ deep: true }),
    'verify, native, 1 thread': () => native({}),
    [kTwo]: () => nativeTwice({ deep: true }),
  }),
}
const runs = await inTurn(contenders, options.rounds)
rmSync(scratch, { recursive: true })

const seconds = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, median(list, run => run.seconds)]))
const base = seconds['Orbax restore + hashlib.sha256']
const peakOf = list =>
  list.some(run => run.peak === undefined) ? '' : Math.round(Math.max(...list.map(run => run.peak)) / 2 ** 20)
const ratio = (a, b) => (seconds[a] / seconds[b]).toFixed(2)
const lines = [
  `${(nbytes / 1e9).toFixed(2)} GB of values, median of ${options.rounds} rounds, ${machine}, Node ${process.version}; ${versions()}`,
  '',
  '| what | s | GB/s | times as fast as Orbax + hashlib | peak RSS, MiB |',
  '|---|---|---|---|---|',
  ...Object.entries(runs).map(
    ([name, list]) =>
      `| ${name} | ${seconds[name].toFixed(2)} | ${(nbytes / 1e9 / seconds[name]).toFixed(2)} | ${(base / seconds[name]).toFixed(2)} | ${peakOf(list)} |`,
  ),
  '',
  `2 workers against 1, verify --deep: ${ratio('verify --deep, 1 worker', 'verify --deep, 2 workers')} times as fast`,
  '',
  `verify against verify --deep: ${ratio('verify, 1 worker', 'verify --deep, 1 worker')} of the time with 1 worker, ${ratio('verify, 2 workers', 'verify --deep, 2 workers')} with 2`,
  ...(existsSync(kNative)
    ? [
        '',
        `verify --deep with 1 worker against the same core as native code (SSE4.1, no assembly): ${ratio('verify --deep, native, 1 thread', 'verify --deep, 1 worker')} times as fast`,
        '',
        `What this machine gives two: two native processes that share nothing, each verifying all of it, are ${((2 * seconds['verify --deep, native, 1 thread']) / seconds[kTwo]).toFixed(2)} times as fast as one after the other`,
      ]
    : []),
]
tell(lines, options.out)
