/** The leaves of a checkpoint, listed as soon as it was chosen. */

import { messageOf } from '../node/lib/errors.js'
import { ArchiveSource, keepOpened } from './archives.js'
import { stepOptions } from './choice_options.js'
import { byId, show } from './dom.js'
import { run } from './engine.js'
import { engine, state, tree } from './session.js'
import { count, plainText } from './text.js'
import { texts } from './texts.js'

/** @param {import('./session.js').Source} source */
export async function listLeaves(source) {
  const listing = new AbortController()
  state.listing = listing
  const told = byId('checkpoint-tree')
  told.textContent = source instanceof ArchiveSource ? texts.readingArchive : texts.readingStructure
  try {
    /** @type {import('./engine.js').Request} */
    const request = { command: 'list', options: stepOptions(), sources: [source.spec()] }
    const answer = await run(await engine, request, { signal: listing.signal })
    keepOpened([source], answer)
    const { refused, bug, output } = answer
    if (!output || !('items' in output)) {
      told.textContent = ''
      state.problem = refused ?? bug ?? ''
      byId('checkpoint-problem').textContent = plainText(state.problem, 600)
      show(byId('checkpoint-problem'))
      return
    }
    told.textContent = treeFacts(output)
    state.totals = output.totals
    byId('leaves-title').textContent = texts.leavesTitle(output.totals.leaves)
    show(byId('leaves'), output.totals.leaves > 0) // the treemap asks how large it is
    tree.setItems(output.items)
  } catch (error) {
    if (!listing.signal.aborted) told.textContent = messageOf(error)
  }
}

export function hideLeaves() {
  state.totals = null
  state.problem = ''
  show(byId('leaves'), false)
  show(byId('checkpoint-problem'), false)
  byId('checkpoint-tree').textContent = ''
}

/** `Step 3: 18 leaves in 8 items, 743 parameters` @param {import('./engine.js').ListOutput} output */
function treeFacts({ source, items, totals: { leaves, parameters } }) {
  if (leaves === 0) return texts.noLeaves
  const filled = items.filter(item => item.leaves.length > 0)
  return texts.tree(source?.step, texts.leavesIn(leaves, filled.length), count(parameters, 'parameter'))
}
