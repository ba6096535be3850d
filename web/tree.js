/**
 * The leaves: a tree whose open branches are rows, and a filter. Only the rows in sight are in the document (rows.js),
 * so that 100,000 leaves cost what is looked at.
 */

import { byId, make, show } from './dom.js'
import { markOf, marksOf, openedAtFirst, plant, withMissing } from './forest.js'
import { RowList } from './rows.js'
import { searchFor } from './search.js'
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
 * @property {Branch} [node] where it stands in the tree
 */

export class Tree {
  /** @type {Item[]} */
  #items = []
  /** @type {Item[]} with the leaves that are missing */
  #all = []
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
  /** @type {import('./map/state.js').State} of leaves that no finding names */
  #rest = 'unknown'
  /** @type {((planted: import('./map/treemap.js').Planted) => void)[]} */
  #watching = []

  /** @param {HTMLElement} container @param {HTMLInputElement} filter */
  constructor(container, filter) {
    this.container = container
    this.filter = filter
    this.rows = new RowList(container, treeTexts.label)
    filter.addEventListener('input', () => this.#render())
  }

  /** @param {Item[]} items */
  setItems(items) {
    this.#items = this.#all = items
    this.#rest = 'unknown'
    this.#marks = new Map()
    this.#toggled = new Map()
    this.#names = null
    this.filter.value = ''
    this.#plant()
    this.#render()
  }

  /**
   * Marks the leaves that findings speak of.
   * @param {import('./causes.js').Finding[]} findings
   * @param {import('./map/state.js').State} [rest] what all others are
   */
  setFindings(findings, rest = 'unknown') {
    if (findings.length === 0 && this.#marks.size === 0 && rest === this.#rest) return
    this.#marks = marksOf(findings)
    this.#all = withMissing(this.#items, findings)
    this.#names = null
    this.#rest = rest
    this.#plant()
    this.#render({ keep: true })
  }

  /** Who wants to know which leaf was pressed. @param {(leaf: Leaf, item: string) => void} listener */
  listen(listener) {
    this.#onLeaf = listener
  }

  /**
   * Who wants to know when the tree or its marks are others.
   * @param {(planted: import('./map/treemap.js').Planted) => void} watcher
   */
  watch(watcher) {
    this.#watching.push(watcher)
  }

  /** @returns {Branch[]} leaves with a finding, in the order of the tree */
  problems() {
    if (this.#marks.size === 0) return []
    /** @type {Branch[]} */
    const found = []
    const walk = (/** @type {Branch} */ at) => {
      if (at.leaf && markOf(this.#marks, at.item, at.leaf)) found.push(at)
      for (const child of at.children.values()) if (child.marked > 0) walk(child)
    }
    walk(this.#root)
    return found
  }

  /** Opens the way to it and moves the focus there. @param {Branch} node */
  reveal(node) {
    this.filter.value = ''
    for (let at = node.parent; at; at = at.parent) this.#toggled.set(at.path, true)
    if (node.leaf && node.children.size > 0) this.#toggled.set(node.path, true)
    const at = this.#openRows().findIndex(row => row.node === node && (!node.leaf || row.leaf))
    this.#render({ keep: true, go: Math.max(0, at) })
  }

  #plant() {
    this.#root = plant(this.#all, this.#marks)
    this.#opened = openedAtFirst(this.#root)
    for (const watcher of this.#watching) watcher({ root: this.#root, marks: this.#marks, rest: this.#rest })
  }

  /** @param {{keep?: boolean, go?: number}} [how] */
  #render({ keep = false, go } = {}) {
    const wanted = this.filter.value.trim().toLowerCase()
    const list = wanted ? this.#matches(wanted) : this.#openRows()
    byId('leaves-found').textContent = wanted ? treeTexts.found(list.length) : ''
    show(this.container, list.length > 0)
    const row = (/** @type {number} */ n) => this.#drawn(list[n])
    this.rows.set({ count: list.length, row, onKey: (n, key) => this.#press(list, n, key) }, { keep, go })
  }

  #openRows() {
    /** @type {Row[]} */
    const list = []
    /** @param {Branch} at @param {number} level */
    const walk = (at, level) => {
      if (at.leaf) list.push({ name: null, level, leaf: at.leaf, item: at.item, node: at })
      for (const child of at.children.values()) {
        const { name, leaf, item } = child
        const isLeaf = leaf && child.children.size === 0
        list.push(
          isLeaf ? { name, level, leaf, item, node: child } : { name, level, branch: child, item: '', node: child },
        )
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
    this.#names ??= this.#all.flatMap(({ name, leaves }) =>
      leaves.map(leaf => pointer(leaf.key_path, name).toLowerCase()),
    )
    /** @type {Row[]} */
    const list = []
    let n = 0
    const fits = searchFor(wanted)
    for (const item of this.#all) {
      for (const leaf of item.leaves) {
        if (!fits(this.#names[n++], leaf)) continue
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
    else if (leaf && isEnter) this.#look(leaf, item)
    else if (key === 'ArrowRight' && branch) this.rows.go(n + 1)
    else if (key === 'ArrowLeft') {
      const up = list.slice(0, n).findLastIndex(row => row.level < level)
      if (up >= 0) this.rows.go(up)
    }
  }

  /** @param {Leaf} leaf @param {string} item */
  #look(leaf, item) {
    if (!leaf.isMissing) this.#onLeaf(leaf, item)
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
    if (mark) first.append(' ', badge(mark.code, mark.severity))
    if (branch?.folded) first.append(make('span', { class: 'facts' }, treeTexts.times(branch.folded)))
    if (branch) first.append(make('span', { class: 'facts' }, ` ${treeTexts.leaves(branch.leaves)}`))
    if (branch && branch.marked > 0) first.append(' ', badge(treeTexts.marked(branch.marked), 'error'))
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
    node.addEventListener('click', () => (branch ? this.#toggle(branch) : leaf && this.#look(leaf, item)))
    return node
  }
}

/** @param {string} text @param {string} severity */
function badge(text, severity) {
  return make('span', { class: severity === 'error' ? 'badge' : 'badge note' }, text)
}
