// Memory that this machine, or this process, does not give is no fault of ours and says nothing of the checkpoint.
import { LeafsumError, firstLine, messageOf } from '../errors.js'

/** @import { Codecs } from '../../../src/bindings/core.mjs' */

// As V8, SpiderMonkey and JavaScriptCore call it where a buffer, a wasm memory or a thread's heap cannot be had.
const kNoMemory = /out of memory|memory limit|(allocat\w+|memory) (failed|size)|(could not|cannot|can't) allocate/i

/**
 * @param {unknown} error
 * @param {Codecs | undefined} core
 * @param {string | undefined} path
 * @returns {unknown} the same, unless memory was the cause
 */
export function outOfMemory(error, core, path) {
  const held = error instanceof WebAssembly.RuntimeError ? (core?.outOfMemory() ?? 0) : 0
  if (held === 0 && !isOutOfMemory(error)) return error
  const where = path ? `, after bytes of ${JSON.stringify(path)} were read` : ''
  const what = held > 0 ? `the core holds ${Math.ceil(held / 2 ** 20)} MiB and gets no more` : firstLine(error)
  return new LeafsumError(
    'environment',
    `out of memory: ${what}${where}; use fewer workers (--jobs 1, { workers: 1 }), a smaller --max-memory, or a ` +
      'machine or container with more memory',
    { cause: error },
  )
}

/** Whether an engine says that it has no memory. @param {unknown} error */
function isOutOfMemory(error) {
  const { name, code } = /** @type {any} */ (error ?? {})
  return (
    code === 'ERR_WORKER_OUT_OF_MEMORY' ||
    ((name === 'RangeError' || name === 'InternalError') && kNoMemory.test(messageOf(error)))
  )
}
