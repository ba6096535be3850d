/** What a report says, in words. Shape and word carry it, never colour alone. */

import { headlineParts } from '../node/lib/values/headline.js'
import { count, formatBytes, formatCount } from './text.js'

/** @typedef {import('../node/lib/index.js').Report} Report */
/** @typedef {'equal' | 'different' | 'partial' | 'untrusted' | 'none'} Tone */

/** @type {Record<string, Tone>} */
const tones = {
  VERIFIED: 'equal',
  SOUND: 'equal',
  EQUAL: 'equal',
  MATCHES: 'equal',
  LOCKED: 'equal',
  MISMATCH: 'different',
  INCOMPLETE: 'partial',
  UNTRUSTED: 'untrusted',
  'NO-EVIDENCE': 'none',
}

/** The name of its icon and of its CSS class. @param {Report} report */
export function tone(report) {
  return tones[report.verdict] ?? 'none'
}

/**
 * The headline without the verdict's word, which stands above it: what was looked at, and what came out.
 * @param {Report} report
 */
export function headline({ headline }) {
  const { subject, statement } = headlineParts(headline)
  return subject + statement
}

/** `step 3 · 1 leaf equal, 2 different · exit code 1` @param {Report} report */
export function numbers(report) {
  const { equal = 0, different = 0, missing = 0, extra = 0, not_read = 0 } = report.leaves ?? {}
  const parts = []
  for (const [word, n] of Object.entries({ equal, different, missing, extra, 'not compared': not_read })) {
    if (n > 0) parts.push(`${parts.length === 0 ? count(n, 'leaf', 'leaves') : formatCount(n)} ${word}`)
  }
  const step = report.source?.step === undefined ? '' : `step ${report.source.step}`
  return [step, parts.join(', '), `exit code ${report.exit_code}`].filter(Boolean).join(' · ')
}

/** One sentence on the bytes of the directory: what was read, and what nobody vouches for. @param {Report} report */
export function coverage(report) {
  const { leaf = 0, structural = 0, unreachable = 0, ignored = 0, unread = 0 } = report.coverage ?? {}
  const total = leaf + structural + unreachable + ignored + unread
  if (total === 0) return ''
  // Small values lie in the nodes of the b-tree, among the structure.
  const parts =
    leaf > 0
      ? [`${formatBytes(leaf)} of leaf data`, `${formatBytes(structural)} of structure`]
      : [`${formatBytes(structural)} of structure and the small values in it`]
  if (unread > 0) parts.push(`${formatBytes(unread)} not read`)
  if (ignored > 0) parts.push(`${formatBytes(ignored)} ignored`)
  if (unreachable > 0) parts.push(`${formatBytes(unreachable)} that no leaf refers to`)
  const vouched = ignored + unreachable + unread > 0 ? ' Nobody vouches for the rest.' : ''
  const listed = parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : parts[0]
  return `Of ${formatBytes(total)} in the directory: ${listed}.${vouched}`
}
