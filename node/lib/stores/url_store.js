// A checkpoint behind plain HTTP: files by name and range. Insists on what it asked for: 206 and the length. Where a
// server sends whole files alone, these are read from their beginning (whole_files.js).
import { Kept } from './kept.js'
import { merge } from './merge.js'
import { Requests, kAtOnce } from './requests.js'
import {
  NoSize,
  TooLong,
  WholeFile,
  checkRange,
  firstBytesOf,
  kTooLate,
  rangeOf,
  streamOf,
  wholeOf,
} from './responses.js'
import { StoreError, clip, failureOf, safePath } from './store.js'
import { Tags } from './tags.js'
import { WholeFiles } from './whole_files.js'

const kFirst = 16 << 10 // bytes: to ask how large a file is and to read a small one is one request
const kAsked = 4 << 20 // bytes of a document that may be there or not: as many requests at once may each bring them
const kMerged = 4 << 20 // bytes of ranges that one request asks for together

/**
 * @typedef {import('./store.js').Store} Store
 * @typedef {{ offset: number, length: number, resolve: (bytes: Uint8Array | undefined) => void, reject: (error:
 * unknown) => void }} Wanted
 * @implements {Store}
 */
export class UrlStore {
  asks = true
  #requests
  #tags = new Tags()
  /** @type {Map<string, number>} of files that were asked for their size */
  #sizes = new Map()
  /** @type {Set<string>} that were asked for and are not there */
  #missing = new Set()
  #kept = new Kept()
  #holds = 0
  #base
  #lister
  /** @type {Promise<import('./store.js').ListingEntry[] | undefined> | undefined} */
  #listing
  #whole
  #takesRanges = true // as far as is known
  /** @type {Map<string, Wanted[]>} ranges that were asked for just now, by path */
  #wanted = new Map()

  constructor(/** @type {import('./url_address.js').Address} */ { base, options, name, places, lister, hubDirectory }) {
    this.#base = base
    this.#lister = lister
    this.#requests = new Requests(base, options, this.#tags)
    this.#whole = new WholeFiles(this.#requests)
    this.name = name
    this.places = places
    this.hubDirectory = hubDirectory
  }

  /** Nothing where the server has no listing. */
  list() {
    this.#listing ??= this.#listed()
    return this.#listing
  }

