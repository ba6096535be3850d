/** The page: what the user chooses, and where it goes. Every change of state ends in `refresh`. */

import { showChoices } from './cards.js'
import { listenForChoices } from './choices.js'
import { messageOf } from '../node/lib/errors.js'
import { button, byId, make, show } from './dom.js'
import { listLeaves } from './listing.js'
import { judgeLockfile } from './lockfile.js'
import { perform } from './perform.js'
import { clearResult, engine, notice, state } from './session.js'
import { lockfilesInside } from './sources.js'
import { untrusted } from './text.js'

/** @typedef {import('../node/lib/stores/files.js').FilesStore} FilesStore */

engine.catch(error => notice(messageOf(error)))

/** @param {FilesStore | null} source */
async function setCheckpoint(source) {
  state.checkpoint = source
  if (state.lockfile?.inside) state.lockfile = null // it lay in the directory that is gone
  state.listing?.abort()
  clearResult()
  show(byId('leaves'), false)
  byId('checkpoint-tree').textContent = ''
  await judgeLockfile()
  refresh()
  if (source) await listLeaves(source)
}

/** @param {FilesStore | null} source */
function setSecond(source) {
  state.second = source
  state.lockfile = null
  clearResult()
  refresh()
}

/** @param {File | null} file @param {string | null} [inside] its path, where it is one of the checkpoint's own files */
async function setLockfile(file, inside = null) {
  state.lockfile = file && { file, inside, cameWithSource: inside !== null }
  state.second = null
  clearResult()
  await judgeLockfile()
  refresh()
}

function refresh() {
  offerLockfilesInside()
  showChoices()
}

function offerLockfilesInside() {
  const inside = state.checkpoint ? lockfilesInside(state.checkpoint) : []
  const offer = byId('lockfiles-inside')
  show(offer, inside.length > 0)
  offer.replaceChildren('Inside the checkpoint there is one that came with it: ')
  for (const [path, file] of inside.slice(0, 3)) {
    const use = { type: 'button', class: 'quiet', onclick: () => setLockfile(file, path) }
    offer.append(make('button', use, 'Use ', untrusted(path, 80)))
  }
}

listenForChoices({
  busy: () => state.running !== null,
  onCheckpoint: setCheckpoint,
  onSecond: setSecond,
  onLockfile: setLockfile,
  notice,
})
byId('remove-checkpoint').addEventListener('click', () => setCheckpoint(null))
byId('remove-evidence').addEventListener('click', () => setLockfile(null))
for (const command of /** @type {const} */ (['verify', 'check', 'lock', 'diff'])) {
  const pressed = button(command)
  pressed.addEventListener('click', () => perform(command, pressed))
}
byId('cancel').addEventListener('click', () => state.running?.abort())
for (const id of ['option-step', 'option-all-steps']) {
  byId(id).addEventListener('change', () => {
    clearResult()
    state.listing?.abort()
    if (state.checkpoint) listLeaves(state.checkpoint)
  })
}

refresh()
