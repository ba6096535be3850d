// An archive as a source: its members are read where they lie.
import { StoreError, clip, safePath } from '../store.js'
import { now, later } from './machine.js'
import { Unpacked } from './unpacked.js'

/**
 * @import { Archives, RestartPoint } from '../../../../src/bindings/codecs.mjs'
 * @typedef {import('./machine.js').Range} Range
 *
 * @typedef {object} Place  where a file's content lies
 * @property {number} offset  in the archive, or in the tar that is compressed in it
 * @property {number} size
 * @property {number} [packed]  of a deflated member: bytes there
 * @property {string} [refusal]
 *
 * @typedef {object} Contents  what every thread that reads the archive has
 * @property {Map<string, Place>} places  by path below the source
 * @property {{ kind: 'gzip' | 'zstd', length: number, points: RestartPoint[] }} [compressed]  the tar as a whole
 */

const kMembers = 8 // deflated members that are read side by side

/** What all stores do, once bytes of the archive are there. */
export class Reader {
  /** @type {Unpacked | undefined} */
  #all
  /** @type {Map<string, Unpacked>} least recently used first */
  #members = new Map()
  #turn = /** @type {Promise<unknown>} */ (Promise.resolve())

  /**
   * @param {Contents} contents
   * @param {Archives | undefined} codecs  where something is compressed
   */
  constructor({ places, compressed }, codecs) {
    this.places = places
    this.codecs = codecs
    if (compressed && codecs) {
      const { kind, length, points } = compressed
      this.#all = new Unpacked(codecs, kind, { offset: 0, length, points })
    }
  }

  /** @returns {Place} */
  find(/** @type {string} */ path) {
    const place = this.places.get(safePath(path))
    if (!place) throw new StoreError('missing', 'no such file')
    return place
  }

  /**
   * @param {string} path
   * @param {number} offset
   * @param {Uint8Array} view
   * @returns {import('./machine.js').Reading<number>}
   */
  *read(path, offset, view) {
    const place = this.find(path)
    if (place.refusal) throw new StoreError('unreadable', place.refusal)
    const [begin, end] = clip({ offset, length: view.length }, place.size)
    const part = view.subarray(0, end - begin)
    if (part.length === 0) return 0
    if (place.packed !== undefined) return yield* this.#member(path, place).readInto(begin, part)
    if (this.#all) return yield* this.#all.readInto(place.offset + begin, part)
    let done = 0
    while (done < part.length) {
      const bytes = yield { offset: place.offset + begin + done, length: part.length - done }
      if (bytes.length === 0) break
      if (bytes.buffer !== part.buffer || bytes.byteOffset !== part.byteOffset + done) part.set(bytes, done)
      done += bytes.length
    }
    return done
  }

  /**
   * Where bytes of the archive come by and by, one read after the other: they share what decompresses.
   * @param {string} path
   * @param {[begin: number, end: number]} range
   * @param {(want: Range) => Promise<Uint8Array>} bytesOf  the archive
   */
  async readInTurn(path, [begin, end], bytesOf) {
    const bytes = new Uint8Array(end - begin)
    const run = this.#turn.then(() => later(this.read(path, begin, bytes), bytesOf))
    this.#turn = run.catch(() => {})
    return bytes.subarray(0, await run)
  }

  #member(/** @type {string} */ path, /** @type {Place} */ { offset, packed = 0 }) {
    let member = this.#members.get(path)
    if (member) this.#members.delete(path)
    else {
      member = new Unpacked(/** @type {Archives} */ (this.codecs), 'deflate', { offset, length: packed })
      const [oldest] = this.#members
      if (this.#members.size >= kMembers && oldest) {
        oldest[1].close()
        this.#members.delete(oldest[0])
      }
    }
    this.#members.set(path, member)
    return member
  }

  release() {
    for (const member of this.#members.values()) member.close()
    this.#members.clear()
  }
}

/** In Node: reads at once. @implements {Store} @typedef {import('../store.js').Store} Store */
export class ArchiveStore {
  #reader
  #buffer = new Uint8Array(256 << 10)

