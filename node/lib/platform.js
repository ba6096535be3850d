// The few things that Node and a browser do differently. Everything else in this folder is the same for both.

/**
 * @typedef {object} Platform
 * @property {(() => { update(view: Uint8Array): unknown, digest(): Uint8Array })} [sha256]
 * @property {number} defaultWorkers
 * @property {(spec: import('./stores/store.js').StoreSpec) => boolean} canPost  can a worker open that source itself
 * @property {(options: InitOptions) => void} configure
 * @property {() => Promise<{ factory: Function, module: WebAssembly.Module, url?: string }>} load
 * @property {(() => import('./pool.js').Endpoint)} startWorker
 *
 * @typedef {object} InitOptions
 * @property {BufferSource | WebAssembly.Module} [wasm]  core.wasm, where it shall not be fetched
 * @property {Function} [factory]  core.mjs's default export, where it shall not be imported
 * @property {string | URL} [workerUrl]  a script that runs lib/worker_browser.js
 */

export {}
