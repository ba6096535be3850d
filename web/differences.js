/** Two checkpoints, leaf by leaf: each that differs, with its values; those that are equal are folded. */

import { make } from './dom.js'
import { pagedList, sidesOf } from './sides.js'
import { formatShape, pointer, untrusted } from './text.js'
import { findingTexts as texts } from './texts.js'

/**
 * @typedef {import('../node/lib/index.js').DiffOutput['leaves'][number]} Difference of one leaf
 * @typedef {import('../node/lib/index.js').Finding} Finding
 */

/** @param {Difference[]} leaves @param {[first: string, second: string]} names of the two checkpoints */
export function differencesList(leaves, names) {
  const differing = leaves.filter(({ sign }) => sign !== '=')
  const equal = leaves.filter(({ sign }) => sign === '=')
  const list = make(
    'div',
    {},
    pagedList(differing, leaf => differenceOf(leaf, names), 'places'),
  )
  if (equal.length > 0) {
    const folded = make('details', { class: 'folded' }, make('summary', {}, texts.equal(equal.length)))
    folded.addEventListener('toggle', () => folded.append(pagedList(equal, equalLeaf, 'places')), { once: true })
    list.append(folded)
  }
  return list
}

/**
 * Without the findings that say no more than the list of differences does.
 * @param {Finding[]} findings
 * @param {Difference[]} leaves
 */
export function withoutDifferences(findings, leaves) {
  const told = new Set(leaves.filter(({ sign }) => sign !== '=').map(keyOf))
  const isTold = (/** @type {Finding} */ { code, key_path, item }) =>
    key_path !== null && /-mismatch$|-leaf$/.test(code) && told.has(keyOf({ item, key_path }))
  return findings.filter(finding => !isTold(finding))
}

/** @param {{item: string | null, key_path: string[]}} leaf */
const keyOf = ({ item, key_path }) => JSON.stringify([item ?? '', key_path])

/** @param {Difference} leaf @param {[string, string]} names */
function differenceOf(leaf, names) {
  const { sign, item, key_path, dtype, shape, a, b, values } = leaf
  const where = make('p', { class: 'where' }, untrusted(pointer(key_path, item) || texts.wholeItem))
  where.append(make('span', { class: 'type' }, untrusted(dtype), ' ', formatShape(shape)))
  const entry = make('li', { class: 'finding error difference' }, where)
  if (values) entry.append(valuesOf(values, shape))
  const said = sign === '-' ? texts.onlyIn(names[0]) : sign === '+' ? texts.onlyIn(names[1]) : ''
  if (said) entry.append(make('p', { class: 'message' }, untrusted(said)))
  else if (sign === '!') entry.append(make('p', { class: 'message' }, texts.otherType))
  const sides = sidesOf([
    [names[0], a],
    [names[1], b],
  ])
  if (sides) entry.append(sides)
  return entry
}

/** @param {Difference} leaf */
function equalLeaf({ item, key_path, dtype, shape }) {
  const type = make('span', { class: 'type' }, untrusted(dtype), ' ', formatShape(shape))
  return make('li', { class: 'finding info' }, make('p', { class: 'where' }, untrusted(pointer(key_path, item)), type))
}

/** @param {NonNullable<Difference['values']>} values @param {number[] | null} shape */
function valuesOf({ differing, first_index, first_a, first_b, max_abs, max_rel }, shape) {
  const elements = (shape ?? []).reduce((product, length) => product * length, 1)
  const at = unravel(first_index, shape ?? []).join(', ')
  const change = [untrusted(first_a), make('span', { class: 'arrow' }, ' → '), untrusted(first_b)]
  const facts = [texts.elements(differing, elements), texts.firstAt(at)]
  if (max_abs !== null) {
    // Text where it is no number of JSON's.
    const relative = max_rel === null ? '' : texts.relative(Number(Number(max_rel).toPrecision(3)))
    facts.push(texts.apart(max_abs) + relative)
  }
  return make(
    'div',
    { class: 'values' },
    make('p', { class: 'change' }, ...change),
    make('p', { class: 'facts' }, facts.join(' · ')),
  )
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