  /**
   * @param {Contents} contents
   * @param {import('./file.js').ArchiveFile} disk
   * @param {{ codecs?: Archives, module?: WebAssembly.Module }} code
   */
  constructor(contents, disk, { codecs, module }) {
    this.contents = contents
    this.disk = disk
    this.module = module
    this.readsForwards = contents.compressed?.kind === 'zstd'
    this.#reader = new Reader(contents, codecs)
  }

  size(/** @type {string} */ path) {
    return this.#reader.find(path).size
  }

  readInto(/** @type {string} */ path, /** @type {number} */ offset, /** @type {Uint8Array} */ view) {
    const { disk } = this
    const { compressed } = this.contents
    const isPlain = !compressed && this.#reader.find(path).packed === undefined
    let done = 0
    return now(this.#reader.read(path, offset, view), ({ offset: at, length }) => {
      // What is stored as it is goes where it is wanted.
      const room = isPlain ? view.subarray(done, done + length) : this.#buffer.subarray(0, length)
      const got = disk.read(at, room)
      done += got
      return room.subarray(0, got)
    })
  }

  async get(/** @type {string} */ key) {
    return this.#whole(key, size => [0, size])
  }

  async getRange(/** @type {string} */ key, /** @type {import('../store.js').RangeQuery} */ range) {
    return this.#whole(key, size => clip(range, size))
  }

  #whole(/** @type {string} */ key, /** @type {(size: number) => [number, number]} */ range) {
    const path = safePath(key)
    if (!this.contents.places.has(path)) return undefined
    const [begin, end] = range(this.size(path))
    const bytes = new Uint8Array(end - begin)
    return bytes.subarray(0, this.readInto(path, begin, bytes))
  }

  /** What a worker needs to read the same archive in the same state. */
  spec() {
    return { kind: 'archive', contents: this.contents, file: this.disk.spec(), module: this.module }
  }

  release() {
    this.#reader.release()
    this.disk.release()
  }

  close() {
    this.release()
    this.disk.close()
  }
}

/** In a page: a Blob, which is read by and by. @implements {Store} */
export class BlobArchiveStore {
  #reader

  /**
   * @param {{ contents: Contents, name: string }} archive
   * @param {Blob} blob
   * @param {{ codecs?: Archives, module?: WebAssembly.Module }} code
   */
  constructor({ contents, name }, blob, { codecs, module }) {
    this.contents = contents
    this.name = name
    this.blob = blob
    this.module = module
    this.readsForwards = contents.compressed?.kind === 'zstd'
    this.#reader = new Reader(contents, codecs)
    const places = [...contents.places.values()]
    // Slices of the file are files: they are read in windows, and by workers, as what was dropped without an archive.
    this.inWindows = !contents.compressed && places.every(({ packed, refusal }) => packed === undefined && !refusal)
  }

  size(/** @type {string} */ path) {
    return this.#reader.find(path).size
  }

  async get(/** @type {string} */ key) {
    return this.#whole(key, size => [0, size])
  }

  async getRange(/** @type {string} */ key, /** @type {import('../store.js').RangeQuery} */ range) {
    return this.#whole(key, size => clip(range, size))
  }

  async #whole(/** @type {string} */ key, /** @type {(size: number) => [number, number]} */ range) {
    const path = safePath(key)
    if (!this.contents.places.has(path)) return undefined
    return this.#reader.readInTurn(path, range(this.size(path)), want => readBlob(this.blob, want))
  }

  spec() {
    const { contents, name, blob, module } = this
    if (!this.inWindows) return { kind: 'blobArchive', contents, name, blob, module }
    const files = Array.from(contents.places, ([path, { offset, size }]) => [path, blob.slice(offset, offset + size)])
    return { kind: 'files', name, files }
  }

  release() {
    this.#reader.release()
  }
}

/** @returns {Promise<Uint8Array>} */
export async function readBlob(/** @type {Blob} */ blob, /** @type {Range} */ { offset, length }) {
  try {
    return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer())
  } catch (error) {
    const name = /** @type {Error} */ (error)?.name
    if (name === 'NotFoundError') throw new StoreError('changed', 'gone since it was chosen')
    if (name === 'NotReadableError') throw new StoreError('changed', 'changed or locked since it was chosen')
    throw error
  }
}
