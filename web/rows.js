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

  /** @param {Rows} rows @param {{keep?: boolean}} [how] keep: where the reader is stays as it is */
  set(rows, { keep = false } = {}) {
    this.#rows = rows
    if (!keep) {
      this.#active = 0
      this.frame.scrollTop = 0
    }
    this.#active = Math.min(this.#active, Math.max(0, rows.count - 1))
    this.frame.setAttribute('aria-rowcount', String(rows.count))
    this.#draw()
  }

  /** Moves to a row and shows it. @param {number} n */
  go(n) {
    this.#active = Math.max(0, Math.min(n, this.#rows.count - 1))
    const { frame } = this
    const each = this.#height()
    const top = this.#active * each
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
    const drawn = []
    for (let n = first; n < Math.min(count, first + inSight + 2 * spare); n++) {
      const element = row(n)
      element.setAttribute('aria-rowindex', String(n + 1))
      element.dataset.row = String(n)
      element.tabIndex = n === this.#active ? 0 : -1
      drawn.push(element)
    }
    const hadFocus = this.#body.contains(document.activeElement)
    this.#body.style.height = `${count * each}px`
    this.#body.style.setProperty('--first', String(first))
    this.#body.replaceChildren(...drawn)
    if (hadFocus) this.#rowOf(this.#active)?.focus({ preventScroll: true })
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
