// How far a command is, from the core's counts: what is done of all, how fast, how long it will take. No report has a
// clock; this has the only one.

const kWindow = 5 // s: of so long the rate is the mean

/** @import { Progress } from './index.js' */

/**
 * @typedef {{ leaves_done: number, leaves_total: number, bytes_done: number, bytes_total: number }} Counts
 *
 * @param {(progress: Progress) => void} onProgress
 * @param {() => number} [now] in milliseconds
 * @returns {(counts: Counts) => void}
 */
export function progressTeller(onProgress, now = () => performance.now()) {
  /** @type {{ at: number, bytes: number }[]} oldest first; the first is as old as the window or the oldest there is */
  const seen = []
  return ({ leaves_done, leaves_total, bytes_done, bytes_total }) => {
    const at = now() / 1000
    seen.push({ at, bytes: bytes_done })
    while (seen.length > 2 && seen[1].at <= at - kWindow) seen.shift()
    const took = at - seen[0].at
    const bytesPerSecond = took > 0 && bytes_done > seen[0].bytes ? (bytes_done - seen[0].bytes) / took : null
    onProgress({
      leavesDone: leaves_done,
      leavesTotal: leaves_total,
      bytesDone: bytes_done,
      bytesTotal: bytes_total,
      fraction: fractionOf(bytes_total ? bytes_done / bytes_total : leaves_done / leaves_total),
      bytesPerSecond,
      secondsLeft: bytesPerSecond === null ? null : Math.max(0, bytes_total - bytes_done) / bytesPerSecond,
    })
  }
}

/** Before the structure was read nothing is known to be done. */
const fractionOf = (/** @type {number} */ part) => (part > 0 ? Math.min(1, part) : 0)
