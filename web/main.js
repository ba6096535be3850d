/** The page: what was chosen, and what may be done with it. Every change of state ends in `refresh`. */

import { listenForChoices } from './choices.js'
import { byId, make, show } from './dom.js'
import { loadEngine, run, usefulWorkers } from './engine.js'
import { hideResult, showResult } from './result.js'
import { announce, hideRunning, showProgress, showRunning } from './running.js'
import { liesInside, lockfilesInside, totals } from './sources.js'
import { count, formatBytes, formatCount, plainText, untrusted } from './text.js'
import { createTree } from './tree.js'

const showRunningAfter = 200 // ms; a shorter run shows its result only

/** @typedef {import('../node/lib/stores/files.js').FilesStore} FilesStore */

const state = {
  /** @type {FilesStore | null} */ checkpoint: null,
  /** @type {FilesStore | null} the second checkpoint of a comparison */ second: null,
  /** @type {{file: File, inside: string | null, cameWithSource: boolean} | null} */ lockfile: null,
  /** @type {AbortController | null} of the command under way */ running: null,
  /** @type {AbortController | null} of the listing for the tree */ listing: null,
}

const engine = loadEngine()
engine.catch(error => notice(error.message))
const tree = createTree(byId('tree'), /** @type {HTMLInputElement} */ (byId('leaf-filter')))

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
    const request = { command: 'list', options: stepOptions(), sources: [source.spec()] }
    const { refused, bug, output } = await run(await engine, request, { signal: listing.signal })
    told.textContent = output ? treeFacts(output) : plainText(refused ?? bug ?? '')
    if (!output) return
    tree.setItems(output.items)
    byId('leaves-title').textContent = `Leaves (${formatCount(output.totals.leaves)})`
    show(byId('leaves'), output.totals.leaves > 0)
  } catch (error) {
    if (!listing.signal.aborted) told.textContent = error.message
  }
}

/** `Step 3: 18 leaves in 8 items, 743 parameters` */
function treeFacts({ source, items, totals: { leaves, parameters } }) {
  if (leaves === 0) return 'No leaves were found in it.'
  const step = source?.step === undefined ? '' : `Step ${source.step}: `
  const filled = items.filter(item => item.leaves.length > 0)
  const held = `${count(leaves, 'leaf', 'leaves')} in ${count(filled.length, 'item')}`
  return `${step}${held}, ${count(parameters, 'parameter')}`
}

// What is done

/** @param {'verify' | 'check' | 'lock' | 'diff'} command @param {HTMLElement} button */
async function perform(command, button) {
  const { checkpoint, second } = state
  if (state.running || !checkpoint) return
  notice('')
  clearResult()
  if (!byId('option-step').checkValidity()) return notice('A step is a whole number.')
  const running = new AbortController()
  state.running = running
  const showing = setTimeout(() => {
    showRunning(command)
    refresh()
  }, showRunningAfter)
  let answer
  try {
    await judgeLockfile()
    const request = {
      command,
      options: commandOptions(command),
      sources: (command === 'diff' ? [checkpoint, second] : [checkpoint]).map(source => source.spec()),
      lockfile: command === 'verify' ? state.lockfile : undefined,
    }
    answer = await run(await engine, request, { signal: running.signal, onProgress: showProgress })
  } catch (error) {
    answer = running.signal.aborted ? {} : { bug: error.message }
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
  button.focus()
  if (answer.refused) notice(`Nothing was judged: ${answer.refused}`)
  else if (answer.bug) notice(`Leafsum itself failed, which says nothing about the checkpoint: ${answer.bug}`)
  else announce('Cancelled.')
}

function commandOptions(command) {
  const options = stepOptions()
  if (command === 'verify' && byId('option-deep').checked) options.deep = true
  if (byId('option-strict').checked) options.strict = true
  if (command === 'lock' && byId('option-sha256').checked) options.algorithms = ['blake3', 'sha256']
  if (command === 'diff') options.values = true
  const workers = Number(byId('option-workers').value)
  // Started at once where a number was asked for, else only where there is enough to do.
  return workers ? { ...options, workers, workersFrom: 0 } : { ...options, workers: usefulWorkers() }
}

function stepOptions() {
  const step = byId('option-step').value
  if (byId('option-all-steps').checked) return { allSteps: true }
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
  byId('verify').disabled = !idle || !lockfile
  byId('diff').disabled = byId('check').disabled = byId('lock').disabled = !idle
  show(byId('cancel'), running !== null)
  for (const button of document.querySelectorAll('.drop button')) button.disabled = running !== null
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

function facts(source) {
  const { files, bytes } = totals(source)
  return `${count(files, 'file')}, ${formatBytes(bytes)}`
}

function card(id, filled) {
  byId(id).classList.toggle('filled', filled)
  show(byId(id).querySelector('.empty'), !filled)
  show(byId(id).querySelector('.chosen'), filled)
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
for (const command of ['verify', 'check', 'lock', 'diff']) {
  byId(command).addEventListener('click', event => perform(command, event.currentTarget))
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
