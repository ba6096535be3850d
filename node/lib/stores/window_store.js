// A job's side of windows.js: each read of a value is a part of one or two windows, and the next one is fetched
// meanwhile.
import { beginningBy, joined } from './merge.js'

/**
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('../host/reading_ahead.js').WindowSpec} WindowSpec
 *
 * @typedef {object} Held
 * @property {number} place in the order in which they will be needed
 * @property {number} id
 * @property {number} begin
 * @property {number} end
 * @property {number} left  bytes that nobody has asked for yet
 * @property {boolean} taken
 * @property {Promise<Uint8Array | undefined>} [bytes]  while it is held
 */

/**
 * @param {Store[]} stores
 * @param {WindowSpec[]} windows
 * @param {(id: number) => Promise<Uint8Array | undefined>} take  gives each window once
 * @returns {Store[]} as this job reads them
 */
export function windowStores(stores, windows, take) {
  if (windows.length === 0) return stores
  /** @type {Held[]} */
  const all = []
  /** @type {Map<string, Held[]>} of each file, by where they begin */
  const places = new Map()
  for (const [id, source, path, offset, length] of windows) {
    const one = { place: all.length, id, begin: offset, end: offset + length, left: length, taken: false }
    const key = `${source} ${path}`
    all.push(one)
    const list = places.get(key)
    if (list) list.push(one)
    else places.set(key, [one])
  }
  for (const list of places.values()) list.sort((a, b) => a.begin - b.begin)
  const room = 2 * all.reduce((most, { begin, end }) => Math.max(most, end - begin), 0)
  /** @type {Held[]} in the order in which they came */
  let held = []

  const fetch = (/** @type {Held} */ window) => {
    if (window.taken) return
    window.taken = true
    window.bytes = take(window.id)
    window.bytes.catch(() => {}) // who asks for it hears of it
    held.push(window)
  }
  const drop = (/** @type {Held} */ window) => {
    window.bytes = undefined
    held = held.filter(one => one !== window)
  }
  const size = () => held.reduce((sum, { begin, end }) => sum + end - begin, 0)

  /**
   * @returns {Promise<Uint8Array | undefined> | undefined} nothing where no window has it, or none has it any longer
   */
  const bytesOf = (/** @type {Held[]} */ list, /** @type {number} */ begin, /** @type {number} */ end) => {
    const used = covering(list, begin, end)
    if (!used) return undefined
    for (const { window } of used) fetch(window)
    const parts = used.map(({ window, from, to }) =>
      window.bytes?.then(all => all?.subarray(from - window.begin, to - window.begin)),
    )
    if (!parts.every(Boolean)) return undefined
    for (const { window, from, to } of used) {
      window.left -= to - from
      if (window.left <= 0) drop(window)
    }
    // Read in another order than was told, windows would pile up: the oldest are given up.
    while (held.length > 2 && size() > room) drop(held[0])
    const next = all[used[used.length - 1].window.place + 1]
    if (next && size() + next.end - next.begin <= room) fetch(next)
    return join(parts)
  }

  return stores.map((store, source) => ({
    get: key => store.get(key),
    size: store.size && (path => /** @type {any} */ (store).size(path)),
    async getRange(key, range) {
      const list = places.get(`${source} ${key.replace(/^\//, '')}`)
      const bytes =
        list && 'offset' in range ? await bytesOf(list, range.offset, range.offset + range.length) : undefined
      return bytes ?? store.getRange(key, range)
    },
  }))
}

/**
 * The windows that hold a range, and which part of it each; nothing where there are none. Hostile values may overlap.
 */
function covering(/** @type {Held[]} */ list, /** @type {number} */ begin, /** @type {number} */ end) {
  const used = []
  for (
    let i = Math.max(0, beginningBy(list, begin, one => one.begin) - 1), at = begin;
    i < list.length && list[i].begin <= at && list[i].end > at;
    i++
  ) {
    const to = Math.min(end, list[i].end)
    used.push({ window: list[i], from: at, to })
    if (to === end) return used
    at = to
  }
  return undefined
}

/** Short where the file is. */
async function join(/** @type {any[]} */ parts) {
  const all = await Promise.all(parts)
  return all.every(Boolean) ? joined(all) : undefined
}
