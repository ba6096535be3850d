// `ls`: the core's list of a source, and what is made of it here. Other commands begin with it.
import { storeOf } from './source.js'
import { LeafsumError } from '../errors.js'
import { ListDocument } from './list_document.js'
import { files } from './listing.js'
import { parseReport } from '../report.js'
import { isListing } from '../stores/store.js'

/** @import { Verifier } from '../../../src/bindings/core.mjs' */

/**
 * The report, and the list with `subtrees`, and `files` where they are asked for. With `onDocument` the list is only
 * handed out, for as long as that takes.
 * @param {import('../run.js').Run} run
 * @param {any} source
 * @param {import('../run.js').Options} [options]
 * @returns {Promise<{ report: any, document: any }>}
 */
export async function listSource(run, source, options = {}) {
  const { files: wanted, depth, onDocument, ...rest } = options
  if (depth !== undefined && !(Number.isInteger(depth) && depth >= 0))
    throw new LeafsumError('usage', 'depth: a whole number from 0 on is wanted')
  const opened = await source
  const listing = wanted ? await storeOf(opened).list?.() : undefined
  if (wanted && !isListing(listing)) throw new LeafsumError('usage', 'the source has no listing of its files')
  /** @type {any} */
  let whole
  const result = await run('ls', [opened], {
    ...rest,
    async onDone(/** @type {Verifier} */ verifier) {
      const document = new ListDocument(verifier, { depth, files: wanted && files(/** @type {any} */ (listing)) })
      if (onDocument) await onDocument(document)
      else whole = document.whole()
    },
  })
  return { report: parseReport(result), document: whole }
}

/**
 * Of a command's options those with which a source is listed before it.
 * @param {import('../run.js').Options} options
 */
export const listOptions = ({ item, step, allSteps, prefix, generation, maxMemory, signal }) => ({
  item,
  step,
  allSteps,
  prefix,
  generation,
  maxMemory,
  signal,
})
