// For browsers: the modules beside this file unless `init` brings it, workers from a script of the page's choice.
import { compile, loadedOnce } from './core.js'
import { LeafsumError } from '../errors.js'

/** @type {import('./platform.js').InitOptions} */
let given = {}
const loaded = loadedOnce(load)

/** @type {import('./platform.js').Platform} */
export const platform = {
  get defaultWorkers() {
    // Without a script of its own a bundled page cannot start workers.
    return given.workerUrl ? Math.min(navigator.hardwareConcurrency || 1, 8) : 1
  },
  canPost: spec => spec.kind === 'files',

  configure(options) {
    given = options
    loaded.forget()
  },

  load: loaded.load,

  startWorker() {
    if (!given.workerUrl) throw new LeafsumError('usage', 'workers need init({ workerUrl })')
    const worker = new Worker(given.workerUrl, { type: 'module' })
    return {
      post: (message, transfer = []) => worker.postMessage(message, transfer),
      listen(onMessage, onDeath) {
        worker.onmessage = event => onMessage(event.data)
        worker.onerror = event => {
          event.preventDefault()
          onDeath(event.message ?? 'it could not be loaded')
        }
      },
      terminate: () => worker.terminate(),
    }
  },
}

/** @returns {Promise<import('./platform.js').Loaded>} */
async function load(/** @type {import('./core.js').ModuleName} */ name) {
  const [wasm, factory] = name === 'core' ? [given.wasm, given.factory] : [given.codecsWasm, given.codecsFactory]
  return {
    factory: factory ?? (await import(new URL(`../core/${name}.mjs`, import.meta.url).href)).default,
    module: wasm instanceof WebAssembly.Module ? wasm : await compile(wasm ?? (await fetchWasm(name)), name),
  }
}

async function fetchWasm(/** @type {string} */ name) {
  const response = await fetch(new URL(`../core/${name}.wasm`, import.meta.url))
  if (!response.ok) throw new LeafsumError('environment', `${name}.wasm: the server said ${response.status}`)
  return response.arrayBuffer()
}
