/** What was chosen, and which buttons can do something with it. */

import { ArchiveSource } from './archives.js'
import { button, byId, element, input, make, show } from './dom.js'
import { state } from './session.js'
import { glance, isSignature } from './sources.js'
import { plainText, untrusted } from './text.js'
import { texts, voucherTexts } from './texts.js'
import { listed, missing, showVouchers } from './vouchers.js'

/** In the page for addresses the form stays. */
const byAddress = document.getElementById('address') !== null
const hugeFrom = 20 * 2 ** 30 // bytes: a minute or more on most machines

/** @typedef {import('./session.js').Source} Source */

/** Shows what was chosen, and what can be done with it. */
export function showChoices() {
  const { checkpoint, evidence, running } = state
  const focused = /** @type {HTMLElement} */ (document.activeElement)
  const begun = checkpoint !== null || evidence !== null || listed().length > 0
  document.body.classList.toggle('begun', begun)
  show(byId('place'), !begun || byAddress)
  show(byId('how'), !begun)
  show(byId('start-over'), begun)
  for (const id of ['cards', 'actions']) show(byId(id), begun)
  showCheckpoint(checkpoint)
  showEvidence(evidence)
  showVouchers()
  showActions()
  /** @type {NodeListOf<HTMLButtonElement | HTMLInputElement>} */
  const choices = document.querySelectorAll('.drop button, .drop input, #start-over')
  for (const choice of choices) choice.disabled = running !== null
  if (focused !== document.body && focused.offsetParent === null) focusNext()
}

/** @param {Source | null} checkpoint */
function showCheckpoint(checkpoint) {
  card('drop-checkpoint', checkpoint !== null)
  byId('checkpoint-name').replaceChildren(untrusted(checkpoint ? checkpoint.name || texts.looseFiles : ''))
  if (!checkpoint) return
  const { bytes, steps } = glance(checkpoint)
  byId('checkpoint-facts').textContent = sizeOf(checkpoint)
  const notes = [
    state.isSample ? texts.sampleCheckpoint : '',
    steps.length > 0 ? texts.steps(steps) : '',
    bytes >= hugeFrom ? texts.huge(bytes) : '',
  ]
  byId('checkpoint-notes').textContent = notes.filter(Boolean).join(' ')
  show(byId('choose-step'), steps.length > 0)
}

/** @param {import('./session.js').Evidence | null} evidence */
function showEvidence(evidence) {
  card('drop-evidence', evidence !== null)
  showLinkConfirm(evidence)
  show(byId('swap'), Boolean(evidence?.source && state.checkpoint))
  offerEvidenceInside()
  byId('evidence-title').textContent = texts.kinds[evidence?.kind ?? 'none']
  if (!evidence) return
  const { kind, source, file, inside, fingerprint, facts, problem, cameWithSource } = evidence
  const name = source ? source.name || texts.looseFiles : (inside ?? file?.name ?? fingerprint ?? '')
  byId('evidence-name').replaceChildren(untrusted(name))
  byId('evidence-name').classList.toggle('digest', kind === 'fingerprint')
  byId('evidence-facts').textContent = problem ? '' : factsOf(evidence)
  byId('evidence-fingerprint').replaceChildren(facts?.fingerprint ? untrusted(facts.fingerprint) : '')
  say('evidence-problem', problem ?? '')
  const isTold = cameWithSource === true && !(kind === 'lockfile' && listed().length > 0)
  const caution =
    isTold && (kind === 'lockfile' || kind === 'sums')
      ? texts.cameWith[kind]
      : evidence.cameWithLink
        ? texts.cameWithLink
        : ''
  say('evidence-caution', problem ? '' : caution)
  say('evidence-note', state.isSample && kind === 'lockfile' ? texts.sampleLockfile : '')
}

/** Of a fingerprint that the page's own address gave. @param {import('./session.js').Evidence | null} evidence */
function showLinkConfirm(evidence) {
  if (!byAddress) return
  const isLinked = evidence?.cameWithLink !== undefined && !evidence.problem
  show(byId('link-confirm'), isLinked)
  input('link-confirmed').checked = isLinked && evidence.cameWithLink === false
}

