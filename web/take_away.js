/** What the user may take away from a result: the lockfile, the report in several forms, a line for the terminal. */

import { explanations } from '../node/lib/explanations.js'
import { renderReport } from '../node/lib/cli/render.js'
import { sarif } from '../node/lib/cli/sarif.js'
import { commandLine } from './command_line.js'
import { byId, make } from './dom.js'
import { texts } from './texts.js'

/**
 * @typedef {import('./engine.js').Outcome & {name: string, done: import('./result.js').Done}} Shown
 * @typedef {() => Shown | null} Current
 */

/** @param {Current} current what is shown now */
export function listenForTakeAway(current) {
  /** @param {string} id @param {(shown: Shown) => unknown} action */
  const on = (id, action) =>
    byId(id).addEventListener('click', () => {
      const shown = current()
      if (shown) action(shown)
    })
  on('save-lockfile', ({ lockfile, name }) => lockfile && save(lockfile, `${name}.leafsum.json`, 'application/json'))
  on('save-report', ({ text, name }) => save(text, `${name}.leafsum-report.json`, 'application/json'))
  on('save-sarif', ({ report, name }) => save(asSarif(report), `${name}.leafsum.sarif`, 'application/sarif+json'))
  on('save-text', ({ report, name }) => save(asText(report), `${name}.leafsum-report.txt`, 'text/plain'))
  on('print-report', () => print())
  on('copy-report', ({ text }) => copy(text))
  on('copy-fingerprint', ({ report }) => copy(report.fingerprint ?? ''))
  on('copy-command', ({ done }) => copy(commandLine(done)))
}

/** @param {import('./result.js').Report} report */
function asText(report) {
  return renderReport(report, { paint: (_, text) => text, verbose: true })
}

/** @param {import('./result.js').Report} report */
function asSarif(report) {
  const explain = (/** @type {string} */ code) => (Object.hasOwn(explanations, code) ? explanations[code] : '')
  return sarif(report, { version: byId('version').textContent ?? '', explain })
}

/** @param {BlobPart} content @param {string} name @param {string} type */
function save(content, name, type) {
  const url = URL.createObjectURL(new Blob([content], { type }))
  make('a', { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** @param {string} text */
async function copy(text) {
  byId('copied').textContent = ''
  try {
    await navigator.clipboard.writeText(text)
    byId('copied').textContent = texts.copied
  } catch {
    byId('copied').textContent = texts.notCopied
  }
}
