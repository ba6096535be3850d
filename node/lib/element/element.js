// <leafsum-verify src lock fingerprint>: a button, then the answer. Nothing is asked of any server before it is
// pressed.
import { fromArchive, verify } from '../inline.js'
import { LeafsumError, messageOf } from '../errors.js'
import { archiveOfUrl } from '../stores/archive/names.js'
import { fromUrl } from '../stores/url.js'
import { evidenceOf } from './evidence.js'
import { View } from './view.js'

const kAttributes = ['src', 'lock', 'fingerprint', 'step']
const Base = globalThis.HTMLElement ?? /** @type {typeof HTMLElement} */ (/** @type {unknown} */ (class {}))

export class LeafsumVerify extends Base {
  static observedAttributes = kAttributes
  /** @type {View | undefined} */
  #view
  /** @type {AbortController | undefined} */
  #running
  /** @type {import('../index.js').Report | null} */
  #report = null

  get report() {
    return this.#report
  }

  connectedCallback() {
    if (this.#view) return
    const presses = { verify: () => void this.verify().catch(() => {}), cancel: () => this.cancel() }
    this.#view = new View(this.attachShadow({ mode: 'open' }), presses)
    this.#show('idle')
  }

  disconnectedCallback() {
    this.cancel()
  }

  /** What was said was of another checkpoint, or of other evidence. */
  attributeChangedCallback(/** @type {string} */ _, /** @type {string | null} */ was, /** @type {string | null} */ is) {
    if (was === is) return
    this.cancel()
    this.#report = null
    this.#show('idle')
  }

  cancel() {
    this.#running?.abort()
  }

  /** @returns {Promise<import('../index.js').Report>} rejects as `verify` does */
  async verify() {
    this.cancel()
    const running = new AbortController()
    this.#running = running
    this.#report = null
    this.#show('running')
    const isCurrent = () => this.#running === running
    try {
      const report = await this.#verified(running.signal)
      if (!isCurrent()) throw running.signal.reason
      this.#report = report
      this.#show(report.verdict)
      this.#view?.showReport(report)
      this.#tell('leafsum-report', report)
      return report
    } catch (error) {
      if (!isCurrent()) throw error
      if (running.signal.aborted) {
        this.#show('idle')
      } else {
        this.#show('error')
        this.#view?.showError(messageOf(error))
        this.#tell('leafsum-error', error)
      }
      throw error
    } finally {
      if (isCurrent()) this.#running = undefined
    }
  }

  /** @param {AbortSignal} signal */
  async #verified(signal) {
    const src = this.getAttribute('src')
    if (!src) throw new LeafsumError('usage', '<leafsum-verify> has no src: it names the checkpoint’s directory')
    const address = /^(hf|gs|s3):/i.test(src) ? src : new URL(src, this.baseURI).href
    const store = archiveOfUrl(address) ? await fromArchive(address, {}) : fromUrl(address)
    const step = this.getAttribute('step')
    return verify(/** @type {any} */ (store), {
      ...(step !== null && { step: Number(step) }),
      ...(await evidenceOf(this, store, signal)),
      signal,
      onProgress: (/** @type {import('../index.js').Progress} */ progress) => {
        if (signal.aborted) return
        this.#view?.showProgress(progress)
        this.#tell('leafsum-progress', progress)
      },
    })
  }

  #show(/** @type {string} */ state) {
    if (!this.#view) return
    this.setAttribute('state', state)
    this.#view.show(state)
  }

  #tell(/** @type {string} */ name, /** @type {unknown} */ detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
  }
}
