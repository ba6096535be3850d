// Reading ahead: a job tells which values it will read from end to end (`values`, src/bindings/README.md), so that they
// are on their way before the job asks. The stores decide which reader is used; all readers have one interface.

/**
 * @typedef {import('../stores/store.js').Store} Store
 * @typedef {[id: number, source: number, path: string, offset: number, length: number]} WindowSpec
 *
 * @typedef {object} Reader
 * @property {number} memory  bytes that it takes of --max-memory
 * @property {(values: string | undefined) => Plan} plan  begins to read for a job
 *
 * @typedef {object} Plan  of one job
 * @property {Store[]} stores  answer the job's reads that no window answers
 * @property {WindowSpec[]} windows  in the order in which they will be needed: the worker that runs the job takes each
 *   whole, and cuts its reads from it (window_store.js)
 * @property {(id: number) => Promise<Uint8Array | undefined>} take  a window's bytes, once; the caller owns them
 * @property {() => void} close  the job is done
 */

/**
 * @param {Store[]} stores
 * @param {number} workers
 * @param {number} maxMemory
 * @returns {Promise<Reader | undefined>} undefined where reading ahead gains nothing: synchronous reads
 */
export async function readerFor(stores, workers, maxMemory) {
  if (stores.some(store => store.open)) return new (await import('./ahead.js')).Ahead(stores, maxMemory)
  if (stores.some(store => store.inWindows))
    return new (await import('./windows.js')).Windows(stores, workers, maxMemory)
  return undefined
}
