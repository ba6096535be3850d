/**
 * The leaves: a tree whose open branches are rows, and a filter. Only the rows in sight are in the document (rows.js),
 * so that 100,000 leaves cost what is looked at.
 */

import { byId, make, show } from './dom.js'
import { markOf, marksOf, openedAtFirst, plant } from './forest.js'
import { RowList } from './rows.js'
import { formatBytes, formatShape, pointer, untrusted } from './text.js'
import { treeTexts } from './texts.js'

/**
 * @typedef {import('./forest.js').Item} Item
 * @typedef {import('./forest.js').Leaf} Leaf
 * @typedef {import('./forest.js').Branch} Branch
 *
 * @typedef {object} Row
 * @property {string | null} name null of a node's own content
 * @property {number} level from 1 on
 * @property {Branch} [branch] one that can be opened
 * @property {Leaf} [leaf]
 * @property {string} item of the leaf
 */

export class Tree {
  /** @type {Item[]} */
  #items = []
  /** @type {Map<string, import('./forest.js').Mark>} */
  #marks = new Map()
  #root = plant([], this.#marks)
  /** @type {Set<Branch>} open ones */
  #opened = new Set()
  /** @type {Map<string, boolean>} what was opened and closed by hand, by path */
  #toggled = new Map()
  /** @type {string[] | null} the leaves' names in lower case, for the filter */
  #names = null
  /** @type {(leaf: Leaf, item: string) => void} */
  #onLeaf = () => {}

  /** @param {HTMLElement} container @param {HTMLInputElement} filter */
  constructor(container, filter) {
    this.container = container
    this.filter = filter
    this.rows = new RowList(container, treeTexts.label)
    filter.addEventListener('input', () => this.#render())
  }

  /** @param {Item[]} items */
  setItems(items) {
    this.#items = items
    this.#marks = new Map()
    this.#toggled = new Map()
    this.#names = null
    this.filter.value = ''
    this.#plant()
    this.#render()
  }

  /** Marks the leaves that findings speak of. @param {import('./causes.js').Finding[]} findings */
  setFindings(findings) {
    if (findings.length === 0 && this.#marks.size === 0) return
    this.#marks = marksOf(findings)
    this.#plant()
    this.#render({ keep: true })
  }

  /** Who wants to know which leaf was pressed. @param {(leaf: Leaf, item: string) => void} listener */
  listen(listener) {
    this.#onLeaf = listener
  }

  #plant() {
    this.#root = plant(this.#items, this.#marks)
    this.#opened = openedAtFirst(this.#root)
  }

  #render({ keep = false } = {}) {
    const wanted = this.filter.value.trim().toLowerCase()
    const list = wanted ? this.#matches(wanted) : this.#openRows()
    byId('leaves-found').textContent = wanted ? treeTexts.found(list.length) : ''
    show(this.container, list.length > 0)
    const row = (/** @type {number} */ n) => this.#drawn(list[n])
    this.rows.set({ count: list.length, row, onKey: (n, key) => this.#press(list, n, key) }, { keep })
  }

  #openRows() {
    /** @type {Row[]} */
    const list = []
    /** @param {Branch} at @param {number} level */
    const walk = (at, level) => {
      if (at.leaf) list.push({ name: null, level, leaf: at.leaf, item: at.item })
      for (const child of at.children.values()) {
        const { name, leaf, item } = child
        const isLeaf = leaf && child.children.size === 0
        list.push(isLeaf ? { name, level, leaf, item } : { name, level, branch: child, item: '' })
        if (!isLeaf && this.#isOpen(child)) walk(child, level + 1)
      }
    }
    walk(this.#root, 1)
    return list
  }

  /** @param {Branch} branch */
  #isOpen(branch) {
    return this.#toggled.get(branch.path) ?? this.#opened.has(branch)
  }

  /** @param {string} wanted */
  #matches(wanted) {
    this.#names ??= this.#items.flatMap(({ name, leaves }) =>
      leaves.map(leaf => pointer(leaf.key_path, name).toLowerCase()),
    )
    /** @type {Row[]} */
    const list = []
    let n = 0
    for (const item of this.#items) {
      for (const leaf of item.leaves) {
        if (!this.#names[n++].includes(wanted) && leaf.dtype.toLowerCase() !== wanted) continue
        list.push({ name: pointer(leaf.key_path, item.name), level: 1, leaf, item: item.name })
      }
    }
    return list
  }

  /** @param {Row[]} list @param {number} n @param {string} key */
  #press(list, n, key) {
    const { branch, leaf, item, level } = list[n]
    const isEnter = key === 'Enter' || key === ' '
    if (branch && (isEnter || this.#isOpen(branch) === (key === 'ArrowLeft'))) this.#toggle(branch)
    else if (leaf && isEnter) this.#onLeaf(leaf, item)
    else if (key === 'ArrowRight' && branch) this.rows.go(n + 1)
    else if (key === 'ArrowLeft') {
      const up = list.slice(0, n).findLastIndex(row => row.level < level)
      if (up >= 0) this.rows.go(up)
    }
  }

  /** @param {Branch} branch */
  #toggle(branch) {
    this.#toggled.set(branch.path, !this.#isOpen(branch))
    this.#render({ keep: true })
  }

  /** @param {Row} row */
  #drawn({ name, level, branch, leaf, item }) {
    const first = make('span', { class: 'leaf-name', role: 'gridcell' })
    first.append(name === null ? treeTexts.node : untrusted(name))
    const mark = leaf && markOf(this.#marks, item, leaf)
    if (mark) first.append(badge(mark.code, mark.severity))
    if (branch) first.append(make('span', { class: 'facts' }, ` ${treeTexts.leaves(branch.leaves)}`))
    if (branch && branch.marked > 0) first.append(badge(treeTexts.marked(branch.marked), 'error'))
    const nbytes = branch?.nbytes ?? leaf?.nbytes ?? 0
    const cell = (/** @type {string} */ name, /** @type {string | Node} */ text) =>
      make('span', { class: name, role: 'gridcell' }, text)
    const node = make(
      'div',
      { class: branch ? 'node group' : 'node', role: 'row', 'aria-level': String(level) },
      first,
      cell('dtype', leaf ? untrusted(leaf.dtype) : ''),
      cell('shape', leaf ? formatShape(leaf.shape) : ''),
      cell('bytes', nbytes > 0 ? formatBytes(nbytes) : ''),
    )
    node.style.setProperty('--level', String(Math.min(level, 16)))
    if (branch) node.setAttribute('aria-expanded', String(this.#isOpen(branch)))
    node.addEventListener('click', () => (branch ? this.#toggle(branch) : leaf && this.#onLeaf(leaf, item)))
    return node
  }
}

/** @param {string} text @param {string} severity */
function badge(text, severity) {
  return make('span', { class: severity === 'error' ? 'badge' : 'badge note' }, text)
}
