// node many_runs.mjs '[["check", "ckpt"], …]': runs of the command line one after another in one process, as JSON.
import { main } from '../../../node/lib/cli/main.js'

const results = []
for (const args of JSON.parse(process.argv[2])) {
  const told = { stdout: '', stderr: '' }
  const stream = (/** @type {'stdout' | 'stderr'} */ name) => ({
    isTTY: false,
    on() {},
    write(/** @type {string | Uint8Array} */ text, /** @type {(() => void) | undefined} */ done) {
      told[name] += typeof text === 'string' ? text : new TextDecoder().decode(text)
      done?.()
      return true
    },
  })
  const one = { env: process.env, stdout: stream('stdout'), stderr: stream('stderr'), on() {}, off() {}, exit() {} }
  results.push({ status: await main(args, /** @type {any} */ (one)), ...told })
}
process.stdout.write(JSON.stringify(results))
