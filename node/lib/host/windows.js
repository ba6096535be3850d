// Reading ahead of files that a browser reads slowly and asynchronously: jobs tell what they will read, so that windows
// of some MiB are on their way here while other threads hash, the first windows of the next jobs too. The thread that
// hashes could not read ahead itself: the browser hands bytes over only when that thread is idle.
import { merge } from '../stores/merge.js'

const kMost = 48 << 20 // bytes of all windows that are under way or in use; at most three eighths of --max-memory
const kUnderWay = 8 // windows; without a limit, small values would be thousands at once
// Bytes. To a browser each window is a slice with a fixed cost, so smaller ones cost more in all.
const kWindow = 8 << 20
const kLeast = 16 << 10 // bytes of a window, however little memory there is

/**
 * @typedef {import('../stores/store.js').Store} Store
 * @typedef {import('./reading_ahead.js').WindowSpec} WindowSpec
 *
 * @typedef {object} Window
 * @property {number} id
 * @property {number} source
 * @property {string} path
 * @property {number} offset
 * @property {number} length
 * @property {Promise<Uint8Array | undefined>} [bytes]
 *
 * @typedef {import('./reading_ahead.js').Reader} Reader
 * @implements {Reader}
 */
export class Windows {
  /** @type {Map<number, Window>} windows that no worker has taken, in the order in which they will be needed */
  #windows = new Map()
  #held = 0
  #started = 0
  #nextId = 0

  /**
   * @param {Store[]} stores
   * @param {number} workers  each uses one window and waits for another, and as many again are on their way here
   * @param {number} maxMemory
   */
  constructor(stores, workers, maxMemory) {
    this.stores = stores
    this.memory = Math.min(kMost, (maxMemory * 3) / 8)
    this.size = Math.max(kLeast, Math.min(kWindow, Math.floor(this.memory / (2 * workers + 2))))
    this.most = 2 * this.size
  }

  /**
   * @param {string | undefined} text of the ask's `values`
   * @returns {import('./reading_ahead.js').Plan}
   */
  plan(text) {
    /** @type {[string[], ...[source: number, file: number, offset: number, length: number][]]} */
    const [files, ...named] = text ? JSON.parse(text) : [[]]
    const values = named
      .filter(([source, , , length]) => this.stores[source]?.inWindows && length > 0)
      .map(([source, file, offset, length]) => ({ source, path: files[file], offset, length }))
    const windows = this.#cut(values).map(window => ({ id: this.#nextId++, ...window }))
    for (const window of windows) this.#windows.set(window.id, window)
    this.#go()
    return {
      stores: this.stores,
      windows: windows.map(({ id, source, path, offset, length }) => [id, source, path, offset, length]),
      take: id => this.#take(id),
      close: () => {
        for (const { id } of windows) this.#remove(id)
        this.#go()
      },
    }
  }

  /**
   * Values that follow each other in a file, and all values of a small job, are read together if they fit into one
   * window. Long values are cut.
   * @param {{ source: number, path: string, offset: number, length: number }[]} values
   */
  #cut(values) {
    const isSmall = values.reduce((sum, { length }) => sum + length, 0) <= this.size
    /** @type {Map<string, typeof values>} of one file each */
    const groups = new Map()
    /** @type {typeof values[number] | undefined} */
    let last
    for (const value of values) {
      const goesOn =
        last && last.source === value.source && last.path === value.path && last.offset + last.length === value.offset
      const name = isSmall ? `${value.source} ${value.path}` : String(goesOn ? groups.size - 1 : groups.size)
      const group = groups.get(name)
      if (group) group.push(value)
      else groups.set(name, [value])
      last = value
    }
    return [...groups.values()].flatMap(group => {
      const [{ source, path }] = group
      return (isSmall ? merge(group, this.size) : pieces(group, this.size)).map(({ offset, length }) => ({
        source,
        path,
        offset,
        length,
      }))
    })
  }

  async #take(/** @type {number} */ id) {
    const window = this.#windows.get(id)
    if (!window) return undefined
    if (!window.bytes) this.#start(window) // at once, over any limit: a worker waits for this window
    this.#remove(id)
    this.#go()
    return window.bytes
  }

  #go() {
    for (const window of this.#windows.values()) {
      if (window.bytes) continue
      if (this.#held + window.length > this.most || this.#started === kUnderWay) return
      this.#start(window)
    }
  }

  #start(/** @type {Window} */ window) {
    const { source, path, offset, length } = window
    this.#held += length
    this.#started++
    window.bytes = this.stores[source].getRange(`/${path}`, { offset, length })
    window.bytes.catch(() => {}) // the worker that takes the window gets the error
  }

  #remove(/** @type {number} */ id) {
    const window = this.#windows.get(id)
    if (window?.bytes) {
      this.#held -= window.length
      this.#started--
    }
    this.#windows.delete(id)
  }
}

/** A stretch of values in windows of about one size. */
function pieces(/** @type {{ offset: number, length: number }[]} */ group, /** @type {number} */ most) {
  const begin = group[0].offset
  const last = group[group.length - 1]
  const total = last.offset + last.length - begin
  const size = Math.ceil(total / Math.ceil(total / most))
  const cut = []
  for (let at = 0; at < total; at += size) cut.push({ offset: begin + at, length: Math.min(size, total - at) })
  return cut
}
