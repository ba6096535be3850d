// Reading ahead where each read costs a round trip (a store with `open`): jobs tell what they will read, so
// that the values of several are under way at once, those that lie beside each other in one request, and a long one as
// a stream.
import { beginningBy, kGap, merge } from '../stores/merge.js'

const kMost = 32 << 20 // for all jobs together: bytes requested or held, not yet used; at most --max-memory / 4
const kRead = 8 << 20 // bytes of one read that is held whole; longer values are streams
const kStream = 256 << 10 // what a stream holds that waits to be read
const kUnderWay = 6 // reads; the store allows 8 (requests.js): the rest is for reads that a job waits for

/**
 * @typedef {import('../stores/store.js').Store} Store
 * @typedef {import('../stores/store.js').Stream} Stream
 * @typedef {import('./reading_ahead.js').Reader} Reader
 *
 * @typedef {object} Value
 * @property {number} offset
 * @property {number} length
 * @property {number} left  bytes that the job has not asked for yet
 * @property {Read} read    the request that brings the value
 *
 * @typedef {object} Read  one request
 * @property {number} source
 * @property {string} path
 * @property {number} offset
 * @property {number} length
 * @property {Value[]} values
 * @property {'waiting' | 'started' | 'gone'} state
 * @property {boolean} streams
 * @property {number} open       how many of `values` the job has not used up
 * @property {Promise<Uint8Array | undefined>} [bytes]
 * @property {Promise<any>} [stream]
 * @property {number} position   of a stream: the offset in the file of its next byte
 *
 * @implements {Reader}
 */
export class Ahead {
  /** @type {Read[]} in the order in which they will be needed */
  #waiting = []
  /** @type {Read[]} that were used up, kept for jobs that read twice while there is room */
  #spent = []
  #held = 0
  #underWay = 0
  #due = false

  /**
   * @param {Store[]} stores
   * @param {number} maxMemory
   */
  constructor(stores, maxMemory) {
    this.stores = stores
    this.memory = Math.min(kMost, maxMemory / 4)
    this.read = Math.min(kRead, this.memory / 4)
  }

  /**
   * @param {string | undefined} text of the ask's `values`
   * @returns {import('./reading_ahead.js').Plan} `windows` is empty: this reader answers through `stores`
   */
  plan(text) {
    const [files, ...all] = text ? JSON.parse(text) : [[]]
    const named = inTurns(all)
    /** @type {Map<string, { source: number, path: string, values: Value[] }>} */
    const places = new Map()
    let order = /** @type {Value[]} */ ([])
    for (const [source, file, offset, length] of named) {
      if (!this.stores[source]?.open || length === 0) continue
      const key = `${source} ${files[file]}`
      const place = places.get(key) ?? { source, path: files[file], values: /** @type {Value[]} */ ([]) }
      places.set(key, place)
      const value = /** @type {Value} */ ({ offset, length, left: length })
      place.values.push(value)
      order.push(value)
    }
    for (const { source, path, values } of places.values()) {
      for (const { offset, length, parts } of merge(values, this.read)) {
        const read = /** @type {Read} */ ({
          source,
          path,
          offset,
          length,
          values: parts,
          state: 'waiting',
          streams: length > this.read,
          open: parts.length,
          position: offset,
        })
        for (const value of parts) value.read = read
      }
      values.sort((a, b) => a.offset - b.offset)
    }
    this.#waiting.push(...new Set(order.map(({ read }) => read)))
    order = []
    this.#soon()
    return {
      windows: [],
      take: async () => undefined,
      stores: this.stores.map((store, source) => (store.open ? this.#planned(store, source, places) : store)),
      close: () => {
        for (const { values } of places.values())
          for (const value of values) if (value.left > 0) this.#used(value, value.left)
        for (const { values } of places.values()) for (const { read } of values) if (read.open === 0) this.#drop(read)
        this.#soon()
      },
    }
  }

  /** @returns {Store} */
  #planned(
    /** @type {Store} */ store,
    /** @type {number} */ source,
    /** @type {Map<string, { values: Value[] }>} */ places,
  ) {
    return {
      get: key => store.get(key),
      size: store.size && (path => /** @type {any} */ (store).size(path)),
      getRange: async (key, range) => {
        const value =
          'offset' in range ? find(places.get(`${source} ${key.replace(/^\//, '')}`)?.values, range) : undefined
        return value ? this.#of(value, /** @type {any} */ (range)) : store.getRange(key, range)
      },
    }
  }

  /** @returns {Promise<Uint8Array | undefined>} */
  async #of(/** @type {Value} */ value, /** @type {{ offset: number, length: number }} */ range) {
    const { read } = value
    const store = this.stores[read.source]
    if (read.state === 'waiting') this.#start(read) // at once, over any limit: a job waits for these bytes
    if (read.streams) return this.#ofStream(value, range)
    if (read.state === 'gone') return store.getRange(`/${read.path}`, range)
    const bytes = await read.bytes
    const begin = range.offset - read.offset
    const answer = bytes?.subarray(Math.min(begin, bytes.length), Math.min(begin + range.length, bytes.length))
    this.#used(value, range.length)
    return answer
  }