  async #listed() {
    const lister = this.#lister ?? (await import('./server_listing.js')).serverListing
    const entries = await lister({ base: this.#base, requests: this.#requests, size: path => this.size(path) })
    for (const [path, size, kind] of entries ?? []) if (kind === 'f') this.#sizes.set(path, size)
    return entries?.sort(([a], [b]) => (a < b ? -1 : 1))
  }

  async get(/** @type {string} */ key) {
    const path = safePath(key)
    // How long it is has to be known first: a body that nothing bounds is read by nobody.
    const size = await this.size(path).catch(error => {
      if (failureOf(error).kind !== 'missing') throw error
    })
    if (size === undefined) return undefined
    return (
      this.#kept.file(path) ??
      this.#requests.whole(path, {}, async response => {
        const bytes = response && (await wholeOf(response, size))
        if (bytes) this.#kept.keepFile(path, bytes, size)
        return bytes
      })
    )
  }

  async getRange(/** @type {string} */ key, /** @type {import('./store.js').RangeQuery} */ range) {
    const path = safePath(key)
    const small = this.#kept.file(path)
    if (small) return small.subarray(...clip(range, small.length))
    if ('suffixLength' in range) {
      const asked = range.suffixLength
      if (!this.#takesRanges) return this.#suffix(path, asked)
      return this.#requests.whole(path, { Range: `bytes=-${asked}` }, response => rangeOf(response, { asked }))
    }
    const kept = this.#kept.range(path, range)
    if (kept) return kept
    return new Promise((resolve, reject) => {
      // Those that are asked for in one turn are looked at together.
      if (this.#wanted.size === 0) soon(() => this.#readWanted())
      const wanted = this.#wanted.get(path) ?? []
      this.#wanted.set(path, wanted)
      wanted.push({ ...range, resolve, reject })
    })
  }

  /** @returns {Promise<Uint8Array | undefined>} */
  async #suffix(/** @type {string} */ path, /** @type {number} */ length) {
    const size = await this.size(path)
    return this.getRange(path, { offset: Math.max(0, size - length), length: Math.min(size, length) })
  }

  /** By a range where the server takes one. */
  async #range(/** @type {string} */ path, /** @type {{ offset: number, length: number }} */ { offset, length }) {
    if (this.#takesRanges) {
      try {
        return await this.#requests.whole(path, headersFor(offset, length), response =>
          rangeOf(response, { offset, asked: length }),
        )
      } catch (error) {
        if (!(error instanceof WholeFile)) throw error
        this.#takesRanges = false
      }
    }
    return this.#whole.read(path, { offset, length }).catch(async error => {
      if (!(error instanceof NoSize)) throw error
      const bytes = await this.get(path) // where it is small
      return bytes?.subarray(...clip({ offset, length }, bytes.length))
    })
  }

  #readWanted() {
    const wanted = [...this.#wanted]
    this.#wanted.clear()
    for (const [path, ranges] of wanted) {
      for (const { offset, length, parts } of merge(ranges, kMerged)) {
        this.#range(path, { offset, length }).then(
          bytes => {
            for (const part of parts)
              part.resolve(
                bytes &&
                  this.#keep(
                    path,
                    part,
                    bytes.subarray(...clip({ ...part, offset: part.offset - offset }, bytes.length)),
                  ),
              )
          },
          error => {
            for (const part of parts) part.reject(error)
          },
        )
      }
    }
  }

  #keep(/** @type {string} */ path, /** @type {Wanted} */ range, /** @type {Uint8Array} */ bytes) {
    if (this.#holds > 0) this.#kept.keepRange(path, range, bytes)
    return bytes
  }

  /**
   * A range that is too long to be held: its bytes as they come, in order. The server waits where they are not taken.
   * @param {string} key
   * @param {{ offset: number, length: number }} range
   * @returns {Promise<import('./store.js').Stream | undefined>}
   */
  async open(key, { offset, length }) {
    const path = safePath(key)
    if (!this.#takesRanges) return this.#streamOfWhole(path, offset, length)
    try {
      return await this.#requests.begun(path, headersFor(offset, length), (response, patience) => {
        if (!response) return undefined
        // The file ends before the range does
        if (response.status === 416) return { read: async () => new Uint8Array(0), close() {} }
        checkRange(response, { offset, asked: length })
        return streamOf(response, patience, length)
      })
    } catch (error) {
      if (!(error instanceof WholeFile)) throw error
      this.#takesRanges = false
      return this.#streamOfWhole(path, offset, length)
    }
  }

  /** @returns {import('./store.js').Stream} */
  #streamOfWhole(/** @type {string} */ path, /** @type {number} */ offset, /** @type {number} */ length) {
    const end = offset + length
    return {
      read: async wanted => {
        const bytes = await this.#whole.read(path, { offset, length: Math.min(wanted, end - offset) })
        if (!bytes) throw new StoreError('missing', 'no such file')
        offset += bytes.length
        return bytes
      },
      close() {},
    }
  }

  /** `whole`: it will be read whole if it has at most so many bytes. */
  async size(/** @type {string} */ path, whole = 0) {
    let size = this.#sizes.get(safePath(path))
    if (this.#missing.has(path)) throw new StoreError('missing', 'no such file')
    if (size === undefined) {
      /** @type {unknown} */
      let why
      const first = await this.#sizeByReading(path, whole).catch(error => {
        const { kind, message } = failureOf(error)
        if (kind === 'missing') this.#missing.add(path)
        if (kind !== 'unreadable' || error instanceof TooLong || message === kTooLate) throw error
        why = error
      })
      // What is wrong with ranges is told by the reads that need them.
      size =
        first ??
        (await this.#sizeAlone(path).catch(error => {
          throw why && failureOf(error).kind === 'unreadable' ? why : error
        }))
      this.#sizes.set(path, size)
    }
    return size
  }

  /** By asking for its first bytes, which are kept where they are all; nothing where the answer does not tell. */
  #sizeByReading(/** @type {string} */ path, /** @type {number} */ whole) {
    const asked = Math.max(kFirst, Math.min(whole, this.#kept.room(whole), kAsked))
    return this.#requests.whole(path, headersFor(0, asked), async response => {
      if (!response) throw new StoreError('missing', 'no such file')
      const { bytes, total } = await firstBytesOf(response, asked, kAsked)
      if (response.status === 200 && total !== undefined && total > asked) this.#takesRanges = false
      if (total !== undefined && total === bytes.length) this.#kept.keepFile(path, bytes, Math.max(whole, total))
      return total
    })
  }

  #sizeAlone(/** @type {string} */ path) {
    return this.#requests.whole(
      path,
      {},
      response => {
        if (!response) throw new StoreError('missing', 'no such file')
        const length = response.headers.get('content-length')
        if (length !== null && !response.headers.get('content-encoding')) return Number(length)
        throw new StoreError('unreadable', 'the server does not tell the size of a file')
      },
      'HEAD',
    )
  }

  tags() {
    return this.#tags.strong()
  }

  /** Asks for each file, as a command would do that begins now. */
  async hasTags(/** @type {import('./store.js').Tag[]} */ tags) {
    let next = 0
    let same = true
    const ask = async () => {
      while (same && next < tags.length) {
        const [path, tag] = tags[next++]
        same =
          (await this.size(path).then(
            () => this.#tags.get(path) === tag,
            () => false,
          )) && same
      }
    }
    await Promise.all(Array.from({ length: kAtOnce }, ask))
    return same
  }

  /** Until the function that this returns is called, commands take what an earlier one has read. */
  hold() {
    this.#holds++
    return () => {
      this.#holds--
      this.release()
    }
  }

  /** A later command asks anew. */
  release() {
    this.#whole.release()
    if (this.#holds > 0) return
    this.#listing = undefined
    this.#sizes.clear()
    this.#missing.clear()
    this.#kept.clear()
  }
}

const headersFor = (/** @type {number} */ offset, /** @type {number} */ length) => ({
  Range: `bytes=${offset}-${offset + length - 1}`,
})
const soon = (/** @type {() => void} */ run) => (globalThis.setImmediate ?? setTimeout)(run)
