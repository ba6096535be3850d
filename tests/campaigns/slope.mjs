// node tests/campaigns/slope.mjs [--from 2000] [--times 64] [--most 5] [COMMAND… of check, lock, ls] [-- LAYOUT…]
//
// What takes twice the files takes twice the time. Each layout of many_files.mjs is read at 1×, 4×, 16× … of --from files, and
// the time of the processor is printed (it does not mind a busy machine), with the worst ratio of neighbours. Above --most for a
// step of 4× the exit code is 1. Times under 50 ms say nothing and make no ratio.
import { check, fromMap, list, lock } from '../../node/lib/index.js'
import { filesOf, layouts } from './many_files.mjs'

const commands = { check, lock, ls: list }
const split = process.argv.indexOf('--')
const own = process.argv.slice(2, split < 0 ? undefined : split)
const wanted = split < 0 ? Object.keys(layouts) : process.argv.slice(split + 1)
const number = (name, otherwise) => own.includes(name) ? Number(own[own.indexOf(name) + 1]) : otherwise
const from = number('--from', 2000)
const times = number('--times', 64)
const most = number('--most', 5)
const named = own.filter(arg => arg in commands)

const sizes = []
for (let factor = 1; factor <= times; factor *= 4) sizes.push(from * factor)
console.log(`| files of the processor's seconds | ${sizes.join(' | ')} | worst ratio for 4 × |`)
console.log(`|---|${sizes.map(() => '---:').join('|')}|---:|`)
let failed = false
for (const layout of wanted) {
  for (const command of named.length > 0 ? named : Object.keys(commands)) {
    const seconds = []
    for (const size of sizes) {
      seconds.push(await measured(command, filesOf(layout, size)))
      if (seconds.at(-1) > 120) break
    }
    const ratios = seconds.slice(1).map((one, n) => seconds[n] < 0.05 ? 0 : one / seconds[n])
    const worst = Math.max(0, ...ratios)
    failed ||= worst > most
    const cells = sizes.map((_, n) => seconds[n] === undefined ? '' : seconds[n].toFixed(2))
    console.log(`| ${command}: ${layout} | ${cells.join(' | ')} | ${worst > most ? `**${worst.toFixed(1)}**` : worst.toFixed(1)} |`)
  }
}
process.exitCode = failed ? 1 : 0

/** In this thread alone; whatever the verdict is. */
async function measured(command, files) {
  const source = fromMap(files, { name: 'ckpt' })
  const start = process.cpuUsage()
  await commands[command](source, { workers: 1, algorithms: ['blake3'], workersFrom: Infinity }).catch(error => {
    if (error.code !== 'source' && error.code !== 'usage') throw error
  })
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}
