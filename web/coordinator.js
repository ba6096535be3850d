/** The coordinator: holds the Verifier, reads what it asks for, and hands its jobs to the leaf workers as they become free. */

import { drive } from '../node/lib/drive.js'
import { runJob } from './leaf_worker.js'

const progressEvery = 100 // ms

/**
 * @param {any} core
 * @param {import('../node/lib/stores/files.js').FilesStore[]} stores
 * @param {{request: import('./engine.js').Request, ports: MessagePort[]}} message
 * @returns {Promise<import('./engine.js').Answer>}
 */
export async function coordinate(core, stores, { request, ports }) {
  const { options, evidence } = request
  const verifier = new core.Verifier(JSON.stringify(options))
  if (verifier.error()) return { usage: verifier.error() }
  stores.forEach((store, i) => verifier.setListing(i, JSON.stringify(store.list())))
  if (evidence) {
    verifier.setEvidence(new Uint8Array(await evidence.file.arrayBuffer()), evidence.cameWithSource)
    if (verifier.error()) return { usage: verifier.error() }
  }

  const timer = setInterval(() => self.postMessage({ progress: verifier.progress() }), progressEvery)
  try {
    await drive(verifier, { stores, runJob: ports.length > 0 ? pool(ports) : (input) => runJob(core, input, stores) })
  } finally {
    clearInterval(timer)
  }
  if (verifier.notFound()) return { usage: verifier.notFound() }

  const text = verifier.report()
  const output = verifier.output()
  const answer = { text, report: JSON.parse(text) }
  if (options.command === 'lock') return { ...answer, output }
  return output ? { ...answer, document: JSON.parse(output) } : answer
}

/**
 * One job at a time for each worker; the rest wait in the order of the core, which is largest first.
 *
 * @param {MessagePort[]} ports
 * @returns {(input: Uint8Array) => Promise<Uint8Array>}
 */
function pool(ports) {
  const free = [...ports]
  const waiting = []

  return async (input) => {
    const port = free.pop() ?? (await new Promise((resolve) => waiting.push(resolve)))
    try {
      return await new Promise((resolve, reject) => {
        port.onmessage = ({ data }) => (data.result ? resolve(data.result) : reject(new Error(data.bug)))
        port.postMessage(input.slice())
      })
    } finally {
      const next = waiting.shift()
      if (next) next(port)
      else free.push(port)
    }
  }
}
