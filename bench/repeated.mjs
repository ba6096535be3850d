// node --expose-gc bench/repeated.mjs CHECKPOINT: what a program pays that verifies again and again in one process,
// without workers: milliseconds of each call less those that reading the same files takes, and memory after 100 and
// after 1,000. Prints JSON.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fromPath, lock, verify } from '../node/lib/index.js'
import { median } from './timed.mjs'

const [checkpoint, calls = '1000'] = process.argv.slice(2)
const files = readdirSync(checkpoint, { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile())
  .map(entry => join(entry.parentPath ?? entry.path, entry.name))
const { lockfile, report } = await lock(fromPath(checkpoint))
if (!lockfile) throw Error(report.headline)

const milliseconds = async work => {
  const start = performance.now()
  await work()
  return performance.now() - start
}
/** What the process holds once everything that nobody needs is gone. */
const memory = async () => {
  for (let n = 0; n < 4; n++) {
    globalThis.gc()
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, used: heapUsed + external }
}

const took = []
const after = {}
for (let n = 1; n <= Number(calls); n++) {
  const read = await milliseconds(() => files.forEach(file => readFileSync(file)))
  const all = await milliseconds(async () => {
    const { verdict } = await verify(fromPath(checkpoint), { lockfile, workers: 1 })
    if (verdict !== 'VERIFIED') throw Error(verdict)
  })
  took.push(all - read)
  if (n === 100 || n === Number(calls)) after[n] = await memory()
}
process.stdout.write(
  JSON.stringify({
    files: files.length,
    leaves: report.leaves.equal,
    first: took[0],
    median100: median(took.slice(0, 100)),
    median: median(took),
    after,
  }) + '\n',
)
