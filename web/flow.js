/** From what was chosen to an answer, without a further click: structure first, then whatever there is to compare. */

import { showChoices } from './cards.js'
import { inspect, judgeEvidence } from './evidence.js'
import { hideLeaves, listLeaves } from './listing.js'
import { closePanel, lookAgain } from './panel/panel.js'
import { perform } from './perform.js'
import { clearResult, idle, state, superseded } from './session.js'
import { listed, missing } from './vouchers.js'

/** @typedef {import('./session.js').Source} Source */

let turn = 0 // of the latest choice; whoever waits for an earlier one gives up

/** @param {Source | null} source @param {{isSample?: boolean}} [how] */
export function setCheckpoint(source, { isSample = false } = {}) {
  state.checkpoint = source
  state.isSample = isSample
  // What lay in the directory that is gone.
  if (state.evidence?.inside !== undefined) state.evidence = null
  for (const { kind, inside } of listed()) if (inside !== undefined) delete state.vouchers[kind]
  listAgain()
  return settle()
}

/** @param {import('./session.js').Evidence | null} evidence */
export function setEvidence(evidence) {
  state.evidence = evidence
  return examine()
}

/** Signatures and keys, each in the place of the one before. @param {import('./session.js').Voucher[]} vouchers */
export function setVouchers(vouchers) {
  for (const voucher of vouchers) state.vouchers[voucher.kind] = voucher
  return examine()
}

/** @param {import('./session.js').VoucherKind} kind */
export function removeVoucher(kind) {
  delete state.vouchers[kind]
  return examine()
}

function examine() {
  endRun()
  state.inspected = inspect()
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
  state.vouchers = {}
  return setCheckpoint(null)
}

/** Its answer would be of what is no longer chosen. */
function endRun() {
  state.running?.abort(superseded)
}

function listAgain() {
  endRun()
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
  await Promise.all([state.listed, state.inspected])
  await idle()
  if (mine !== turn) return
  showChoices()
  if (!state.checkpoint || !isWhole()) return
  await perform(evidence?.kind === 'checkpoint' ? 'diff' : 'verify')
}

/** Whether there is something to compare with, and nothing that has to be known of it first. */
function isWhole() {
  const { evidence, vouchers } = state
  if (!evidence && !vouchers.model) return false
  return !evidence?.problem && !listed().some(({ told }) => told?.problem) && missing() === ''
}
