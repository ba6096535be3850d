import { packageVersion } from '../version.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  context.checkOutput()
  context.write(`leafsum ${packageVersion()}\n`)
  return 0
}
