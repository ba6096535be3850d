// Reading ahead: a job tells what it will read from end to end (`values`, src/bindings/README.md), so that it is on its
// way before the job asks. Who does it is told by the stores; what comes of it has one shape, whoever does it.

/**
 * @typedef {import('../stores/store.js').Store} Store
 * @typedef {[id: number, source: number, path: string, offset: number, length: number]} WindowSpec
 *
 * @typedef {object} Reader
 * @property {number} memory  bytes that it takes of --max-memory
 * @property {(values: string | undefined) => Plan} plan  begins to read for a job
 *
 * @typedef {object} Plan  of one job
 * @property {Store[]} stores  where its reads go that no window answers
 * @property {WindowSpec[]} windows  in the order in which they will be needed: who runs the job takes them whole, and
 *   cuts from them what it reads (window_store.js)
 * @property {(id: number) => Promise<Uint8Array | undefined>} take  a window's bytes, once; they are the caller's then
 * @property {() => void} close  the job is done
 */

/**
 * @param {Store[]} stores
 * @param {number} workers
 * @param {number} maxMemory
 * @returns {Promise<Reader | undefined>} nothing where it gains nothing: reads that are synchronous, or cost no way
 */
export async function readerFor(stores, workers, maxMemory) {
  if (stores.some(store => store.open)) return new (await import('./ahead.js')).Ahead(stores, maxMemory)
  if (stores.some(store => store.inWindows))
    return new (await import('./windows.js')).Windows(stores, workers, maxMemory)
  return undefined
}
