import { check } from '../../api_node.js'
import { openSource } from '../source.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const store = await openSource(context.operands[0], context.options)
  context.checkOutput()
  const report = await check(store, context.apiOptions())
  context.bar.clear()
  context.write(await context.reportText(report))
  return report.exit_code
}
