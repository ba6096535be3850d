import { LeafsumError } from '../../errors.js'
import { completionFor, kShells } from '../completion.js'
import { didYouMean } from '../did_you_mean.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const [shell] = context.operands
  if (!kShells.includes(shell))
    throw new LeafsumError(
      'usage',
      `there is no completion for ${shell}${didYouMean(shell, kShells) || `: there is one for ${kShells.join(', ')}`}`,
    )
  context.checkOutput()
  context.write(completionFor(shell))
  return 0
}
