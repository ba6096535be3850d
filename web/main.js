/** The page: what was chosen, what may be done with it, what came out. Every state change ends in `refresh`. */

import { fromFiles } from '../node/lib/stores/files.js'
import { byId, icon, make, show } from './dom.js'
import { loadEngine, run, usefulWorkers } from './engine.js'
import { fromDrop, liesInside, lockfilesInside, totals } from './sources.js'
import { differencesTable, findingsTable } from './tables.js'
import { count, formatBytes, formatCount, plainText, untrusted } from './text.js'
import { createTree } from './tree.js'
import { coverage, headline, numbers, tone } from './verdict.js'

const showRunningAfter = 200 // ms; a shorter run shows its result only

/** @typedef {import('../node/lib/stores/files.js').FilesStore} FilesStore */

const state = {
  /** @type {FilesStore | null} */ checkpoint: null,
  /** @type {FilesStore | null} the second checkpoint of a comparison */ second: null,
  /** @type {{file: File, inside: string | null, cameWithSource: boolean} | null} */ lockfile: null,
  /** @type {AbortController | null} of the command under way */ running: null,
  /** @type {AbortController | null} of the listing for the tree */ listing: null,
  /** @type {(import('./engine.js').Answer & {name: string}) | null} */ answer: null,
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
    if (!output) {
      told.textContent = refused ?? bug ?? ''
      return
    }
    const { leaves, parameters } = output.totals
    const items = output.items.filter(item => item.leaves.length > 0)
    told.textContent = leaves === 0 ? 'No leaves were found in it.'
      : `${count(leaves, 'leaf', 'leaves')} in ${count(items.length, 'item')}, ${count(parameters, 'parameter')}`
    tree.setItems(items)
    byId('leaves-title').textContent = `Leaves (${formatCount(leaves)})`
    show(byId('leaves'), leaves > 0)
  } catch (error) {
    if (!listing.signal.aborted) told.textContent = error.message
  }
}

// What is done

/** @param {'verify' | 'check' | 'lock' | 'diff'} command */
async function perform(command, button) {
  if (state.running || !state.checkpoint) return
  notice('')
  clearResult()
  const running = new AbortController()
  state.running = running
  const showing = setTimeout(() => showRunning(command), showRunningAfter)
  await judgeLockfile()
  const sources = command === 'diff' ? [state.checkpoint, state.second] : [state.checkpoint]
  const { lockfile } = state
  const request = {
    command,
    options: commandOptions(command),
    sources: sources.map(source => source.spec()),
    lockfile: command === 'verify' && lockfile ? { file: lockfile.file, cameWithSource: lockfile.cameWithSource } : undefined,
  }
  let answer
  try {
    answer = await run(await engine, request, { signal: running.signal, onProgress: showProgress })
  } catch (error) {
    answer = running.signal.aborted ? { cancelled: true } : { bug: error.message }
  }
  clearTimeout(showing)
  state.running = null
  show(byId('running'), false)
  refresh()
  if (answer.report) showResult({ ...answer, name: state.checkpoint.name })
  else button.focus()
  if (answer.cancelled) announce('Cancelled.')
  if (answer.refused) notice(`Nothing was judged: ${answer.refused}`)
  if (answer.bug) notice(`Leafsum itself failed, which says nothing about the checkpoint: ${answer.bug}`)
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
  const step = byId('option-step').value.trim()
  if (byId('option-all-steps').checked) return { allSteps: true }
  return /^\d{1,15}$/.test(step) ? { step: Number(step) } : {}
}

// What is shown

function refresh() {
  const { checkpoint, second, lockfile, running } = state
  const focused = /** @type {HTMLElement} */ (document.activeElement)
  card('drop-checkpoint', checkpoint !== null)
  if (checkpoint) {
    byId('checkpoint-name').replaceChildren(untrusted(checkpoint.name))
    byId('checkpoint-facts').textContent = facts(checkpoint)
  }
  card('drop-evidence', lockfile !== null || second !== null)
  byId('evidence-title').textContent = second ? 'Compared with checkpoint' : lockfile ? 'Compared with lockfile' : 'Compared with'
  byId('evidence-name').replaceChildren(untrusted(second?.name ?? lockfile?.inside ?? lockfile?.file.name ?? ''))
  byId('evidence-facts').textContent = second ? facts(second) : lockfile ? formatBytes(lockfile.file.size) : ''
  show(byId('evidence-caution'), lockfile?.cameWithSource === true)
  byId('evidence-caution').textContent = 'This lockfile came with the checkpoint. Whoever changed the one could have changed the other, so the best answer is UNTRUSTED.'
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
    offer.append(make('button', { type: 'button', class: 'quiet', onclick: () => setLockfile(file, path) }, 'Use ', untrusted(path, 80)))
  }
}

const doing = { verify: 'Verifying…', check: 'Checking the structure…', lock: 'Hashing every leaf…', diff: 'Comparing…' }

function showRunning(command) {
  byId('running-title').textContent = doing[command]
  byId('progress').removeAttribute('value')
  byId('progress-text').textContent = 'Reading the structure'
  show(byId('running'))
  refresh()
  byId('running-title').focus()
  announce(doing[command])
}

let announcedQuarter = 0

function showProgress({ leaves_done, leaves_total, bytes_done, bytes_total }) {
  if (!bytes_total && !leaves_total) return
  const part = bytes_total ? bytes_done / bytes_total : leaves_done / leaves_total
  const bar = byId('progress')
  bar.max = 1
  bar.value = part
  byId('progress-text').textContent = `${formatCount(leaves_done)} of ${count(leaves_total, 'leaf', 'leaves')} · ${formatBytes(bytes_done)} of ${formatBytes(bytes_total)}`
  const quarter = Math.floor(part * 4)
  if (quarter > announcedQuarter && !byId('running').hidden) announce(`${quarter * 25} percent`)
  announcedQuarter = quarter
}

