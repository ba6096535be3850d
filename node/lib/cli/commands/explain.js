import { LeafsumError } from '../../errors.js'
import { codes, explain } from '../../api_node.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const [code] = context.operands
  const text = await explain(code)
  if (!text) throw new LeafsumError('usage', `there is no finding ${code}: there are ${(await codes()).join(' ')}`)
  context.checkOutput()
  context.write(text.endsWith('\n') ? text : `${text}\n`)
  return 0
}
