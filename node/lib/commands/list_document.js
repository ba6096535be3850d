// What `ls` found, while the core holds it. Leaves and keys may be millions: their rows come in pieces, as often as
// they are asked for, and neither a list of them nor its text need ever be held as a whole.
import { SubtreeSums, subtreesJson, withNumbers } from './listing.js'

/** @import { Verifier } from '../../../src/bindings/core.mjs' */

const decoder = new TextDecoder()
const parseRows = (/** @type {Uint8Array} */ piece) => JSON.parse(`[${decoder.decode(piece)}]`)

/** @typedef {{ item: number, name: 'leaves' | 'keys' }} RowList  one of the document's lists of rows */

export class ListDocument {
  #verifier
  #parts
  #depth
  /** @type {any[]} */
  #subtrees = []
  /** @type {Map<string, number>} */
  #places

  /**
   * @param {Verifier} verifier that is done
   * @param {{ depth?: number, files?: any[] }} options how deep `subtrees` goes; `files`, where they are part of the
   * document
   */
  constructor(verifier, { depth, files }) {
    this.#verifier = verifier
    this.#depth = depth
    this.files = files
    const text = verifier.output()
    // What stands before, between and behind the lists: the core has a line feed in place of each.
    this.#parts = text.trimEnd().split('\n')
    /** The core's document, without rows. */
    this.head = JSON.parse(text)
    /** @type {RowList[]} in the document's order */
    this.lists = this.head.items.flatMap((/** @type {any} */ item, /** @type {number} */ n) => [
      { item: n, name: 'leaves' },
      ...(item.keys ? [{ item: n, name: 'keys' }] : []),
    ])
    this.#places = new Map(this.lists.map((list, n) => [`${list.item} ${list.name}`, n]))
  }

  /**
   * An item's leaves or keys, in pieces.
   * @param {number} item
   * @param {'leaves' | 'keys'} name
   * @returns {Generator<any[]>}
   */
  *rows(item, name) {
    const list = this.#places.get(`${item} ${name}`) ?? -1
    for (const piece of this.#pieces(list)) yield parseRows(piece)
  }

  /**
   * The document of `ls --json`, in pieces.
   * @param {(list: RowList, rows: any[]) => void} [onRows] is given its rows too
   * @returns {Generator<string | Uint8Array>}
   */
  *text(onRows) {
    const sums = new SubtreeSums(this.#depth)
    for (const [number, list] of this.lists.entries()) {
      const isTree = list.name === 'leaves'
      if (isTree) sums.begin(this.head.items[list.item].name)
      yield this.#parts[number]
      let first = true
      for (const piece of this.#pieces(number)) {
        if (!first) yield ','
        first = false
        if (isTree || onRows) {
          const rows = parseRows(piece)
          if (isTree) sums.add(rows)
          onRows?.(list, rows)
        }
        yield piece
      }
    }
    const subtrees = sums.finish()
    this.#subtrees = withNumbers(subtrees)
    const files = this.files ? `,"files":${JSON.stringify(this.files)}` : ''
    yield `${this.#parts[this.lists.length].slice(0, -1)},"subtrees":${subtreesJson(subtrees)}${files}}\n`
  }

  /** The document as a value. */
  whole() {
    const document = structuredClone(this.head)
    const pieces = this.text(({ item, name }, rows) => {
      const all = document.items[item][name]
      for (const row of rows) all.push(row)
    })
    while (!pieces.next().done);
    document.subtrees = this.#subtrees
    if (this.files) document.files = this.files
    return document
  }

  /** Rows as JSON, commas between. @returns {Generator<Uint8Array>} */
  *#pieces(/** @type {number} */ list) {
    for (let from = 0; list >= 0; ) {
      const { bytes, next } = this.#verifier.rows(list, from)
      if (bytes.length === 0) return
      yield bytes
      from = next
    }
  }
}
