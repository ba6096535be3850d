/**
 * The page's side of the work: it starts Workers from a blob, joins them by message channels and waits for the answer.
 * Not a byte of a checkpoint or a lockfile is looked at here.
 *
 *   page ── files, request ──▶ coordinator (Verifier)      leaf workers (LeafJob) ◀── files ── page
 *                                    └────────── one MessageChannel each ──────────┘
 *
 * A blob Worker inherits this page's policy; one loaded from a URL would not (README.md).
 *
 * @typedef {object} Request
 * @property {object} options of the core (src/bindings/README.md)
 * @property {import('../node/lib/stores/store.js').StoreSpec[]} sources what FilesStore.spec() tells: names and File objects
 * @property {{file: File, cameWithSource: boolean}} [evidence]
 *
 * @typedef {object} Answer one of the first three is set
 * @property {string} [usage] why nothing could be judged (exit code 2)
 * @property {string} [bug] a failure of this program
 * @property {string} [text] the report's exact bytes, and with it:
 * @property {object} [report] the same, parsed
 * @property {string} [output] the lockfile's exact bytes, for `lock`
 * @property {object} [document] the parsed output of `ls` and `diff`
 */

import { compile } from '../node/lib/core.js'

/** @returns {Promise<{module: WebAssembly.Module, url: string}>} */
export async function loadEngine() {
  const module = await compile(decodeBase64(dataBlock('core-wasm')))
  const url = URL.createObjectURL(new Blob([dataBlock('worker-source')], { type: 'text/javascript' }))
  return { module, url }
}

/**
 * @param {Awaited<ReturnType<typeof loadEngine>>} engine
 * @param {Request} request
 * @param {{workers: number, onProgress?: (progress: object) => void, signal?: AbortSignal}} how
 * @returns {Promise<Answer>} rejects with the signal's reason when aborted
 */
export function run(engine, request, { workers, onProgress, signal }) {
  const started = []
  const ports = []

  /** @returns {Promise<Answer>} */
  function answered() {
    return new Promise((resolve, reject) => {
      const start = (message, transfer) => {
        const worker = new Worker(scriptUrl(engine.url))
        started.push(worker)
        worker.onerror = (event) => resolve({ bug: event.message || 'a worker could not be started' })
        worker.onmessageerror = () => resolve({ bug: 'a message could not be read' })
        worker.onmessage = ({ data }) => (data.progress ? onProgress?.(data.progress) : resolve(data))
        worker.postMessage(message, transfer)
      }
      signal?.throwIfAborted()
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      for (let i = 0; i < workers; i += 1) {
        const { port1, port2 } = new MessageChannel()
        ports.push(port1)
        start({ role: 'leaf', module: engine.module, sources: request.sources, port: port2 }, [port2])
      }
      start({ role: 'coordinator', module: engine.module, request, ports }, ports)
    })
  }

  // Ended rather than told to stop: it is immediate, and returns their memory.
  return answered().finally(() => started.forEach((worker) => worker.terminate()))
}

/** More workers than this gain little, because the browser copies file slices in one process of its own. */
export function usefulWorkers(bytes) {
  const cores = navigator.hardwareConcurrency || 2
  return bytes < 16 << 20 ? 1 : Math.min(cores, 4)
}

function dataBlock(id) {
  return document.getElementById(id).textContent
}

function decodeBase64(text) {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i)
  return bytes
}

// The policy demands Trusted Types: the one script URL that this page ever makes is its own blob.
const policy = globalThis.trustedTypes?.createPolicy('leafsum-worker', {
  createScriptURL(url) {
    if (!url.startsWith('blob:')) throw new TypeError(`not a worker of this page: ${url}`)
    return url
  },
})

function scriptUrl(url) {
  return policy ? policy.createScriptURL(url) : url
}
