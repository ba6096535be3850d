/** The page: what was chosen, and what may be done with it. Every change of state ends in `refresh`. */

import { listenForChoices } from './choices.js'
import { messageOf } from '../node/lib/errors.js'
import { button, byId, element, input, make, show } from './dom.js'
import { loadEngine, run, usefulWorkers } from './engine.js'
import { hideResult, showResult } from './result.js'
import { announce, hideRunning, showProgress, showRunning } from './running.js'
import { liesInside, lockfilesInside, totals } from './sources.js'
import { count, formatBytes, formatCount, plainText, untrusted } from './text.js'
import { createTree } from './tree.js'

const showRunningAfter = 200 // ms; a shorter run shows its result only

const commands = /** @type {const} */ (['verify', 'check', 'lock', 'diff']) // each has its button

/**
 * @typedef {import('../node/lib/stores/files.js').FilesStore} FilesStore
 * @typedef {import('./engine.js').Request} Request
 * @typedef {typeof commands[number]} Command
 */

const state = {
  /** @type {FilesStore | null} */ checkpoint: null,
  /** @type {FilesStore | null} the second checkpoint of a comparison */ second: null,
  /** @type {{file: File, inside: string | null, cameWithSource: boolean} | null} */ lockfile: null,
  /** @type {AbortController | null} of the command under way */ running: null,
  /** @type {AbortController | null} of the listing for the tree */ listing: null,
}

const engine = loadEngine()
engine.catch(error => notice(messageOf(error)))
const tree = createTree(byId('tree'), input('leaf-filter'))

// What is compared

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

async function judgeLockfile() {
  const { lockfile, checkpoint } = state
  if (!lockfile || lockfile.inside !== null) return
  try {
    lockfile.cameWithSource = checkpoint !== null && (await liesInside(lockfile.file, checkpoint))
  } catch {
    lockfile.cameWithSource = true // not to be read now, so nobody can say; the run will tell why
  }
}

/** @param {FilesStore} source */
async function listLeaves(source) {
  const listing = new AbortController()
  state.listing = listing
  const told = byId('checkpoint-tree')
  told.textContent = 'Reading its structure…'
  try {
    /** @type {Request} */
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

// What is done

/** @param {Command} command @param {HTMLElement} pressed */
async function perform(command, pressed) {
  const { checkpoint } = state
  if (state.running || !checkpoint) return
  notice('')
  clearResult()
  if (!input('option-step').checkValidity()) return notice('A step is a whole number.')
  const running = new AbortController()
  state.running = running
  const showing = setTimeout(() => {
    showRunning(command)
    refresh()
  }, showRunningAfter)
  /** @type {import('./engine.js').Answer} */
  let answer
  try {
    await judgeLockfile()
    const request = requestOf(command, checkpoint)
    answer = await run(await engine, request, { signal: running.signal, onProgress: showProgress })
  } catch (error) {
    answer = running.signal.aborted ? {} : { bug: messageOf(error) }
  }
  clearTimeout(showing)
  state.running = null
  hideRunning()
  refresh()
  if (answer.report) {
    tree.setFindings(answer.report.findings)
    showResult(answer, checkpoint.name)
    return
  }
  pressed.focus()
  if (answer.refused) notice(`Nothing was judged: ${answer.refused}`)
  else if (answer.bug) notice(`Leafsum itself failed, which says nothing about the checkpoint: ${answer.bug}`)
  else announce('Cancelled.')
}

/** @param {Command} command @param {FilesStore} checkpoint @returns {Request} */
function requestOf(command, checkpoint) {
  const { second, lockfile } = state
  const sources = command === 'diff' && second ? [checkpoint, second] : [checkpoint]
  return {
    command,
    options: commandOptions(command),
    sources: sources.map(source => source.spec()),
    lockfile: (command === 'verify' && lockfile) || undefined,
  }
}

/** @param {Command} command */
function commandOptions(command) {
  const options = stepOptions()
  if (command === 'verify' && input('option-deep').checked) options.deep = true
  if (input('option-strict').checked) options.strict = true
  if (command === 'lock' && input('option-sha256').checked) options.algorithms = ['blake3', 'sha256']
  if (command === 'diff') options.values = true
  const workers = Number(element('#option-workers', HTMLSelectElement).value)
  // Started at once where a number was asked for, else only where there is enough to do.
  return workers ? { ...options, workers, workersFrom: 0 } : { ...options, workers: usefulWorkers() }
}

/** @returns {Record<string, unknown>} */
function stepOptions() {
  const step = input('option-step').value
  if (input('option-all-steps').checked) return { allSteps: true }
  return /^\d+$/.test(step) ? { step: Number(step) } : {}
}

function clearResult() {
  hideResult()
  tree.setFindings([])
}

// What is shown

function refresh() {
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
  offerLockfilesInside()

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

/** @param {FilesStore} source */
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

/** @param {string} text */
function notice(text) {
  byId('notice').textContent = plainText(text, 600)
  show(byId('notice'), text !== '')
}

// What the user does

listenForChoices({
  busy: () => state.running !== null,
  onCheckpoint: setCheckpoint,
  onSecond: setSecond,
  onLockfile: setLockfile,
  notice,
})
byId('remove-checkpoint').addEventListener('click', () => setCheckpoint(null))
byId('remove-evidence').addEventListener('click', () => setLockfile(null))
for (const command of commands) {
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
