// node examples/verify.mjs CHECKPOINT: locks it and verifies it in Node. README shows these lines.
import { lock, verify } from '../node/lib/index.js'

const [directory] = process.argv.slice(2)
const { report, lockfile } = await lock(directory)
console.log(report.headline)
if (lockfile) console.log((await verify(directory, { lockfile })).headline)
process.exitCode = report.exit_code
