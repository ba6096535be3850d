/** Findings, grouped by cause: errors first, each cause explained once, then its places. */

import { explanations } from '../node/lib/explanations.js'
import { icon, make } from './dom.js'
import { pagedList, sidesOf } from './sides.js'
import { pointer, untrusted } from './text.js'
import { findingTexts } from './texts.js'

const severities = ['error', 'gap', 'trust', 'warning', 'info']
const shapes = { error: 'different', gap: 'partial', trust: 'untrusted', warning: 'warning', info: 'note' }

/** @typedef {import('../node/lib/index.js').Finding} Finding */

/** @param {Finding[]} findings */
export function causesList(findings) {
  const groups = grouped(findings)
  const sorted = [...groups.values()].sort((a, b) => rank(a[0]) - rank(b[0]))
  return make('div', { class: 'causes' }, ...sorted.map(causeOf))
}

const keyOf = (/** @type {Finding} */ { severity, code }) => `${severity} ${code}`
const rank = (/** @type {Finding} */ { severity }) => severities.indexOf(severity)

/** @param {Finding[]} findings @returns {Map<string, Finding[]>} */
function grouped(findings) {
  /** @type {Map<string, Finding[]>} */
  const groups = new Map()
  for (const finding of findings) {
    const group = groups.get(keyOf(finding))
    if (group) group.push(finding)
    else groups.set(keyOf(finding), [finding])
  }
  return groups
}

/** @param {Finding[]} findings of one cause */
function causeOf(findings) {
  const [{ code, severity, message }] = findings
  const { what, rest } = explained(code)
  const isShared = findings.length > 1 && findings.every(one => one.message === message)
  const title = make('h3', {}, icon(shapes[severity] ?? 'note'), make('span', { class: 'code' }, code))
  const kind = make('span', { class: 'severity' }, findingTexts.severities[severity] ?? severity)
  const head = make('div', { class: 'cause-head' }, title, kind)
  if (findings.length > 1) head.append(make('span', { class: 'facts' }, findingTexts.places(findings.length)))
  const cause = make('section', { class: `cause ${severity}` }, head, make('p', { class: 'what' }, ...what))
  if (isShared) cause.append(make('p', { class: 'message' }, sentence(message)))
  cause.append(pagedList(findings, finding => placeOf(finding, isShared), 'places'))
  if (rest.length > 0) {
    const paragraphs = rest.map(text => make('p', {}, ...text))
    cause.append(make('details', {}, make('summary', {}, findingTexts.more), ...paragraphs))
  }
  return cause
}

/**
 * The first paragraph of `leafsum explain CODE`, and the others; what is in backquotes is code.
 * @param {string} code
 */
function explained(code) {
  const text = Object.hasOwn(explanations, code) ? explanations[code] : ''
  const [what = [], ...rest] = text
    .trim()
    .split(/\n\n+/)
    .map(paragraph => paragraph.replaceAll('\n', ' ').split('`'))
    .map(parts => parts.map((part, n) => (n % 2 === 1 ? make('code', {}, part) : part)))
  return { what, rest }
}

/** @param {Finding} finding @param {boolean} isShared its message stands above */
function placeOf({ item, key_path, file, offset, expected, actual, message, severity }, isShared) {
  const where = make('p', { class: 'where' })
  if (key_path) where.append(untrusted(pointer(key_path, item) || findingTexts.wholeItem))
  else if (item) where.append(findingTexts.inItem(''), untrusted(item))
  if (file !== null) {
    const place = make('span', { class: 'file' }, untrusted(file))
    if (offset !== null) place.append(findingTexts.atByte(offset))
    where.append(place)
  }
  const entry = make('li', { class: `finding ${severity}` })
  if (where.childNodes.length > 0) entry.append(where)
  if (!isShared) entry.append(make('p', { class: 'message' }, sentence(message)))
  const sides = sidesOf([
    [findingTexts.expected, expected],
    [findingTexts.actual, actual],
  ])
  if (sides) entry.append(sides)
  return entry
}

/** Prose that may quote a checkpoint: escaped and isolated like the rest, but not monospaced. @param {string} text */
function sentence(text) {
  const prose = untrusted(text, 1000)
  prose.classList.add('prose')
  return prose
}
