// From a server's answer to bytes: whole, or a range of which the server must have sent what was asked for.
import { joined } from './merge.js'
import { StoreError } from './store.js'

export const kTooLate = 'the server did not answer in time'
const kPage = 'the server sent an HTML page in place of the file: a page to log in, or one about an error'
export const kNoSize =
  'the server compresses the file, or does not tell its size: have that switched off for these files, or download them'
const kDropped = 16 << 10 // bytes

/** @typedef {ReturnType<typeof patienceOf>} Patience */

const anotherRange = () => new StoreError('unreadable', 'the server sent another range')
const tooLong = (/** @type {number} */ most) =>
  new TooLong('unreadable', `the server sent more than the ${most} bytes that were asked for`)
/** A server that does so is not asked for the same file in another way. */
export class TooLong extends StoreError {}
/** The answer to a request for a range was the file from its beginning, as of a server that takes none. */
export class WholeFile extends StoreError {}
/** Where its end could not be told from a broken connection. */
export class NoSize extends StoreError {}
const isPage = (/** @type {Response} */ response) => /^text\/html\b/i.test(response.headers.get('content-type') ?? '')

/** The range that it says to have sent; of another origin a browser may not see that. */
function sentOf(/** @type {Response} */ response) {
  const [, begin, last] = /^bytes (\d+)-(\d+)\//.exec(response.headers.get('content-range') ?? '') ?? []
  return begin === undefined ? undefined : { begin: Number(begin), length: Number(last) + 1 - Number(begin) }
}

/**
 * What is wrong with the answer to a request for `asked` bytes from `offset` on, before any byte of its body is taken.
 * @param {Response} response
 * @param {{ offset?: number, asked: number }} range
 */
export function checkRange(response, { offset, asked }) {
  if (response.status !== 206) {
    if (isPage(response)) throw new StoreError('unreadable', kPage)
    throw new WholeFile('unreadable', 'the server does not answer requests for a range of a file')
  }
  const sent = sentOf(response)
  if (sent && offset !== undefined && sent.begin !== offset) throw anotherRange()
  if (sent && sent.length > asked) throw tooLong(asked)
  checkOnePart(response)
}

/** One range was asked for; an answer of several parts has lines between them that are none of the file's bytes. */
function checkOnePart(/** @type {Response} */ response) {
  if (response.status === 206 && /^multipart\//i.test(response.headers.get('content-type') ?? '')) throw anotherRange()
}

/**
 * @param {Response | undefined} response
 * @param {{ offset?: number, asked: number }} range
 * @returns {Promise<Uint8Array | undefined>}
 */
export async function rangeOf(response, range) {
  if (response?.status === 416) return new Uint8Array(0) // the file ends before the range does
  if (response) checkRange(response, range)
  return response && bytesOf(response, range.asked)
}

/**
 * Of the answer to a request for a file's first `asked` bytes: these, and how large the file is where that is told.
 * Of a server that takes no ranges a file of at most `most` bytes is read whole where that alone tells its size.
 * @param {Response} response
 * @param {number} asked
 * @param {number} [most]
 * @returns {Promise<{ bytes: Uint8Array, total: number | undefined }>} bytes: none of a long file that came whole,
 *   of which only the size was taken
 */
export async function firstBytesOf(response, asked, most = asked) {
  if (response.status === 200) {
    const length = response.headers.get('content-length')
    const isPlain = length !== null && !response.headers.get('content-encoding')
    if (isPage(response) && !(isPlain && Number(length) <= asked)) throw new StoreError('unreadable', kPage)
    if (isPlain && Number(length) > asked) return { bytes: new Uint8Array(0), total: Number(length) }
    if (!isPlain) {
      const bytes = await bytesOf(response, most).catch(error => {
        throw error instanceof TooLong ? new TooLong('unreadable', kNoSize) : error
      })
      return { bytes, total: bytes.length }
    }
  }
  checkOnePart(response)
  const bytes = response.status === 416 ? new Uint8Array(0) : await bytesOf(response, asked)
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '')
  if (range?.[1] !== undefined && range[1] !== '0') throw anotherRange()
  // Of another origin a browser may not see what it says.
  const total = range && range[2] !== '*' ? Number(range[2]) : bytes.length < asked ? bytes.length : undefined
  if (total !== undefined && bytes.length !== Math.min(total, asked)) {
    throw new StoreError('unreadable', `the server said ${total} bytes and sent ${bytes.length}`)
  }
  return { bytes, total }
}

