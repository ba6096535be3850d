// A checkpoint behind plain HTTP: files by name and range, no listing. Insists on what it asked for: 206 and the length.
import { LeafsumError } from '../errors.js'
import { gate, merge } from './merge.js'
import { StoreError, clip, failureOf, safePath } from './store.js'

const kTries = 3              // of a request that the network or an overloaded server failed
const kPause = 250            // ms before the second try, doubled for each further one
const kRedirects = 5
const kTimeout = 60_000       // ms for one request, unless said otherwise
const kFirst = 16 << 10       // bytes: to ask how large a file is and to read a small one is one request
const kAtOnce = 8             // requests
const kKept = 16 << 20        // bytes of small files that are kept until the command ends
const kDocument = 1 << 20     // what is read whole up to here and beyond is a document, of which there are few: kept up to
const kKeptDocuments = 64 << 20
const kMerged = 4 << 20       // bytes of ranges that one request asks for together

/**
 * @typedef {import('./store.js').Store} Store
 * @typedef {{ offset: number, length: number, resolve: (bytes: Uint8Array | undefined) => void, reject: (error: unknown) => void }} Wanted
 * @typedef {{ headers?: Record<string, string>, timeout?: number, tags?: Map<string, string> }} UrlOptions
 *   headers: never sent to another origin; tags: what the server called each file's state when it was first seen
 * @implements {Store}
 */
export class UrlStore {
  /** @type {Map<string, string>} */
  #tags
  #untagged = false // a file came without a name for its state
  #reached = false
  /** @type {Map<string, number>} of files that were asked for their size */
  #sizes = new Map()
  /** @type {Set<string>} that were asked for and are not there */
  #missing = new Set()
  /** @type {Map<string, Uint8Array>} those of the first that came whole */
  #small = new Map()
  #kept = 0
  /** @type {Map<string, Uint8Array>} ranges that a later command of the same task asks for again */
  #ranges = new Map()
  #holds = 0
  #gate = gate(kAtOnce)
  /** @type {Map<string, Wanted[]>} ranges that were asked for just now, by path */
  #wanted = new Map()
  /** Why no server answers here: after one request that all tries failed, and none that was answered, no other is tried. */
  #lost = ''

  /**
   * @param {URL} base ends in "/"
   * @param {UrlOptions} [options]
   */
  constructor(base, { headers = {}, timeout = kTimeout, tags = new Map() } = {}) {
    this.base = base
    this.headers = headers
    this.timeout = timeout
    this.#tags = tags
    this.name = decodeURIComponent(base.pathname.split('/').at(-2) ?? '')
  }

  async get(/** @type {string} */ key) {
    const small = this.#small.get(safePath(key))
    if (small) return small
    return this.#whole(safePath(key), {}, response => response && bytesOf(response))
  }

  async getRange(/** @type {string} */ key, /** @type {import('./store.js').RangeQuery} */ range) {
    const path = safePath(key)
    const small = this.#small.get(path)
    if (small) return small.subarray(...clip(range, small.length))
    if ('suffixLength' in range) return this.#whole(path, { Range: `bytes=-${range.suffixLength}` }, rangeOf)
    const held = this.#ranges.get(nameOf(path, range))
    if (held) return held
    return new Promise((resolve, reject) => {
      // Those that are asked for in one turn are looked at together.
      if (this.#wanted.size === 0) soon(() => this.#readWanted())
      const wanted = this.#wanted.get(path) ?? []
      this.#wanted.set(path, wanted)
      wanted.push({ ...range, resolve, reject })
    })
  }

  #readWanted() {
    const wanted = [...this.#wanted]
    this.#wanted.clear()
    for (const [path, ranges] of wanted) {
      for (const { offset, length, parts } of merge(ranges, kMerged)) {
        this.#read(path, offset, length).then(bytes => {
          for (const part of parts) part.resolve(bytes && this.#hold(path, part, bytes.subarray(...clip({ ...part, offset: part.offset - offset }, bytes.length))))
        }, error => {
          for (const part of parts) part.reject(error)
        })
      }
    }
  }

