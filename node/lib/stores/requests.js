// Requests to one server: so many at once, asked again where it failed, redirected without the user's headers.
import { gate } from './merge.js'
import { WholeFile, drop, kTooLate, patienceOf } from './responses.js'
import { StoreError } from './store.js'

const kTries = 3 // of a request that the network or an overloaded server failed
const kTriesTold = 5 // of one to a server that says when to come again
const kPause = 250 // ms before the second try, doubled for each further one
const kLongest = 20_000 // ms that a server may make us wait before a try
const kRedirects = 5
const kUnreachable = 'the server cannot be reached: look at the address and at the network'
// A browser does not tell one from the other.
const kUnreachableByPage =
  'the server cannot be reached, or does not let this page read it: it has to allow that by CORS ' +
  '(Access-Control-Allow-Origin, and the header Range)'
const kTimeout = 60_000 // ms for one request with all its tries, redirects and body, unless said otherwise
export const kAtOnce = 8 // requests
const kHopeless = 8 // bodies that could not be read, where none could

/** @typedef {import('./responses.js').Patience} Patience */

/** An answer that is neither a file nor a failure. */
export class Refusal extends StoreError {}

export class Requests {
  #base
  #file
  #headers
  #timeout
  #tags
  #absent
  /** @type {Map<number, Promise<boolean>>} whether a name that cannot exist is answered with this status too */
  #odd = new Map()
  #gate = gate(kAtOnce)
  /** @type {Promise<import('./other_origins.js').OtherOrigins> | undefined} */
  #others
  /** whether one request was answered otherwise than by a failure */
  #reached = false
  /** bodies that could not be read; nothing once one was */
  #unread = /** @type {number | undefined} */ (0)
  /**
   * Why no server answers here, or none that serves files: after one request that all tries failed, and none that was
   * answered, no other is tried, nor after some bodies none of which could be read.
   */
  #lost = ''

  /**
   * @param {URL} base ends in "/"
   * @param {{ headers?: Record<string, string>, timeout?: number, absent?: number[], file?: URL }} options
   *   file: the one that is asked for, by an address that may have a query (and that a signature is of, as it stands);
   *   headers: never sent to another origin; absent: statuses that mean "not there", besides 404 and 410
   * @param {import('./tags.js').Tags} tags are told of each answer
   */
  constructor(base, { headers = {}, timeout = kTimeout, absent = [], file }, tags) {
    this.#file = file
    this.#base = base
    this.#headers = headers
    this.#timeout = timeout
    this.#absent = new Set([404, 410, ...absent])
    this.#tags = tags
  }

  /**
   * One request from its beginning to the end of its body, which `use` reads.
   * @template T
   * @param {string | URL} path  a URL is of the same origin, and no file of the source
   * @param {Record<string, string>} headers
   * @param {(response: Response | undefined) => T | Promise<T>} use gets nothing where there is no such file
   * @param {string} [method]
   */
  async whole(path, headers, use, method = 'GET') {
    const isFile = typeof path === 'string'
    await this.#gate.enter()
    /** @type {Response | undefined} */
    let response
    try {
      response = await this.#fetch(path, headers, method, AbortSignal.timeout(this.#timeout))
      const used = await use(response)
      if (isFile && response) this.#unread = undefined
      return used
    } catch (error) {
      if (isFile && response) this.#couldNotRead(error)
      throw error
    } finally {
      if (response) drop(response)
      this.#gate.leave()
    }
  }

  /** Every name could be answered by a body that drips, or that is a page or a bomb. */
  #couldNotRead(/** @type {unknown} */ error) {
    const isOfBody = error instanceof StoreError && error.kind === 'unreadable' && !(error instanceof WholeFile)
    if (isOfBody && this.#unread !== undefined && ++this.#unread >= kHopeless) this.#lost ||= error.message
  }

