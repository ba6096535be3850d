// Requests to one server: so many at once, asked again where it failed, redirected without the user's headers.
import { gate } from './merge.js'
import { patienceOf } from './responses.js'
import { StoreError } from './store.js'

const kTries = 3              // of a request that the network or an overloaded server failed
const kPause = 250            // ms before the second try, doubled for each further one
const kRedirects = 5
const kTimeout = 60_000       // ms for one request, unless said otherwise
export const kAtOnce = 8      // requests

/** @typedef {import('./responses.js').Patience} Patience */

export class Requests {
  #base
  #headers
  #timeout
  #tags
  #gate = gate(kAtOnce)
  #reached = false
  /** Why no server answers here: after one request that all tries failed, and none that was answered, no other is tried. */
  #lost = ''

  /**
   * @param {URL} base ends in "/"
   * @param {{ headers?: Record<string, string>, timeout?: number }} options headers: never sent to another origin
   * @param {import('./tags.js').Tags} tags are told of each answer
   */
  constructor(base, { headers = {}, timeout = kTimeout }, tags) {
    this.#base = base
    this.#headers = headers
    this.#timeout = timeout
    this.#tags = tags
  }

  /**
   * One request from its beginning to the end of its body, which `use` reads.
   * @template T
   * @param {string} path
   * @param {Record<string, string>} headers
   * @param {(response: Response | undefined) => T | Promise<T>} use gets nothing where there is no such file
   * @param {string} [method]
   */
  async whole(path, headers, use, method = 'GET') {
    await this.#gate.enter()
    try {
      return await use(await this.#fetch(path, headers, method))
    } finally {
      this.#gate.leave()
    }
  }

  /**
   * One request to where its body begins, which may be read for as long as it takes: it counts among those at once no longer.
   * @template T
   * @param {string} path
   * @param {Record<string, string>} headers
   * @param {(response: Response | undefined, patience: Patience) => T} use  patience: for the rest of its body
   */
  async begun(path, headers, use) {
    await this.#gate.enter()
    const patience = patienceOf(this.#timeout)
    try {
      return use(await this.#fetch(path, headers, 'GET', patience), patience)
    } finally {
      patience.stop()
      this.#gate.leave()
    }
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} headers
   * @param {string} method
   * @param {Patience} [patience] instead of a timeout for all of it
   * @returns {Promise<Response | undefined>} nothing where there is no such file
   */
  async #fetch(path, headers, method, patience) {
    const url = new URL(path.split('/').map(encodeURIComponent).join('/'), this.#base)
    for (let attempt = 1; ; attempt++) {
      if (this.#lost) throw new StoreError('unreadable', this.#lost)
      const response = await this.#try(url, headers, method, patience)
      if (response instanceof Response) {
        this.#reached = true
        if (response.status === 404 || response.status === 410) return undefined
        if (response.status === 416) return response
        if (response.status === 200 || response.status === 206) {
          this.#tags.see(path, response)
          return response
        }
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
    /** @type {Patience | undefined} */ patience) {
    // Node can follow redirects by hand and so keep the user's headers from other origins; a browser shows none of them.
    const byHand = globalThis.process?.versions?.node !== undefined
    const own = Object.keys(this.#headers).length > 0
    const redirect = byHand ? 'manual' : own ? 'error' : 'follow'
    try {
      let to = url
      for (let n = 0; n <= kRedirects; n++) {
        const response = await fetch(to, {
          method, redirect, cache: 'no-store', signal: patience ? patience.start() : AbortSignal.timeout(this.#timeout),
          headers: { 'Accept-Encoding': 'identity', ...headers, ...(to.origin === this.#base.origin ? this.#headers : {}) },
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
}
