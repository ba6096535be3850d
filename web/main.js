/** The page: which button does what. */

import { messageOf } from '../node/lib/errors.js'
import { swap, takeInside } from './arrivals.js'
import { showChoices } from './cards.js'
import { listenForChoices } from './choices.js'
import { button, byId, element, input } from './dom.js'
import { chooseSteps, removeVoucher, setCheckpoint, setEvidence, startOver } from './flow.js'
import { listenForLeaves } from './panel/panel.js'
import { perform } from './perform.js'
import { togglePause } from './running.js'
import { compareSample, trySample } from './sample.js'
import { engine, notice, state } from './session.js'
import { glance } from './sources.js'

engine.catch(error => notice(messageOf(error)))

/** @type {Record<string, () => unknown>} */
const presses = {
  try: trySample,
  'compare-sample': compareSample,
  'compare-copy': () => byId('choose-second').click(),
  'start-over': startOver,
  'remove-checkpoint': () => setCheckpoint(null),
  'remove-evidence': () => setEvidence(null),
  swap,
  cancel: () => state.running?.abort(),
  pause: togglePause,
  'choose-step': () => {
    element('.options', HTMLDetailsElement).open = true
    input('option-step').focus()
  },
}
for (const [id, press] of Object.entries(presses)) {
  byId(id).addEventListener('click', () => {
    notice('')
    press()
  })
}
for (const command of /** @type {const} */ (['verify', 'check', 'lock', 'diff'])) {
  const pressed = button(command)
  pressed.addEventListener('click', () => perform(command, pressed))
}
for (const id of ['option-step', 'option-all-steps']) byId(id).addEventListener('change', chooseSteps)

byId('lockfiles-inside').addEventListener('click', ({ target }) => {
  const path = target instanceof Element && target.closest('button')?.dataset.path
  const found = path && state.checkpoint && glance(state.checkpoint).evidence.find(([inside]) => inside === path)
  if (found) takeInside(...found)
})

byId('vouchers').addEventListener('click', ({ target }) => {
  const kind = target instanceof Element && target.closest('button')?.dataset.kind
  if (kind) removeVoucher(/** @type {import('./session.js').VoucherKind} */ (kind))
})

byId('licences').addEventListener('toggle', () => {
  element('#licences pre', HTMLPreElement).textContent = element('#licence-text', HTMLScriptElement).text
})

listenForChoices()
listenForLeaves()
showChoices()
