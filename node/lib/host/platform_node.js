// What differs between hosts, for Node: where the core lies, how a thread starts, the fastest SHA-256.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { loadedOnce } from './core.js'
import { sigstore } from './sigstore_node.js'
import { compiled } from './wasm_source.js'
import { LeafsumError, firstLine } from '../errors.js'

/** @import { Factory } from '../../../src/bindings/core.mjs' */

// Beside this file when packed; literals, which bundlers find.
const kPacked = {
  core: {
    factory: () => import('../core/core.mjs'),
    wasm: () => new URL('../core/core.wasm', import.meta.url),
  },
  codecs: {
    factory: () => import('../core/codecs.mjs'),
    wasm: () => new URL('../core/codecs.wasm', import.meta.url),
  },
  trust: {
    factory: () => import('../core/trust.mjs'),
    wasm: () => new URL('../core/trust.wasm', import.meta.url),
  },
}
// In the build tree when not.
const built = (/** @type {string} */ file) => new URL(`../../../build/wasm/${file}`, import.meta.url)

/** @type {import('./platform.js').InitOptions} */
let given = {}
const loaded = loadedOnce(async name => {
  const [factory, module] = await Promise.all([
    factoryOf(name),
    compiled(given[name === 'core' ? 'wasm' : name] ?? wasmOf(name), name, open),
  ])
  return { factory, module }
})

// Loaded with the first digest: that takes as long as the fast path, which needs none, takes for 10 MB.
const require = createRequire(import.meta.url)
export const sha256 = () => require('node:crypto').createHash('sha256')

/** @type {import('./platform.js').Platform} */
export const platform = {
  sha256,
  sigstore,
  openFile: async file => (await import('./open_file.js')).openFile(file),
  defaultWorkers: Math.min(availableParallelism(), 8),
  workerCure:
    "leave leafsum out of the program's bundle (external), name a Worker that imports 'leafsum/worker' with " +
    'init({ worker }), or go without: { workers: 1 }',
  openArchiveFile: async (source, options) =>
    (await import('../stores/archive/open_path.js')).openArchivePath(platform, source, options),
  spillTo: async (directory, most) => (await import('../stores/archive/spill.js')).spillTo(directory, most),
  canPost: spec => spec.kind === 'path' || spec.kind === 'archive',

  configure(options) {
    given = options
    loaded.forget()
  },

  load: loaded.load,
  startWorker: () => endpointOf(/** @type {Worker} */ ((given.worker ?? newWorker)())),
}

// A thread gets none of the process's options: with those of `node --input-type=module -e` it would not start.
const newWorker = () =>
  new Worker(new URL('./worker_node.js', import.meta.url), { stdout: true, stderr: true, execArgv: [] })

/** @returns {import('./pool.js').Endpoint} */
function endpointOf(/** @type {Worker} */ worker) {
  return {
    post: (message, transfer) => worker.postMessage(message, /** @type {any} */ (transfer)),
    listen(onMessage, onDeath) {
      worker.on('message', onMessage)
      worker.on('error', onDeath)
      worker.on('exit', code => onDeath(`exit code ${code}`))
    },
    terminate: () => worker.terminate(),
  }
}

/**
 * The default export of core.mjs, codecs.mjs or trust.mjs.
 * @param {import('./core.js').ModuleName} name
 * @returns {Promise<Factory>}
 */
export async function factoryOf(name) {
  try {
    const isClone = !existsSync(kPacked[name].wasm()) && existsSync(built(`${name}.mjs`))
    return (await (isClone ? import(built(`${name}.mjs`).href) : kPacked[name].factory())).default
  } catch (error) {
    throw new LeafsumError(
      'environment',
      `${name}.mjs could not be loaded: ${firstLine(error)}. In a clone, build it (cmake/build.sh wasm -- --target ` +
        "core); in a bundle, leave leafsum out of it (external) or import from 'leafsum/inline'",
      { cause: error },
    )
  }
}

const wasmOf = (/** @type {import('./core.js').ModuleName} */ name) =>
  [kPacked[name].wasm(), built(`${name}.wasm`)].find(place => existsSync(place)) ?? kPacked[name].wasm()

/** A string is a path, unless it has a scheme. */
async function open(/** @type {URL | string} */ place) {
  const url = typeof place === 'string' && /^[a-z][a-z\d+.-]+:/i.test(place) ? new URL(place) : place
  return url instanceof URL && url.protocol !== 'file:' ? fetch(url) : readFile(url)
}
