// What differs between hosts, for Node: where the core lies, how a thread starts, the fastest SHA-256.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { compile, loadedOnce } from './core.js'
import { LeafsumError } from '../errors.js'

// Beside this file when packed, in the build tree when not.
const kPlaces = [new URL('../core/', import.meta.url), new URL('../../../build/wasm/', import.meta.url)]

const loaded = loadedOnce(load)
/** @type {Record<string, BufferSource | WebAssembly.Module | undefined>} */
let given = {}

// Loaded with the first digest: that takes as long as the fast path, which needs none, takes for 10 MB.
const require = createRequire(import.meta.url)
export const sha256 = () => require('node:crypto').createHash('sha256')

/** @type {import('./platform.js').Platform} */
export const platform = {
  sha256,
  defaultWorkers: Math.min(availableParallelism(), 8),
  canPost: spec => spec.kind === 'path',

  configure({ wasm, codecsWasm }) {
    given = { core: wasm, codecs: codecsWasm }
    loaded.forget()
  },

  load: loaded.load,

  startWorker() {
    // Options of the process are not a thread's: under `node --input-type=module -e` it would not start.
    const worker = new Worker(new URL('./worker_node.js', import.meta.url), {
      stdout: true,
      stderr: true,
      execArgv: [],
    })
    return {
      post: (message, transfer) => worker.postMessage(message, /** @type {any} */ (transfer)),
      listen(onMessage, onDeath) {
        worker.on('message', onMessage)
        worker.on('error', onDeath)
        worker.on('exit', code => onDeath(`exit code ${code}`))
      },
      terminate: () => worker.terminate(),
    }
  },
}

/** @returns {Promise<import('./platform.js').Loaded>} */
async function load(/** @type {import('./core.js').ModuleName} */ name) {
  const place = kPlaces.find(url => existsSync(new URL('core.mjs', url)))
  if (!place) throw new LeafsumError('environment', 'core.mjs and core.wasm are not there: build the preset wasm first')
  const url = new URL(`${name}.mjs`, place).href
  const { default: factory } = await import(url)
  const wasm = given[name] ?? (await readFile(new URL(`${name}.wasm`, place)))
  const module = wasm instanceof WebAssembly.Module ? wasm : await compile(wasm, name)
  return { factory, module, url }
}
