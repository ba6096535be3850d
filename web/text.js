/**
 * Text from a checkpoint is untrusted. It reaches the document as text nodes only, inside `<bdi>`, with every
 * character that shows nothing, or changes how others are shown, replaced by a marked escape.
 */

import { pointer as pointerOf } from '../node/lib/values/leaf_name.js'

// Controls, formats (bidi, zero width, tags), surrogates, private use, unassigned; separators; spaces but U+0020.
const hidden = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u
const shownAtMost = 400

/**
 * @param {string} text
 * @param {number} [limit] characters shown; what is beyond is counted
 * @returns {HTMLElement}
 */
export function untrusted(text, limit = shownAtMost) {
  const bdi = document.createElement('bdi')
  const characters = Array.from(text.length > limit * 2 ? text.slice(0, limit * 2) : text).slice(0, limit)
  let plain = ''
  for (const character of characters) {
    if (!hidden.test(character)) {
      plain += character
      continue
    }
    bdi.append(plain, mark(escaped(character)))
    plain = ''
  }
  bdi.append(plain)
  const shown = characters.join('').length
  if (shown < text.length) bdi.append(mark(`… and ${count(text.length - shown, 'more character')}`))
  return bdi
}

/**
 * @param {string} character
 * @returns {string} `\u{202E}`
 */
function escaped(character) {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}}`
}

/**
 * The same for places that take no elements: attributes, the title, what a screen reader is told.
 * @param {string} text
 */
export function plainText(text, limit = shownAtMost) {
  const shown = Array.from(text.slice(0, limit), character => (hidden.test(character) ? escaped(character) : character))
  return shown.join('') + (text.length > limit ? '…' : '')
}

/**
 * A key path as JSON Pointer, with the item before it where needed (contract §2).
 *
 * @param {string[] | null} keyPath
 * @param {string | null} [item]
 */
export function pointer(keyPath, item) {
  const path = pointerOf(keyPath ?? [])
  return item ? `${item}:${path}` : path
}

/** @param {number} n */
export function formatBytes(n) {
  if (n < 1024) return count(n, 'byte')
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  let unit = -1
  do {
    n /= 1024
    unit += 1
  } while (n >= 1023.5 && unit < units.length - 1)
  return `${n < 9.95 ? n.toFixed(1) : Math.round(n)} ${units[unit]}`
}

/** @param {number | null | undefined} n  12,345 */
export function formatCount(n) {
  return (n ?? 0).toLocaleString('en')
}

/** `1 leaf`, `2 leaves` @param {number} n @param {string} one */
export function count(n, one, many = `${one}s`) {
  return `${formatCount(n)} ${n === 1 ? one : many}`
}

/** @param {number[] | null} shape */
export function formatShape(shape) {
  if (!shape) return ''
  return shape.length === 0 ? 'scalar' : shape.join(' × ')
}

/** @param {string} text */
function mark(text) {
  const span = document.createElement('span')
  span.className = 'escape'
  span.textContent = text
  return span
}
