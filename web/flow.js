/** From what was chosen to an answer, without a further click: structure first, then whatever there is to compare. */

import { showChoices } from './cards.js'
import { inspect, judgeEvidence } from './evidence.js'
import { hideLeaves, listLeaves } from './listing.js'
import { closePanel, lookAgain } from './panel/panel.js'
import { perform } from './perform.js'
import { clearResult, state } from './session.js'

/** @typedef {import('./session.js').Source} Source */

let turn = 0 // of the latest choice; whoever waits for an earlier one gives up

/** @param {Source | null} source @param {{isSample?: boolean}} [how] */
export function setCheckpoint(source, { isSample = false } = {}) {
  state.checkpoint = source
  state.isSample = isSample
  if (state.evidence?.inside !== undefined) state.evidence = null // it lay in the directory that is gone
  listAgain()
  return settle()
}

/** @param {import('./session.js').Evidence | null} evidence */
export function setEvidence(evidence) {
  state.evidence = evidence
  if (evidence && !evidence.problem) evidence.inspected = inspect(evidence)
  clearResult()
  void lookAgain()
  return settle()
}

/** Another step, or all of them. */
export function chooseSteps() {
  listAgain()
  return settle()
}

export function startOver() {
  state.evidence = null
  return setCheckpoint(null)
}

function listAgain() {
  clearResult()
  state.listing?.abort()
  hideLeaves()
  closePanel()
  state.listed = state.checkpoint ? listLeaves(state.checkpoint) : undefined
}

/** Shows what is there, and compares as soon as both sides are. */
async function settle() {
  const mine = ++turn
  const { evidence } = state
  showChoices()
  await judgeEvidence()
  if (mine === turn) showChoices()
  await Promise.all([state.listed, evidence?.inspected])
  if (mine !== turn || state.running) return
  showChoices()
  if (!state.checkpoint || !evidence || evidence.problem) return
  await perform(evidence.kind === 'checkpoint' ? 'diff' : 'verify')
}