  /** A stream answers reads that come in order. Others, such as that of a shard's index at its end, go to the store. */
  async #ofStream(/** @type {Value} */ value, /** @type {{ offset: number, length: number }} */ { offset, length }) {
    const { read } = value
    const store = this.stores[read.source]
    if (offset !== read.position && offset === read.offset) {
      // The job reads the value a second time.
      this.#drop(read)
      read.position = offset
      this.#start(read)
    }
    if (offset !== read.position || !read.stream) return store.getRange(`/${read.path}`, { offset, length })
    read.position += length
    const turn = read.stream.then(async stream => stream && { stream, bytes: await stream.read(length) })
    read.stream = turn.then(
      got => got?.stream,
      () => undefined,
    )
    const got = await turn.catch(() => undefined)
    this.#used(value, length)
    // The stream broke: the rest is read piece by piece, and these reads say what is wrong.
    return got?.bytes.length === length ? got.bytes : store.getRange(`/${read.path}`, { offset, length })
  }

  /** Jobs that come in one turn are planned before anything is asked for. */
  #soon() {
    if (this.#due) return
    this.#due = true
    queueMicrotask(() => {
      this.#due = false
      this.#go()
    })
  }

  #go() {
    while (this.#waiting.length > 0 && this.#underWay < kUnderWay) {
      const next = this.#waiting[0]
      const takes = next.streams ? kStream : next.length
      while (this.#held + takes > this.memory && this.#spent.length > 0) this.#drop(this.#spent[0])
      if (this.#held > 0 && this.#held + takes > this.memory) return
      this.#start(next)
    }
  }

  #start(/** @type {Read} */ read) {
    if (read.state === 'waiting') {
      this.#waiting.splice(this.#waiting.indexOf(read), 1)
      if (!read.streams) this.#takeNeighbours(read)
    }
    read.state = 'started'
    this.#held += read.streams ? kStream : read.length
    this.#underWay++
    const store = this.stores[read.source]
    const range = { offset: read.offset, length: read.length }
    const arrives = read.streams ? store.open?.(`/${read.path}`, range) : store.getRange(`/${read.path}`, range)
    const arrived = /** @type {Promise<any>} */ (arrives).finally(() => {
      this.#underWay--
      this.#soon()
    })
    arrived.catch(() => {}) // the job that asks for these bytes gets the error
    if (read.streams) read.stream = arrived
    else read.bytes = arrived
  }

  /** Joins to a read the waiting reads beside it, of other jobs too. */
  #takeNeighbours(/** @type {Read} */ read) {
    const begin = () => read.offset
    const end = () => read.offset + read.length
    for (let found = true; found; ) {
      found = false
      for (const [i, other] of this.#waiting.entries()) {
        if (other.streams || other.source !== read.source || other.path !== read.path) continue
        if (other.offset > end() + kGap || other.offset + other.length + kGap < begin()) continue
        const from = Math.min(begin(), other.offset)
        const length = Math.max(end(), other.offset + other.length) - from
        if (length > this.read) continue
        Object.assign(read, { offset: from, length, open: read.open + other.open })
        for (const value of other.values) value.read = read
        read.values.push(...other.values)
        this.#waiting.splice(i, 1)
        found = true
        break
      }
    }
  }

  #used(/** @type {Value} */ value, /** @type {number} */ bytes) {
    if (value.left <= 0) return
    value.left -= bytes
    if (value.left > 0 || --value.read.open > 0) return
    if (value.read.state === 'started') this.#spent.push(value.read)
    this.#soon()
  }

  /** Forgets a read: its bytes are no longer held. */
  #drop(/** @type {Read} */ read) {
    const waiting = this.#waiting.indexOf(read)
    if (waiting >= 0) this.#waiting.splice(waiting, 1)
    const spent = this.#spent.indexOf(read)
    if (spent >= 0) this.#spent.splice(spent, 1)
    if (read.state === 'started') {
      this.#held -= read.streams ? kStream : read.length
      read.stream?.then(
        stream => stream?.close(),
        () => {},
      )
    }
    read.state = 'gone'
    read.bytes = read.stream = undefined
  }
}

/**
 * A comparison lists all values of A, then all of B, but reads them in pairs: interleaves them.
 * @param {[source: number, file: number, offset: number, length: number][]} named
 */
function inTurns(named) {
  const second = named.findIndex(([source]) => source !== named[0][0])
  if (second < 0) return named
  const sides = [named.slice(0, second), named.slice(second)]
  const most = Math.max(...sides.map(side => side.length))
  return Array.from({ length: most }, (_, n) => sides.flatMap(side => (n < side.length ? [side[n]] : []))).flat()
}

/** The value that a range lies in. */
function find(
  /** @type {Value[]} */ values = [],
  /** @type {{ offset: number, length: number }} */ { offset, length },
) {
  const value = values[beginningBy(values, offset, one => one.offset) - 1]
  return value && offset + length <= value.offset + value.length ? value : undefined
}
