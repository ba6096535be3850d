// Reports as text for people. Everything that comes from a checkpoint passes through `printable`.
import { headlineParts } from '../values/headline.js'
import { pointer } from '../values/leaf_name.js'
import { formatCount, formatSize } from './sizes.js'
import { printable, withoutSecrets } from './terminal.js'
import { isoTime } from './times.js'

/** @typedef {import('./terminal.js').Paint} Paint */

const kShown = 10 // findings of one code, without -v
const kSeverities = /** @type {[string, string][]} */ ([
  ['error', 'red'],
  ['gap', 'yellow'],
  ['trust', 'yellow'],
  ['warning', 'yellow'],
  ['info', 'dim'],
])

/**
 * @param {any} report
 * @param {{ paint: Paint, verbose: boolean, next?: string, wrote?: string }} style
 *   wrote: a file; next: what to do now, the last line
 * @returns {string}
 */
export function renderReport(report, style) {
  const blocks = [headline(report, style.paint)]
  const findings = renderFindings(report, style)
  if (findings) blocks.push(findings)
  blocks.push(style.verbose ? details(report) : facts(report))
  blocks.push(
    [style.wrote && `wrote ${printable(style.wrote)}`, style.next && `next: ${printable(withoutSecrets(style.next))}`]
      .filter(Boolean)
      .join('\n'),
  )
  return blocks.filter(Boolean).join('\n\n') + '\n'
}

function headline(/** @type {any} */ report, /** @type {Paint} */ paint) {
  const { subject, word, statement } = headlineParts(printable(report.headline))
  if (!word) return statement
  const color = report.exit_code === 0 ? 'green' : report.exit_code === 1 ? 'red' : 'yellow'
  return `${subject}${paint(color, word)}: ${statement}`
}

/** Grouped by severity, then by code; what several have to say stands above their places, once. */
function renderFindings(
  /** @type {any} */ report,
  /** @type {{ paint: Paint, verbose: boolean }} */ { paint, verbose },
) {
  const groups = []
  for (const [severity, color] of kSeverities) {
    if (severity === 'info' && !verbose) continue
    const findings = report.findings.filter((/** @type {any} */ one) => one.severity === severity)
    const codes = [...new Set(findings.map((/** @type {any} */ one) => one.code))].sort()
    for (const code of codes) {
      const all = findings.filter((/** @type {any} */ one) => one.code === code)
      const count = all.length > 1 ? ` (${formatCount(all.length)})` : ''
      groups.push([`${paint(color, `${severity} ${code}`)}${count}`, ...groupLines(all, verbose)].join('\n'))
    }
  }
  if (report.findings_dropped) groups.push(`${formatCount(report.findings_dropped)} more findings were dropped`)
  return groups.join('\n')
}

/** The findings of one code. */
function groupLines(/** @type {any[]} */ all, /** @type {boolean} */ verbose) {
  const shown = verbose ? all : all.slice(0, kShown)
  /** @type {Map<string, any[]>} */
  const messages = new Map()
  for (const one of shown) {
    const same = messages.get(one.message)
    if (same) same.push(one)
    else messages.set(one.message, [one])
  }
  const lines = []
  for (const [message, findings] of messages) {
    const text = printable(message)
    const places = findings.map(one => placeOf(one)).filter(Boolean)
    if (places.length < 2) {
      lines.push(...(places.length ? [`  ${places[0]}`, `    ${text}`] : [`  ${text}`]))
      if (verbose) for (const one of findings) lines.push(...sidesOf(one, '    '))
      continue
    }
    lines.push(`  ${text}`)
    for (const one of findings) lines.push(`    ${placeOf(one)}`, ...(verbose ? sidesOf(one, '      ') : []))
  }
  if (shown.length < all.length) lines.push(`  … and ${formatCount(all.length - shown.length)} more: -v shows them`)
  return lines
}

function placeOf(/** @type {any} */ { item, key_path: keyPath, file, offset }) {
  const leaf = keyPath ? leafName(item, keyPath) : item ? printable(item) : ''
  const place = file === null ? '' : `${printable(file)}${offset === null ? '' : ` at ${formatCount(offset)}`}`
  return [leaf, place].filter(Boolean).join('  ')
}

