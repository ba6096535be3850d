/** A command, from its start to its answer. */

import { messageOf } from '../node/lib/errors.js'
import { showChoices } from './cards.js'
import { commandOptions } from './choice_options.js'
import { input } from './dom.js'
import { run } from './engine.js'
import { judgeEvidence, plain } from './evidence.js'
import { showResult } from './result.js'
import { announce, hideRunning, showProgress, showRunning } from './running.js'
import { clearResult, engine, notice, state, tree } from './session.js'
import { texts } from './texts.js'

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
  const showing = setTimeout(() => {
    showRunning(command, { takesFocus: pressed !== undefined })
    showChoices()
  }, showRunningAfter)
  /** @type {import('./engine.js').Answer} */
  let answer
  const options = commandOptions(command)
  try {
    await judgeEvidence()
    const request = requestOf(command, checkpoint, options)
    answer = await run(await engine, request, { signal: running.signal, onProgress: showProgress })
  } catch (error) {
    answer = running.signal.aborted ? {} : { bug: messageOf(error) }
  }
  clearTimeout(showing)
  state.running = null
  hideRunning()
  if (answer.report) {
    tree.setFindings(answer.report.findings)
    showResult(answer, { command, options, ...state })
    showChoices()
    return
  }
  showChoices()
  pressed?.focus()
  if (answer.refused) notice(texts.refused(answer.refused))
  else if (answer.bug) notice(isMemory(answer.bug) ? texts.outOfMemory : texts.bug(answer.bug))
  else announce(texts.cancelled)
}

/** As engines and node/lib/host/out_of_memory.js say it. */
const isMemory = (/** @type {string} */ why) =>
  /out of memory|memory limit|allocat\w+ (failed|size)|(could not|cannot) allocate/i.test(why)

/**
 * @param {Command} command
 * @param {import('../node/lib/stores/files.js').FilesStore} checkpoint
 * @param {Record<string, unknown>} options
 * @returns {import('./engine.js').Request}
 */
function requestOf(command, checkpoint, options) {
  const { evidence } = state
  // What it is compared with comes first, so that a difference reads from what should be to what is.
  const sources = command === 'diff' && evidence?.source ? [evidence.source, checkpoint] : [checkpoint]
  return {
    command,
    options,
    sources: sources.map(source => source.spec()),
    evidence: command === 'verify' && evidence ? plain(evidence) : undefined,
  }
}
