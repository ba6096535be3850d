// What <leafsum-verify> shows: text nodes alone, whatever a checkpoint is called. Its parts can be styled from outside.
import { headlineParts } from '../values/headline.js'
import { pointer } from '../values/leaf_name.js'
import { kStyle } from './style.js'

const kShown = 20 // findings

// A shape for each word, so that none is told by its colour alone.
const kSigns = /** @type {Record<string, string>} */ ({
  VERIFIED: '✓',
  MISMATCH: '✗',
  INCOMPLETE: '◌',
  UNTRUSTED: '?',
  'NO-EVIDENCE': '–',
  error: '!',
})

/** Characters that show nothing, or change how others are shown, as escapes. */
const plain = (/** @type {string} */ text) =>
  text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, one => `\\u{${one.codePointAt(0)?.toString(16).toUpperCase()}}`)

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(string | Node)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

const slot = (/** @type {string} */ name, text = '') => make('slot', name ? { name } : {}, text)
const count = (/** @type {number} */ n, /** @type {string} */ one, /** @type {string} */ many) =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`

export class View {
  #verify = make('button', { part: 'button', type: 'button' }, slot('label', 'Verify in this browser'))
  #cancel = make('button', { part: 'cancel', type: 'button' }, slot('cancel', 'Cancel'))
  #bar = make('progress', { part: 'progress', max: '1', 'aria-label': 'Verifying' })
  #done = make('span', { part: 'done' })
  #sign = make('span', { part: 'sign', 'aria-hidden': 'true' })
  #verdict = make('strong', { part: 'verdict' })
  #headline = make('bdi', { part: 'headline' })
  #findings = make('ul', { part: 'findings' })
  #running = make('div', { part: 'running' }, this.#bar, this.#done, this.#cancel)
  #status = make('div', { part: 'status', role: 'status' }, this.#sign, this.#verdict, ' ', this.#headline)

  /** @param {ShadowRoot} root @param {{ verify: () => void, cancel: () => void }} presses */
  constructor(root, presses) {
    const style = new CSSStyleSheet()
    style.replaceSync(kStyle)
    root.adoptedStyleSheets = [style]
    this.#verify.addEventListener('click', presses.verify)
    this.#cancel.addEventListener('click', presses.cancel)
    const box = make('div', { part: 'box', role: 'group', 'aria-label': 'Leafsum' })
    box.append(this.#verify, this.#running, this.#status, this.#findings, slot(''))
    root.append(box)
  }

  /** @param {string} state idle, running, error or a verdict */
  show(state) {
    const hadFocus = [this.#verify, this.#cancel].includes(
      /** @type {any} */ (/** @type {ShadowRoot} */ (this.#verify.getRootNode()).activeElement),
    )
    this.#verify.hidden = state === 'running'
    this.#running.hidden = state !== 'running'
    this.#bar.removeAttribute('value')
    this.#done.textContent = ''
    this.#sign.textContent = kSigns[state] ?? ''
    this.#verdict.textContent = ''
    this.#headline.textContent = ''
    this.#findings.replaceChildren()
    if (hadFocus) (state === 'running' ? this.#cancel : this.#verify).focus()
  }

  /** @param {import('../index.js').Progress} progress */
  showProgress({ fraction, leavesDone, leavesTotal }) {
    if (!leavesTotal) return
    this.#bar.value = fraction
    this.#done.textContent = `${leavesDone.toLocaleString('en')} of ${count(leavesTotal, 'leaf', 'leaves')}`
  }

  /** @param {import('../index.js').Report} report */
  showReport({ verdict, headline, findings }) {
    const { subject, statement } = headlineParts(headline)
    this.#verdict.textContent = verdict
    this.#headline.textContent = plain(subject + statement)
    const told = findings.filter(({ severity }) => severity !== 'info')
    for (const { code, item, key_path, file, message } of told.slice(0, kShown)) {
      const where = key_path ? `${item ? `${item}:` : ''}${pointer(key_path)}` : (file ?? item ?? '')
      const parts = [make('code', {}, code), ' ', make('bdi', {}, plain(where)), ': ', make('bdi', {}, plain(message))]
      this.#findings.append(make('li', { part: 'finding' }, ...parts))
    }
    if (told.length > kShown)
      this.#findings.append(make('li', { part: 'finding' }, `and ${count(told.length - kShown, 'other', 'others')}`))
  }

  /** @param {string} why */
  showError(why) {
    this.#verdict.textContent = 'Nothing was judged.'
    this.#headline.textContent = plain(why)
  }
}
