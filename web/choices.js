/**
 * How things come to the page: buttons that open a file input, and drops anywhere on it.
 *
 * @typedef {import('../node/lib/stores/files.js').FilesStore} FilesStore
 *
 * @typedef {object} Handlers
 * @property {() => boolean} busy nothing is taken then
 * @property {(source: FilesStore) => unknown} onCheckpoint
 * @property {(source: FilesStore) => unknown} onSecond
 * @property {(file: File) => unknown} onLockfile
 * @property {(text: string) => void} notice
 */

import { fromFiles } from '../node/lib/stores/files.js'
import { messageOf } from '../node/lib/errors.js'
import { byId, input as inputOf } from './dom.js'
import { fromDrop } from './sources.js'

const drops = ['drop-checkpoint', 'drop-evidence']

/** @param {Handlers} handlers */
export function listenForChoices(handlers) {
  const { busy, onCheckpoint, onSecond, onLockfile, notice } = handlers
  chooser('choose-checkpoint', 'input-checkpoint', files => onCheckpoint(fromFiles(files)))
  chooser('choose-second', 'input-second', files => onSecond(fromFiles(files)))
  chooser('choose-lockfile', 'input-lockfile', ([file]) => onLockfile(file))

  /** @param {string} buttonId @param {string} inputId @param {(files: File[]) => unknown} onFiles */
  function chooser(buttonId, inputId, onFiles) {
    const input = inputOf(inputId)
    byId(buttonId).addEventListener('click', () => input.click())
    input.addEventListener('change', () => {
      const files = [...(input.files ?? [])]
      input.value = '' // so that the same can be chosen again
      if (busy()) return
      notice(files.length > 0 ? '' : 'That directory has no files.')
      if (files.length > 0) onFiles(files)
    })
  }

  addEventListener('dragover', event => {
    event.preventDefault()
    if (event.dataTransfer) event.dataTransfer.dropEffect = busy() ? 'none' : 'copy'
    highlight(nodeOf(event.target))
  })
  addEventListener('dragleave', event => {
    if (!event.relatedTarget) highlight(null)
  })
  addEventListener('drop', async event => {
    event.preventDefault()
    highlight(null)
    if (busy() || !event.dataTransfer) return
    notice('')
    const onEvidence = byId('drop-evidence').contains(nodeOf(event.target))
    try {
      const dropped = await fromDrop(event.dataTransfer)
      if (!busy()) await take(dropped, onEvidence, handlers)
    } catch (error) {
      notice(`What was dropped could not be read: ${messageOf(error)}`)
    }
  })
}

/** @param {EventTarget | null} target */
const nodeOf = target => (target instanceof Node ? target : null)

/**
 * Both places answer to a drop between them, because the page knows a directory from a lockfile.
 * @param {Node | null} target
 */
function highlight(target) {
  const over = drops.find(id => byId(id).contains(target))
  for (const id of drops) byId(id).classList.toggle('over', target !== null && (id === over || !over))
}

/**
 * @param {{directories: FilesStore[], files: File[]}} dropped
 * @param {boolean} onEvidence
 * @param {Handlers} handlers
 */
async function take({ directories, files }, onEvidence, { onCheckpoint, onSecond, onLockfile, notice }) {
  if (directories.length > 2) {
    return notice('That is more than two directories. Drop one checkpoint, or two to compare them.')
  }
  const lockfiles = files.filter(file => onEvidence || file.name.endsWith('.json'))
  const odd = files.find(file => !lockfiles.includes(file))
  if (odd) {
    notice(
      `“${odd.name}” is a file. A checkpoint is a directory: unpack an archive before you drop it. ` +
        'A lockfile’s name ends in .json.',
    )
  }
  const [first, second] = onEvidence && directories.length === 1 ? [null, directories[0]] : directories
  const listed = first && onCheckpoint(first)
  if (second) onSecond(second)
  if (lockfiles.length > 0) await onLockfile(lockfiles[0])
  await listed
}
