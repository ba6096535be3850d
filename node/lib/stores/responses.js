// From a server's answer to bytes: whole, or a range of which the server must have sent what was asked for.
import { StoreError } from './store.js'

/** @typedef {ReturnType<typeof patienceOf>} Patience */

const anotherRange = () => new StoreError('unreadable', 'the server sent another range')

/** The range that it says to have sent; of another origin a browser may not see that. */
function sentOf(/** @type {Response} */ response) {
  const [, begin, last] = /^bytes (\d+)-(\d+)\//.exec(response.headers.get('content-range') ?? '') ?? []
  return begin === undefined ? undefined : { begin: Number(begin), length: Number(last) + 1 - Number(begin) }
}

export function checkRange(/** @type {Response} */ response, /** @type {number | undefined} */ offset) {
  if (response.status !== 206) throw new StoreError('unreadable', 'the server does not answer requests for a range of a file')
  const sent = sentOf(response)
  if (sent && offset !== undefined && sent.begin !== offset) throw anotherRange()
  checkOnePart(response)
}

/** One range was asked for; an answer of several parts has lines between them that are none of the file's bytes. */
function checkOnePart(/** @type {Response} */ response) {
  if (response.status === 206 && /^multipart\//i.test(response.headers.get('content-type') ?? '')) throw anotherRange()
}

/** @returns {Promise<Uint8Array | undefined>} */
export async function rangeOf(/** @type {Response | undefined} */ response, /** @type {number | undefined} */ offset = undefined) {
  if (response?.status === 416) return new Uint8Array(0) // the file ends before the range does
  if (response) checkRange(response, offset)
  return response && bytesOf(response)
}

/**
 * Of the answer to a request for a file's first `asked` bytes: these, and how large the file is where that is told. Nothing
 * where the server takes no ranges and the file may be long.
 * @returns {Promise<{ bytes: Uint8Array, total: number | undefined } | undefined>}
 */
export async function firstBytesOf(/** @type {Response} */ response, /** @type {number} */ asked) {
  const length = response.headers.get('content-length')
  if (response.status === 200 && (length === null || Number(length) > asked || response.headers.get('content-encoding'))) {
    await response.body?.cancel()
    return undefined
  }
  checkOnePart(response)
  const bytes = response.status === 416 ? new Uint8Array(0) : await bytesOf(response)
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '')
  if (range?.[1] !== undefined && range[1] !== '0') throw anotherRange()
  // Of another origin a browser may not see what it says.
  const total = range && range[2] !== '*' ? Number(range[2]) : bytes.length < asked ? bytes.length : undefined
  if (total !== undefined && bytes.length !== Math.min(total, asked)) {
    throw new StoreError('unreadable', `the server said ${total} bytes and sent ${bytes.length}`)
  }
  return { bytes, total }
}

export async function bytesOf(/** @type {Response} */ response) {
  const length = response.headers.get('content-length')
  let bytes
  try {
    bytes = new Uint8Array(await response.arrayBuffer())
  } catch {
    throw new StoreError('unreadable', 'the connection broke before the end')
  }
  if (length !== null && !response.headers.get('content-encoding') && bytes.length !== Number(length)) {
    throw new StoreError('unreadable', `the server said ${length} bytes and sent ${bytes.length}`)
  }
  const sent = response.status === 206 ? sentOf(response) : undefined
  if (sent && bytes.length !== sent.length) throw new StoreError('unreadable', `the server said ${sent.length} bytes and sent ${bytes.length}`)
  return bytes
}

/** A timeout for each wait, not for all of a body that is taken as it is needed. */
export function patienceOf(/** @type {number} */ timeout) {
  const controller = new AbortController()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const stop = () => clearTimeout(timer)
  return {
    start() {
      stop()
      timer = setTimeout(() => controller.abort(new DOMException('', 'TimeoutError')), timeout)
      return controller.signal
    },
    stop,
  }
}

/** @returns {import('./store.js').Stream} */
export function streamOf(/** @type {Response} */ response, /** @type {Patience} */ patience) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader()
  let rest = new Uint8Array(0)
  let left = sentOf(response)?.length ?? 0
  return {
    async read(length) {
      const bytes = new Uint8Array(length)
      let filled = 0
      while (filled < length) {
        if (rest.length === 0) {
          patience.start()
          const { done, value } = await reader.read().finally(patience.stop)
          if (done && left > 0) throw new StoreError('unreadable', 'the connection broke before the end')
          if (done) break
          left -= value.length
          rest = value
        }
        const part = rest.subarray(0, length - filled)
        bytes.set(part, filled)
        filled += part.length
        rest = rest.subarray(part.length)
      }
      return bytes.subarray(0, filled)
    },
    close() {
      reader.cancel().catch(() => {})
    },
  }
}
