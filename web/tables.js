/** The tables of findings and of a comparison. Explicit roles, because on a narrow screen the rows are blocks. */

import { make } from './dom.js'
import { count, formatCount, formatShape, pointer, untrusted } from './text.js'

const pageOfRows = 100

/**
 * @typedef {import('../node/lib/index.js').Finding} Finding
 * @typedef {import('../node/lib/index.js').DiffOutput['leaves'][number]} Difference of one leaf
 */

/** @param {Finding[]} findings */
export function findingsTable(findings) {
  const named = findings.some(finding => finding.item) // else there is one item, without a name
  const columns = ['Finding', ...(named ? ['Item'] : []), 'Leaf or file', 'Expected', 'Actual', 'What it means']
  return table('Findings', columns, findings, finding => findingRow(finding, named))
}

/** @param {Difference[]} leaves */
export function differencesTable(leaves) {
  return table('Leaf by leaf', ['Change', 'Leaf', 'First', 'Second', 'Values'], leaves, differenceRow)
}

/** @param {Finding} finding @param {boolean} named */
function findingRow(finding, named) {
  const place = make('td', { role: 'cell', class: 'leaf', 'data-label': finding.key_path ? 'Leaf' : 'File' })
  if (finding.key_path) place.append(untrusted(pointer(finding.key_path) || '(the whole item)'))
  if (finding.file !== null) {
    const file = make('span', { class: finding.key_path ? 'place' : '' }, untrusted(finding.file))
    if (finding.offset !== null) file.append(` at byte ${formatCount(finding.offset)}`)
    place.append(file)
  }
  const code = [make('strong', {}, finding.code), make('span', { class: 'severity' }, finding.severity)]
  const item = make('td', { role: 'cell', class: 'item', 'data-label': 'Item' })
  if (finding.item) item.append(untrusted(finding.item))
  return make(
    'tr',
    { role: 'row', class: finding.severity },
    make('th', { role: 'rowheader', scope: 'row' }, make('span', { class: 'code' }, ...code)),
    ...(named ? [item] : []),
    place,
    value('Expected', finding.expected),
    value('Actual', finding.actual),
    make('td', { role: 'cell' }, untrustedSentence(finding.message)),
  )
}

const meanings = {
  '=': 'equal',
  '-': 'only in the first',
  '+': 'only in the second',
  '*': 'content differs',
  '!': 'dtype or shape differs, or it could not be read',
}

/** @param {Difference} leaf */
function differenceRow(leaf) {
  const { sign, item, key_path, dtype, shape } = leaf
  const path = make(
    'td',
    { role: 'cell', class: 'leaf' },
    untrusted(pointer(key_path, item) || '(the whole item)'),
    make('span', { class: 'place' }, untrusted(dtype), ' ', formatShape(shape)),
  )
  const values = make('td', { role: 'cell', 'data-label': 'Values' })
  if (leaf.values) values.append(difference(leaf.values, shape))
  const change = [
    make('strong', { class: 'sign', 'aria-hidden': 'true' }, sign),
    make('span', { class: 'severity' }, meanings[sign]),
  ]
  return make(
    'tr',
    { role: 'row', class: sign === '=' ? 'info' : 'error' },
    make('th', { role: 'rowheader', scope: 'row', class: 'change' }, make('span', { class: 'code' }, ...change)),
    path,
    value('First', leaf.a),
    value('Second', leaf.b),
    values,
  )
}

/** @param {NonNullable<Difference['values']>} values @param {number[] | null} shape */
function difference({ differing, first_index, first_a, first_b, max_abs, max_rel }, shape) {
  const told = make('span', {}, `${count(differing, 'element')} ${differing === 1 ? 'differs' : 'differ'}`)
  const at = unravel(first_index, shape ?? []).join(', ')
  told.append(`, first at [${at}]: `, untrusted(first_a), ' → ', untrusted(first_b))
  if (max_abs !== null) told.append(`; at most ${max_abs} apart`)
  // Text where it is no number of JSON's.
  if (max_rel !== null) told.append(` (relative ${Number(Number(max_rel).toPrecision(3))})`)
  return told
}

/** Row-major, the last dimension fastest. @param {number} index @param {number[]} shape */
function unravel(index, shape) {
  return [...shape]
    .reverse()
    .map(length => {
      const at = index % length
      index = Math.floor(index / length)
      return at
    })
    .reverse()
}

/** @param {string} label @param {string | null} text */
function value(label, text) {
  const cell = make('td', { role: 'cell', class: 'value', 'data-label': label })
  if (text !== null) cell.append(untrusted(text))
  return cell
}

/** Prose that may quote a checkpoint: escaped and isolated like the rest, but not monospaced. @param {string} text */
function untrustedSentence(text) {
  const sentence = untrusted(text, 1000)
  sentence.classList.add('prose')
  return sentence
}

/**
 * @template T
 * @param {string} label
 * @param {string[]} columns
 * @param {T[]} entries
 * @param {(entry: T) => HTMLElement} row
 */
function table(label, columns, entries, row) {
  const body = make('tbody', { role: 'rowgroup' })
  const heads = columns.map(name => make('th', { role: 'columnheader', scope: 'col' }, name))
  const head = make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, ...heads))
  const told = { role: 'table', 'aria-label': label, 'aria-rowcount': String(entries.length + 1) }
  const element = make('table', told, head, body)
  const frame = make('div', {}, make('div', { class: 'framed' }, element))
  let shown = 0
  const more = make('button', { type: 'button', class: 'quiet', onclick: showMore })

  function showMore() {
    const first = shown
    for (const entry of entries.slice(shown, shown + pageOfRows)) body.append(row(entry))
    shown = Math.min(shown + pageOfRows, entries.length)
    const rest = entries.length - shown
    if (rest > 0) {
      more.textContent = `Show ${Math.min(rest, pageOfRows)} of ${count(rest, 'more', 'more')}`
      frame.append(more)
      return
    }
    more.remove()
    if (first > 0) {
      const next = body.rows[first]
      next.tabIndex = -1
      next.focus()
    }
  }

  showMore()
  return frame
}
