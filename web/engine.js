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
 * @property {'verify' | 'check' | 'lock' | 'diff' | 'list' | 'inspect' | 'look' | 'sort'} command of node/lib/api.js;
 *   inspect: what is in the evidence? look: what is in a leaf? sort: what are these files?
 * @property {Record<string, any>} options of that command
 * @property {import('../node/lib/stores/store.js').StoreSpec[]} sources names and File objects
 * @property {SentEvidence} [evidence]
 * @property {SentVoucher[]} [vouchers] signatures and a key; trust.wasm goes with them
 * @property {File[]} [files] of `sort`
 *
 * @typedef {object} SentEvidence
 * @property {'lockfile' | 'fingerprint' | 'sums'} kind
 * @property {File} [file] where it lies in no archive
 * @property {string} [inside] the file's path, where it is one of the checkpoint's own
 * @property {boolean} cameWithSource
 * @property {string} [fingerprint]
 * @property {boolean} [cameWithLink] as the checkpoint's address did
 *
 * @typedef {{ kind: import('./session.js').VoucherKind, file?: File, inside?: string }} SentVoucher
 *
 * @typedef {object} Facts of a lockfile its step, its leaves and its fingerprint; of sums the number of files
 * @property {number} [step]
 * @property {number} [leaves]
 * @property {string | null} [fingerprint]
 * @property {number} [files]
 *
 * @typedef {object} Refusal one of the first two is set; none where the user has cancelled
 * @property {string} [refused] why nothing could be judged (exit code 2)
 * @property {string} [bug] a failure of this program
 * @property {Facts} [facts] of `inspect`
 * @property {Partial<Record<import('./session.js').VoucherKind, import('./session.js').Told>>} [told] likewise
 * @property {import('./panel/look.js').Look} [look] of `look`
 * @property {import('./sorting.js').Kind[]} [kinds] of `sort`
 * @property {undefined} [report]
 * @property {undefined} [output]
 * @property {(import('./archives.js').Opened | undefined)[]} [opened] of each source that is an archive
 *
 * @typedef {object} Outcome
 * @property {undefined} [refused]
 * @property {undefined} [bug]
 * @property {undefined} [facts]
 * @property {undefined} [told]
 * @property {undefined} [look]
 * @property {undefined} [kinds]
 * @property {import('../node/lib/index.js').Report} report
 * @property {string} text the report's exact bytes
 * @property {Uint8Array<ArrayBuffer>} [lockfile] of `lock`, where nothing was found
 * @property {(import('./archives.js').Opened | undefined)[]} [opened] of each source that is an archive
 * @property {ListOutput | DiffOutput} [output] what `list` and `diff` put out
 *
 * @typedef {Refusal | Outcome} Answer
 * @typedef {import('../node/lib/index.js').ListOutput} ListOutput
 * @typedef {import('../node/lib/index.js').DiffOutput} DiffOutput
 */

import { compile } from '../node/lib/host/core.js'
import { element } from './dom.js'
import { texts } from './texts.js'

/** @type {Set<Worker>} that are under way */
const working = new Set()
let isPaused = false

/** Whether new reads are started: what is under way comes to its end. @param {boolean} paused */
export function pause(paused) {
  isPaused = paused
  for (const worker of working) worker.postMessage({ pause: paused })
}

/**
 * @typedef {{ module: WebAssembly.Module, codecs: Uint8Array, trust: () => Uint8Array, url: string }} Engine
 * @returns {Promise<Engine>}
 */
export async function loadEngine() {
  await parsed()
  const module = await compile(bytesOf(dataBlock('core-wasm')))
  const codecs = bytesOf(dataBlock('codecs-wasm')) // compiled by a Worker that needs it
  const url = URL.createObjectURL(new Blob([dataBlock('worker-source')], { type: 'text/javascript' }))
  const trust = () => bytesOf(dataBlock('trust-wasm')) // nobody looks at it until there is a signature
  return { module, codecs, trust, url }
}

/**
 * @param {Engine} engine
 * @param {Request} request
 * @param {{onProgress?: (progress: import('../node/lib/index.js').Progress) => void, signal?: AbortSignal}} [how]
 * @returns {Promise<Answer>} rejects with the signal's reason when aborted
 */
export async function run({ module, codecs, trust, url }, request, { onProgress, signal } = {}) {
  /** @type {Worker[]} */
  const started = []
  try {
    signal?.throwIfAborted()
    return await new Promise((resolve, reject) => {
      /**
       * @param {{request: Request, trust?: Uint8Array} | {port: MessagePort}} message
       * @param {Transferable[]} [transfer]
       */
      const start = (message, transfer = []) => {
        const worker = new Worker(scriptUrl(url))
        started.push(worker)
        working.add(worker)
        worker.onerror = event => resolve({ bug: event.message || texts.noWorker })
        worker.onmessage = ({ data: { progress, wanted, answer } }) => {
          if (progress) onProgress?.(progress)
          else if (wanted) start({ port: wanted }, [wanted])
          else resolve(answer)
        }
        worker.postMessage({ module, codecs, ...message }, transfer)
        if (isPaused) worker.postMessage({ pause: true })
      }
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      start({ request, ...(request.vouchers?.length && { trust: trust() }) })
    })
  } finally {
    // Ended rather than told to stop: it is immediate, and gives their memory back.
    for (const worker of started) {
      worker.terminate()
      working.delete(worker)
    }
  }
}

/** The script stands before the modules in the page, so that it is there before they are: it waits for them here. */
function parsed() {
  if (document.readyState !== 'loading') return undefined
  return new Promise(resolve => addEventListener('DOMContentLoaded', resolve, { once: true }))
}

/** More workers than this gain little: the browser copies file slices in one process of its own. */
export function usefulWorkers() {
  return Math.min(navigator.hardwareConcurrency || 2, 4)
}

/** @param {string} id */
function dataBlock(id) {
  return element(`#${id}`, HTMLScriptElement).text
}

/** Each character's low byte (build.mjs). @param {string} text */
function bytesOf(text) {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
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
