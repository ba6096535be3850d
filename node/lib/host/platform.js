// The few things that Node and a browser do differently. Everything else in this folder is the same for both.

/** @import { Factory, Sha256 } from '../../../src/bindings/core.mjs' */

/**
 * @typedef {object} Platform
 * @property {() => Sha256} [sha256]
 * @property {number} defaultWorkers
 * @property {number} [poolFrom]  from so many workers on, 2 unless said otherwise, jobs do not run in the thread that
 * plans them
 * @property {(spec: import('../stores/store.js').StoreSpec) => boolean} canPost  can a worker open that source itself
 * @property {(options: InitOptions) => void} configure
 * @property {(name?: import('./core.js').ModuleName) => Promise<Loaded>} load  "codecs" only where a job asks for it
 * @property {(() => import('./pool.js').Endpoint)} startWorker
 *
 * @typedef {{ factory: Factory, module: WebAssembly.Module, url?: string }} Loaded
 *
 * @typedef {object} InitOptions
 * @property {BufferSource | WebAssembly.Module} [wasm]  core.wasm, where it shall not be fetched
 * @property {Factory} [factory]  core.mjs's default export, where it shall not be imported
 * @property {BufferSource | WebAssembly.Module} [codecsWasm]  codecs.wasm, likewise
 * @property {Factory} [codecsFactory]  codecs.mjs's default export, likewise
 * @property {string | URL} [workerUrl]  a script that runs lib/worker_browser.js
 */

export {}
