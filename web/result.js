/** What came out: the verdict, what was covered, the findings; and what the user may take away from it. */

import { byId, icon, make, show } from './dom.js'
import { announce } from './running.js'
import { differencesTable, findingsTable } from './tables.js'
import { formatCount, plainText, untrusted } from './text.js'
import { coverage, headline, numbers, tone } from './verdict.js'

/**
 * @typedef {import('../node/lib/index.js').Report} Report
 * @typedef {import('../node/lib/index.js').DiffOutput} DiffOutput
 */

/** @type {(import('./engine.js').Outcome & {name: string}) | null} */
let shown = null

/** @param {import('./engine.js').Outcome} answer @param {string} name of the checkpoint, for the names of files */
export function showResult(answer, name) {
  shown = { ...answer, name: name || 'checkpoint' }
  const { report, output, lockfile } = answer
  byId('verdict-panel').className = `verdict ${tone(report)}`
  byId('verdict-icon').replaceChildren(icon(tone(report)))
  byId('verdict').textContent = report.verdict
  byId('headline').replaceChildren(proseOf(headline(report)))
  byId('numbers').textContent = numbers(report)
  showCoverage(report)
  showFindings(report)
  showDifferences(output && 'leaves' in output ? output.leaves : [])
  show(byId('save-lockfile'), Boolean(lockfile))
  byId('copied').textContent = ''
  show(byId('result'))
  announce(`${report.verdict}. ${plainText(headline(report))}`)
  byId('verdict').focus()
}

export function hideResult() {
  shown = null
  show(byId('result'), false)
}

/** @param {Report} report */
function showCoverage(report) {
  const line = byId('coverage')
  line.textContent = coverage(report)
  if (!report.fingerprint) return
  line.append(make('span', { class: 'place' }, 'Fingerprint ', untrusted(report.fingerprint)))
}

/** @param {Report} report */
function showFindings({ findings, findings_dropped }) {
  const of = findings_dropped ? ` of ${formatCount(findings.length + findings_dropped)}` : ''
  byId('findings-title').textContent = `Findings (${formatCount(findings.length)}${of})`
  byId('findings-table').replaceChildren(findingsTable(findings))
  show(byId('findings'), findings.length > 0)
}

/** @param {DiffOutput['leaves']} leaves */
function showDifferences(leaves) {
  const differingFirst = [...leaves].sort((a, b) => Number(a.sign === '=') - Number(b.sign === '='))
  byId('differences-table').replaceChildren(differencesTable(differingFirst))
  show(byId('differences'), leaves.length > 0)
}

/** @param {string} text */
function proseOf(text) {
  const prose = untrusted(text, 1000)
  prose.classList.add('prose')
  return prose
}

/** @param {BlobPart} content @param {string} name */
function save(content, name) {
  const url = URL.createObjectURL(new Blob([content], { type: 'application/json' }))
  make('a', { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    byId('copied').textContent = 'Copied.'
  } catch {
    byId('copied').textContent = 'The browser did not allow it; save the report instead.'
  }
}

byId('save-lockfile').addEventListener('click', () => {
  if (shown?.lockfile) save(shown.lockfile, `${shown.name}.leafsum.json`)
})
byId('save-report').addEventListener('click', () => {
  if (shown) save(shown.text, `${shown.name}.leafsum-report.json`)
})
byId('copy-report').addEventListener('click', () => {
  if (shown) copy(shown.text)
})
