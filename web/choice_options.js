/** What is chosen under Options, as options of node/lib/api.js. */

import { element, input } from './dom.js'
import { usefulWorkers } from './engine.js'

/** @param {import('./engine.js').Request['command']} command */
export function commandOptions(command) {
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
export function stepOptions() {
  const step = input('option-step').value
  if (input('option-all-steps').checked) return { allSteps: true }
  return /^\d+$/.test(step) ? { step: Number(step) } : {}
}
