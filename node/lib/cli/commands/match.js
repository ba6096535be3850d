import fs from 'node:fs'
import { match } from '../../api_node.js'
import { refuseToOverwrite } from '../output.js'
import { openSource, readEvidence } from '../source.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const {
    operands: [source, template],
    options,
  } = context
  const store = await openSource(source, options)
  const isFile = fs.existsSync(template) && fs.statSync(template).isFile()
  const wanted = isFile ? readEvidence(template, 'the template') : await openSource(template, options)
  refuseToOverwrite({ file: options.output, option: '-o' }, [{ file: template, is: 'the template' }])
  context.checkOutput()
  const {
    item,
    step,
    allSteps,
    prefix,
    generation,
    maxMemory,
    maxFill,
    strict,
    allowExtra,
    rename,
    signal,
    onProgress,
  } = context.apiOptions()
  const report = await match(store, wanted, {
    item,
    step,
    allSteps,
    prefix,
    generation,
    maxMemory,
    maxFill,
    strict,
    allowExtra,
    rename,
    signal,
    onProgress,
    mesh: meshOf(options.mesh),
  })
  context.bar.clear()
  context.write(await context.reportText(report))
  return report.exit_code
}

/** `data=4,model=2` */
function meshOf(/** @type {string | undefined} */ text) {
  return (
    text &&
    Object.fromEntries(
      text.split(',').map(axis => [axis.slice(0, axis.indexOf('=')), Number(axis.slice(axis.indexOf('=') + 1))]),
    )
  )
}
