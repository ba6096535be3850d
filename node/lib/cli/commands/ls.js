import { LeafsumError, list, tensorstoreSpec } from '../../index.js'
import { lines } from '../context.js'
import { listText } from '../list_text.js'
import { renderReport } from '../render.js'
import { openSource, tensorstoreBase } from '../source.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const { operands: [source], options } = context
  if (options.digest && !options.keys) throw new LeafsumError('usage', '--digest goes with --keys: ls SRC --keys --digest')
  const store = openSource(source, options)
  context.checkOutput()
  const report = await list(store, context.apiOptions())
  context.bar.clear()
  context.write(options.spec === undefined ? text(context, report) : specText(context, report.output))
  // Stdout has the tree alone; what is wrong is for the person who waits.
  if (report.exit_code !== 0) context.note(renderReport(report, context).trimEnd())
  return report.exit_code
}

function text(/** @type {import('../context.js').Context} */ context, /** @type {any} */ report) {
  if (context.format === 'json') return report.outputText
  const { output } = report
  if (context.format === 'ndjson') {
    return lines([
      ...output.items.flatMap((/** @type {any} */ { name: item, leaves, keys = [], versions = [] }) => [
        ...leaves.map((/** @type {any} */ leaf) => ({ type: 'leaf', item, ...leaf })),
        ...keys.map((/** @type {any} */ key) => ({ type: 'key', item, ...key })),
        ...versions.map((/** @type {any} */ version) => ({ type: 'version', item, ...version })),
      ]),
      ...output.subtrees.map((/** @type {any} */ subtree) => ({ type: 'subtree', ...subtree })),
      ...(output.files ?? []).map((/** @type {any} */ file) => ({ type: 'file', ...file })),
      { type: 'totals', ...output.totals },
    ])
  }
  return listText(output, context)
}

function specText(/** @type {import('../context.js').Context} */ { options, operands: [source], format }, /** @type {any} */ output) {
  const spec = tensorstoreSpec(output, options.spec, tensorstoreBase(source), options)
  return `${JSON.stringify(spec, null, format === 'human' ? 2 : undefined)}\n`
}
