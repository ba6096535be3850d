/** A command, from the press of its button to its answer. */

import { messageOf } from '../node/lib/errors.js'
import { showChoices } from './cards.js'
import { commandOptions } from './choice_options.js'
import { input } from './dom.js'
import { run } from './engine.js'
import { judgeLockfile } from './lockfile.js'
import { showResult } from './result.js'
import { announce, hideRunning, showProgress, showRunning } from './running.js'
import { clearResult, engine, notice, state, tree } from './session.js'

const showRunningAfter = 200 // ms; a shorter run shows its result only

/** @typedef {'verify' | 'check' | 'lock' | 'diff'} Command each has its button */

/** @param {Command} command @param {HTMLElement} pressed */
export async function perform(command, pressed) {
  const { checkpoint } = state
  if (state.running || !checkpoint) return
  notice('')
  clearResult()
  if (!input('option-step').checkValidity()) return notice('A step is a whole number.')
  const running = new AbortController()
  state.running = running
  const showing = setTimeout(() => {
    showRunning(command)
    showChoices()
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
  showChoices()
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

/**
 * @param {Command} command
 * @param {import('../node/lib/stores/files.js').FilesStore} checkpoint
 * @returns {import('./engine.js').Request}
 */
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
