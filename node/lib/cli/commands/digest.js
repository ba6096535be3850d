import { texts } from '../../api_node.js'
import { pointer } from '../../values/leaf_name.js'
import { lines } from '../context.js'
import { renderReport } from '../render.js'
import { openSource } from '../source.js'
import { printable } from '../terminal.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const store = await openSource(context.operands[0], context.options)
  context.checkOutput()
  const result = await texts.run('digest', [store], context.apiOptions())
  const report = JSON.parse(result.report)
  context.bar.clear()
  context.write(text(context, result))
  // Stdout has the digests alone; what is wrong is for the person who waits.
  if (report.exit_code !== 0) context.note(renderReport(report, context).trimEnd())
  return report.exit_code
}

function text(
  /** @type {import('../context.js').Context} */ context,
  /** @type {import('../../report.js').Result} */ result,
) {
  if (context.format === 'json') return result.output
  const { fingerprint, items } = JSON.parse(result.output)
  const leaves = Object.entries(items).flatMap(([item, { leaves: own }]) =>
    own.map((/** @type {any} */ leaf) => ({ item, ...leaf })),
  )
  if (context.format === 'ndjson') {
    return lines([...leaves.map(leaf => ({ type: 'leaf', ...leaf })), { type: 'fingerprint', fingerprint }])
  }
  const sha256 = context.options.algorithm?.includes('sha256')
  const rows = sha256
    ? leaves
        .filter(leaf => leaf.digest)
        .map(tagged)
        .join('') + `${fingerprint}\n`
    : result.lines
  // b3sum escapes line breaks alone; a terminal must not obey the rest either.
  return context.onTerminal ? rows.split('\n').map(printable).join('\n') : rows
}

/** Two digests of one leaf, told apart as by `b3sum --tag` and `sha256sum --tag`; an escaped name is marked. */
function tagged(/** @type {any} */ { item, key_path: path, digest: { blake3, sha256 } }) {
  const whole = item ? `${item}:${pointer(path)}` : pointer(path)
  const name = whole.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  const mark = name === whole ? '' : '\\'
  return `${mark}BLAKE3 (${name}) = ${blake3}\n${mark}SHA256 (${name}) = ${sha256}\n`
}
