/** A leaf worker: each message on its port is a piece of the plan, the answer is that job's result. */

import { drive } from '../node/lib/drive.js'

/**
 * @param {any} core
 * @param {Uint8Array} input
 * @param {import('../node/lib/stores/store.js').Store[]} stores
 * @returns {Promise<Uint8Array>}
 */
export async function runJob(core, input, stores) {
  const job = new core.LeafJob(input)
  try {
    await drive(job, { stores })
    return job.result().slice() // a view of wasm memory would take the whole memory along
  } finally {
    job.delete()
  }
}

/**
 * @param {any} core
 * @param {import('../node/lib/stores/store.js').Store[]} stores
 * @param {MessagePort} port
 */
export function serveJobs(core, stores, port) {
  port.onmessage = async ({ data }) => {
    try {
      const result = await runJob(core, data, stores)
      port.postMessage({ result }, [result.buffer])
    } catch (error) {
      port.postMessage({ bug: error?.message ?? String(error) })
    }
  }
}
