import { texts } from '../../api_node.js'
import { unravel } from '../../values/slice.js'
import { lines } from '../context.js'
import { columns, formatCount, leafName, shapeText } from '../render.js'
import { openSource } from '../source.js'
import { printable } from '../terminal.js'

const kColors = /** @type {Record<string, string>} */ ({
  '=': 'dim',
  '-': 'red',
  '+': 'green',
  '*': 'yellow',
  '!': 'red',
})

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const [first, second] = context.operands
  const a = await openSource(first, context.options)
  const b = await openSource(second, context.options)
  context.checkOutput()
  const result = await texts.diff(a, b, context.apiOptions())
  const report = JSON.parse(result.report)
  context.bar.clear()
  context.write(await text(context, report, result))
  return report.exit_code
}

async function text(
  /** @type {import('../context.js').Context} */ context,
  /** @type {any} */ report,
  /** @type {import('../../report.js').Result} */ result,
) {
  // The report's own form is fixed; what --values asks for follows it as one more member.
  if (context.format === 'json')
    return context.options.values ? withMember(result.report, 'diff', result.output) : result.report
  const { leaves } = JSON.parse(result.output)
  if (context.format === 'ndjson') {
    return (
      lines(leaves.map((/** @type {any} */ leaf) => ({ type: 'leaf', ...leaf }))) + (await context.reportText(report))
    )
  }
  if (context.format !== 'human') return context.reportText(report)
  if (context.quiet) return ''
  const { all } = context.options
  const shown = leaves.filter((/** @type {any} */ leaf) => all || leaf.sign !== '=')
  const rows = leafLines(context, shown)
  return (rows && `${rows}\n`) + (await context.reportText(context.verbose ? report : withoutShown(report)))
}

// What the lines say already; with -v the findings have the digests of both sides besides.
const kShown = ['digest-mismatch', 'shape-mismatch', 'dtype-mismatch', 'missing-leaf', 'extra-leaf']

/** The report without the findings of leaves that have a line: the headline counts them. */
function withoutShown(/** @type {any} */ report) {
  const findings = report.findings.filter(
    (/** @type {any} */ { code, key_path: path }) => !(path && kShown.includes(code)),
  )
  return { ...report, findings, findings_dropped: 0 }
}

/** `{…}` and a member more, without touching a byte of what is there. */
function withMember(/** @type {string} */ json, /** @type {string} */ name, /** @type {string} */ value) {
  return `${json.trimEnd().slice(0, -1)},"${name}":${value.trimEnd()}}\n`
}

function leafLines(/** @type {import('../context.js').Context} */ { paint }, /** @type {any[]} */ leaves) {
  const rows = columns(
    leaves.map(leaf => [
      `${leaf.sign} ${leafName(leaf.item, leaf.key_path)}`,
      printable(sides(leaf, 'dtype')),
      sides(leaf, 'shape'),
    ]),
  )
  return leaves
    .map((leaf, n) => {
      const line = paint(kColors[leaf.sign], rows[n][0]) + rows[n].slice(1) + '\n'
      return leaf.values ? `${line}    ${valuesText(leaf)}\n` : line
    })
    .join('')
}

/** What both sides have in common, or a → b where they differ. */
function sides(/** @type {any} */ leaf, /** @type {string} */ member) {
  const show = (/** @type {any} */ value) => (Array.isArray(value) ? shapeText(value) : (value ?? ''))
  const a = show(leaf.a?.[member])
  const b = show(leaf.b?.[member])
  return a && b && a !== b ? `${a} → ${b}` : show(leaf[member]) || a || b
}

function valuesText(/** @type {any} */ { values, shape }) {
  const { differing, first_index: first, first_a: a, first_b: b, max_abs: abs, max_rel: rel } = values
  const at = shapeText(typeof first === 'number' && shape ? unravel(first, shape) : first)
  const parts = [`${formatCount(differing)} differ, first at ${at}: ${printable(a)} → ${printable(b)}`]
  if (abs !== null && abs !== undefined) parts.push(`max abs ${printable(abs)}`)
  if (rel !== null && rel !== undefined) parts.push(`max rel ${printable(rel)}`)
  return parts.join(', ')
}
