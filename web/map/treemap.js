/** The whole at a glance: leaves as areas by bytes, each state with a pattern of its own. */

import { byId, make, show } from '../dom.js'
import { markOf } from '../forest.js'
import { formatBytes, formatShape, plainText, pointer, untrusted } from '../text.js'
import { mapTexts as texts } from '../texts.js'
import { cellsOf } from './cells.js'
import { stateOf, states } from './state.js'

/**
 * @typedef {import('../forest.js').Branch} Branch
 * @typedef {import('./state.js').State} State
 * @typedef {{ root: Branch, marks: Map<string, import('../forest.js').Mark>, rest: State }} Planted
 */

export class Treemap {
  /** @type {Planted | null} */
  #planted = null
  #active = 0
  /** @type {(branch: Branch) => void} */
  #onCell
  #width = 0

  /** @param {HTMLElement} frame @param {(branch: Branch) => void} onCell when one is pressed */
  constructor(frame, onCell) {
    this.frame = frame
    this.#onCell = onCell
    frame.addEventListener('keydown', event => this.#press(event))
    new ResizeObserver(() => {
      if (this.#planted && frame.clientWidth !== this.#width) this.#draw()
    }).observe(frame)
  }

  /** @param {Planted} planted */
  set(planted) {
    this.#planted = planted
    this.#active = 0
    show(byId('map'), planted.root.leaves > 1 && planted.root.nbytes > 0)
    this.#draw()
  }

  #draw() {
    const { frame } = this
    if (!this.#planted || frame.clientWidth === 0) return
    this.#width = frame.clientWidth
    const cells = cellsOf(this.#planted.root, frame.clientWidth, frame.clientHeight)
    const hadFocus = frame.contains(document.activeElement)
    this.#active = Math.min(this.#active, cells.length - 1)
    frame.replaceChildren(...cells.map((cell, n) => this.#cell(cell, n)))
    if (hadFocus) this.#go(this.#active)
    this.#tell()
  }

  /** @param {import('./cells.js').Cell} cell @param {number} n */
  #cell(cell, n) {
    const { box, branch, others, leaves, nbytes } = cell
    const { root, marks, rest } = /** @type {Planted} */ (this.#planted)
    const state = others || branch.children.size > 0 ? this.#worst(cell) : stateOf(leafMark(branch, marks), rest)
    const name = others ? texts.others(others) : branch.name
    const path = branch.leaf ? pointer(branch.leaf.key_path, branch.item) : pathOf(branch)
    const shape =
      branch.leaf && !others && branch.children.size === 0
        ? `, ${branch.leaf.dtype} ${formatShape(branch.leaf.shape)}`
        : ''
    const label = texts.cell(
      others ? `${path}: ${name}` : path,
      shape || texts.leavesIn(leaves),
      formatBytes(nbytes),
      nbytes / root.nbytes,
      texts.states[state],
    )
    const button = make('button', {
      type: 'button',
      class: `cell ${state}`,
      'aria-label': plainText(label, 300),
      title: plainText(label, 300),
    })
    button.append(
      make(
        'span',
        { 'aria-hidden': 'true' },
        untrusted(name, 60),
        branch.folded && !others ? ` × ${branch.folded}` : '',
      ),
    )
    if (box.width < 24 || box.height < 14) button.replaceChildren()
    button.tabIndex = n === this.#active ? 0 : -1
    const { clientWidth: width, clientHeight: height } = this.frame
    const places = { left: box.x / width, top: box.y / height, width: box.width / width, height: box.height / height }
    for (const [side, share] of Object.entries(places)) button.style.setProperty(side, `${share * 100}%`)
    button.addEventListener('click', () => {
      this.#active = n
      this.#onCell(branch)
    })
    return button
  }

  /** Of a part that is not opened. @param {import('./cells.js').Cell} cell @returns {State} */
  #worst({ parts, marked }) {
    const { marks, rest } = /** @type {Planted} */ (this.#planted)
    if (marked === 0) return rest
    const found = new Set(parts.flatMap(leavesOf).map(at => stateOf(leafMark(at, marks), rest)))
    return states.find(state => found.has(state)) ?? rest
  }

  /** The same in a sentence, and what the patterns mean. */
  #tell() {
    const { root, marks, rest } = /** @type {Planted} */ (this.#planted)
    /** @type {Map<State, number>} */
    const counts = new Map()
    for (const at of leavesOf(root)) {
      const state = stateOf(leafMark(at, marks), rest)
      counts.set(state, (counts.get(state) ?? 0) + 1)
    }
    const present = states.filter(state => counts.has(state))
    const largest = leavesOf(root).reduce((most, at) => ((at.leaf?.nbytes ?? 0) > (most.leaf?.nbytes ?? 0) ? at : most))
    const parts = present.map(state => texts.counted(counts.get(state) ?? 0, texts.states[state]))
    byId('map-words').replaceChildren(
      texts.words(parts.join(', ')),
      largest.leaf ? untrusted(pointer(largest.leaf.key_path, largest.item), 200) : '',
      texts.largest(formatBytes(largest.leaf?.nbytes ?? 0)),
    )
    const swatch = (/** @type {State} */ state) =>
      make('li', {}, make('span', { class: `swatch ${state}`, 'aria-hidden': 'true' }), texts.states[state])
    byId('map-legend').replaceChildren(...present.map(swatch))
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const moves = /** @type {Record<string, number>} */ ({
      ArrowRight: this.#active + 1,
      ArrowDown: this.#active + 1,
      ArrowLeft: this.#active - 1,
      ArrowUp: this.#active - 1,
      Home: 0,
      End: this.frame.children.length - 1,
    })
    const to = moves[event.key]
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    this.#go(to)
  }

  /** The one cell that Tab leads to. @param {number} n */
  #go(n) {
    const cells = /** @type {HTMLElement[]} */ ([...this.frame.children])
    if (cells.length === 0) return
    cells[this.#active]?.setAttribute('tabindex', '-1')
    this.#active = Math.max(0, Math.min(n, cells.length - 1))
    cells[this.#active].tabIndex = 0
    cells[this.#active].focus()
  }
}

/** @param {Branch} branch @param {Map<string, import('../forest.js').Mark>} marks */
const leafMark = ({ leaf, item }, marks) => (leaf ? markOf(marks, item, leaf) : undefined)

/** @param {Branch} branch @returns {Branch[]} those in and below that are leaves */
function leavesOf(branch) {
  const found = []
  const open = [branch]
  for (let at = open.pop(); at; at = open.pop()) {
    if (at.leaf) found.push(at)
    for (const child of at.children.values()) open.push(child)
  }
  return found
}

/** @param {Branch} branch */
function pathOf(branch) {
  const names = []
  for (let at = branch; at.parent; at = at.parent) if (!at.folded || at === branch) names.unshift(at.name)
  return `/${names.join('/')}`
}
