/** While a command runs: its name, a bar, and now and then a word for those who listen instead of looking. */

import { byId, element, show } from './dom.js'
import { pause } from './engine.js'
import { texts } from './texts.js'

const tellLeftAfter = 4 // s; before that a guess is worth little

let announcedQuarter = 0
/** @type {keyof typeof texts.doing} */
let doing = 'verify'
let since = 0
let isPaused = false

/** @param {keyof typeof texts.doing} command @param {{takesFocus: boolean}} how whoever pressed a button follows it */
export function showRunning(command, { takesFocus }) {
  announcedQuarter = 0
  doing = command
  since = performance.now()
  byId('running-title').textContent = isPaused ? texts.paused : texts.doing[command]
  byId('progress').removeAttribute('value')
  byId('progress-text').textContent = texts.structureFirst
  show(byId('running'))
  if (takesFocus) byId('running-title').focus()
  else announce(texts.doing[command])
}

export function hideRunning() {
  setPaused(false)
  show(byId('running'), false)
}

export function togglePause() {
  setPaused(!isPaused)
  byId('running-title').textContent = isPaused ? texts.paused : texts.doing[doing]
  if (isPaused) announce(texts.paused)
}

/** @param {boolean} paused */
function setPaused(paused) {
  if (paused === isPaused) return
  isPaused = paused
  since = Number.NaN // a time with a pause in it tells nothing of the speed
  pause(paused)
  byId('pause').textContent = texts.pause[paused ? 'on' : 'off']
  byId('running').classList.toggle('paused', paused)
}

/** @param {import('../node/lib/index.js').Progress} progress */
export function showProgress(progress) {
  const { leavesTotal, bytesTotal, fraction } = progress
  if (!bytesTotal && !leavesTotal) return
  const bar = element('#progress', HTMLProgressElement)
  bar.max = 1
  bar.value = fraction
  const seconds = (performance.now() - since) / 1000
  const left = seconds > tellLeftAfter && fraction > 0.01 ? texts.left((seconds / fraction) * (1 - fraction)) : ''
  byId('progress-text').textContent = texts.progress(progress) + left
  const quarter = Math.floor(fraction * 4)
  if (quarter > announcedQuarter && quarter < 4 && !byId('running').hidden) announce(texts.percent(quarter * 25))
  announcedQuarter = quarter
}

/** @param {string} text */
export function announce(text) {
  byId('announcement').textContent = text
}