  #read(/** @type {string} */ path, /** @type {number} */ offset, /** @type {number} */ length) {
    return this.#whole(path, { Range: `bytes=${offset}-${offset + length - 1}` }, response => rangeOf(response, offset))
  }

  #hold(/** @type {string} */ path, /** @type {{ offset: number, length: number }} */ range, /** @type {Uint8Array} */ bytes) {
    if (this.#holds > 0 && this.#kept + bytes.length <= kKept) {
      this.#kept += bytes.length
      this.#ranges.set(nameOf(path, range), bytes.slice())
    }
    return bytes
  }

  /**
   * A range that is too long to be held: its bytes as they come, in order. The server waits where they are not taken.
   * @param {string} key
   * @param {{ offset: number, length: number }} range
   * @returns {Promise<import('./store.js').Stream | undefined>}
   */
  async open(key, { offset, length }) {
    await this.#gate.enter()
    const patience = patienceOf(this.timeout)
    try {
      const response = await this.#fetch(safePath(key), { Range: `bytes=${offset}-${offset + length - 1}` }, 'GET', patience)
      if (!response) return undefined
      if (response.status === 416) return { read: async () => new Uint8Array(0), close() {} } // the file ends before the range does
      checkRange(response, offset)
      return streamOf(response, patience)
    } finally {
      patience.stop()
      this.#gate.leave()
    }
  }

  /** `whole`: it will be read whole if it has at most so many bytes. */
  async size(/** @type {string} */ path, whole = 0) {
    let size = this.#sizes.get(safePath(path))
    if (this.#missing.has(path)) throw new StoreError('missing', 'no such file')
    if (size === undefined) {
      const first = await this.#firstBytes(path, whole).catch(error => {
        const { kind } = failureOf(error)
        if (kind === 'missing') this.#missing.add(path)
        if (kind !== 'unreadable') throw error
      })
      // What is wrong with ranges is told by the reads that need them.
      this.#sizes.set(path, size = first ?? await this.#sizeAlone(path))
    }
    return size
  }

  /** @returns {import('./store.js').Tag[] | undefined} strong ETags alone: equal ones mean equal bytes (RFC 9110 §8.8.3) */
  tags() {
    const tags = [...this.#tags]
    return !this.#untagged && tags.every(([, tag]) => tag.startsWith('"')) ? tags.sort(([a], [b]) => a < b ? -1 : 1) : undefined
  }

  /** Asks for each file, as a command would do that begins now. */
  async hasTags(/** @type {import('./store.js').Tag[]} */ tags) {
    let next = 0
    let same = true
    const ask = async () => {
      while (same && next < tags.length) {
        const [path, tag] = tags[next++]
        same = await this.size(path).then(() => this.#tags.get(path) === tag, () => false) && same
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
    if (this.#holds > 0) return
    this.#sizes.clear()
    this.#missing.clear()
    this.#ranges.clear()
    this.#small.clear()
    this.#kept = 0
  }

  /** The file's size, by asking for its first bytes; nothing where the answer does not tell. */
  #firstBytes(/** @type {string} */ path, /** @type {number} */ whole) {
    const most = whole >= kDocument ? kKeptDocuments : kKept
    const asked = Math.max(kFirst, Math.min(whole, most - this.#kept))
    return this.#whole(path, { Range: `bytes=0-${asked - 1}` }, async response => {
      if (!response) throw new StoreError('missing', 'no such file')
      const length = response.headers.get('content-length')
      if (response.status === 200 && (length === null || Number(length) > asked || response.headers.get('content-encoding'))) {
        await response.body?.cancel() // it takes no ranges
        return undefined
      }
      const bytes = response.status === 416 ? new Uint8Array(0) : await bytesOf(response)
      const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '')
      if (range?.[1] !== undefined && range[1] !== '0') throw new StoreError('unreadable', 'the server sent another range')
      // Of another origin a browser may not see what it says.
      const total = range && range[2] !== '*' ? Number(range[2]) : bytes.length < asked ? bytes.length : undefined
      if (total !== undefined && bytes.length !== Math.min(total, asked)) {
        throw new StoreError('unreadable', `the server said ${total} bytes and sent ${bytes.length}`)
      }
      if (total !== undefined && total <= asked && this.#kept + total <= most) {
        this.#small.set(path, bytes)
        this.#kept += total
      }
      return total
    })
  }

  #sizeAlone(/** @type {string} */ path) {
    return this.#whole(path, {}, response => {
      if (!response) throw new StoreError('missing', 'no such file')
      const length = response.headers.get('content-length')
      if (length !== null && !response.headers.get('content-encoding')) return Number(length)
      throw new StoreError('unreadable', 'the server does not tell the size of a file')
    }, 'HEAD')
  }

  /**
   * One request from its beginning to the end of its body, which `use` reads.
   * @template T
   * @param {string} path
   * @param {Record<string, string>} headers
   * @param {(response: Response | undefined) => T | Promise<T>} use gets nothing where there is no such file
   * @param {string} [method]
   */
  async #whole(path, headers, use, method = 'GET') {
    await this.#gate.enter()
    try {
      return await use(await this.#fetch(path, headers, method))
    } finally {
      this.#gate.leave()
    }
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} headers
   * @param {string} [method]
   * @param {ReturnType<typeof patienceOf>} [patience] instead of a timeout for all of it
   * @returns {Promise<Response | undefined>} nothing where there is no such file
   */
  async #fetch(path, headers, method = 'GET', patience) {
    const url = new URL(path.split('/').map(encodeURIComponent).join('/'), this.base)
    for (let attempt = 1; ; attempt++) {
      if (this.#lost) throw new StoreError('unreadable', this.#lost)
      const response = await this.#try(url, headers, method, patience)
      if (response instanceof Response) {
        this.#reached = true
        if (response.status === 404 || response.status === 410) return undefined
        if (response.ok || response.status === 416) return this.#sameState(path, response)
        if (response.status < 500 && response.status !== 429) throw new StoreError('unreadable', `the server answered ${response.status}`)
      }
      if (attempt === kTries) {
        if (response instanceof Response) throw new StoreError('unreadable', `the server answered ${response.status}`)
        if (!this.#reached) this.#lost = response
        throw new StoreError('unreadable', response)
      }
      await new Promise(resolve => setTimeout(resolve, kPause << attempt - 1))
    }
  }

  /** @returns {Promise<Response | string>} why there is no response */
  async #try(/** @type {URL} */ url, /** @type {Record<string, string>} */ headers, /** @type {string} */ method,
    /** @type {ReturnType<typeof patienceOf> | undefined} */ patience) {
    // Node can follow redirects by hand and so keep the user's headers from other origins; a browser shows none of them.
    const byHand = globalThis.process?.versions?.node !== undefined
    const own = Object.keys(this.headers).length > 0
    const redirect = byHand ? 'manual' : own ? 'error' : 'follow'
    try {
      let to = url
      for (let n = 0; n <= kRedirects; n++) {
        const response = await fetch(to, {
          method, redirect, cache: 'no-store', signal: patience ? patience.start() : AbortSignal.timeout(this.timeout),
          headers: { 'Accept-Encoding': 'identity', ...headers, ...(to.origin === this.base.origin ? this.headers : {}) },
        })
        const location = response.headers.get('location')
        if (byHand && response.status >= 300 && response.status < 400 && location) {
          await response.body?.cancel()
          to = new URL(location, to)
          // "name" → "name/": a directory, which servers answer with a page about it.
          if (to.origin === url.origin && to.pathname === `${url.pathname}/`) return new Response(null, { status: 404 })
          continue
        }
        if (new URL(response.url || to).pathname === `${url.pathname}/`) return new Response(null, { status: 404 })
        return response
      }
      return 'too many redirects'
    } catch (error) {
      const timedOut = /** @type {Error} */ (error)?.name === 'TimeoutError'
      return timedOut ? 'the server did not answer in time' : 'the server cannot be reached'
    }
  }

  /** A file that the server calls by another tag than before is another file. */
  #sameState(/** @type {string} */ path, /** @type {Response} */ response) {
    const tag = response.headers.get('etag') ?? response.headers.get('last-modified')
    if (response.status === 416) return response
    if (tag === null) {
      this.#untagged = true
      return response
    }
    const known = this.#tags.get(path)
    if (known !== undefined && known !== tag) throw new StoreError('changed', 'changed since it was first read')
    this.#tags.set(path, tag)
    return response
  }
}

