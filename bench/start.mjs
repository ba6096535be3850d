// node bench/start.mjs CHECKPOINT_OF_20000_LEAVES [CHECKPOINT_OF_FEW_FILES] [--rounds 11] [--out FILE]
//
// What small things cost: the program's own start, a large tree, and a program that verifies again and again in one
// process (bench/repeated.mjs). The checkpoint of many leaves is that of bench/make_leaves.mjs.
import { fileURLToPath } from 'node:url'
import { commandLine, inTurn, machine, median, tell, timed } from './timed.mjs'

const here = path => fileURLToPath(new URL(path, import.meta.url))
const {
  positionals: [many, few = here('../tests/fixtures/seed000/artifacts/baseline_ckpt')],
  ...options
} = commandLine('node bench/start.mjs CHECKPOINT_OF_20000_LEAVES [CHECKPOINT_OF_FEW_FILES] [--rounds N] [--out FILE]')

const node = (...args) => timed(process.execPath, args)
const program = here('../node/bin/leafsum.js')
const leaves = Number(/([\d,]+) leaves, [^\n]*\n*$/.exec(node(program, 'ls', many).stdout)[1].replaceAll(',', ''))

const runs = await inTurn(
  {
    bare: () => node('-e', '0').seconds,
    version: () => node(program, '--version').seconds,
    ls: () => node(program, 'ls', many).seconds,
  },
  options.rounds,
)
const [bare, version, ls] = Object.values(runs).map(list => median(list))
const again = JSON.parse(node('--expose-gc', here('repeated.mjs'), few).stdout)
const mib = bytes => (bytes / 2 ** 20).toFixed(1)
const [early, late] = Object.values(again.after)

tell(
  [
    `Medians of ${options.rounds} rounds in turn, whole processes; ${machine}, Node ${process.version}`,
    '',
    '| what | | wanted |',
    '|---|---|---|',
    `| Node that does nothing | ${bare.toFixed(3)} s | |`,
    `| \`leafsum --version\` | ${version.toFixed(3)} s, ${(version / bare).toFixed(2)} times that | at most 1.9 |`,
    `| \`leafsum ls\` of ${leaves} leaves | ${ls.toFixed(2)} s | at most 0.6 |`,
    `| \`verify\` of ${again.files} files in one process without workers, less the time that reading them takes; median of 100 | ${again.median100.toFixed(1)} ms | at most 15 |`,
    `| the same, of 1,000 | ${again.median.toFixed(1)} ms | |`,
    `| memory of that process after 100 calls, after 1,000 | ${mib(early.rss)}, ${mib(late.rss)} MiB | at most 8 more |`,
    `| of that, what JavaScript holds | ${mib(early.used)}, ${mib(late.used)} MiB | |`,
  ],
  options.out,
)
