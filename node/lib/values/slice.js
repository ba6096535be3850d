// Slices as numpy writes them, which chunks they need, and how their elements are picked out of a stream of content.
import { LeafsumError } from '../errors.js'

export const kBlock = 4 << 20 // bytes of content that one block value of a lockfile covers

// Grid indices that one part lists. An array may have a chunk for every element; beyond this it is read from its
// beginning.
const kMaxIndices = 1 << 20

/**
 * @typedef {number | { start?: number | null, stop?: number | null, step?: number | null } | '...'} Index of one axis
 * @typedef {{ start: number, step: number, count: number, dropped: boolean }} Axis dropped: an index, not a slice
 * @typedef {{ chunks?: number[][], skip: number, take: number, begin?: number }} Part see src/bindings/README.md
 */

const usage = (/** @type {string} */ message) => new LeafsumError('usage', message)
const product = (/** @type {number[]} */ numbers) => numbers.reduce((a, b) => a * b, 1)

/** @param {string} text `0:3, ::2`, with or without its brackets @returns {Index[]} */
export function parseSlice(text) {
  const inner = text
    .trim()
    .replace(/^\[|\]$/g, '')
    .trim()
  if (inner === '') return []
  return inner.split(',').map(part => {
    const word = part.trim()
    if (word === '...') return '...'
    if (/^[+-]?\d+$/.test(word)) return Number(word)
    const match = /^([+-]?\d+)?\s*:\s*([+-]?\d+)?\s*(?::\s*([+-]?\d+)?)?$/.exec(word)
    if (!match) throw usage(`[${inner}]: ${word || 'an empty index'} is not an index: 0, 0:3, ::2 and ... are`)
    const number = (/** @type {string | undefined} */ digits) => (digits === undefined ? null : Number(digits))
    return { start: number(match[1]), stop: number(match[2]), step: number(match[3]) }
  })
}

/**
 * As Python clips them; axes that are not named are taken whole.
 * @param {Index[]} slice
 * @param {number[]} shape
 * @returns {Axis[]}
 */
export function axesOf(slice, shape) {
  const dots = slice.indexOf('...')
  if (dots !== slice.lastIndexOf('...')) throw usage('... can stand in a slice once')
  const named = slice.filter(one => one !== '...').length
  if (named > shape.length) throw usage(`too many indices: the leaf has ${shape.length} axes and ${named} are given`)
  const rest = /** @type {Index[]} */ (Array(shape.length - named).fill({}))
  const full = dots < 0 ? [...slice, ...rest] : [...slice.slice(0, dots), ...rest, ...slice.slice(dots + 1)]
  return full.map((one, axis) => axisOf(one, shape[axis], axis))
}

/** @returns {Axis} */
function axisOf(/** @type {Index} */ index, /** @type {number} */ size, /** @type {number} */ axis) {
  if (typeof index === 'number') {
    const at = index < 0 ? index + size : index
    if (!Number.isInteger(at) || at < 0 || at >= size)
      throw usage(`index ${index} is out of bounds for axis ${axis} with size ${size}`)
    return { start: at, step: 1, count: 1, dropped: true }
  }
  const { start, stop, step } = /** @type {any} */ (index ?? {})
  const stride = step ?? 1
  if (!Number.isInteger(stride) || stride < 1) throw usage(`step ${stride}: from 1 on is possible`)
  const clip = (/** @type {number} */ n) => Math.min(Math.max(n < 0 ? n + size : n, 0), size)
  const from = clip(start ?? 0)
  const to = clip(stop ?? size)
  return { start: from, step: stride, count: Math.max(0, Math.ceil((to - from) / stride)), dropped: false }
}

/** The shape of what a slice selects. @param {Axis[]} axes */
export const shapeOf = axes => axes.filter(one => !one.dropped).map(one => one.count)
export const countOf = (/** @type {Axis[]} */ axes) => product(axes.map(one => one.count))

/**
 * What has to be read for a slice alone: the chunks that hold an element of it, and of these no more than from the
 * first one to the last.
 * @param {Axis[]} axes
 * @param {number[]} shape
 * @param {number[]} chunk
 * @param {number} itemsize
 * @returns {{ parts: Part[], picker: Picker }}
 */