/** Lockfiles and sums that came with the checkpoint are offered, never picked up unasked. */
function offerEvidenceInside() {
  const { checkpoint, evidence, vouchers } = state
  const isWanted = (/** @type {string} */ path) => {
    const kind = isSignature(path)
    return kind ? !vouchers[kind] : !evidence
  }
  const all = checkpoint ? glance(checkpoint).evidence : []
  const inside = all.filter(([path]) => isWanted(path)).slice(0, 3)
  const uses = inside.map(([path]) =>
    make('button', { type: 'button', class: 'quiet', 'data-path': path }, texts.use, untrusted(path, 80)),
  )
  byId('lockfiles-inside').replaceChildren(texts.inside, ...uses)
  show(byId('lockfiles-inside'), inside.length > 0)
}

/** @param {import('./session.js').Evidence} evidence */
function factsOf({ kind, source, facts, cameWithLink }) {
  if (source) return sizeOf(source)
  if (cameWithLink !== undefined) return cameWithLink ? texts.givenByLink : texts.confirmed
  if (kind === 'fingerprint') return texts.fingerprintFacts
  if (!facts) return texts.readingEvidence
  if (facts.files !== undefined) return texts.sumsFacts(facts.files)
  return texts.lockfileFacts(facts.step, facts.leaves ?? 0)
}

/** @param {Source} source */
function sizeOf(source) {
  if ('host' in source) return texts.onHost(source.host)
  const { files, bytes } = glance(source)
  if (!(source instanceof ArchiveSource)) return texts.filesAndBytes(files, bytes)
  return texts.archive(source.archive.size) + (source.opened ? texts.inArchive(files, bytes) : '')
}

/** @param {string} id @param {string} text none hides it */
function say(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = plainText(text, 600)
  show(byId(id), text !== '')
}

function showActions() {
  const { checkpoint, evidence, running, problem } = state
  const idle = checkpoint !== null && !running
  const isAgain = !byId('result').hidden
  const isPair = evidence?.kind === 'checkpoint'
  const isThere = evidence !== null || Boolean(state.vouchers.model)
  show(byId('verify'), isThere && !isPair)
  show(byId('diff'), isPair)
  for (const command of /** @type {const} */ (['verify', 'diff'])) {
    button(command).textContent = texts[command][isAgain ? 'again' : 'first']
    button(command).classList.toggle('primary', !isAgain)
    button(command).disabled = !idle || !isThere || evidence?.problem !== undefined
  }
  button('check').disabled = button('lock').disabled = !idle
  for (const command of /** @type {const} */ (['check', 'lock'])) show(byId(command), !problem)
  byId('hint').textContent = hint()
  show(byId('hint'), !isAgain)
}

/** Where one goes on when the button that had the focus is gone. */
function focusNext() {
  const { checkpoint, evidence } = state
  const next = !checkpoint
    ? evidence
      ? 'choose-checkpoint-too'
      : 'choose-checkpoint'
    : !evidence
      ? 'choose-lockfile'
      : evidence.kind === 'checkpoint'
        ? 'diff'
        : 'verify'
  byId(byAddress && !checkpoint ? 'address' : next).focus()
}

function hint() {
  const { checkpoint, evidence, running, problem } = state
  if (running) return texts.hints.running
  if (problem) return byAddress ? texts.hints.noneThere : texts.hints.noCheckpoint
  if (byAddress && !checkpoint) return texts.hints.unread
  const lacks = missing()
  if (lacks) return voucherTexts.missing[lacks]
  const isThere = evidence || state.vouchers.model
  if (!checkpoint) return isThere ? texts.hints.evidenceOnly : texts.hints.nothing
  if (evidence?.problem) return texts.hints.refused
  if (!isThere) return texts.hints.checkpointOnly
  return evidence?.kind === 'checkpoint' ? texts.hints.two : texts.hints.verify
}

/** @param {string} id @param {boolean} filled */
function card(id, filled) {
  byId(id).classList.toggle('filled', filled)
  show(element('.empty', HTMLElement, byId(id)), !filled)
  show(element('.chosen', HTMLElement, byId(id)), filled)
  if (!filled && id === 'drop-evidence') input('fingerprint').value = ''
}
