// One LeafJob from its input to its result, here or in a worker.
import { drive } from './drive.js'
import { orOutOfMemory } from './core.js'

/** @import { Codecs } from '../../../src/bindings/core.mjs' */

// Bytes asked for at once. Synchronous reads leave nothing to prefetch; otherwise a few pieces are on their way while
// one piece is hashed.
const kBudgetNow = 1 << 20
const kBudgetAhead = 8 << 20

/**
 * @param {Codecs} core or codecs
 * @param {Uint8Array} input
 * @param {import('../stores/store.js').Store[]} stores
 * @param {{ signal?: AbortSignal, onProgress?: (bytes: number) => void }} [options] bytes of content that went through
 * so far
 * @returns {Promise<Uint8Array>}
 */
export async function runJob(core, input, stores, { signal, onProgress } = {}) {
  /** @type {import('../../../src/bindings/core.mjs').LeafJob | undefined} */
  let job
  let path = ''
  try {
    job = new core.LeafJob(input)
    const running = job
    const budget = stores.every(store => store.readInto) ? kBudgetNow : kBudgetAhead
    await drive(job, {
      stores,
      budget,
      signal,
      onPause: () => onProgress?.(running.progress()),
      onAnswer: file => (path = file),
    })
    return job.result()
  } catch (error) {
    // What trapped may not be called again, not even to be deleted.
    if (error instanceof WebAssembly.RuntimeError) job = undefined
    throw await orOutOfMemory(error, core, path)
  } finally {
    job?.delete()
  }
}