export function chunksFor(axes, shape, chunk, itemsize) {
  const spans = axes.map((axis, n) => spanOf(axis, chunk[n]))
  if (spans.reduce((sum, { length }) => sum + length, 0) > kMaxIndices) {
    const picker = wholePicker(axes, shape, itemsize)
    return { parts: [between(picker)], picker }
  }
  const sizes = spans.map(({ last, length }, n) => {
    // The last chunk along an axis is clipped to the array.
    const beyond = (last + 1) * chunk[n] - shape[n]
    return length * chunk[n] - Math.max(0, beyond)
  })
  const places = axes.map((axis, n) => {
    const { first, isDense } = spans[n]
    return (/** @type {number} */ k) => {
      const at = axis.start + k * axis.step
      return (isDense ? Math.floor(at / chunk[n]) - first : k) * chunk[n] + (at % chunk[n])
    }
  })
  const picker = new Picker(axes, places, sizes, itemsize)
  const chunks = spans.map(({ length, at }) => Array.from({ length }, (_, n) => at(n)))
  const parts = [{ ...(chunks.length > 0 && { chunks }), ...between(picker) }]
  return { parts, picker }
}

const between = (/** @type {Picker} */ { begin, end }) => ({ skip: begin, take: end - begin })

/** The picker where the content is the whole leaf's. */
function wholePicker(/** @type {Axis[]} */ axes, /** @type {number[]} */ shape, /** @type {number} */ itemsize) {
  return new Picker(
    axes,
    axes.map(axis => (/** @type {number} */ k) => axis.start + k * axis.step),
    shape,
    itemsize,
  )
}

/** The chunks along one axis that hold an element: all between two, or one for each element. */
function spanOf(/** @type {Axis} */ { start, step, count }, /** @type {number} */ chunk) {
  const first = Math.floor(start / chunk)
  const last = Math.floor((start + (count - 1) * step) / chunk)
  const isDense = step <= chunk
  return {
    first,
    last,
    isDense,
    length: isDense ? last - first + 1 : count,
    at: (/** @type {number} */ n) => (isDense ? first + n : Math.floor((start + n * step) / chunk)),
  }
}

/**
 * What has to be read so that the slice can be checked: all blocks that hold a byte of it, as stretches of the content;
 * without blocks all of the leaf.
 * @param {Axis[]} axes
 * @param {number[]} shape
 * @param {number[] | undefined} chunk nothing where the content is one piece
 * @param {number} itemsize
 * @param {boolean} hasBlocks
 * @returns {{ parts: Part[], picker: Picker }}
 */
export function blocksFor(axes, shape, chunk, itemsize, hasBlocks) {
  const nbytes = product(shape) * itemsize
  const picker = wholePicker(axes, shape, itemsize)
  if (!hasBlocks) return { parts: [{ skip: 0, take: nbytes, begin: 0 }], picker }
  /** @type {[number, number][]} */
  const runs = []
  for (const [begin, end] of picker.ranges()) {
    const first = Math.floor(begin / kBlock)
    const last = Math.floor((end - 1) / kBlock)
    const run = runs.at(-1)
    if (run && first <= run[1] + 1) run[1] = Math.max(run[1], last)
    else runs.push([first, last])
  }
  const parts = runs.map(([first, last]) =>
    stretch(first * kBlock, Math.min((last + 1) * kBlock, nbytes), shape, chunk, itemsize),
  )
  return { parts, picker }
}

/** The chunks that a stretch of content crosses, and where in theirs it begins. @returns {Part} */
function stretch(
  /** @type {number} */ begin,
  /** @type {number} */ end,
  /** @type {number[]} */ shape,
  /** @type {number[] | undefined} */ chunk,
  /** @type {number} */ itemsize,
) {
  if (!chunk || shape.length === 0) return { skip: begin, take: end - begin, begin }
  const from = unravel(Math.floor(begin / itemsize), shape)
  const to = unravel(Math.ceil(end / itemsize) - 1, shape)
  const differs = from.findIndex((n, axis) => n !== to[axis])
  const split = differs < 0 ? shape.length - 1 : differs
  const spans = shape.map((size, axis) => {
    const first = axis <= split ? Math.floor(from[axis] / chunk[axis]) : 0
    const last =
      axis < split ? first : axis === split ? Math.floor(to[axis] / chunk[axis]) : Math.ceil(size / chunk[axis]) - 1
    return { first, length: last - first + 1 }
  })
  if (spans.reduce((sum, { length }) => sum + length, 0) > kMaxIndices) return { skip: begin, take: end - begin, begin }
  const chunks = spans.map(({ first, length }) => Array.from({ length }, (_, n) => first + n))
  const sizes = chunks.map(
    (list, axis) => Math.min((list[list.length - 1] + 1) * chunk[axis], shape[axis]) - list[0] * chunk[axis],
  )
  const flat = from.reduce((sum, n, axis) => sum * sizes[axis] + (n - chunks[axis][0] * chunk[axis]), 0)
  return { chunks, skip: flat * itemsize + (begin % itemsize), take: end - begin, begin }
}