/**
 * A body of at most `most` bytes, as fetch gives it: inflated where the server compressed it. One that is longer is
 * given up where it is, whatever the server said of its length.
 * @param {Response} response
 * @param {number} most
 * @returns {Promise<Uint8Array>}
 */
export async function bytesOf(response, most) {
  const told = toldBy(response)
  if (told.some(one => one > most)) throw tooLong(most)
  const bytes = await taken(response, Math.min(most, ...told), told.length > 0)
  for (const one of told)
    if (bytes.length !== one)
      throw new StoreError('unreadable', `the server said ${one} bytes and sent ${bytes.length}`)
  return bytes
}

/** How many bytes the body is to have: what the server says, once or twice. */
function toldBy(/** @type {Response} */ response) {
  const told = []
  const length = response.headers.get('content-length') ?? ''
  if (/^\d+$/.test(length) && !response.headers.get('content-encoding')) told.push(Number(length))
  const sent = response.status === 206 ? sentOf(response) : undefined
  if (sent) told.push(sent.length)
  return told
}

/** All of a file whose size is known. */
export async function wholeOf(/** @type {Response} */ response, /** @type {number} */ size) {
  if (response.status === 206) throw anotherRange()
  const bytes = await bytesOf(response, size)
  if (bytes.length !== size)
    throw new StoreError('unreadable', `the server said ${size} bytes and sent ${bytes.length}`)
  return bytes
}

/**
 * @param {Response} response
 * @param {number} most
 * @param {boolean} exact there will be so many
 */
async function taken(response, most, exact) {
  /** @type {Uint8Array[]} */
  const parts = []
  // Memory that no byte was written to costs nothing: a server gains nothing by telling of bytes that it does not send.
  const whole = exact ? new Uint8Array(most) : undefined
  let filled = 0
  const reader = response.body?.getReader()
  for (;;) {
    const { value } = reader ? await reader.read().catch(broken) : { value: undefined }
    if (!value) break
    if (filled + value.length > most) {
      reader?.cancel().catch(() => {})
      throw tooLong(most)
    }
    if (whole) whole.set(value, filled)
    else parts.push(value)
    filled += value.length
  }
  return whole ? whole.subarray(0, filled) : joined(parts)
}

/**
 * A body that nobody wants: read where it is short, so that the connection serves again, and given up where it is not.
 */
export function drop(/** @type {Response} */ response) {
  if (response.body && !response.body.locked)
    bytesOf(response, kDropped).catch(() => response.body?.cancel().catch(() => {}))
}

/** @returns {never} */
function broken(/** @type {unknown} */ error) {
  const timedOut = /** @type {Error} */ (error)?.name === 'TimeoutError'
  throw new StoreError('unreadable', timedOut ? kTooLate : 'the connection broke before the end')
}

/** A timeout for each piece of a body that is taken as it is needed, not for all of it. */
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

/**
 * @param {Response} response
 * @param {Patience} patience
 * @param {number} asked bytes; a body that goes on behind them is none of a server that knows what it sends
 * @param {number} [told] bytes that it says to send
 * @returns {import('./store.js').Stream}
 */
export function streamOf(response, patience, asked, told = sentOf(response)?.length) {
  const reader = (response.body ?? new Blob([]).stream()).getReader()
  /** @type {Uint8Array} */
  let rest = new Uint8Array(0)
  let left = told ?? asked
  const close = () => void reader.cancel().catch(() => {})
  return {
    async read(length) {
      const bytes = new Uint8Array(Math.min(length, rest.length + left))
      let filled = 0
      patience.start()
      try {
        while (filled < bytes.length) {
          if (rest.length === 0) {
            const { done, value } = await reader.read().catch(broken)
            if (done && left > 0 && told !== undefined)
              throw new StoreError('unreadable', 'the connection broke before the end')
            if (done) break
            left -= value.length
            if (left < 0) throw tooLong(asked)
            rest = value
          }
          const part = rest.subarray(0, bytes.length - filled)
          bytes.set(part, filled)
          filled += part.length
          rest = rest.subarray(part.length)
        }
      } catch (error) {
        close()
        throw error
      } finally {
        patience.stop()
      }
      return bytes.subarray(0, filled)
    },
    close,
  }
}
