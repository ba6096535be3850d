// Reports as text for people. Everything that comes from a checkpoint passes through `printable`.
import { pointer } from '../values/leaf_name.js'
import { formatCount, formatSize } from './sizes.js'
import { printable } from './terminal.js'

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
 * @param {{ paint: Paint, verbose: boolean }} style
 * @returns {string}
 */
export function renderReport(report, style) {
  const blocks = [headline(report, style.paint)]
  const findings = renderFindings(report, style)
  if (findings) blocks.push(findings)
  blocks.push(style.verbose ? details(report) : facts(report))
  return blocks.filter(Boolean).join('\n\n') + '\n'
}

function headline(/** @type {any} */ report, /** @type {Paint} */ paint) {
  const [, word, rest] = /^([A-Z-]*)([^]*)$/.exec(printable(report.headline)) ?? []
  return paint(report.exit_code === 0 ? 'green' : report.exit_code === 1 ? 'red' : 'yellow', word) + rest
}

/** Grouped by severity, then by code; the place aligned on the left, what is wrong on the right. */
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
      const shown = verbose ? all : all.slice(0, kShown)
      const lines = [`${paint(color, `${severity} ${code}`)}${all.length > 1 ? ` (${all.length})` : ''}`]
      for (const finding of shown) lines.push(...findingLines(finding, verbose))
      if (shown.length < all.length) lines.push(`  … and ${all.length - shown.length} more: -v shows them`)
      groups.push(lines.join('\n'))
    }
  }
  if (report.findings_dropped) groups.push(`${formatCount(report.findings_dropped)} more findings were dropped`)
  return groups.join('\n')
}

function findingLines(/** @type {any} */ finding, /** @type {boolean} */ verbose) {
  const { file, offset, expected, actual, message } = finding
  const leaf = finding.key_path ? leafName(finding.item, finding.key_path) : finding.item ? printable(finding.item) : ''
  const place = file === null ? '' : `${printable(file)}${offset === null ? '' : ` at ${offset}`}`
  const where = [leaf, place].filter(Boolean).join('  ')
  const lines = where ? [`  ${where}`, `    ${printable(message)}`] : [`  ${printable(message)}`]
  if (verbose && expected !== null) lines.push(`    expected  ${printable(expected)}`)
  if (verbose && actual !== null) lines.push(`    actual    ${printable(actual)}`)
  return lines
}

function facts(/** @type {any} */ report) {
  const { source, fingerprint } = report
  return rows([
    ['step', source?.step],
    ['fingerprint', report.headline.includes(fingerprint) ? undefined : fingerprint],
  ])
}

function details(/** @type {any} */ report) {
  const { source = {}, lock, fingerprint, coverage, leaves } = report
  const bytes = (/** @type {number} */ n) => `${formatCount(n)} bytes`
  return rows([
    ['step', source.step],
    ['committed', source.commit_timestamp_nsecs && `${source.commit_timestamp_nsecs} ns since 1970`],
    ['fingerprint', fingerprint],
    ['of the lockfile', lock?.fingerprint],
    [
      'directory',
      source.files === undefined ? undefined : `${formatCount(source.files)} files, ${bytes(source.bytes)}`,
    ],
    [
      'leaves',
      leaves &&
        Object.entries(leaves)
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
