/** What a report says, in words, numbers and one shape for each claim: shape and word carry it, never colour alone. */

import { headlineParts } from '../node/lib/values/headline.js'
import { formatBytes, formatCount } from './text.js'
import { coverageText, figures } from './texts.js'

/** @typedef {import('../node/lib/index.js').Report} Report */
/** @typedef {'equal' | 'different' | 'partial' | 'untrusted' | 'stated' | 'none'} Tone */

/** @type {Record<string, {shape: string, tone: Tone}>} shape: the icon's name. Equality alone is green. */
const claims = {
  VERIFIED: { shape: 'verified', tone: 'equal' },
  EQUAL: { shape: 'equal', tone: 'equal' },
  MATCHES: { shape: 'matches', tone: 'equal' },
  SOUND: { shape: 'sound', tone: 'stated' },
  LOCKED: { shape: 'locked', tone: 'stated' },
  MISMATCH: { shape: 'different', tone: 'different' },
  INCOMPLETE: { shape: 'partial', tone: 'partial' },
  UNTRUSTED: { shape: 'untrusted', tone: 'untrusted' },
  'NO-EVIDENCE': { shape: 'none', tone: 'none' },
}

/** @param {Report} report */
export function claimOf(report) {
  return claims[report.verdict] ?? { shape: 'none', tone: 'none' }
}

/**
 * The headline without the verdict's word, which stands above it: what was looked at, and what came out.
 * @param {Report} report
 */
export function headline({ headline }) {
  const { subject, statement } = headlineParts(headline)
  return subject + statement
}

/**
 * The three numbers that stand large beside the verdict.
 * @param {Report} report
 * @param {import('./engine.js').ListOutput['totals'] | null} totals of the checkpoint
 * @returns {[value: string, name: string, isBad?: boolean][]}
 */
export function threeNumbers(report, totals) {
  const { equal, different, missing, extra, not_read } = report.leaves
  if (report.command === 'verify' || report.command === 'diff') {
    const unequal = different + missing + extra
    return [
      [formatCount(equal), figures.equal(equal)],
      [formatCount(unequal), figures.unequal(unequal), unequal > 0],
      [formatCount(not_read), figures.notRead, not_read > 0],
    ]
  }
  const of = (/** @type {string} */ severity) => report.findings.filter(one => one.severity === severity).length
  const [errors, warnings] = [of('error') + of('gap'), of('warning')]
  const leaves = totals?.leaves ?? 0
  const { leaf, structural } = report.coverage
  const faults = errors > 0 ? errors : warnings
  return [
    [formatCount(leaves), figures.leaves(leaves)],
    [formatBytes(leaf + structural), figures.bytesRead],
    [formatCount(faults), errors > 0 ? figures.errors(errors) : figures.warnings(warnings), faults > 0],
  ]
}

/** `step 3 · lockfile of step 3 · exit code 1` @param {Report} report */
export function numbers({ source, lock, exit_code }) {
  const parts = [
    source.step === undefined ? '' : figures.step(source.step),
    lock?.step === undefined ? '' : figures.lockedStep(lock.step),
    figures.exitCode(exit_code),
  ]
  return parts.filter(Boolean).join(' · ')
}

/** @param {Report} report */
export function coverage({ coverage: { leaf, structural, unreachable, ignored, unread } }) {
  const total = leaf + structural + unreachable + ignored + unread
  if (total === 0) return ''
  // Small values lie in the nodes of the b-tree, among the structure.
  const parts =
    leaf > 0
      ? [coverageText.leaf(formatBytes(leaf)), coverageText.structural(formatBytes(structural))]
      : [coverageText.small(formatBytes(structural))]
  if (unread > 0) parts.push(coverageText.unread(formatBytes(unread)))
  if (ignored > 0) parts.push(coverageText.ignored(formatBytes(ignored)))
  if (unreachable > 0) parts.push(coverageText.unreachable(formatBytes(unreachable)))
  const listed = parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : parts[0]
  const vouched = ignored + unreachable + unread > 0 ? coverageText.nobody : ''
  return coverageText.whole(formatBytes(total), listed) + vouched
}