function showResult(answer) {
  state.answer = answer
  const { report } = answer
  byId('verdict-panel').className = `verdict ${tone(report)}`
  byId('verdict-icon').replaceChildren(icon(tone(report)))
  byId('verdict').textContent = report.verdict
  byId('headline').replaceChildren(proseOf(headline(report)))
  byId('numbers').textContent = numbers(report)
  const covered = byId('coverage')
  covered.textContent = coverage(report)
  if (report.fingerprint) covered.append(make('span', { class: 'place' }, 'Fingerprint ', untrusted(report.fingerprint)))

  const dropped = report.findings_dropped ? ` of ${formatCount(report.findings.length + report.findings_dropped)}` : ''
  byId('findings-title').textContent = `Findings (${formatCount(report.findings.length)}${dropped})`
  byId('findings-table').replaceChildren(findingsTable(report.findings))
  show(byId('findings'), report.findings.length > 0)
  const differences = answer.output?.leaves ?? []
  byId('differences-table').replaceChildren(differencesTable([...differences].sort((a, b) => (a.sign === '=') - (b.sign === '='))))
  show(byId('differences'), differences.length > 0)
  tree.setFindings(report.findings)

  show(byId('save-lockfile'), Boolean(answer.lockfile))
  byId('copied').textContent = ''
  show(byId('result'))
  announce(`${report.verdict}. ${plainText(headline(report))}`)
  byId('verdict').focus()
}

function clearResult() {
  state.answer = null
  announcedQuarter = 0
  show(byId('result'), false)
  tree.setFindings([])
}

function proseOf(text) {
  const prose = untrusted(text, 1000)
  prose.classList.add('prose')
  return prose
}

function announce(text) {
  byId('announcement').textContent = text
}

function notice(text) {
  byId('notice').textContent = plainText(text, 600)
  show(byId('notice'), text !== '')
}

// What leaves the page: only what is saved or copied by hand

function save(content, name) {
  const url = URL.createObjectURL(new Blob([content], { type: 'application/json' }))
  make('a', { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    byId('copied').textContent = 'Copied.'
  } catch {
    byId('copied').textContent = 'The browser did not allow it; save the report instead.'
  }
}

// What the user does

/** A button opens its hidden file input, whose files then arrive. */
function chooser(buttonId, inputId, onFiles) {
  const input = /** @type {HTMLInputElement} */ (byId(inputId))
  byId(buttonId).addEventListener('click', () => input.click())
  input.addEventListener('change', async () => {
    const files = [...input.files]
    input.value = '' // so that the same can be chosen again
    notice('')
    if (files.length > 0) await onFiles(files)
    else notice('That directory has no files.')
  })
}

chooser('choose-checkpoint', 'input-checkpoint', files => setCheckpoint(fromFiles(files)))
chooser('choose-second', 'input-second', files => setSecond(fromFiles(files)))
chooser('choose-lockfile', 'input-lockfile', ([file]) => setLockfile(file))

byId('remove-checkpoint').addEventListener('click', async () => {
  await setCheckpoint(null)
  byId('choose-checkpoint').focus()
})
byId('remove-evidence').addEventListener('click', async () => {
  await setLockfile(null)
  byId('choose-lockfile').focus()
})
for (const command of ['verify', 'check', 'lock', 'diff']) {
  byId(command).addEventListener('click', event => perform(command, event.currentTarget))
}
byId('cancel').addEventListener('click', () => state.running?.abort())
byId('save-lockfile').addEventListener('click', () => save(state.answer.lockfile, `${state.answer.name || 'checkpoint'}.leafsum.json`))
byId('save-report').addEventListener('click', () => save(state.answer.text, `${state.answer.name || 'checkpoint'}.leafsum-report.json`))
byId('copy-report').addEventListener('click', () => copy(state.answer.text))
for (const id of ['option-step', 'option-all-steps']) {
  byId(id).addEventListener('change', () => {
    clearResult()
    state.listing?.abort()
    if (state.checkpoint) listLeaves(state.checkpoint)
  })
}

const drops = ['drop-checkpoint', 'drop-evidence']

function highlight(target) {
  const over = drops.find(id => byId(id).contains(target))
  for (const id of drops) byId(id).classList.toggle('over', target !== null && (id === over || !over))
}

addEventListener('dragover', event => {
  event.preventDefault()
  event.dataTransfer.dropEffect = state.running ? 'none' : 'copy'
  highlight(event.target)
})
addEventListener('dragleave', event => {
  if (!event.relatedTarget) highlight(null)
})
addEventListener('drop', async event => {
  event.preventDefault()
  highlight(null)
  if (state.running) return
  notice('')
  const onEvidence = byId('drop-evidence').contains(event.target)
  try {
    await takeDropped(await fromDrop(event.dataTransfer), onEvidence)
  } catch (error) {
    notice(`What was dropped could not be read: ${error.message}`)
  }
})

async function takeDropped({ directories, files }, onEvidence) {
  if (directories.length > 2) return notice('That is more than two directories. Drop one checkpoint, or two to compare them.')
  const lockfiles = files.filter(file => onEvidence || file.name.endsWith('.json'))
  const [odd] = files.filter(file => !lockfiles.includes(file))
  if (odd) notice(`“${odd.name}” is a file. A checkpoint is a directory: unpack an archive before you drop it. A lockfile’s name ends in .json.`)
  const [first, second] = onEvidence && directories.length === 1 ? [null, directories[0]] : directories
  const listed = first && setCheckpoint(first)
  if (second) setSecond(second)
  if (lockfiles.length > 0) await setLockfile(lockfiles[0])
  await listed
}

refresh()
