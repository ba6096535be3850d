// What verify-blob says to people. Identities, subjects and names come from bundles: they pass through `printable`.
import { headlineParts } from '../values/headline.js'
import { printable } from './terminal.js'

/** @param {any} report @param {import('./terminal.js').Paint} paint */
export function renderSignature(report, paint) {
  const { subject, word, statement } = headlineParts(printable(report.headline))
  const lines = [
    word ? `${subject}${paint(report.exit_code === 0 ? 'green' : 'yellow', word)}: ${statement}` : statement,
  ]
  for (const { code, file, message } of report.findings)
    lines.push('', paint('yellow', `trust ${code}`), `  ${file ? `${printable(file)}: ` : ''}${printable(message)}`)
  return `${lines.join('\n')}\n`
}
