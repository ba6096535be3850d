// The statistics of a selection, from content that comes in parts. A part may begin again, and parts may overlap in
// time, so each has its own until all of it has come.
import { Stats } from '../values/stats.js'

/** Of no selection more is held than the parts that are under way. */
export class PartStats {
  /** @type {Map<number, Stats>} */
  #open = new Map()
  /** @type {Stats | undefined} */
  #current
  #name
  #parts
  #all

  /** @param {string} name of the dtype @param {ReturnType<typeof import('../values/slice.js').chunksFor>} plan */
  constructor(name, { parts, picker }) {
    this.#name = name
    this.#parts = parts
    this.#all = new Stats(name)
    picker.put = (_, piece) => this.#current?.push(piece)
  }

  /** Before content of a part is picked. @param {number} part @param {number} offset in the part */
  begin(part, offset) {
    if (offset === 0) this.#open.set(part, new Stats(this.#name))
    this.#current = this.#open.get(part)
  }

  /** After it. @param {number} part @param {number} reached how much of the part has come */
  end(part, reached) {
    const stats = this.#open.get(part)
    if (!stats || reached < this.#parts[part].take) return
    this.#open.delete(part)
    this.#all.addAll(stats)
  }

  get result() {
    return this.#all.result
  }
}
