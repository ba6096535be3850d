/** Two values beside each other. Of two digests the first digit that differs is marked: the eye need not search. */

import { make } from './dom.js'
import { untrusted } from './text.js'
import { findingTexts } from './texts.js'

const digestForm = /^[a-z0-9]+:[0-9a-f]{8,128}$/
const pageOfEntries = 100

/**
 * @param {[name: string, value: string | null][]} sides two; one without a value is left out
 * @returns {HTMLElement | null}
 */
export function sidesOf(sides) {
  const values = sides.map(([, value]) => value)
  const at = differAt(values[0], values[1])
  const rows = sides.flatMap(([name, value]) =>
    value === null ? [] : [make('dt', {}, ...nameOf(name)), make('dd', {}, shown(value, at))],
  )
  return rows.length > 0 ? make('dl', { class: 'sides' }, ...rows) : null
}

/** @param {string} name ours, or a checkpoint's */
function nameOf(name) {
  return name === findingTexts.expected || name === findingTexts.actual ? [name] : [untrusted(name, 40)]
}

/** Of two digests of one algorithm. @param {string | null} a @param {string | null} b */
function differAt(a, b) {
  if (!a || !b || !digestForm.test(a) || !digestForm.test(b) || a === b) return -1
  if (a.slice(0, a.indexOf(':')) !== b.slice(0, b.indexOf(':'))) return -1
  let at = 0
  while (a[at] === b[at]) at++
  return at
}

/** @param {string} value @param {number} at */
function shown(value, at) {
  if (at < 0) return untrusted(value)
  return make('bdi', { class: 'digest' }, value.slice(0, at), make('mark', {}, value[at] ?? ''), value.slice(at + 1))
}

/**
 * A list that shows its entries by the hundred.
 * @template T
 * @param {T[]} entries
 * @param {(entry: T) => HTMLElement} item
 * @param {string} className
 */
export function pagedList(entries, item, className) {
  const list = make('ul', { class: className })
  const frame = make('div', {}, list)
  const more = make('button', { type: 'button', class: 'quiet', onclick: showMore })
  let shown = 0

  function showMore() {
    const first = shown
    for (const entry of entries.slice(shown, shown + pageOfEntries)) list.append(item(entry))
    shown = Math.min(shown + pageOfEntries, entries.length)
    const rest = entries.length - shown
    more.textContent = findingTexts.showMore(Math.min(rest, pageOfEntries), rest)
    if (rest > 0) frame.append(more)
    else more.remove()
    const next = list.children[first]
    if (first === 0 || !(next instanceof HTMLElement)) return
    next.tabIndex = -1
    next.focus()
  }

  showMore()
  return frame
}
