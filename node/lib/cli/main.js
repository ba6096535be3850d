// One run of the command line: arguments, signals, errors, exit code. stdout carries results only.
import { LeafsumError, firstLine } from '../errors.js'
import { platform } from '../host/platform_node.js'
import { parseArguments } from './args.js'
import { kCommands } from './command_table.js'
import { Context } from './context.js'
import { systemText } from './source.js'
import { printable, withoutSecrets } from './terminal.js'

const kUsage = 2
const kBug = 70 // EX_SOFTWARE: none of the codes that say something of the checkpoint
const kInterrupted = 130

/** Another reading of the source may tell what was meant. */
async function meant(/** @type {unknown} */ error, /** @type {Context} */ context) {
  const [{ withMeant }, { openSource }] = await Promise.all([import('./meant.js'), import('./source.js')])
  try {
    const { item, step, allSteps, prefix, generation } = context.apiOptions()
    const source = await openSource(context.operands[0], context.options)
    return await withMeant(error, { source, options: { item, step, allSteps, prefix, generation } })
  } catch {
    return error
  }
}

/** @type {Record<string, () => Promise<{ run: (context: Context) => Promise<number> }>>} */
const kRun = {
  lock: () => import('./commands/lock.js'),
  sign: () => import('./commands/sign.js'),
  keygen: () => import('./commands/keygen.js'),
  verify: () => import('./commands/verify.js'),
  check: () => import('./commands/check.js'),
  diff: () => import('./commands/diff.js'),
  digest: () => import('./commands/digest.js'),
  ls: () => import('./commands/ls.js'),
  metadata: () => import('./commands/metadata.js'),
  match: () => import('./commands/match.js'),
  cat: () => import('./commands/cat.js'),
  'verify-blob': () => import('./commands/verify_blob.js'),
  explain: () => import('./commands/explain.js'),
  completion: () => import('./commands/completion.js'),
  man: () => import('./commands/man.js'),
  help: () => import('./commands/help.js'),
  version: () => import('./commands/version.js'),
}

/**
 * @param {string[]} argv
 * @param {NodeJS.Process} process
 * @returns {Promise<number>} exit code
 */
export async function main(argv, process) {
  const interrupt = new AbortController()
  const onSignal = () => {
    if (interrupt.signal.aborted) process.exit(kInterrupted)
    interrupt.abort()
  }
  process.on('SIGINT', onSignal)
  // Node's own answer to an error that nobody catches is exit code 1, which is a verdict of ours.
  const failed = (/** @type {unknown} */ error) => tell(error, process, interrupt.signal, wantsJson(argv))
  process.on('uncaughtException', error => process.exit(failed(error)))
  for (const stream of [process.stdout, process.stderr]) stream.on('error', error => streamFailed(error, process))

  /** @type {Context | undefined} */
  let context
  try {
    const args = parseArguments(argv)
    if (args.options.help)
      return print(process, (await import('./help.js')).helpText(args.command, process.stdout.columns))
    if (args.options.version) return print(process, `leafsum ${(await import('./version.js')).packageVersion()}\n`)
    // It compiles beside this thread, which has modules to load and a directory to list; its failure is told where it
    // is awaited.
    if (kCommands[args.command].operands.includes('SRC')) platform.load().catch(() => {})
    context = new Context(args, process, interrupt.signal)
    return await (await kRun[args.command]()).run(context)
  } catch (thrown) {
    const error = context && thrown instanceof LeafsumError && thrown.misnamed ? await meant(thrown, context) : thrown
    context?.bar.clear()
    return failed(error)
  } finally {
    process.off('SIGINT', onSignal)
  }
}

/**
 * @param {unknown} error
 * @param {NodeJS.Process} process
 * @param {AbortSignal} signal
 * @param {boolean} json  on stdout too, for the program that waits there (contract §5)
 * @returns {number} exit code
 */
function tell(error, process, signal, json) {
  if (signal.aborted) return kInterrupted
  const code = error instanceof LeafsumError ? error.code : 'bug'
  const message = withoutSecrets(
    error instanceof LeafsumError ? error.message : `${firstLine(error)}. This is a bug in leafsum, please report it`,
  )
  const exitCode = code === 'bug' ? kBug : kUsage
  process.stderr.write(`leafsum: ${printable(message)}\n`)
  if (json) process.stdout.write(`${JSON.stringify({ leafsum_error: 1, code, message, exit_code: exitCode })}\n`)
  return exitCode
}

/** Whether JSON was asked for, by arguments that may make no sense. */
const wantsJson = (/** @type {string[]} */ argv) => {
  const given = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  return given.some(
    (word, n) =>
      word === '--json' ||
      /^--format=(nd)?json$/.test(word) ||
      (word === '--format' && /^(nd)?json$/.test(given[n + 1])),
  )
}

function print(/** @type {NodeJS.Process} */ process, /** @type {string} */ text) {
  process.stdout.write(text)
  return 0
}

/** `leafsum ls | head`: nobody reads on, which is no error. A full disk is: the result is lost. */
function streamFailed(/** @type {unknown} */ error, /** @type {NodeJS.Process} */ process) {
  if (/** @type {any} */ (error).code === 'EPIPE') return
  process.stderr.write(`leafsum: cannot write the result: ${systemText(error)}\n`)
  process.exit(kUsage)
}
