import { check, readers } from '../../api_node.js'
import { readersText } from '../readers_text.js'
import { openSource } from '../source.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const store = await openSource(context.operands[0], context.options)
  context.checkOutput()
  const { readers: wanted, ...options } = context.apiOptions()
  const { report, rows } = wanted
    ? await readers(store, options)
    : { report: await check(store, options), rows: undefined }
  context.bar.clear()
  context.write(await context.reportText(report))
  if (rows && context.format === 'human' && !context.quiet) context.write(`\n${readersText(rows, context)}`)
  return report.exit_code
}
