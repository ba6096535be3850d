/** A command, from its start to its answer. */

import { messageOf } from '../node/lib/errors.js'
import { keepOpened } from './archives.js'
import { showChoices } from './cards.js'
import { commandOptions } from './choice_options.js'
import { input } from './dom.js'
import { run } from './engine.js'
import { judgeEvidence, plain } from './evidence.js'
import { restOf } from './map/state.js'
import { showResult } from './result.js'
import { announce, hideRunning, showProgress, showRunning } from './running.js'
import { clearResult, engine, notice, state, superseded, tree } from './session.js'
import { texts } from './texts.js'
import { plainVouchers } from './vouchers.js'

const showRunningAfter = 200 // ms; a shorter run shows its result only

/** @typedef {'verify' | 'check' | 'lock' | 'diff'} Command each has its button */

/** @param {Command} command @param {HTMLElement} [pressed] where nobody pressed anything it has started by itself */
export async function perform(command, pressed) {
  const { checkpoint } = state
  if (state.running || !checkpoint) return
  notice('')
  clearResult()
  if (!input('option-step').checkValidity()) return notice(texts.badStep)
  const running = new AbortController()
  state.running = running
  let end = () => {}
  state.ended = new Promise(resolve => {
    end = resolve
  })
  const showing = setTimeout(() => {
    showRunning(command, { takesFocus: pressed !== undefined })
    showChoices()
  }, showRunningAfter)
  /** @type {import('./engine.js').Answer} */
  let answer
  const options = commandOptions(command)
  try {
    await judgeEvidence()
    const sources = sourcesOf(command, checkpoint)
    const request = requestOf(command, sources, options)
    answer = await run(await engine, request, { signal: running.signal, onProgress: showProgress })
    keepOpened(sources, answer)
  } catch (error) {
    answer = running.signal.aborted ? {} : { bug: messageOf(error) }
  }
  clearTimeout(showing)
  state.running = null
  hideRunning()
  end() // whoever waits goes on when the answer is shown
  if (answer.report) {
    tree.setFindings(answer.report.findings, restOf(answer.report))
    showResult(answer, { command, options, ...state })
    showChoices()
    return
  }
  showChoices()
  pressed?.focus()
  if (answer.refused) notice(texts.refused(answer.refused))
  else if (answer.bug) notice(isMemory(answer.bug) ? texts.outOfMemory : texts.bug(answer.bug))
  else if (running.signal.reason !== superseded) announce(texts.cancelled)
}

/** As engines and node/lib/host/out_of_memory.js say it. */
const isMemory = (/** @type {string} */ why) =>
  /out of memory|memory limit|allocat\w+ (failed|size)|(could not|cannot) allocate/i.test(why)

/**
 * What it is compared with comes first, so that a difference reads from what should be to what is.
 * @param {Command} command @param {import('./session.js').Source} checkpoint
 */
function sourcesOf(command, checkpoint) {
  const second = state.evidence?.source
  return command === 'diff' && second ? [second, checkpoint] : [checkpoint]
}

/**
 * @param {Command} command
 * @param {import('./session.js').Source[]} sources
 * @param {Record<string, unknown>} options
 * @returns {import('./engine.js').Request}
 */
function requestOf(command, sources, options) {
  const { evidence } = state
  return {
    command,
    options,
    sources: sources.map(source => source.spec()),
    evidence: command === 'verify' && evidence ? plain(evidence) : undefined,
    vouchers: command === 'verify' ? plainVouchers() : [],
  }
}
