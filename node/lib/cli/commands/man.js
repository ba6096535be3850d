import { manPage } from '../man.js'
import { packageVersion } from '../version.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  context.checkOutput()
  context.write(manPage(packageVersion()))
  return 0
}
