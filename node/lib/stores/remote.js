import { StoreError } from './store.js'

let nextId = 1

/**
 * A source that only the thread that started this worker can read; every read is a message there and back.
 * @typedef {import('./store.js').Store} Store
 * @implements {Store}
 */
export class RemoteStore {
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: unknown) => void }>} */
  #open = new Map()

  /**
   * @param {number} source
   * @param {(message: any) => void} post
   */
  constructor(source, post) {
    this.source = source
    this.post = post
  }

  get(/** @type {string} */ key) {
    return this.#ask('get', [key])
  }

  getRange(/** @type {string} */ key, /** @type {import('./store.js').RangeQuery} */ range) {
    return this.#ask('getRange', [key, range])
  }

  size(/** @type {string} */ path) {
    return this.#ask('size', [path])
  }

  /** A window that was read ahead for this worker (windows.js). */
  take(/** @type {number} */ id) {
    return this.#ask('take', [id])
  }

  receive(/** @type {any} */ { id, value, failure }) {
    const asked = this.#open.get(id)
    if (!asked) return
    this.#open.delete(id)
    if (failure) asked.reject(new StoreError(failure.kind, failure.message))
    else asked.resolve(value)
  }

  /** @returns {Promise<any>} */
  #ask(/** @type {string} */ method, /** @type {any[]} */ args) {
    const id = nextId++
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject })
      this.post({ type: 'read', id, source: this.source, method, args })
    })
  }
}
