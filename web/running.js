/** While a command runs: its name, a bar, and now and then a word for those who listen instead of looking. */

import { byId, element, show } from './dom.js'
import { count, formatBytes, formatCount } from './text.js'

const doing = {
  verify: 'Verifying…',
  check: 'Checking the structure…',
  lock: 'Hashing every leaf…',
  diff: 'Comparing…',
}
let announcedQuarter = 0

/** @param {keyof typeof doing} command */
export function showRunning(command) {
  announcedQuarter = 0
  byId('running-title').textContent = doing[command]
  byId('progress').removeAttribute('value')
  byId('progress-text').textContent = 'Reading the structure'
  show(byId('running'))
  byId('running-title').focus()
  announce(doing[command])
}

export function hideRunning() {
  show(byId('running'), false)
}

/** @param {import('../node/lib/index.js').Progress} progress */
export function showProgress({ leavesDone, leavesTotal, bytesDone, bytesTotal, fraction }) {
  if (!bytesTotal && !leavesTotal) return
  const bar = element('#progress', HTMLProgressElement)
  bar.max = 1
  bar.value = fraction
  byId('progress-text').textContent =
    `${formatCount(leavesDone)} of ${count(leavesTotal, 'leaf', 'leaves')}` +
    ` · ${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`
  const quarter = Math.floor(fraction * 4)
  if (quarter > announcedQuarter && !byId('running').hidden) announce(`${quarter * 25} percent`)
  announcedQuarter = quarter
}

/** @param {string} text */
export function announce(text) {
  byId('announcement').textContent = text
}
