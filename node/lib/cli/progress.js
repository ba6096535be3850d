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
 * @param {Pick<import('../index.js').Progress, 'leavesDone' | 'leavesTotal' | 'bytesDone' | 'bytesTotal'>} progress
 * @param {number} seconds
 * @param {boolean} bar
 */
export function progressLine(progress, seconds, bar) {
  const { leavesDone: leaves, leavesTotal: allLeaves, bytesDone: bytes, bytesTotal: allBytes } = progress
  if (!allLeaves) return 'reading the structure'
  const part = allBytes ? Math.min(1, bytes / allBytes) : leaves / allLeaves
  const filled = Math.round(part * kBar)
  const drawing = bar ? `[${'#'.repeat(filled)}${'.'.repeat(kBar - filled)}] ` : ''
  const rate = seconds > 0 && bytes ? `  ${formatSize(bytes / seconds)}/s` : ''
  // What is left, at the rate of what was done; of the first moments nothing follows.
  const left = seconds >= kFirst && part > 0 && part < 1 ? `  ${formatTime((seconds * (1 - part)) / part)} left` : ''
  return (
    `${drawing}${Math.floor(part * 100)}%  ${formatSize(bytes)} of ${formatSize(allBytes)}${rate}${left}` +
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
