import { check } from '../../api_node.js'
import { columns } from '../render.js'
import { openSource } from '../source.js'
import { printable } from '../terminal.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const store = await openSource(context.operands[0], context.options)
  context.checkOutput()
  const report = await check(store, context.apiOptions())
  context.bar.clear()
  context.write(await context.reportText(report))
  if (report.output && context.format === 'human' && !context.quiet) context.write(readersText(report.output, context))
  return report.exit_code
}

/**
 * What each entry point would take, a line each: the reader, its versions, what it opens or why it raises.
 * @param {{ checkpoint: string, reader: string, versions: string, takes: string[], raises: string | null }[]} rows
 * @param {import('../context.js').Context} context
 */
function readersText(rows, { paint }) {
  const lines = columns(
    rows.map(({ checkpoint, reader, versions, takes, raises }) => [
      `  ${printable(checkpoint || '.')}`,
      reader,
      versions,
      printable(raises === null ? takes.join(', ') : `raises: ${raises}`),
    ]),
  )
  return `\n${[paint('bold', 'what each reader would take'), ...lines].join('\n')}\n`
}