  /**
   * One request to where its body begins, which may be read for as long as it takes: it counts among those at once no
   * longer.
   * @template T
   * @param {string} path
   * @param {Record<string, string>} headers
   * @param {(response: Response | undefined, patience: Patience) => T} use  patience: for the rest of its body
   */
  async begun(path, headers, use) {
    await this.#gate.enter()
    const patience = patienceOf(this.#timeout)
    /** @type {Response | undefined} */
    let response
    try {
      response = await this.#fetch(path, headers, 'GET', patience.start())
      return use(response, patience)
    } finally {
      if (response) drop(response) // which `use` has not begun to read
      patience.stop()
      this.#gate.leave()
    }
  }

  /**
   * @param {string | URL} path
   * @param {Record<string, string>} headers
   * @param {string} method
   * @param {AbortSignal} signal over all of it: every try, every redirect, the body
   * @returns {Promise<Response | undefined>} nothing where there is no such file
   */
  async #fetch(path, headers, method, signal) {
    const isFile = typeof path === 'string'
    const url = isFile ? (this.#file ?? new URL(path.split('/').map(encodeURIComponent).join('/'), this.#base)) : path
    if (url.origin !== this.#base.origin)
      throw new StoreError('unreadable', 'refused: the server names an address of another server')
    for (let attempt = 1; ; attempt++) {
      if (this.#lost) throw new StoreError('unreadable', this.#lost)
      const response = await this.#try(url, headers, method, signal)
      if (response instanceof Response) {
        const { status } = response
        const failed = status >= 500 || status === 429
        if (!failed) this.#reached = true
        if (status === 416) return response
        if (status === 200 || status === 206) {
          if (isFile) this.#tags.see(path, response)
          return response
        }
        drop(response)
        if (this.#absent.has(status)) return undefined
        if (!failed) {
          const hint = isFile ? await this.#hint(status, signal) : ''
          throw new Refusal('unreadable', `the server answered ${status}${hint}`)
        }
      }
      const told = response instanceof Response ? retryAfter(response) : undefined
      const tooLong = told !== undefined && told > kLongest
      if (attempt >= (told === undefined ? kTries : kTriesTold) || signal.aborted || tooLong) {
        const later = tooLong ? `it wants no other request for ${Math.ceil(told / 1000)} s` : 'try again later'
        const why = response instanceof Response ? `the server answered ${response.status}: ${later}` : response
        if (!this.#reached) this.#lost = why
        throw new StoreError('unreadable', why)
      }
      await pause(Math.max(told ?? 0, kPause << (attempt - 1)), signal)
    }
  }

  /**
   * What to try where a server answers so for every name that is not there. It is never taken for that unasked: a
   * server could hide a file behind it.
   */
  async #hint(/** @type {number} */ status, /** @type {AbortSignal} */ signal) {
    let same = this.#odd.get(status)
    if (!same) this.#odd.set(status, (same = this.#answersOddName(status, signal)))
    return (await same)
      ? `, as it does for a name that cannot exist: where that is its way to say "not there", use --absent ${status}`
      : ''
  }

  async #answersOddName(/** @type {number} */ status, /** @type {AbortSignal} */ signal) {
    const name = `no-such-name-${Math.random().toString(36).slice(2)}`
    const response = await this.#try(new URL(name, this.#base), { Range: 'bytes=0-0' }, 'GET', signal)
    if (!(response instanceof Response)) return false
    drop(response)
    return response.status === status
  }

  /** @returns {Promise<Response | string>} why there is no response */
  async #try(
    /** @type {URL} */ url,
    /** @type {Record<string, string>} */ headers,
    /** @type {string} */ method,
    /** @type {AbortSignal} */ signal,
  ) {
    // Node can follow redirects by hand and so keep the user's headers from other origins; a browser shows none of
    // them.
    const byHand = globalThis.process?.versions?.node !== undefined
    const own = Object.keys(this.#headers).length > 0
    const redirect = byHand ? 'manual' : own ? 'error' : 'follow'
    try {
      let to = url
      for (let n = 0; n <= kRedirects; n++) {
        const isOwn = to.origin === this.#base.origin
        const all = { 'Accept-Encoding': 'identity', ...headers, ...(isOwn ? this.#headers : {}) }
        const response =
          isOwn || !byHand
            ? await fetch(to, { method, redirect, cache: 'no-store', signal, headers: all })
            : await (await this.#otherOrigins()).fetch(to, { method, headers: all, signal })
        const location = response.headers.get('location')
        if (byHand && response.status >= 300 && response.status < 400 && location) {
          drop(response)
          to = new URL(location, to)
          // "name" → "name/": a directory, which servers answer with a page about it.
          if (to.origin === url.origin && to.pathname === `${url.pathname}/`) return new Response(null, { status: 404 })
          continue
        }
        if (new URL(response.url || to).pathname === `${url.pathname}/`) {
          drop(response)
          return new Response(null, { status: 404 })
        }
        return response
      }
      return 'too many redirects'
    } catch (error) {
      if (error instanceof StoreError) throw error
      const timedOut = /** @type {Error} */ (error)?.name === 'TimeoutError'
      return timedOut ? kTooLate : byHand ? kUnreachable : kUnreachableByPage
    }
  }

  #otherOrigins() {
    this.#others ??= import('./other_origins.js').then(({ OtherOrigins }) => new OtherOrigins(this.#base))
    return this.#others
  }
}

/** Milliseconds that the server wants us to wait (RFC 9110 §10.2.3): seconds, or a date. */
function retryAfter(/** @type {Response} */ response) {
  const text = response.headers.get('retry-after')?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const date = /GMT$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now())
}

/** Ends with the time that is left for the request. */
const pause = (/** @type {number} */ ms, /** @type {AbortSignal} */ signal) =>
  new Promise(resolve => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve(undefined)
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
