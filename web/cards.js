/** What was chosen, and which buttons can do something with it. */

import { button, byId, element, show } from './dom.js'
import { state } from './session.js'
import { totals } from './sources.js'
import { count, formatBytes, untrusted } from './text.js'

/** Shows what was chosen, and what can be done with it. */
export function showChoices() {
  const { checkpoint, second, lockfile, running } = state
  const focused = /** @type {HTMLElement} */ (document.activeElement)
  card('drop-checkpoint', checkpoint !== null)
  byId('checkpoint-name').replaceChildren(untrusted(checkpoint?.name ?? ''))
  byId('checkpoint-facts').textContent = checkpoint ? facts(checkpoint) : ''

  card('drop-evidence', lockfile !== null || second !== null)
  byId('evidence-title').textContent = `Compared with${second ? ' checkpoint' : lockfile ? ' lockfile' : ''}`
  byId('evidence-name').replaceChildren(untrusted(second?.name ?? lockfile?.inside ?? lockfile?.file.name ?? ''))
  byId('evidence-facts').textContent = second ? facts(second) : lockfile ? formatBytes(lockfile.file.size) : ''
  show(byId('evidence-caution'), lockfile?.cameWithSource === true)

  const idle = checkpoint !== null && !running
  show(byId('verify'), !second)
  show(byId('diff'), second !== null)
  button('verify').disabled = !idle || !lockfile
  button('diff').disabled = button('check').disabled = button('lock').disabled = !idle
  show(byId('cancel'), running !== null)
  /** @type {NodeListOf<HTMLButtonElement>} */
  const choices = document.querySelectorAll('.drop button')
  for (const choice of choices) choice.disabled = running !== null
  byId('hint').textContent = hint()
  if (focused !== document.body && focused.offsetParent === null) focusNext()
}

/** Where one goes on when the button that had the focus is gone. */
function focusNext() {
  const { checkpoint, second, lockfile } = state
  byId(!checkpoint ? 'choose-checkpoint' : second ? 'diff' : lockfile ? 'verify' : 'choose-lockfile').focus()
}

function hint() {
  const { checkpoint, second, lockfile, running } = state
  if (running) return 'It can be cancelled at any time.'
  if (!checkpoint) return lockfile || second ? 'Now choose the checkpoint.' : 'Choose a checkpoint to begin.'
  if (second) return 'Compare tells which leaves of the two differ, and by how much.'
  if (lockfile) return 'Verify reads every byte that a leaf depends on and compares it with the lockfile.'
  return 'Verify needs a lockfile. Check only looks for damage; Make a lockfile writes down the digest of every leaf.'
}

/** @param {import('../node/lib/stores/files.js').FilesStore} source */
function facts(source) {
  const { files, bytes } = totals(source)
  return `${count(files, 'file')}, ${formatBytes(bytes)}`
}

/** @param {string} id @param {boolean} filled */
function card(id, filled) {
  byId(id).classList.toggle('filled', filled)
  show(element('.empty', HTMLElement, byId(id)), !filled)
  show(element('.chosen', HTMLElement, byId(id)), filled)
}