/** Row-major element number → index, as numpy.unravel_index. @param {number} flat @param {number[]} shape */
export function unravel(flat, shape) {
  const index = shape.map(() => 0)
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = flat % shape[axis]
    flat = Math.floor(flat / shape[axis])
  }
  return index
}

/** Picks the elements of a slice out of content that comes in C order, piece by piece, elements cut anywhere. */
class Picker {
  #position = 0
  #row = 0
  #k = 0
  #base = 0
  /** @type {Uint8Array | undefined} */
  #bytes

  /**
   * @param {Axis[]} axes
   * @param {((k: number) => number)[]} places of each axis: the k-th element's index in the content
   * @param {number[]} sizes of the content
   * @param {number} itemsize
   */
  constructor(axes, places, sizes, itemsize) {
    this.itemsize = itemsize
    this.counts = axes.length ? axes.map(one => one.count) : [1]
    this.places = axes.length ? places : [() => 0]
    this.sizes = axes.length ? sizes : [1]
    this.perRow = /** @type {number} */ (this.counts.at(-1))
    this.rows = product(this.counts.slice(0, -1))
    this.contiguous = axes.length === 0 || axes[axes.length - 1].step === 1 || this.perRow === 1
    this.length = this.rows * this.perRow * itemsize
    /** Takes what is picked, and where in the selection it stands; into `bytes`, where nothing else is set. */
    this.put = (/** @type {number} */ at, /** @type {Uint8Array} */ piece) => this.bytes.set(piece, at)
    this.#base = this.#rowBase(0)
  }

  get bytes() {
    return (this.#bytes ??= new Uint8Array(this.length))
  }

  /** Where in the content the first element begins, in bytes. */
  get begin() {
    return this.length === 0 ? 0 : this.#at(this.#rowBase(0), 0)
  }

  /** Where the last one ends. */
  get end() {
    return this.length === 0 ? 0 : this.#at(this.#rowBase(this.rows - 1), this.perRow - 1) + this.itemsize
  }

  /** The bytes that each row crosses. @returns {Generator<[number, number]>} */
  *ranges() {
    if (this.length === 0) return
    for (let row = 0; row < this.rows; row++) {
      const base = this.#rowBase(row)
      yield [this.#at(base, 0), this.#at(base, this.perRow - 1) + this.itemsize]
    }
  }

  /** @param {number} offset of `piece` in the content @param {Uint8Array} piece */
  push(offset, piece) {
    const end = offset + piece.length
    if (this.length === 0) return
    if (offset !== this.#position) this.#seek()
    this.#position = end
    const { itemsize } = this
    const length = this.contiguous ? this.perRow * itemsize : itemsize
    while (this.#row < this.rows) {
      const from = this.#at(this.#base, this.#k)
      if (from >= end) return
      if (from + length > offset) {
        const low = Math.max(from, offset)
        const high = Math.min(from + length, end)
        this.put(
          (this.#row * this.perRow + this.#k) * itemsize + low - from,
          piece.subarray(low - offset, high - offset),
        )
      }
      if (from + length > end) return
      this.#next()
    }
  }

  #next() {
    if (!this.contiguous && ++this.#k < this.perRow) return
    this.#k = 0
    if (++this.#row < this.rows) this.#base = this.#rowBase(this.#row)
  }

  /** Pieces may come again, or not one after the other. */
  #seek() {
    this.#row = 0
    this.#k = 0
    this.#base = this.#rowBase(0)
  }

  #at(/** @type {number} */ base, /** @type {number} */ k) {
    return (base + this.places[this.places.length - 1](k)) * this.itemsize
  }

  /** Elements before a row in the content. */
  #rowBase(/** @type {number} */ row) {
    const index = unravel(row, this.counts.slice(0, -1))
    return index.reduce((sum, k, axis) => (sum + this.places[axis](k)) * this.sizes[axis + 1], 0)
  }
}
