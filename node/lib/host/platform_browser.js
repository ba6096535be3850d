// For browsers, and for whatever else has fetch: where core and workers come from is the entry's to say, or `init`'s.
import { loadedOnce } from './core.js'
import { compiled } from './wasm_source.js'
import { LeafsumError, firstLine } from '../errors.js'

/** @import { Factory } from '../../../src/bindings/core.mjs' */

/**
 * @typedef {object} Files what an entry brings with it
 * @property {{ core: ModuleFiles, codecs?: ModuleFiles, trust?: ModuleFiles }} modules
 * @property {() => Worker} worker
 * @property {import('../trust/identity/library.js').Libraries} [sigstore]
 * @property {boolean} [mayGoWithoutWorkers]  where no worker can be started, jobs run in this thread
 *
 * @typedef {object} ModuleFiles
 * @property {() => Promise<{ default: Factory }>} factory
 * @property {() => import('./wasm_source.js').WasmSource | Promise<import('./wasm_source.js').WasmSource>} wasm
 *
 * @param {Files} files
 * @returns {import('./platform.js').Platform}
 */
export function browserPlatform(files) {
  const { modules, worker, mayGoWithoutWorkers } = files
  /** @type {import('./platform.js').InitOptions} */
  let given = {}
  const loaded = loadedOnce(async name => {
    const files = modules[name]
    if (!files)
      throw new LeafsumError('environment', `${name}.wasm is not here: import 'leafsum/inline/${name}' as well`)
    // Both are on their way at once.
    const [factory, module] = await Promise.all([
      factoryOf(files, name),
      compiled(given[name === 'core' ? 'wasm' : name] ?? files.wasm(), name),
    ])
    return { factory, module }
  })
  return {
    get sigstore() {
      return files.sigstore
    },
    get defaultWorkers() {
      return globalThis.Worker ? Math.min(globalThis.navigator?.hardwareConcurrency || 1, 8) : 1
    },
    get mayGoWithoutWorkers() {
      return mayGoWithoutWorkers && !given.worker
    },
    workerCure:
      "see that the script of the package's worker.js is served and that the page's policy allows workers, " +
      'name another with init({ worker }), or go without: { workers: 1 }',
    canPost: spec => spec.kind === 'files' || spec.kind === 'blobArchive',
    configure(options) {
      given = options
      loaded.forget()
    },
    load: loaded.load,
    lacks: name => !modules[name],
    startWorker: () => endpointOf(/** @type {Worker} */ ((given.worker ?? worker)())),
  }
}

/** @param {ModuleFiles} files @param {string} name */
async function factoryOf(files, name) {
  try {
    return (await files.factory()).default
  } catch (error) {
    throw new LeafsumError(
      'environment',
      `${name}.mjs could not be loaded: ${firstLine(error)}. Serve the package's folder lib/core beside the script ` +
        "that imports it, or import from 'leafsum/inline', which needs no other file",
      { cause: error },
    )
  }
}

/** @returns {import('./pool.js').Endpoint} */
function endpointOf(/** @type {Worker} */ worker) {
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    listen(onMessage, onDeath) {
      worker.onmessage = event => onMessage(event.data)
      worker.onerror = event => {
        event.preventDefault()
        // A script that cannot be loaded gives an event without a message.
        onDeath(event.message ?? 'its script cannot be loaded')
      }
    },
    terminate: () => worker.terminate(),
  }
}
