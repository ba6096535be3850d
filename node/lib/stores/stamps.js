// What a listing saw of every file, by path: a source may have a million. Kept in shared memory, 50 bytes and the path
// each, so that workers see the same without a copy of their own.

const kPage = 1 << 14 // files
export const kNumbers = 5 // of each file; the first is its size
const encoder = new TextEncoder()

/**
 * @typedef {object} Stamp  what tells a file from another one, and from itself after a change
 * @property {bigint} size
 * @property {bigint} mtimeNs
 * @property {bigint} [ctimeNs]
 * @property {bigint} [dev]
 * @property {bigint} [ino]
 * @property {boolean} [linked]  a link that is followed leads to it
 *
 * @typedef {{ count: number, text: Uint8Array, ends: Uint32Array, numbers: BigInt64Array, linked: Uint8Array }} Page
 * @typedef {{ pages: Page[], slots: Uint32Array, seed: number }} StampsSpec
 */

export class Stamps {
  /** @type {Page[]} */
  #pages = []
  /** @type {Page | undefined} the one that is not full, larger than it need be */
  #last
  /** @type {Uint32Array} places of files by their path's hash, from 1 on; 0 where there is none */
  #slots = new Uint32Array(0)
  #seed = Math.floor(Math.random() * 2 ** 32) // names that fall on one place are not to be found in advance

  /** @param {StampsSpec} [spec] of `spec()` in another thread */
  constructor(spec) {
    if (spec) {
      this.#pages = spec.pages
      this.#slots = spec.slots
      this.#seed = spec.seed
    }
  }

  get pages() {
    return this.#pages
  }

  spec() {
    return { pages: this.#pages, slots: this.#slots, seed: this.#seed }
  }

  /** Each path once; then `seal`. */
  add(/** @type {string} */ path, /** @type {Required<Stamp>} */ { size, mtimeNs, ctimeNs, dev, ino, linked }) {
    // At once as bytes: objects of a page's files would grow old together, and lie about until the next great
    // collection.
    const page = (this.#last ??= {
      count: 0,
      text: new Uint8Array(kPage),
      ends: new Uint32Array(kPage),
      numbers: new BigInt64Array(kPage * kNumbers),
      linked: new Uint8Array(kPage),
    })
    const { count } = page
    const begin = count === 0 ? 0 : page.ends[count - 1]
    const most = begin + path.length * 3
    if (page.text.length < most) {
      const { text } = page
      page.text = new Uint8Array(most * 2)
      page.text.set(text)
    }
    page.ends[count] = begin + encoder.encodeInto(path, page.text.subarray(begin)).written
    const numbers = count * kNumbers
    page.numbers[numbers] = size
    page.numbers[numbers + 1] = mtimeNs
    page.numbers[numbers + 2] = ctimeNs
    page.numbers[numbers + 3] = dev
    page.numbers[numbers + 4] = ino
    page.linked[count] = Number(linked)
    if (++page.count === kPage) this.#turn()
  }

  seal() {
    this.#turn()
    this.#last = undefined
    const count = this.#pages.reduce((sum, page) => sum + page.count, 0)
    let size = 16
    while (size < count * 1.5) size *= 2
    this.#slots = new Uint32Array(new SharedArrayBuffer(size * 4))
    for (let n = 0; n < count; n++) {
      let at = hash(this.#bytes(n), this.#seed) & (size - 1)
      while (this.#slots[at] !== 0) at = (at + 1) & (size - 1)
      this.#slots[at] = n + 1
    }
  }

  /** @returns {Required<Stamp> | undefined} */
  find(/** @type {string} */ path) {
    const { length } = this.#slots
    if (length === 0) return undefined
    const wanted = encoder.encode(path)
    for (let at = hash(wanted, this.#seed) & (length - 1); this.#slots[at] !== 0; at = (at + 1) & (length - 1)) {
      const bytes = this.#bytes(this.#slots[at] - 1)
      if (bytes.length === wanted.length && bytes.every((byte, n) => byte === wanted[n]))
        return this.#stamp(this.#slots[at] - 1)
    }
    return undefined
  }

  /** @returns {Generator<[path: string, stamp: Required<Stamp>]>} */
  *[Symbol.iterator]() {
    const count = this.#pages.reduce((sum, page) => sum + page.count, 0)
    for (let n = 0; n < count; n++) yield [Buffer.from(this.#bytes(n)).toString(), this.#stamp(n)]
  }

  #bytes(/** @type {number} */ n) {
    const { text, ends } = this.#pages[Math.floor(n / kPage)]
    const i = n % kPage
    return text.subarray(i === 0 ? 0 : ends[i - 1], ends[i])
  }

  /** @returns {Required<Stamp>} */
  #stamp(/** @type {number} */ n) {
    const page = this.#pages[Math.floor(n / kPage)]
    const i = n % kPage
    const [size, mtimeNs, ctimeNs, dev, ino] = page.numbers.subarray(i * kNumbers, (i + 1) * kNumbers)
    return { size, mtimeNs, ctimeNs, dev, ino, linked: page.linked[i] === 1 }
  }

  #turn() {
    if (!this.#last || this.#last.count === 0) return
    const { count, text, ends, numbers, linked } = this.#last
    this.#pages.push({
      count,
      text: shared(Uint8Array, text.subarray(0, ends[count - 1])),
      ends: shared(Uint32Array, ends.subarray(0, count)),
      numbers: shared(BigInt64Array, numbers.subarray(0, count * kNumbers)),
      linked: shared(Uint8Array, linked.subarray(0, count)),
    })
    this.#last.count = 0
  }
}

/**
 * A copy that other threads see.
 * @template {Uint8Array | Uint32Array | BigInt64Array} T
 * @param {new (buffer: SharedArrayBuffer) => T} Kind
 * @param {T} from
 */
function shared(Kind, from) {
  const copy = new Kind(new SharedArrayBuffer(from.byteLength))
  copy.set(/** @type {any} */ (from))
  return copy
}

function hash(/** @type {Uint8Array} */ bytes, /** @type {number} */ seed) {
  let sum = seed
  for (let n = 0; n < bytes.length; n++) sum = Math.imul(sum ^ bytes[n], 0x01000193)
  sum ^= sum >>> 15
  return Math.imul(sum, 0x2c1b3c6d) >>> 0
}

/**
 * Whether a file is still the one that the stamp is of, unchanged. Numbers of more than 63 bits are kept modulo 2^64.
 * @param {Stamp} now
 * @param {Stamp} then
 */
export const isSame = (now, then) =>
  now.size === then.size &&
  now.mtimeNs === then.mtimeNs &&
  (then.ino === undefined || (same64(now.ino, then.ino) && same64(now.dev, then.dev)))

const same64 = (/** @type {bigint | undefined} */ a, /** @type {bigint | undefined} */ b) =>
  a !== undefined && b !== undefined && BigInt.asIntN(64, a) === BigInt.asIntN(64, b)
