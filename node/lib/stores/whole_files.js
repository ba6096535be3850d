// Files of a server that sends nothing but whole ones: each is read from its beginning, what nobody asks for is passed
// over, and no byte is kept. Reads that go on where one has ended share its request.
import { StoreError } from './store.js'
import { NoSize, kNoSize, streamOf } from './responses.js'

const kCursors = 4 // requests whose body waits to be read on
const kNear = 1 << 20 // bytes to pass over rather than begin anew
const kSkip = 1 << 20 // bytes passed over at once

/**
 * @typedef {object} Cursor  one body, and what is to be read of it, in order
 * @property {string} path
 * @property {number} position
 * @property {number} planned  where it will be once all that is asked for was read
 * @property {Promise<void>} turn  the last read
 * @property {number} waiting  reads
 * @property {Promise<import('./store.js').Stream | undefined>} [stream]
 */

export class WholeFiles {
  #requests
  /** @type {Cursor[]} the one that was used last comes last */
  #cursors = []

  constructor(/** @type {import('./requests.js').Requests} */ requests) {
    this.#requests = requests
  }

  /**
   * @param {string} path
   * @param {{ offset: number, length: number }} range
   * @returns {Promise<Uint8Array | undefined>} nothing where there is no such file; short where the file is
   */
  read(path, { offset, length }) {
    const cursor = this.#cursorFor(path, offset)
    cursor.planned = offset + length
    cursor.waiting++
    const answer = cursor.turn.then(() => this.#readOn(cursor, offset, length))
    cursor.turn = answer.then(
      () => {},
      () => this.#close(cursor),
    )
    return answer.finally(() => void cursor.waiting--)
  }

  /** Closes what nobody reads on. */
  release() {
    for (const cursor of [...this.#cursors]) this.#close(cursor)
  }

  #cursorFor(/** @type {string} */ path, /** @type {number} */ offset) {
    const behind = this.#cursors.filter(one => one.path === path && one.planned <= offset)
    const nearest = behind.reduce((best, one) => (best && best.planned >= one.planned ? best : one), behind[0])
    const isFull = this.#cursors.length >= kCursors
    if (nearest && (offset - nearest.planned <= kNear || isFull)) {
      this.#cursors.push(...this.#cursors.splice(this.#cursors.indexOf(nearest), 1))
      return nearest
    }
    const idle = isFull && this.#cursors.find(one => one.waiting === 0)
    if (idle) this.#close(idle)
    const cursor = { path, position: 0, planned: 0, waiting: 0, turn: Promise.resolve() }
    this.#cursors.push(cursor)
    return cursor
  }

  async #readOn(/** @type {Cursor} */ cursor, /** @type {number} */ offset, /** @type {number} */ length) {
    // A server may have given up a body that waited for long: once more from its beginning.
    const waited = cursor.stream !== undefined
    try {
      return await this.#readFrom(cursor, offset, length)
    } catch (error) {
      if (!waited || (error instanceof StoreError && error.kind !== 'unreadable')) throw error
      this.#rewind(cursor)
      return await this.#readFrom(cursor, offset, length)
    }
  }

  async #readFrom(/** @type {Cursor} */ cursor, /** @type {number} */ offset, /** @type {number} */ length) {
    cursor.stream ??= this.#begin(cursor.path)
    const stream = await cursor.stream
    if (!stream) return undefined
    while (cursor.position < offset) {
      const passed = await stream.read(Math.min(kSkip, offset - cursor.position))
      if (passed.length === 0) return passed // the file ends before
      cursor.position += passed.length
    }
    const bytes = await stream.read(length)
    cursor.position += bytes.length
    return bytes
  }

  #begin(/** @type {string} */ path) {
    return this.#requests.begun(path, {}, (response, patience) => {
      if (!response) return undefined
      const length = response.headers.get('content-length') ?? ''
      // Else an end that comes too early could not be told from the file's own.
      if (response.status !== 200 || !/^\d+$/.test(length) || response.headers.get('content-encoding'))
        throw new NoSize('unreadable', `the server answers no requests for a range of a file; ${kNoSize}`)
      return streamOf(response, patience, Number(length), Number(length))
    })
  }

  #rewind(/** @type {Cursor} */ cursor) {
    cursor.stream?.then(
      stream => stream?.close(),
      () => {},
    )
    cursor.stream = undefined
    cursor.position = 0
  }

  #close(/** @type {Cursor} */ cursor) {
    this.#rewind(cursor)
    cursor.planned = Infinity // no further read joins it
    this.#cursors = this.#cursors.filter(one => one !== cursor)
  }
}
