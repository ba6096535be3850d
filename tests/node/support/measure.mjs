// node measure.mjs [SOURCE [LOCKFILE]]: verifies in a process of its own; prints the report, what it cost and its peak
// memory.
// Without a source the core only explains a code: that is what an idle process costs.
import { readFileSync } from 'node:fs'
import { explain, fromPath, verify } from '../../../node/lib/index.js'

const [source, lockfile] = process.argv.slice(2)
const report = source
  ? await verify(fromPath(source), { lockfile: lockfile && readFileSync(lockfile) })
  : await explain('checksum')
// Processor time, not the clock's: what else the machine does is not the checkpoint's fault.
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
process.stdout.write(JSON.stringify({ report, seconds: (userCPUTime + systemCPUTime) / 1e6, rssMiB: maxRSS / 1024 }))
