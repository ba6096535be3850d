/** The page for addresses: which button does what. Nothing is asked of any server before “Read it” is pressed. */

import { messageOf } from '../../node/lib/errors.js'
import { takeEvidence } from '../arrivals.js'
import { showChoices } from '../cards.js'
import { chooser, listenForFingerprints } from '../choices.js'
import { button, byId, element, input, show } from '../dom.js'
import { fingerprintEvidence } from '../evidence.js'
import { chooseSteps, removeVoucher, setCheckpoint, setEvidence, startOver } from '../flow.js'
import { listenForLeaves } from '../panel/panel.js'
import { perform } from '../perform.js'
import { togglePause } from '../running.js'
import { engine, notice, state } from '../session.js'
import { linkTo, readLink, sourceAt } from './address.js'
import { urlTexts as texts } from './texts.js'

engine.catch(error => notice(messageOf(error)))

const busy = () => state.running !== null

/** From the address of this page to its fields; what ran, ends. */
async function takeLink() {
  const { src, fingerprint } = readLink(location.hash)
  state.running?.abort()
  input('address').value = src
  await startOver()
  showAddress()
  if (fingerprint) await setEvidence({ ...fingerprintEvidence(fingerprint), cameWithLink: true })
}

/** What a press of the button would ask, or why it cannot. */
function showAddress() {
  const { source, problem } = sourceAt(input('address').value)
  byId('address-facts').textContent = problem ?? (source ? texts.asks(source.host) : '')
  byId('address-facts').classList.toggle('problem', problem !== undefined)
  input('address').setAttribute('aria-invalid', String(problem !== undefined))
  return source
}

/** @param {Event} event */
function readIt(event) {
  event.preventDefault()
  const source = showAddress()
  if (busy() || !source) return input('address').focus()
  notice('')
  byId('address-facts').textContent = ''
  input('address').value = source.address
  history.replaceState(null, '', link())
  return setCheckpoint(source)
}

/** To this page, with what is chosen now. */
function link() {
  const { checkpoint, evidence } = state
  const src = sourceAt(input('address').value).source?.address ?? checkpoint?.name
  return location.href.replace(/#.*$/s, '') + linkTo({ src, fingerprint: evidence?.fingerprint })
}

async function copyLink() {
  byId('link-copied').textContent = ''
  try {
    await navigator.clipboard.writeText(link())
    byId('link-copied').textContent = texts.copied
  } catch {
    byId('link-copied').textContent = texts.notCopied
  }
}

/** Evidence may be dropped; a checkpoint may not: what this page reads, it could send. */
function listenForDrops() {
  addEventListener('dragover', event => event.preventDefault())
  addEventListener('drop', event => {
    event.preventDefault()
    const { files = [], items = [] } = event.dataTransfer ?? {}
    if (busy() || files.length === 0) return
    if ([...items].some(item => item.webkitGetAsEntry()?.isDirectory)) notice(texts.filesElsewhere)
    else takeFiles([...files])
  })
}

/** @param {File[]} files */
async function takeFiles(files) {
  notice('')
  if (!(await takeEvidence(files))) notice(texts.filesElsewhere)
}

/** @type {Record<string, () => unknown>} */
const presses = {
  'start-over': () => {
    input('address').value = ''
    history.replaceState(null, '', location.href.replace(/#.*$/s, ''))
    return startOver()
  },
  'remove-checkpoint': () => setCheckpoint(null),
  'remove-evidence': () => setEvidence(null),
  cancel: () => state.running?.abort(),
  pause: togglePause,
  'copy-link': copyLink,
}
for (const [id, press] of Object.entries(presses)) {
  byId(id).addEventListener('click', () => {
    notice('')
    press()
  })
}
for (const command of /** @type {const} */ (['verify', 'check', 'lock'])) {
  const pressed = button(command)
  pressed.addEventListener('click', () => perform(command, pressed))
}
for (const id of ['option-step', 'option-all-steps']) byId(id).addEventListener('change', chooseSteps)

byId('vouchers').addEventListener('click', ({ target }) => {
  const kind = target instanceof Element && target.closest('button')?.dataset.kind
  if (kind) removeVoucher(/** @type {import('../session.js').VoucherKind} */ (kind))
})

byId('licences').addEventListener('toggle', () => {
  element('#licences pre', HTMLPreElement).textContent = element('#licence-text', HTMLScriptElement).text
})

if (window.top === window) {
  byId('address-form').addEventListener('submit', readIt)
  input('address').addEventListener('input', showAddress)
  // Whoever made the link cannot tick it.
  input('link-confirmed').addEventListener('change', ({ isTrusted }) => {
    const { evidence } = state
    if (isTrusted && !busy() && evidence) setEvidence({ ...evidence, cameWithLink: !input('link-confirmed').checked })
  })
  chooser(['choose-lockfile'], 'input-lockfile', takeFiles)
  listenForDrops()
  listenForFingerprints()
  listenForLeaves()
  addEventListener('hashchange', takeLink)
  void takeLink()
} else {
  notice(texts.framed)
  showChoices()
  show(byId('place'), false)
}
