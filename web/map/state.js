/** What a report says of each leaf: those that no finding names are only called equal where that is told of all. */

/**
 * @typedef {'equal' | 'consistent' | 'differs' | 'missing' | 'extra' | 'unread' | 'warning' | 'unknown'} State
 *
 * @param {import('../forest.js').Mark | undefined} mark
 * @param {State} rest of leaves without one
 * @returns {State}
 */
export function stateOf(mark, rest) {
  if (!mark) return rest
  if (mark.code === 'missing-leaf') return 'missing'
  if (mark.code === 'extra-leaf') return 'extra'
  if (mark.severity === 'gap') return 'unread'
  return mark.severity === 'error' ? 'differs' : 'warning'
}

/** The worst first: what a branch is shown as. */
export const states = /** @type {const} */ ([
  'differs',
  'missing',
  'extra',
  'unread',
  'warning',
  'unknown',
  'consistent',
  'equal',
])

/**
 * Of the leaves that no finding names.
 * @param {import('../../node/lib/index.js').Report} report
 * @returns {State}
 */
export function restOf({ command, verdict, leaves, findings, findings_dropped }) {
  const compares = command === 'verify' || command === 'diff'
  if (!compares || leaves.equal === 0 || findings_dropped > 0 || verdict === 'NO-EVIDENCE') return 'unknown'
  // A fingerprint that differs says nothing of any one leaf.
  if (findings.some(({ code, key_path, severity }) => severity === 'error' && /digest/.test(code) && !key_path))
    return 'unknown'
  const named = new Set(
    findings.flatMap(({ severity, item, key_path }) =>
      key_path && (severity === 'error' || severity === 'gap') ? [JSON.stringify([item, key_path])] : [],
    ),
  )
  const { different, missing, extra, not_read } = leaves
  if (different + missing + extra + not_read > named.size) return 'unknown'
  return verdict === 'UNTRUSTED' ? 'consistent' : 'equal'
}
