// The last line of what people read: one command that leads on from a report.
import { existsSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { defaultLockfile } from './source.js'

/**
 * @typedef {{ command: string, operands: string[], options: Record<string, any> }} Run
 *
 * @param {any} report
 * @param {Run} run
 * @returns {string} "" where there is nothing more to do
 */
export function nextStep(report, run) {
  switch (report.exit_code) {
    case 0:
      // Of steps that are gone and kept `verify` would miss every leaf.
      return report.command === 'lock' && !hasKept(report) ? verifyIt(run) : ''
    case 1:
    case 3:
      return (
        newSteps(report, run) ||
        otherStep(report, run) ||
        oneItem(report, run) ||
        whatDiffers(report, run) ||
        explain(report)
      )
    case 4:
      if (report.findings.some((/** @type {any} */ { code }) => code === 'signature')) return explain(report)
      return 'take the lockfile from a place that whoever wrote these files cannot write to, and name it with --lock'
    case 5:
      return giveEvidence(run)
    default:
      return ''
  }
}

const hasKept = (/** @type {any} */ { steps = [] }) => steps.some((/** @type {any} */ one) => one.update === 'kept')

function verifyIt(/** @type {Run} */ { operands: [source], options }) {
  const lockfile = options.output ?? besideOf(source)
  return lockfile && lockfile !== '-' ? leafsum('verify', source, ...scope(options), '--lock', lockfile) : ''
}

/** The step that the lockfile is of, where another one was read. */
function otherStep(
  /** @type {any} */ { command, source, lock, leaves, findings },
  /** @type {Run} */ { operands: [given], options },
) {
  if (command !== 'verify' || !lock) return ''
  const { step: read, ...rest } = options
  // The lockfile is of every step, and one was named.
  if (read !== undefined && findings.some((/** @type {any} */ one) => one.code === 'skipped'))
    return leafsum('verify', given, ...scope(rest), '--lock', options.lock)
  if (lock.step === undefined) return ''
  const step = String(lock.step)
  if (findings.some((/** @type {any} */ one) => one.code === 'newer-step'))
    return `${leafsum('verify', given, ...scope(rest), '--step', step, '--lock', options.lock)} speaks of step ${step} alone`
  if (source.step === lock.step || leaves.different + leaves.missing === 0) return ''
  if (read !== undefined || options.allSteps)
    return leafsum('verify', given, ...scope({ ...rest, allSteps: undefined }), '--lock', options.lock)
  const beside = join(dirname(resolve(given)), step)
  if (/^\d+$/.test(basename(resolve(given))) && existsSync(beside))
    return leafsum('verify', join(dirname(given), step), ...scope(rest), '--lock', options.lock)
  return ''
}

/** The lockfile is of every step, and the root has grown since. */
function newSteps(
  /** @type {any} */ { command, lock, steps, leaves, findings },
  /** @type {Run} */ { operands: [given], options },
) {
  if (command !== 'verify' || !lock || lock.step !== undefined || !steps || !leaves.equal || !options.lock) return ''
  const errors = findings.filter((/** @type {any} */ one) => one.severity === 'error')
  if (!errors.length || errors.some((/** @type {any} */ one) => one.code !== 'extra-leaf')) return ''
  return `${leafsum('lock', given, '--update', '-o', options.lock)} adds steps that are new`
}

/** The item that the source is, where the lockfile is of a checkpoint that has it among others. */
function oneItem(/** @type {any} */ { command, leaves, findings }, /** @type {Run} */ { operands: [given], options }) {
  if (command !== 'verify' || !options.lock || options.item !== undefined) return ''
  if (leaves.equal + leaves.different > 0 || !leaves.missing || !leaves.extra) return ''
  const items = new Set(findings.map((/** @type {any} */ one) => one.code === 'missing-leaf' && one.item))
  const item = basename(resolve(given))
  return items.has(item) ? leafsum('verify', given, ...scope(options), '--item', item, '--lock', options.lock) : ''
}

/** How values differ, where that was not asked for and both sides are at hand. */
function whatDiffers(/** @type {any} */ { command, leaves }, /** @type {Run} */ { operands, options }) {
  if (!leaves.different) return ''
  if (command === 'diff' && !options.values) return leafsum('diff', '--values', ...scope(options), ...operands)
  return ''
}

function explain(/** @type {any} */ { findings }) {
  const worst = ['error', 'gap', 'trust', 'warning']
    .map(severity => findings.find((/** @type {any} */ one) => one.severity === severity))
    .find(Boolean)
  return worst ? leafsum('explain', worst.code) : ''
}

/** A lockfile beside the source is never picked up unasked, but it is told. */
function giveEvidence(/** @type {Run} */ { operands: [source], options }) {
  const beside = besideOf(source)
  if (beside && existsSync(beside)) return leafsum('verify', source, ...scope(options), '--lock', beside)
  return `${leafsum('verify', source, ...scope(options), '--lock', 'FILE')}, or with --fingerprint F, --sums FILE or --against SRC2`
}

/** The lockfile that `lock` writes, spelt as the source is. */
function besideOf(/** @type {string} */ source) {
  const file = defaultLockfile(source)
  return file === undefined || isAbsolute(source) ? file : relative('', file)
}

/** What narrowed the question narrows it again. */
function scope(/** @type {Record<string, any>} */ { item, step, allSteps, prefix, include = [], exclude = [] }) {
  return [
    ...(item === undefined ? [] : ['--item', item]),
    ...(step === undefined ? [] : ['--step', step]),
    ...(allSteps ? ['--all-steps'] : []),
    ...(prefix === undefined ? [] : ['--prefix', prefix]),
    ...include.flatMap((/** @type {string} */ glob) => ['--include', glob]),
    ...exclude.flatMap((/** @type {string} */ glob) => ['--exclude', glob]),
  ]
}

const leafsum = (/** @type {string[]} */ ...words) => ['leafsum', ...words.map(shellWord)].join(' ')

/** As a shell reads it back. */
const shellWord = (/** @type {string} */ word) =>
  /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
