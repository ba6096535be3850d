// The content of what is compressed, read anywhere: from the nearest point where decompression can begin again, or
// onwards from where an earlier read has ended.
import { StoreError } from '../store.js'
import { Points } from './points.js'

/**
 * @import { Archives, Unpacker } from '../../../../src/bindings/codecs.mjs'
 * @typedef {'gzip' | 'deflate' | 'zstd'} Kind
 *
 * @typedef {object} Cursor
 * @property {Unpacker} unpacker
 * @property {number} in  the next compressed byte that it wants
 * @property {number} begin  of the content that it holds
 * @property {number} end
 * @property {boolean} hungry
 * @property {boolean} ended
 * @property {UnpackError} [failed]  why it ended
 */

const kCursors = 3 // values that are read side by side; each holds half a MiB and the window
const kPiece = 256 << 10 // compressed bytes of one read
// Bytes. What has few points, or none (a zstd frame), is decompressed from the front again and again: a limit on the
// work keeps it linear.
const kFreeWork = 4 * 2 ** 30
const kWork = 16

export class Unpacked {
  /** @type {Cursor[]} most recently used last */
  #cursors = []
  #work = 0

  /**
   * @param {Archives} codecs
   * @param {Kind} kind
   * @param {{ offset: number, length: number, points?: import('../../../../src/bindings/codecs.mjs').RestartPoint[] }}
   * packed  where the compressed bytes lie
   */
  constructor(codecs, kind, { offset, length, points }) {
    this.codecs = codecs
    this.kind = kind
    this.offset = offset
    this.length = length
    this.points = new Points(points)
  }

  /**
   * @param {number} offset
   * @param {Uint8Array} view  to be filled
   * @returns {import('./machine.js').Reading<number>}  how many bytes there were
   */
  *readInto(offset, view) {
    let done = 0
    while (done < view.length) {
      const at = offset + done
      const cursor = this.#cursorAt(at)
      while (!cursor.ended && cursor.end <= at) yield* this.advance(cursor)
      if (cursor.end <= at) {
        if (cursor.failed && cursor.failed.code !== 'truncated') throw cursor.failed
        break
      }
      const bytes = cursor.unpacker.output()
      const part = bytes.subarray(at - cursor.begin, Math.min(cursor.end, offset + view.length) - cursor.begin)
      view.set(part, done)
      done += part.length
    }
    return done
  }

  /** The one that comes there first. */
  #cursorAt(/** @type {number} */ at) {
    const point = this.points.before(at)
    const nearest = this.#cursors
      .filter(cursor => cursor.begin <= at && cursor.end >= point.out)
      .reduce((best, one) => (best && best.end > one.end ? best : one), /** @type {Cursor | undefined} */ (undefined))
    if (nearest) {
      this.#cursors = [...this.#cursors.filter(one => one !== nearest), nearest]
      return nearest
    }
    return this.begin(point)
  }

  /** @returns {Cursor} */
  begin(point = this.points.before(0)) {
    const oldest = this.#cursors.length === kCursors ? this.#cursors.shift() : undefined
    const unpacker = oldest?.unpacker ?? new this.codecs.Unpacker(this.kind)
    if (!unpacker.restart(point)) throw new StoreError('unreadable', 'no memory to decompress it')
    const cursor = {
      unpacker,
      in: point.bits ? point.in - 1 : point.in,
      begin: point.out,
      end: point.out,
      hungry: true,
      ended: false,
    }
    this.#cursors.push(cursor)
    return cursor
  }

  /**
   * The next piece of content takes the place of the last.
   * @param {Cursor} cursor
   * @returns {import('./machine.js').Reading<void>}
   */
  *advance(cursor) {
    const { unpacker } = cursor
    if (cursor.hungry) {
      const length = Math.min(kPiece, this.length - cursor.in)
      const bytes = length > 0 ? yield { offset: this.offset + cursor.in, length } : new Uint8Array(0)
      unpacker.room().set(bytes)
      unpacker.filled(bytes.length)
      cursor.in += bytes.length
      cursor.hungry = false
    }
    const next = unpacker.step()
    const bytes = unpacker.produced()
    cursor.begin = cursor.end
    cursor.end += bytes
    this.#work += bytes
    if (next === 'input') cursor.hungry = true
    else if (next === 'done') cursor.ended = true
    else if (next === 'point' && this.points.wants(cursor.end)) this.points.add(unpacker.point())
    else if (next === 'error') {
      const { code, message } = unpacker.error()
      cursor.ended = true
      cursor.failed = new UnpackError(code, message, cursor.in - unpacker.rest())
    }
    if (this.#work > kFreeWork && this.#work > kWork * Math.max(this.length, cursor.end))
      throw new StoreError(
        'unreadable',
        'it is decompressed again and again: unpack the archive, or give a directory for its content with --temp-dir',
      )
  }

  /** Compressed bytes behind the end of what was decompressed. */
  usedOf(/** @type {Cursor} */ cursor) {
    return cursor.in - cursor.unpacker.rest()
  }

  close() {
    for (const { unpacker } of this.#cursors) unpacker.delete()
    this.#cursors = []
  }
}

export class UnpackError extends StoreError {
  /**
   * @param {string} code
   * @param {string} message
   * @param {number} at  of the compressed bytes
   */
  constructor(code, message, at) {
    super('unreadable', message)
    this.code = code
    this.at = at
  }
}
