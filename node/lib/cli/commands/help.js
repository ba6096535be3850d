import { LeafsumError } from '../../errors.js'
import { didYouMean } from '../did_you_mean.js'
import { helpText } from '../help.js'
import { kCommands } from '../command_table.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const [command = ''] = context.operands
  if (command !== '' && !Object.hasOwn(kCommands, command))
    throw new LeafsumError(
      'usage',
      `unknown command ${command}${didYouMean(command, Object.keys(kCommands)) || ': leafsum help lists them'}`,
    )
  context.checkOutput()
  context.write(helpText(command, context.onTerminal ? context.process.stdout.columns : undefined))
  return 0
}
