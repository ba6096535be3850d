/** The command line that does what the page has just done. */

/** @typedef {import('./session.js').Evidence} Evidence */

const voucherOptions = { signature: '--signature', model: '--bundle', key: '--key' }

/**
 * @param {object} done
 * @param {string} done.command
 * @param {Record<string, any>} done.options of node/lib/api.js
 * @param {{name: string, address?: string} | null} done.checkpoint
 * @param {Evidence | null} done.evidence
 * @param {Partial<Record<import('./session.js').VoucherKind, import('./session.js').Voucher>>} done.vouchers
 */
export function commandLine({ command, options, checkpoint, evidence, vouchers }) {
  const source = pasteable(checkpoint?.address ?? checkpoint?.name, 'CHECKPOINT')
  const words = ['leafsum', command]
  if (command === 'diff') words.push('--values', pasteable(evidence?.source?.name, 'CHECKPOINT'), source)
  else words.push(source)
  if (options.step !== undefined) words.push('--step', String(options.step))
  if (options.allSteps) words.push('--all-steps')
  if (options.deep) words.push('--deep')
  if (options.strict) words.push('--strict')
  if (options.algorithms) words.push('--algorithm', options.algorithms.join(','))
  if (command === 'verify') {
    words.push(...evidenceWords(evidence, source))
    for (const kind of /** @type {const} */ (['signature', 'model', 'key'])) {
      const voucher = vouchers[kind]
      if (voucher) words.push(voucherOptions[kind], pathOf(voucher, source))
    }
  }
  return words.map(shellWord).join(' ')
}

/** @param {Evidence | null} evidence @param {string} source */
function evidenceWords(evidence, source) {
  if (!evidence) return []
  const { kind, fingerprint, cameWithLink } = evidence
  // The program would trust what it is given: the user is to name it.
  if (kind === 'fingerprint') return ['--fingerprint', cameWithLink ? 'FINGERPRINT' : (fingerprint ?? '')]
  return [kind === 'sums' ? '--sums' : '--lock', pathOf(evidence, source)]
}

/**
 * What lies in an archive has no path; it has to be taken out first.
 * @param {{ file?: File, inside?: string }} given @param {string} source
 */
function pathOf({ file, inside }, source) {
  return pasteable(
    inside !== undefined && file ? `${source}/${inside}` : (file?.name ?? inside?.split('/').at(-1)),
    'FILE',
  )
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
