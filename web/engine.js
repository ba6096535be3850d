/**
 * The page's side of the work: it starts Workers from a blob and waits for the answer. Not a byte of a checkpoint or a
 * lockfile is looked at here.
 *
 *     page ── request, File objects ──▶ coordinator (Verifier) ── jobs ──▶ leaf workers (LeafJob)
 *      └── starts a leaf worker whenever the coordinator wants one, and joins the two by a MessageChannel
 *
 * A blob Worker inherits this page's policy; one loaded from a URL would not (README.md).
 *
 * @typedef {object} Request
 * @property {'verify' | 'check' | 'lock' | 'diff' | 'list'} command of node/lib/api.js
 * @property {Record<string, any>} options of that command
 * @property {import('../node/lib/stores/store.js').StoreSpec[]} sources names and File objects
 * @property {{file: File, cameWithSource: boolean}} [lockfile]
 *
 * @typedef {object} Refusal one of the first two is set; none where the user has cancelled
 * @property {string} [refused] why nothing could be judged (exit code 2)
 * @property {string} [bug] a failure of this program
 * @property {undefined} [report]
 * @property {undefined} [output]
 *
 * @typedef {object} Outcome
 * @property {undefined} [refused]
 * @property {undefined} [bug]
 * @property {import('../node/lib/index.js').Report} report
 * @property {string} text the report's exact bytes
 * @property {Uint8Array<ArrayBuffer>} [lockfile] of `lock`, where nothing was found
 * @property {ListOutput | DiffOutput} [output] what `list` and `diff` put out
 *
 * @typedef {Refusal | Outcome} Answer
 * @typedef {import('../node/lib/index.js').ListOutput} ListOutput
 * @typedef {import('../node/lib/index.js').DiffOutput} DiffOutput
 */

import { compile } from '../node/lib/host/core.js'
import { element } from './dom.js'

/** @returns {Promise<{module: WebAssembly.Module, codecs: Uint8Array, url: string}>} */
export async function loadEngine() {
  const module = await compile(decodeBase64(dataBlock('core-wasm')))
  const codecs = decodeBase64(dataBlock('codecs-wasm')) // compiled by a Worker that needs it
  const url = URL.createObjectURL(new Blob([dataBlock('worker-source')], { type: 'text/javascript' }))
  return { module, codecs, url }
}

/**
 * @param {Awaited<ReturnType<typeof loadEngine>>} engine
 * @param {Request} request
 * @param {{onProgress?: (progress: import('../node/lib/index.js').Progress) => void, signal?: AbortSignal}} [how]
 * @returns {Promise<Answer>} rejects with the signal's reason when aborted
 */
export async function run({ module, codecs, url }, request, { onProgress, signal } = {}) {
  /** @type {Worker[]} */
  const started = []
  try {
    signal?.throwIfAborted()
    return await new Promise((resolve, reject) => {
      /** @param {{request: Request} | {port: MessagePort}} message @param {Transferable[]} [transfer] */
      const start = (message, transfer = []) => {
        const worker = new Worker(scriptUrl(url))
        started.push(worker)
        worker.onerror = event => resolve({ bug: event.message || 'a worker could not be started' })
        worker.onmessage = ({ data: { progress, wanted, answer } }) => {
          if (progress) onProgress?.(progress)
          else if (wanted) start({ port: wanted }, [wanted])
          else resolve(answer)
        }
        worker.postMessage({ module, codecs, ...message }, transfer)
      }
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      start({ request })
    })
  } finally {
    // Ended rather than told to stop: it is immediate, and gives their memory back.
    for (const worker of started) worker.terminate()
  }
}

/** More workers than this gain little: the browser copies file slices in one process of its own. */
export function usefulWorkers() {
  return Math.min(navigator.hardwareConcurrency || 2, 4)
}

/** @param {string} id */
function dataBlock(id) {
  return element(`#${id}`, HTMLScriptElement).text
}

/** @param {string} text */
function decodeBase64(text) {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

// The policy demands Trusted Types: the one script URL that this page ever makes is its own blob.
const policy = globalThis.trustedTypes?.createPolicy('leafsum-worker', {
  createScriptURL(url) {
    if (!url.startsWith('blob:')) throw new TypeError(`not a worker of this page: ${url}`)
    return url
  },
})

/** @param {string} url */
function scriptUrl(url) {
  return policy ? policy.createScriptURL(url) : url
}
