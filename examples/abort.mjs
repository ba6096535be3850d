// node examples/abort.mjs CHECKPOINT MILLISECONDS: whoever does not want to wait any longer gets the reason.
import { digest } from '../node/lib/index.js'

const signal = AbortSignal.timeout(Number(process.argv[3]))
const done = await digest(process.argv[2], { signal }).catch(error => error)
console.log(done.report?.verdict ?? `given up: ${done.name}`)
