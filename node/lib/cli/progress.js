// A line on stderr that is overwritten in place: how far, how fast.
import { formatCount, formatSize } from './sizes.js'

const kEvery = 100 // ms between two drawings
const kPlainEvery = 2000
const kBar = 24
const kFirst = 2 // seconds

/**
 * @param {'auto' | 'always' | 'never'} when
 * @param {NodeJS.WriteStream} stream stderr
 * @param {Record<string, string | undefined>} [env]
 */
export function progressBar(when, stream, env = {}) {
  // A terminal that cannot go back to the beginning of a line gets lines.
  const tty = Boolean(stream.isTTY) && env.TERM !== 'dumb'
  if (when === 'never' || (when === 'auto' && !tty)) return { update: undefined, clear() {} }
  const started = performance.now()
  let last = started - (tty ? kEvery : 0)
  let drawn = false
  return {
    /** @param {import('../index.js').Progress} progress */
    update(progress) {
      const now = performance.now()
      if (now - last < (tty ? kEvery : kPlainEvery)) return
      last = now
      const line = progressLine(progress, (now - started) / 1000, tty)
      stream.write(tty ? `\r\x1b[K${line.slice(0, Math.max(20, (stream.columns || 80) - 1))}` : `${line}\n`)
      drawn = tty
    },
    clear() {
      if (drawn) stream.write('\r\x1b[K')
      drawn = false
    },
  }
}

/**
 * @param {import('../index.js').Progress} progress
 * @param {number} seconds since the beginning
 * @param {boolean} bar
 */
export function progressLine(progress, seconds, bar) {
  const { leavesDone: leaves, leavesTotal: allLeaves, bytesDone: bytes, bytesTotal: allBytes } = progress
  const { fraction, bytesPerSecond, secondsLeft } = progress
  if (!allLeaves) return 'reading the structure'
  const filled = Math.round(fraction * kBar)
  const drawing = bar ? `[${'#'.repeat(filled)}${'.'.repeat(kBar - filled)}] ` : ''
  const rate = bytesPerSecond === null ? '' : `  ${formatSize(bytesPerSecond)}/s`
  // Of the first moments nothing follows.
  const left = seconds >= kFirst && secondsLeft && fraction < 1 ? `  ${formatTime(secondsLeft)} left` : ''
  return (
    `${drawing}${Math.floor(fraction * 100)}%  ${formatSize(bytes)} of ${formatSize(allBytes)}${rate}${left}` +
    `  ${formatCount(leaves)} of ${formatCount(allLeaves)} leaves`
  )
}

/** 42 s, 3 min 20 s, 2 h 5 min */
export function formatTime(/** @type {number} */ seconds) {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
