// node locks.mjs DIRECTORY: each checkpoint's lockfile against the one that was made in Python where it was saved.
// Prints a line for each difference, then the counts that run.sh adds up.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fromPath, lock } from '../../node/lib/index.js'

const [root] = process.argv.slice(2)
let compared = 0
let differing = 0
for (const name of existsSync(root) ? readdirSync(root).sort() : []) {
  const inPython = readFileSync(join(root, name, 'in_python.json'), 'utf8')
  const { report, lockfile } = await lock(fromPath(join(root, name, 'ckpt')), {
    stored: false,
    blocks: false,
    writeSource: false,
  })
  const ours = lockfile ? new TextDecoder().decode(lockfile) : report.headline
  compared++
  if (ours === inPython) continue
  differing++
  const lines = inPython.split('\n')
  const at = ours.split('\n').findIndex((line, n) => line !== lines[n])
  console.log(
    `DIFFERENCE locks ${name}: line ${at + 1}: ${ours.split('\n')[at]?.slice(0, 300)} | in Python: ${lines[at]?.slice(0, 300)}`,
  )
}
console.log(`${compared} compared, ${differing} differences, in ${differing} of them`)
process.exitCode = compared === 0 || differing > 0 ? 1 : 0
