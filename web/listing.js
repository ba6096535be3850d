/** The leaves of a checkpoint, listed as soon as it was chosen. */

import { messageOf } from '../node/lib/errors.js'
import { byId, show } from './dom.js'
import { run } from './engine.js'
import { engine, state, tree } from './session.js'
import { stepOptions } from './choice_options.js'
import { count, formatCount, plainText } from './text.js'

/** @param {import('../node/lib/stores/files.js').FilesStore} source */
export async function listLeaves(source) {
  const listing = new AbortController()
  state.listing = listing
  const told = byId('checkpoint-tree')
  told.textContent = 'Reading its structure…'
  try {
    /** @type {import('./engine.js').Request} */
    const request = { command: 'list', options: stepOptions(), sources: [source.spec()] }
    const { refused, bug, output } = await run(await engine, request, { signal: listing.signal })
    if (!output || !('items' in output)) {
      told.textContent = plainText(refused ?? bug ?? '')
      return
    }
    told.textContent = treeFacts(output)
    tree.setItems(output.items)
    byId('leaves-title').textContent = `Leaves (${formatCount(output.totals.leaves)})`
    show(byId('leaves'), output.totals.leaves > 0)
  } catch (error) {
    if (!listing.signal.aborted) told.textContent = messageOf(error)
  }
}

/** `Step 3: 18 leaves in 8 items, 743 parameters` @param {import('./engine.js').ListOutput} output */
function treeFacts({ source, items, totals: { leaves, parameters } }) {
  if (leaves === 0) return 'No leaves were found in it.'
  const step = source?.step === undefined ? '' : `Step ${source.step}: `
  const filled = items.filter(item => item.leaves.length > 0)
  const held = `${count(leaves, 'leaf', 'leaves')} in ${count(filled.length, 'item')}`
  return `${step}${held}, ${count(parameters, 'parameter')}`
}
