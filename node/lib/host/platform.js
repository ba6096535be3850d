// The few things that Node and a browser do differently. Everything else in this folder is the same for both.

import { LeafsumError } from '../errors.js'

/** @import { Factory, Sha256 } from '../../../src/bindings/core.mjs' */

/**
 * @typedef {object} Platform
 * @property {() => Sha256} [sha256]  faster than the core's own
 * @property {() => Sha256} [fileSha256]  for the files that sums name, where there is no other
 * @property {number} defaultWorkers
 * @property {number} [poolFrom]  with at least this many workers (default 2), jobs do not run in the thread that plans
 *   them
 * @property {(spec: import('../stores/store.js').StoreSpec) => boolean} canPost  can a worker open that source itself
 * @property {(options: InitOptions) => void} configure
 * @property {(name?: import('./core.js').ModuleName) => Promise<Startable>} load  "codecs" only where a
 * job asks for it, "trust" where a signature is asked for
 * @property {(name: import('./core.js').ModuleName) => boolean} [lacks]  what this host was made without: no failure
 * @property {() => import('./pool.js').Endpoint} startWorker
 * @property {import('../trust/identity/library.js').Libraries} [sigstore]  what checks identities
 * @property {(file: string | URL) => Promise<Blobbed>} [openFile]  where there are paths
 * @property {(source: string | URL, options: import('../stores/archive/contents.js').ArchiveOptions) => Promise<any>}
 *   [openArchiveFile]  likewise
 * @property {(directory: string, most?: number) => Promise<any>} [spillTo]  a temporary file (archive/spill.js)
 * @property {string} [workerCure]  what to do where a worker cannot be started
 * @property {boolean} [mayGoWithoutWorkers]  where no worker can be started, jobs run in this thread
 *
 * @typedef {{ factory: Factory, module: WebAssembly.Module }} Loaded
 * @typedef {Loaded & { start(): ReturnType<Factory> }} Startable
 * @typedef {{ name: string, size?: number, artifact: import('../trust/identity/signed.js').Artifact }} Blobbed
 *
 * @typedef {object} InitOptions
 * @property {Given} [wasm]  core.wasm, instead of the package's own file
 * @property {Given} [codecs]  codecs.wasm, likewise
 * @property {Given} [trust]  trust.wasm, likewise
 * @property {() => unknown} [worker]  a new Worker, the host's own kind, that imports leafsum/worker
 *
 * @typedef {import('./wasm_source.js').WasmSource} WasmSource
 * @typedef {WasmSource | Promise<WasmSource>} Given
 */

const kMoved = /** @type {Record<string, string>} */ ({
  factory: "core.mjs is part of the package's own code now",
  codecsWasm: 'it is `codecs` now',
  codecsFactory: "codecs.mjs is part of the package's own code now",
  workerUrl: "it is `worker: () => new Worker(url, { type: 'module' })` now",
})

/** @param {unknown} options of `init` */
export function checkInit(options) {
  if (typeof options !== 'object' || options === null) throw new LeafsumError('usage', 'init: an object is wanted')
  for (const name of Object.keys(options)) {
    if (['wasm', 'codecs', 'trust', 'worker'].includes(name)) continue
    const moved = Object.hasOwn(kMoved, name) ? `: ${kMoved[name]}` : '; there are wasm, codecs, trust and worker'
    throw new LeafsumError('usage', `init: there is no option "${name}"${moved}`)
  }
  const { worker } = /** @type {InitOptions} */ (options)
  if (worker !== undefined && typeof worker !== 'function')
    throw new LeafsumError('usage', 'init: worker: a function that gives a new Worker is wanted')
}
