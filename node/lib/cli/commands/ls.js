import { list } from '../../api_node.js'
import { LeafsumError } from '../../errors.js'
import { SubtreeSums, withNumbers } from '../../commands/listing.js'
import { tensorstoreSpec } from '../../commands/tensorstore_spec.js'
import { lines } from '../context.js'
import { listText } from '../list_text.js'
import { renderReport } from '../render.js'
import { openSource, tensorstoreBase } from '../source.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const {
    operands: [source],
    options,
  } = context
  if (options.digest && !options.keys)
    throw new LeafsumError('usage', '--digest goes with --keys: ls SRC --keys --digest')
  const store = await openSource(source, options)
  context.checkOutput()
  const spec = options.spec !== undefined
  const { report, ...document } = await list(store, {
    ...context.apiOptions(),
    onDocument: spec
      ? undefined
      : (/** @type {import('../../commands/list_document.js').ListDocument} */ document) => {
          context.bar.clear()
          return context.writePieces(text(context, document))
        },
  })
  context.bar.clear()
  if (spec) context.write(specText(context, document))
  // Stdout has the tree alone; what is wrong is for the person who waits.
  if (report.exit_code !== 0) context.note(renderReport(report, context).trimEnd())
  return report.exit_code
}

/** In pieces. */
function text(
  /** @type {import('../context.js').Context} */ context,
  /** @type {import('../../commands/list_document.js').ListDocument} */ document,
) {
  if (context.format === 'json') return document.text()
  return context.format === 'ndjson' ? ndjson(document, context.options.depth) : listText(document, context)
}

function* ndjson(
  /** @type {import('../../commands/list_document.js').ListDocument} */ document,
  /** @type {number | undefined} */ depth,
) {
  const { items, totals } = document.head
  const sums = new SubtreeSums(depth)
  for (const [n, { name: item, keys, versions = [] }] of items.entries()) {
    sums.begin(item)
    for (const leaves of document.rows(n, 'leaves')) {
      sums.add(leaves)
      yield lines(leaves.map(leaf => ({ type: 'leaf', item, ...leaf })))
    }
    for (const some of keys ? document.rows(n, 'keys') : [])
      yield lines(some.map(key => ({ type: 'key', item, ...key })))
    yield lines(versions.map((/** @type {any} */ version) => ({ type: 'version', item, ...version })))
  }
  yield lines(withNumbers(sums.finish()).map((/** @type {any} */ subtree) => ({ type: 'subtree', ...subtree })))
  yield lines([...(document.files ?? []).map(file => ({ type: 'file', ...file })), { type: 'totals', ...totals }])
}

function specText(
  /** @type {import('../context.js').Context} */ { options, operands: [source], format },
  /** @type {any} */ output,
) {
  const spec = tensorstoreSpec(output, options.spec, tensorstoreBase(source), options)
  return `${JSON.stringify(spec, null, format === 'human' ? 2 : undefined)}\n`
}