const nameOf = (/** @type {string} */ path, /** @type {{ offset: number, length: number }} */ { offset, length }) => `${offset}+${length} ${path}`
const soon = (/** @type {() => void} */ run) => (globalThis.setImmediate ?? setTimeout)(run)

function checkRange(/** @type {Response} */ response, /** @type {number | undefined} */ offset) {
  if (response.status !== 206) throw new StoreError('unreadable', 'the server does not answer requests for a range of a file')
  const sent = /^bytes (\d+)-(\d+)\//.exec(response.headers.get('content-range') ?? '')
  if (sent && offset !== undefined && Number(sent[1]) !== offset) throw new StoreError('unreadable', 'the server sent another range')
}

/** @returns {Promise<Uint8Array | undefined>} */
async function rangeOf(/** @type {Response | undefined} */ response, /** @type {number | undefined} */ offset = undefined) {
  if (response?.status === 416) return new Uint8Array(0) // the file ends before the range does
  if (response) checkRange(response, offset)
  return response && bytesOf(response)
}

/** A timeout for each wait, not for all of a body that is taken as it is needed. */
function patienceOf(/** @type {number} */ timeout) {
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
function streamOf(/** @type {Response} */ response, /** @type {ReturnType<typeof patienceOf>} */ patience) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader()
  let rest = new Uint8Array(0)
  return {
    async read(length) {
      const bytes = new Uint8Array(length)
      let filled = 0
      while (filled < length) {
        if (rest.length === 0) {
          patience.start()
          const { done, value } = await reader.read().finally(patience.stop)
          if (done) break
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

async function bytesOf(/** @type {Response} */ response) {
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
  return bytes
}

/**
 * A checkpoint's own directory on a web server, which gives no listing: what only a listing shows is not looked for, and the
 * report says so.
 * @param {string | URL} url http or https
 * @param {{ headers?: Record<string, string>, timeout?: number }} [options] headers never go to another origin
 */
export function fromUrl(url, options) {
  let base
  try {
    base = new URL(url)
  } catch {
    throw new LeafsumError('usage', `${url}: not a URL`)
  }
  if (base.protocol !== 'http:' && base.protocol !== 'https:') throw new LeafsumError('usage', `${base.protocol} is not possible: http and https are`)
  if (base.search || base.hash) throw new LeafsumError('usage', 'a URL of a directory has neither ? nor #')
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  return new UrlStore(base, options)
}
