import { LeafsumError, list } from '../../index.js'
import { lines } from '../context.js'
import { columns, formatCount, formatSize, renderReport, shapeText } from '../render.js'
import { openSource } from '../source.js'
import { printable } from '../terminal.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  if (context.options.digest && !context.options.keys) throw new LeafsumError('usage', '--digest goes with --keys: ls SRC --keys --digest')
  const store = openSource(context.operands[0], context.options)
  context.checkOutput()
  const report = await list(store, context.apiOptions())
  context.bar.clear()
  context.write(text(context, report))
  // Stdout has the tree alone; what is wrong is for the person who waits.
  if (report.exit_code !== 0) context.note(renderReport(report, context).trimEnd())
  return report.exit_code
}

function text(/** @type {import('../context.js').Context} */ context, /** @type {any} */ report) {
  const { output, outputText } = report
  if (context.format === 'json') return outputText.endsWith('\n') ? outputText : `${outputText}\n`
  if (context.format === 'ndjson') {
    return lines([
      ...output.items.flatMap((/** @type {any} */ { name: item, leaves, keys = [], versions = [] }) => [
        ...leaves.map((/** @type {any} */ leaf) => ({ type: 'leaf', item, ...leaf })),
        ...keys.map((/** @type {any} */ key) => ({ type: 'key', item, ...key })),
        ...versions.map((/** @type {any} */ version) => ({ type: 'version', item, ...version })),
      ]),
      { type: 'totals', ...output.totals },
    ])
  }
  const { leaves, parameters, nbytes } = output.totals
  const totals = `${formatCount(leaves)} ${leaves === 1 ? 'leaf' : 'leaves'}, ${formatCount(parameters)} parameters, ${formatSize(nbytes)}`
  return [...output.items.map((/** @type {any} */ item) => itemText(item, context.paint)), totals].join('\n') + '\n'
}

function itemText(/** @type {any} */ { name, kind, leaves, keys, ...item }, /** @type {import('../terminal.js').Paint} */ paint) {
  const head = `${paint('bold', printable(name || '.'))}  ${paint('dim', printable(kind))}\n`
  return head + tree(leaves).map(line => `${line}\n`).join('') + (keys ? keyLines(keys) : '') + (item.versions ? versionLines(item) : '')
}

/** Key paths as an indented tree, what is known of each leaf in columns beside it. */
function tree(/** @type {any[]} */ leaves) {
  /** @type {string[][]} */
  const table = []
  /** @type {string[]} */
  let open = []
  for (const leaf of leaves) {
    const path = leaf.key_path.map(printable)
    const parents = path.slice(0, -1)
    let common = 0
    while (common < parents.length && common < open.length && parents[common] === open[common]) common++
    for (let depth = common; depth < parents.length; depth++) table.push([indent(depth, parents[depth]), '', '', '', ''])
    open = parents
    const chunks = leaf.chunks > 1 ? `${formatCount(leaf.chunks)} chunks of ${shapeText(leaf.chunk_shape ?? null)}` : ''
    table.push([
      indent(Math.max(0, path.length - 1), path.at(-1) ?? '(the whole item)'),
      printable(leaf.dtype), shapeText(leaf.shape), leaf.nbytes ? formatSize(leaf.nbytes) : '', chunks,
    ])
  }
  return columns(table, [3])
}

const indent = (/** @type {number} */ depth, /** @type {string} */ name) => '  '.repeat(depth + 1) + name

function keyLines(/** @type {any[]} */ keys) {
  const rows = columns(keys.map(({ key, key_hex: hex, length, digest }) =>
    [key === null ? `hex:${hex}` : printable(key), formatCount(length), digest?.blake3 ?? '', digest?.sha256 ?? '']), [1])
  return `  keys of the store\n${rows.map(row => `    ${row}\n`).join('')}`
}

/** The newest last, as in a log; `*` is the one that was read. */
function versionLines(/** @type {any} */ { generation, versions, versions_unreadable: gaps }) {
  const rows = columns(versions.map((/** @type {any} */ one) => [
    `${one.generation === generation ? '*' : ' '} ${one.generation}`, isoTime(one.commit_time_nsecs), `height ${one.root_height}`,
    `${formatCount(one.num_keys)} keys`, `${formatSize(one.num_indirect_value_bytes)} of values`, `${formatSize(one.num_tree_bytes)} of nodes`,
  ]), [0, 3, 4, 5])
  const lost = gaps.map((/** @type {any} */ gap) =>
    `    up to ${gap.newest_generation}: ${formatCount(gap.num_generations)} more cannot be listed: ${printable(gap.reason)}\n`)
  return `  generations\n${rows.map(row => `    ${row}\n`).join('')}${lost.join('')}`
}

/** Nanoseconds since 1970 → 2025-11-21T23:06:40.123456789Z; what no calendar has stays a number. */
function isoTime(/** @type {string} */ nsecs) {
  const time = BigInt(nsecs)
  const date = new Date(Number(time / 1_000_000n))
  if (Number.isNaN(date.getTime())) return `${nsecs} ns`
  return date.toISOString().replace(/\.\d+Z$/, `.${String(time % 1_000_000_000n).padStart(9, '0')}Z`)
}
