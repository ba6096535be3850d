// For browsers: the core beside this file unless `init` brings it, workers from a script of the page's choice.
import { compile } from './core.js'
import { LeafsumError } from './errors.js'

/** @type {import('./platform.js').InitOptions} */
let given = {}
/** @type {Promise<{ factory: Function, module: WebAssembly.Module }> | undefined} */
let loaded

/** @type {import('./platform.js').Platform} */
export const platform = {
  get defaultWorkers() {
    // Without a script of its own a bundled page cannot start workers.
    return given.workerUrl ? Math.min(navigator.hardwareConcurrency || 1, 8) : 1
  },
  canPost: spec => spec.kind === 'files' || spec.kind === 'url',

  configure(options) {
    given = options
    loaded = undefined
  },

  load() {
    return loaded ??= load()
  },

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

async function load() {
  const { wasm } = given
  const factory = given.factory ?? (await import(new URL('./core/core.mjs', import.meta.url).href)).default
  const module = wasm instanceof WebAssembly.Module ? wasm : await compile(wasm ?? await fetchCore())
  return { factory, module }
}

async function fetchCore() {
  const response = await fetch(new URL('./core/core.wasm', import.meta.url))
  if (!response.ok) throw new LeafsumError('environment', `core.wasm: the server said ${response.status}`)
  return response.arrayBuffer()
}
