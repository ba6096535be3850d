// node measure.mjs SOURCE [LOCKFILE]: verifies in a process of its own; prints the report, the time and the peak memory.
import { readFileSync } from 'node:fs'
import { fromPath, verify } from '../../../node/lib/index.js'

const [source, lockfile] = process.argv.slice(2)
const started = performance.now()
const report = await verify(fromPath(source), { lockfile: lockfile && readFileSync(lockfile) })
const ms = performance.now() - started
process.stdout.write(JSON.stringify({ report, ms, rssMiB: process.resourceUsage().maxRSS / 1024 }))
