/** What came out: verdict, three numbers, what differs and why, what it proves; and what comes next. */

import { causesList } from './causes.js'
import { commandLine } from './command_line.js'
import { differencesList, withoutDifferences } from './differences.js'
import { byId, icon, make, show } from './dom.js'
import { announce } from './running.js'
import { listenForTakeAway } from './take_away.js'
import { plainText, untrusted } from './text.js'
import { answers, findingTexts, neverProven, proven } from './texts.js'
import { claimOf, coverage, headline, numbers, threeNumbers } from './verdict.js'

/**
 * @typedef {import('../node/lib/index.js').Report} Report
 * @typedef {import('../node/lib/index.js').DiffOutput} DiffOutput
 *
 * @typedef {object} Done what was done, for the words around the report
 * @property {string} command
 * @property {Record<string, any>} options
 * @property {import('./session.js').Source | null} checkpoint
 * @property {import('./session.js').Evidence | null} evidence
 * @property {Partial<Record<import('./session.js').VoucherKind, import('./session.js').Voucher>>} vouchers
 * @property {boolean} isSample
 * @property {import('./engine.js').ListOutput['totals'] | null} totals
 */

/** @type {import('./take_away.js').Shown | null} */
let shown = null

/** @param {import('./engine.js').Outcome} answer @param {Done} done */
export function showResult(answer, done) {
  const { report, output, lockfile } = answer
  shown = { ...answer, done, name: done.checkpoint?.name || 'checkpoint' }
  showVerdict(report, done)
  const leaves = output && 'leaves' in output ? output.leaves : []
  showDifferences(leaves, done)
  showFindings(report, withoutDifferences(report.findings, leaves))
  showProof(report)
  byId('fingerprint-shown').replaceChildren(report.fingerprint ? untrusted(report.fingerprint) : '')
  show(byId('fingerprint-line'), Boolean(report.fingerprint) && report.command !== 'diff')
  byId('command-shown').replaceChildren(untrusted(commandLine(done)))
  show(byId('save-lockfile'), Boolean(lockfile))
  byId('copied').textContent = ''
  show(byId('result'))
  tellOnce(report)
}

export function hideResult() {
  shown = null
  show(byId('result'), false)
}

/** The focus tells it, unless somebody is typing: then the answer is announced and the focus stays. */
function tellOnce(/** @type {Report} */ report) {
  const typing = document.activeElement?.matches('input, select, textarea')
  if (typing) announce(`${report.verdict}. ${plainText(headline(report))}`)
  else byId('verdict').focus()
}

/** @param {Report} report @param {Done} done */
function showVerdict(report, { totals, isSample, command }) {
  const { shape, tone } = claimOf(report)
  byId('verdict-panel').className = `verdict ${tone}`
  byId('verdict-icon').replaceChildren(icon(shape))
  byId('verdict').textContent = report.verdict
  byId('headline').replaceChildren(proseOf(headline(report)))
  byId('numbers').textContent = numbers(report)
  const rows = threeNumbers(report, totals).map(([value, name, isBad]) =>
    make('div', { class: isBad ? 'bad' : '' }, make('dd', {}, value), make('dt', {}, name)),
  )
  byId('figures').replaceChildren(...rows)
  byId('next-text').textContent = answerOf(report)?.next ?? ''
  const differs = report.verdict === 'MISMATCH' && command === 'verify' && report.leaves.different > 0
  show(byId('compare-sample'), differs && isSample)
  show(byId('compare-copy'), differs && !isSample)
}

/** @param {Report} report @param {Report['findings']} findings that are told nowhere else */
function showFindings({ findings_dropped }, findings) {
  byId('findings-title').textContent = findingTexts.title(findings.length, findings.length + findings_dropped)
  byId('findings-table').replaceChildren(causesList(findings))
  show(byId('findings'), findings.length > 0)
}

/** @param {DiffOutput['leaves']} leaves @param {Done} done */
function showDifferences(leaves, { checkpoint, evidence }) {
  const differing = leaves.filter(({ sign }) => sign !== '=').length
  const names = [evidence?.source?.name || findingTexts.first, checkpoint?.name || findingTexts.second]
  byId('differences-title').textContent = findingTexts.differences(differing)
  byId('differences-table').replaceChildren(differencesList(leaves, [names[0], names[1]]))
  show(byId('differences'), leaves.length > 0)
}

/** @param {Report} report */
function showProof(report) {
  const items = (/** @type {string[]} */ lines) => lines.map(line => make('li', {}, line))
  const signer = signedBy(report)
  const signed = signer && report.verdict === 'VERIFIED' ? [proven.signed(signer)] : []
  byId('proves').replaceChildren(...items([...(answerOf(report)?.proves ?? []), ...signed]))
  const compared = !['SOUND', 'LOCKED', 'NO-EVIDENCE'].includes(report.verdict)
  const who = signer ? neverProven.signer : neverProven.who
  byId('proves-not').replaceChildren(...items([...(compared ? [] : [neverProven.values]), who, ...neverProven.others]))
  byId('coverage').textContent = coverage(report)
}

/** @param {Report} report */
function answerOf({ command, verdict, findings }) {
  if (verdict === 'UNTRUSTED' && findings.some(({ code }) => code === 'signature')) return answers.unsigned
  return answers[command === 'diff' && verdict === 'MISMATCH' ? 'differ' : verdict]
}

/** @param {Report} report */
const signedBy = ({ lock, bundle }) => lock?.signed_by ?? bundle?.signed_by

/** @param {string} text */
function proseOf(text) {
  const prose = untrusted(text, 1000)
  prose.classList.add('prose')
  return prose
}

listenForTakeAway(() => shown)
