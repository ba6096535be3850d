import { codes, explain, readers } from '../../api_node.js'
import { LeafsumError } from '../../errors.js'
import { didYouMean } from '../did_you_mean.js'
import { readersText } from '../readers_text.js'
import { openSource } from '../source.js'
import { printable } from '../terminal.js'

const kReaders = 'reader-divergence'

async function meant(/** @type {string} */ code) {
  const all = await codes()
  return didYouMean(code, all) || `: there are ${all.join(' ')}`
}

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const [code, source] = context.operands
  const text = await explain(code)
  if (!text) throw new LeafsumError('usage', `there is no finding ${code}${await meant(code)}`)
  if (source === undefined) {
    context.checkOutput()
    context.write(text.endsWith('\n') ? text : `${text}\n`)
    return 0
  }
  if (code !== kReaders)
    throw new LeafsumError('usage', `explain ${code} takes no SRC: what is explained of one is ${kReaders}`)
  const store = await openSource(source, context.options)
  context.checkOutput()
  const { item, step, allSteps, prefix, signal } = context.apiOptions()
  const { report, rows } = await readers(store, { item, step, allSteps, prefix, signal })
  context.bar.clear()
  const found = report.findings.filter((/** @type {any} */ one) => one.code === kReaders)
  const none =
    'Every reader that restores anything from here restores what is hashed, as far as the model knows them.\n'
  const lines = found.map((/** @type {any} */ one) => `${printable(one.file ?? '')}: ${printable(one.message)}\n`)
  context.write(`${found.length ? lines.join('') : none}\n${readersText(rows, context)}`)
  return 0
}
