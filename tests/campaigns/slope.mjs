// node tests/campaigns/slope.mjs [--from 2000] [--times 64] [--most 6] [--all-commands] [COMMAND… of check, lock, ls]
// [-- LAYOUT…]
//
// What takes twice the input takes twice the time. Each layout of many_files.mjs is read at 1×, 4×, 16×, 64× of --from
// files, each of hostile_layouts.mjs at those of 250 units, and the time of the processor is printed (it does not mind
// a busy machine), with the worst ratio of neighbours. Above --most for a step of 4× the exit code is 1. The least of
// three counts where it is under a second; times under 200 ms say nothing and make no
// ratio. Without a COMMAND it is `check`, which does most.
import { check, fromMap, list, lock } from '../../node/lib/index.js'
import { hostile } from './hostile_layouts.mjs'
import { layouts } from './many_files.mjs'

const commands = { check, lock, ls: list }
const split = process.argv.indexOf('--')
const own = process.argv.slice(2, split < 0 ? undefined : split)
const all = { ...layouts, ...hostile }
const wanted = split < 0 ? Object.keys(all) : process.argv.slice(split + 1)
const number = (name, otherwise) => (own.includes(name) ? Number(own[own.indexOf(name) + 1]) : otherwise)
const from = number('--from', 2000)
const times = number('--times', 64)
const most = number('--most', 6)
const named = own.filter(arg => arg in commands)

const factors = []
for (let factor = 1; factor <= times; factor *= 4) factors.push(factor)

console.log(
  `| seconds of the processor (${from} files, or 250 units) | ${factors.map(factor => `${factor} ×`).join(' | ')} | worst ratio for 4 × |`,
)
console.log(`|---|${factors.map(() => '---:').join('|')}|---:|`)
let failed = false
for (const layout of wanted) {
  for (const command of named.length > 0 ? named : own.includes('--all-commands') ? Object.keys(commands) : ['check']) {
    const seconds = []
    for (const size of factors) {
      const files = filesOf(layout, size * (layout in hostile ? 250 : from))
      let least = await measured(command, files, layout)
      // What other work takes from the caches is much of a short run.
      for (let again = 0; again < 2 && least < 1; again++)
        least = Math.min(least, await measured(command, files, layout))
      seconds.push(least)
      if (seconds.at(-1) > 120) break
    }
    const ratios = seconds.slice(1).map((one, n) => (seconds[n] < 0.2 ? 0 : one / seconds[n]))
    const worst = Math.max(0, ...ratios)
    failed ||= worst > most
    const cells = factors.map((_, n) => (seconds[n] === undefined ? '' : seconds[n].toFixed(2)))
    console.log(
      `| ${command}: ${layout} | ${cells.join(' | ')} | ${worst > most ? `**${worst.toFixed(1)}**` : worst.toFixed(1)} |`,
    )
  }
}
process.exitCode = failed ? 1 : 0

function filesOf(layout, n) {
  const files = new Map()
  all[layout](Math.floor(n), files)
  return files
}

/** In this thread alone; whatever the verdict is. */
async function measured(command, files, layout) {
  const source = fromMap(files, { name: 'ckpt' })
  const start = process.cpuUsage()
  await commands[command](source, {
    workers: 1,
    algorithms: ['blake3'],
    workersFrom: Infinity,
    ...(layout === 'bare items with documents' ? { allSteps: true } : {}),
  }).catch(error => {
    if (error.code !== 'source' && error.code !== 'usage') throw error
  })
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}
