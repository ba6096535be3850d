/** The command line that does what the page has just done. */

/** @typedef {import('./session.js').Evidence} Evidence */

/**
 * @param {object} done
 * @param {string} done.command
 * @param {Record<string, any>} done.options of node/lib/api.js
 * @param {{name: string} | null} done.checkpoint
 * @param {Evidence | null} done.evidence
 */
export function commandLine({ command, options, checkpoint, evidence }) {
  const source = pasteable(checkpoint?.name, 'CHECKPOINT')
  const words = ['leafsum', command]
  if (command === 'diff') words.push('--values', pasteable(evidence?.source?.name, 'CHECKPOINT'), source)
  else words.push(source)
  if (options.step !== undefined) words.push('--step', String(options.step))
  if (options.allSteps) words.push('--all-steps')
  if (options.deep) words.push('--deep')
  if (options.strict) words.push('--strict')
  if (options.algorithms) words.push('--algorithm', options.algorithms.join(','))
  if (command === 'verify') words.push(...evidenceWords(evidence, source))
  return words.map(shellWord).join(' ')
}

/** @param {Evidence | null} evidence @param {string} source */
function evidenceWords(evidence, source) {
  if (!evidence) return []
  const { kind, fingerprint, file, inside } = evidence
  if (kind === 'fingerprint') return ['--fingerprint', fingerprint ?? '']
  // What lies in an archive has no path; it has to be taken out first.
  const path = inside !== undefined && file ? `${source}/${inside}` : (file?.name ?? inside?.split('/').at(-1))
  return [kind === 'sums' ? '--sums' : '--lock', pasteable(path, 'FILE')]
}

/** As a shell reads it back. @param {string} word */
function shellWord(word) {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/**
 * A name that can be pasted into a terminal: one that holds characters which show nothing, or which act, cannot.
 * @param {string | undefined} name
 * @param {string} other in its place
 */
function pasteable(name, other) {
  if (!name || /[\p{C}\p{Zl}\p{Zp}]/u.test(name)) return other
  return name.startsWith('-') ? `./${name}` : name
}
