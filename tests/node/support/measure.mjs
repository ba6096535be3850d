// node measure.mjs SOURCE [LOCKFILE]: verifies in a process of its own; prints the report, what it cost and its peak memory.
import { readFileSync } from 'node:fs'
import { fromPath, verify } from '../../../node/lib/index.js'

const [source, lockfile] = process.argv.slice(2)
const report = await verify(fromPath(source), { lockfile: lockfile && readFileSync(lockfile) })
// Processor time, not the clock's: what else the machine does is not the checkpoint's fault.
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
process.stdout.write(JSON.stringify({ report, seconds: (userCPUTime + systemCPUTime) / 1e6, rssMiB: maxRSS / 1024 }))