function sidesOf(/** @type {any} */ { expected, actual }, /** @type {string} */ indent) {
  const lines = []
  if (expected !== null) lines.push(`${indent}expected  ${printable(expected)}`)
  if (actual !== null) lines.push(`${indent}actual    ${printable(actual)}`)
  return lines
}

function facts(/** @type {any} */ report) {
  const { fingerprint } = report
  return rows([
    // Of two sources neither's is the result.
    ['fingerprint', report.command === 'diff' || report.headline.includes(fingerprint) ? undefined : fingerprint],
    ...(report.command === 'lock' ? stepRows(report) : []),
  ])
}

/** Each step's fingerprint, as if it had been read alone. @returns {[string, any][]} */
function stepRows(/** @type {any} */ { steps = [], exit_code }) {
  return [...steps]
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
    .map(({ name, fingerprint, update }) => [
      `step ${name}`,
      [
        fingerprint ?? (update === 'dropped' ? '' : 'no fingerprint'),
        update && exit_code === 0 && `(${update})`, // else nothing became of it
      ]
        .filter(Boolean)
        .join(' '),
    ])
}

function details(/** @type {any} */ report) {
  const { source = {}, lock, fingerprint, coverage, leaves } = report
  const bytes = (/** @type {number} */ n) => `${formatCount(n)} bytes`
  return rows([
    ['step', source.step],
    ['committed', source.commit_timestamp_nsecs && isoTime(source.commit_timestamp_nsecs)],
    ['fingerprint', fingerprint],
    ['of the lockfile', lock?.fingerprint],
    ...stepRows(report),
    [
      'directory',
      source.files === undefined ? undefined : `${formatCount(source.files)} files, ${bytes(source.bytes)}`,
    ],
    [
      'leaves',
      leaves &&
        Object.entries(leaves)
          .filter(([, n]) => n)
          .map(([name, n]) => `${formatCount(Number(n))} ${name.replace('_', ' ')}`)
          .join(', '),
    ],
    ['read for leaves', coverage && bytes(coverage.leaf)],
    ['structure', coverage && bytes(coverage.structural)],
    ['unreachable', coverage && bytes(coverage.unreachable)],
    ['ignored', coverage && bytes(coverage.ignored)],
    ['not read', coverage && bytes(coverage.unread)],
  ])
}

function rows(/** @type {[string, any][]} */ pairs) {
  const shown = pairs.filter(([, value]) => value !== undefined && value !== null && value !== '')
  const width = Math.max(0, ...shown.map(([name]) => name.length))
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`).join('\n')
}

/** JSON Pointer, the item before it where it has a name: state:/params/w */
export function leafName(/** @type {string | null} */ item, /** @type {string[]} */ keyPath) {
  const path = pointer(keyPath)
  return printable(item ? `${item}:${path}` : path || '(the whole item)')
}

export const shapeText = (/** @type {number[] | null} */ shape) => (shape === null ? '' : `[${shape.join(', ')}]`)

// A longer text stands for itself: others are not filled up to it.
const kMaxWidth = 240

/**
 * Columns under each other; the last is not padded. Columns in `right` end where they are widest.
 * @param {string[][]} table
 * @param {number[]} [right]
 */
export const columns = (table, right = []) => aligned(table, widthsOf(table), right)

/** How wide columns are, and were in the tables before. @param {string[][]} table  @param {number[]} [before] */
export function widthsOf(table, before = []) {
  const widths = [...before]
  for (const row of table) {
    for (const [n, text] of row.entries()) widths[n] = Math.max(widths[n] ?? 0, Math.min(kMaxWidth, lengthOf(text)))
  }
  return widths
}

/** @param {string[][]} table  @param {number[]} widths  @param {number[]} right */
export function aligned(table, widths, right) {
  const pad = (/** @type {string} */ text, /** @type {number} */ n) => {
    const space = ' '.repeat(Math.max(0, widths[n] - lengthOf(text)))
    return right.includes(n) ? space + text : text + space
  }
  return table.map(row => row.map(pad).join('  ').trimEnd())
}

/** In code points; of long texts it is enough to know that they are. */
const lengthOf = (/** @type {string} */ text) =>
  text.length > 2 * kMaxWidth || !kSurrogate.test(text) ? text.length : [...text].length
const kSurrogate = /[\ud800-\udfff]/

export { formatCount, formatSize }
