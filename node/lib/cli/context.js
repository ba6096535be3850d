// What the commands share: options of the API from those of the command line, and how a result leaves.
import { parseArguments } from './args.js'
import { reportText } from '../report.js'
import { howToWrite } from './inside_source.js'
import { kCommands } from './command_table.js'
import { nextStep } from './next_step.js'
import { checkWritable, writeAtomically } from './output.js'
import { progressBar } from './progress.js'
import { renderReport } from './render.js'
import { painter, withoutSecrets } from './terminal.js'

const kSources = ['SRC', 'A', 'B', 'TEMPLATE']

/**
 * @typedef {ReturnType<typeof parseArguments>} Arguments
 * @typedef {NodeJS.Process} Process
 */
export class Context {
  #how = { force: true }

  /**
   * @param {Arguments} args
   * @param {Process} process
   * @param {AbortSignal} signal
   */
  constructor({ command, operands, options }, process, signal) {
    this.command = command
    this.operands = operands
    this.options = options
    this.process = process
    this.signal = signal
    this.format = options.json ? 'json' : (options.format ?? 'human')
    this.quiet = options.quiet === true
    this.verbose = options.verbose === true
    const toStdout = options.output === undefined || options.output === '-'
    this.onTerminal = toStdout && Boolean(process.stdout.isTTY)
    this.paint = painter(options.color ?? 'auto', { isTTY: this.onTerminal }, process.env)
    this.bar = progressBar(this.quiet ? 'never' : (options.progress ?? 'auto'), process.stderr, process.env)
  }

  /** What is read as a checkpoint, as the user named it. */
  get sources() {
    const { operands, optional = '' } = kCommands[this.command]
    const isSource = (/** @type {string} */ _, /** @type {number} */ n) => kSources.includes([...operands, optional][n])
    const { against } = this.options
    return [...this.operands.filter(isSource), ...(against === undefined ? [] : [against])]
  }

  /** Options that the JavaScript API takes under the same names. */
  apiOptions() {
    const { item, step, allSteps, prefix, include, exclude, allowStructure, algorithm, jobs, maxMemory, maxFill } =
      this.options
    const { rename, stripPrefix, files, depth } = this.options
    const { deep, strict, allowMissing, allowExtra, fingerprint, values, keys, digest, versions, readers, generation } =
      this.options
    const { hubCache } = this.options
    return {
      item,
      step,
      allSteps,
      prefix,
      include,
      exclude,
      allowStructure,
      maxMemory,
      maxFill,
      deep,
      strict,
      allowMissing,
      allowExtra,
      fingerprint,
      values,
      keys,
      versions,
      readers,
      generation,
      files,
      hub: hubCache && { cache: true },
      depth,
      rename: rename?.map(renameRule),
      stripPrefix,
      keyDigests: digest,
      // BLAKE3 is always computed and comes first (contract §10.13).
      algorithms: algorithm && ['blake3', ...algorithm.filter((/** @type {string} */ name) => name !== 'blake3')],
      workers: jobs,
      signal: this.signal,
      onProgress: this.bar.update,
    }
  }

  /** Before hours of work: can the result be written at all? An existing result is replaced, unless it is evidence. */
  checkOutput() {
    const { output } = this.options
    if (output === undefined || output === '-') return
    this.#how = howToWrite(output, this.sources, { isLockfile: false })
    checkWritable(output, this.#how)
  }

  /** @param {string | Uint8Array} text the result, to stdout or the file of -o */
  write(text) {
    const { output } = this.options
    if (text === '') return
    if (output === undefined || output === '-') this.process.stdout.write(text)
    else writeAtomically(output, text, this.#how)
  }

  /**
   * The same, of a result that is never held as a whole. As fast as its reader: what it has not taken yet stays in
   * memory.
   * @param {Iterable<string | Uint8Array>} pieces
   */
  async writePieces(pieces) {
    const { output } = this.options
    if (output !== undefined && output !== '-') return writeAtomically(output, pieces, this.#how)
    for (const piece of pieces) {
      const error = await new Promise(resolve => this.process.stdout.write(piece, resolve))
      if (error) return // nobody reads on, or main.js has told why
    }
  }

  /** Something to know that is no result. @param {string} text */
  note(text) {
    if (!this.quiet) this.process.stderr.write(`leafsum: ${withoutSecrets(text)}\n`)
  }

  /**
   * The report of verify, check, diff, lock, match in the format wanted.
   * @param {any} report
   * @param {string} [wrote]  the file that the command wrote
   * @returns {Promise<string>}
   */
  async reportText(report, wrote) {
    switch (this.format) {
      case 'json':
        return reportText(report)
      case 'ndjson':
        return findingLines(report)
      case 'junit':
        return (await import('./junit.js')).junit(report)
      case 'sarif': {
        const [{ sarif }, { packageVersion }, { explanations }] = await Promise.all([
          import('./sarif.js'),
          import('./version.js'),
          import('../explanations.js'),
        ])
        return sarif(report, { version: packageVersion(), explain: code => explanations[code] ?? '' })
      }
      default:
        return this.quiet ? '' : renderReport(report, { ...this, wrote, next: nextStep(report, this) })
    }
  }
}

/** `RE=>TO`, at the last arrow. @returns {[string, string]} */
function renameRule(/** @type {string} */ text) {
  const at = text.lastIndexOf('=>')
  return [text.slice(0, at), text.slice(at + 2)]
}

/** A line for each finding, then the report without them. */
function findingLines(/** @type {any} */ { findings, ...rest }) {
  return lines([
    ...findings.map((/** @type {any} */ one) => ({ type: 'finding', ...one })),
    { type: 'report', ...rest },
  ])
}

/** @param {any[]} values */
export const lines = values => values.map(value => JSON.stringify(value) + '\n').join('')
