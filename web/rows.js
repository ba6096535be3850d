/**
 * A list of which only what is in sight is in the document: rows of one height in a frame that scrolls. Whatever the
 * number of rows, at most some dozens are elements. Up, Down, Page Up, Page Down, Home and End move between them.
 *
 * @typedef {object} Rows
 * @property {number} count
 * @property {(n: number) => HTMLElement} row made when it comes into sight
 * @property {(n: number, key: string) => void} [onKey] of a row that has the focus: Enter, Space, ArrowLeft, ArrowRight
 */

import { make } from './dom.js'

const spare = 10 // rows above and below what is in sight
const frameMost = 36 // rem; a frame is no higher (style.css)

export class RowList {
  /** @type {Rows} */
  #rows = { count: 0, row: () => make('div') }
  #body = make('div', { class: 'rows-body', role: 'rowgroup' })
  #active = 0
  /** @type {Map<number, HTMLElement>} rows that were made since the last `set` */
  #made = new Map()

  /** @param {HTMLElement} frame @param {string} label */
  constructor(frame, label) {
    this.frame = frame
    frame.replaceChildren(this.#body)
    frame.setAttribute('role', 'treegrid')
    frame.setAttribute('aria-label', label)
    frame.addEventListener('scroll', () => requestAnimationFrame(() => this.#draw()))
    frame.addEventListener('keydown', event => this.#press(event))
    frame.addEventListener('focusin', ({ target }) => {
      const row = target instanceof Element ? target.closest('[data-row]') : null
      if (row instanceof HTMLElement) this.#setActive(Number(row.dataset.row))
    })
  }

  /**
   * @param {Rows} rows
   * @param {{keep?: boolean, go?: number}} [how] keep: where the reader is stays as it is; go: the focus moves there
   */
  set(rows, { keep = false, go } = {}) {
    this.#rows = rows
    this.#made.clear()
    if (!keep) {
      this.#active = 0
      this.frame.scrollTop = 0
    }
    this.#active = Math.min(this.#active, Math.max(0, rows.count - 1))
    this.frame.setAttribute('aria-rowcount', String(rows.count))
    if (go !== undefined) return this.go(go)
    const hadFocus = this.#body.contains(document.activeElement)
    this.#draw()
    if (hadFocus) this.#rowOf(this.#active)?.focus({ preventScroll: true })
  }

  /** Moves to a row and shows it. @param {number} n */
  go(n) {
    this.#setActive(Math.max(0, Math.min(n, this.#rows.count - 1)))
    const { frame } = this
    const each = this.#height()
    const top = this.#active * each
    this.#body.style.height = `${this.#rows.count * each}px`
    if (top < frame.scrollTop) frame.scrollTop = top
    else if (top + each > frame.scrollTop + frame.clientHeight) frame.scrollTop = top + each - frame.clientHeight
    this.#draw()
    this.#rowOf(this.#active)?.focus({ preventScroll: true })
  }

  /** @returns {number} px */
  #height() {
    return Number.parseFloat(getComputedStyle(this.frame).getPropertyValue('--row')) * rem()
  }

  #draw() {
    const { count, row } = this.#rows
    const each = this.#height()
    const inSight = Math.ceil((frameMost * rem()) / each)
    const first = Math.max(0, Math.min(Math.floor(this.frame.scrollTop / each), count - inSight) - spare)
    const end = Math.min(count, first + inSight + 2 * spare)
    for (const [n, element] of this.#made) if (n < first || n >= end) this.#made.delete(n) && element.remove()
    const kept = new Set(this.#made.values())
    for (const element of [...this.#body.children]) if (!kept.has(/** @type {any} */ (element))) element.remove()
    this.#body.style.height = `${count * each}px`
    this.#body.style.setProperty('--first', String(first))
    // What stays is not touched: a row that has the focus keeps it, and is not read out again.
    let next = this.#body.firstChild
    for (let n = first; n < end; n++) {
      const element = this.#made.get(n) ?? this.#newRow(n, row(n))
      if (element === next) next = next.nextSibling
      else this.#body.insertBefore(element, next)
    }
  }

  /** @param {number} n @param {HTMLElement} element */
  #newRow(n, element) {
    element.setAttribute('aria-rowindex', String(n + 1))
    element.dataset.row = String(n)
    element.tabIndex = n === this.#active ? 0 : -1
    this.#made.set(n, element)
    return element
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const { key, ctrlKey, altKey, metaKey } = event
    const at = this.#active
    const page = Math.max(1, Math.floor(this.frame.clientHeight / this.#height()) - 1)
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0 }
    const to = key === 'End' ? this.#rows.count - 1 : moves[key]
    if (ctrlKey || altKey || metaKey) return
    if (to === undefined && !['Enter', ' ', 'ArrowLeft', 'ArrowRight'].includes(key)) return
    event.preventDefault()
    if (to === undefined) this.#rows.onKey?.(at, key)
    else this.go(to)
  }

  /** The one row that Tab leads to. @param {number} n */
  #setActive(n) {
    if (n === this.#active) return
    this.#rowOf(this.#active)?.setAttribute('tabindex', '-1')
    this.#active = n
    this.#rowOf(n)?.setAttribute('tabindex', '0')
  }

  /** @param {number} n @returns {HTMLElement | null} */
  #rowOf(n) {
    return this.#body.querySelector(`[data-row="${n}"]`)
  }
}

/** @returns {number} px */
const rem = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
