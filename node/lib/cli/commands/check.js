import { check } from '../../api_node.js'
import { readersText } from '../readers_text.js'
import { openSource } from '../source.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const store = await openSource(context.operands[0], context.options)
  context.checkOutput()
  const report = await check(store, context.apiOptions())
  context.bar.clear()
  context.write(await context.reportText(report))
  if (report.output && context.format === 'human' && !context.quiet)
    context.write(`\n${readersText(report.output, context)}`)
  return report.exit_code
}
