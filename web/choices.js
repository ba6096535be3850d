/** How things come to the page: buttons that open a file input, drops anywhere on it, and a pasted fingerprint. */

import { messageOf } from '../node/lib/errors.js'
import { fromFiles } from '../node/lib/stores/files.js'
import { take } from './arrivals.js'
import { byId, input as inputOf, show } from './dom.js'
import { fingerprintEvidence } from './evidence.js'
import { setCheckpoint, setEvidence } from './flow.js'
import { idle, notice, state } from './session.js'
import { fromDrop } from './sources.js'
import { texts } from './texts.js'

const drops = ['place', 'drop-checkpoint', 'drop-evidence']

const busy = () => state.running !== null
/** A run that has just begun, by itself perhaps, is waited for: nobody sees it yet. */
const isSeenBusy = () => busy() && !byId('running').hidden

export function listenForChoices() {
  chooser(['choose-checkpoint', 'choose-checkpoint-too'], 'input-checkpoint', files => setCheckpoint(fromFiles(files)))
  chooser(['choose-second'], 'input-second', files => setEvidence({ kind: 'checkpoint', source: fromFiles(files) }))
  chooser(['choose-lockfile'], 'input-lockfile', files => take({ directories: [], files }, { asEvidence: true }))
  chooser(['choose-file'], 'input-file', files => take({ directories: [], files }))
  listenForDrops()
  listenForFingerprints()
}

/** @param {string[]} buttonIds @param {string} inputId @param {(files: File[]) => unknown} onFiles */
export function chooser(buttonIds, inputId, onFiles) {
  const input = inputOf(inputId)
  for (const id of buttonIds) byId(id).addEventListener('click', () => input.click())
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])]
    input.value = '' // so that the same can be chosen again
    if (isSeenBusy()) return
    notice(files.length > 0 ? '' : texts.emptyDirectory)
    if (files.length > 0) trying(() => idle().then(() => onFiles(files)))
  })
}

function listenForDrops() {
  addEventListener('dragover', event => {
    event.preventDefault()
    if (event.dataTransfer) event.dataTransfer.dropEffect = isSeenBusy() ? 'none' : 'copy'
    highlight(nodeOf(event.target))
  })
  addEventListener('dragleave', event => {
    if (!event.relatedTarget) highlight(null)
  })
  addEventListener('drop', async event => {
    event.preventDefault()
    highlight(null)
    if (isSeenBusy() || !event.dataTransfer) return
    notice('')
    const asEvidence = byId('drop-evidence').contains(nodeOf(event.target))
    const { dataTransfer } = event
    await trying(async () => {
      const dropped = await fromDrop(dataTransfer, tellNames).finally(() => tellNames(0))
      await take(dropped, { asEvidence })
    })
  })
}

/** @param {() => unknown} takes */
async function trying(takes) {
  try {
    await takes()
  } catch (error) {
    notice(texts.unreadable(messageOf(error)))
  }
}

/** How many names were read; none ends it. @param {number} files */
function tellNames(files) {
  byId('naming').textContent = files > 0 ? texts.naming(files) : ''
  show(byId('naming'), files > 0)
}

/** Typed into its field, or pasted anywhere where nothing is typed. */
export function listenForFingerprints() {
  const field = inputOf('fingerprint')
  field.addEventListener('input', () => {
    if (!busy() && /^\s*leafsum1:[0-9a-f]{64}\s*$/.test(field.value)) setEvidence(fingerprintEvidence(field.value))
  })
  field.addEventListener('change', () => {
    const isNew = field.value.trim() !== (state.evidence?.fingerprint ?? '')
    if (!busy() && field.value.trim() && isNew) setEvidence(fingerprintEvidence(field.value))
  })
  addEventListener('paste', event => {
    const text = event.clipboardData?.getData('text').trim() ?? ''
    if (busy() || event.target instanceof HTMLInputElement || !text.startsWith('leafsum1:')) return
    event.preventDefault()
    setEvidence(fingerprintEvidence(text))
  })
}

/** @param {EventTarget | null} target */
const nodeOf = target => (target instanceof Node ? target : null)

/**
 * All places answer to a drop between them, because the page knows a directory from a lockfile.
 * @param {Node | null} target
 */
function highlight(target) {
  const over = drops.find(id => byId(id).contains(target))
  for (const id of drops) byId(id).classList.toggle('over', target !== null && (id === over || !over))
}
