// One run of the command line: arguments, signals, errors, exit code. stdout carries results only.
import { LeafsumError, firstLine } from '../errors.js'
import { platform } from '../host/platform_node.js'
import { parseArguments } from './args.js'
import { Context } from './context.js'
import { systemText } from './source.js'
import { printable } from './terminal.js'

const kUsage = 2
const kBug = 70 // EX_SOFTWARE: none of the codes that say something of the checkpoint
const kInterrupted = 130

/** @type {Record<string, () => Promise<{ run: (context: Context) => Promise<number> }>>} */
const kRun = {
  lock: () => import('./commands/lock.js'),
  verify: () => import('./commands/verify.js'),
  check: () => import('./commands/check.js'),
  diff: () => import('./commands/diff.js'),
  digest: () => import('./commands/digest.js'),
  ls: () => import('./commands/ls.js'),
  metadata: () => import('./commands/metadata.js'),
  match: () => import('./commands/match.js'),
  cat: () => import('./commands/cat.js'),
  explain: () => import('./commands/explain.js'),
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
  process.on('uncaughtException', error => process.exit(tell(error, process, interrupt.signal)))
  for (const stream of [process.stdout, process.stderr]) stream.on('error', error => streamFailed(error, process))

  /** @type {Context | undefined} */
  let context
  try {
    const args = parseArguments(argv)
    if (args.options.help) return print(process, (await import('./help.js')).helpText(args.command))
    if (args.options.version) return print(process, `leafsum ${(await import('./version.js')).packageVersion()}\n`)
    // It compiles beside this thread, which has modules to load and a directory to list; its failure is told where it
    // is awaited.
    platform.load().catch(() => {})
    context = new Context(args, process, interrupt.signal)
    return await (await kRun[args.command]()).run(context)
  } catch (error) {
    context?.bar.clear()
    return tell(error, process, interrupt.signal)
  } finally {
    process.off('SIGINT', onSignal)
  }
}

/** @returns {number} exit code */
function tell(/** @type {unknown} */ error, /** @type {NodeJS.Process} */ process, /** @type {AbortSignal} */ signal) {
  if (signal.aborted) return kInterrupted
  if (error instanceof LeafsumError && error.code !== 'bug') {
    process.stderr.write(`leafsum: ${printable(error.message)}\n`)
    return kUsage
  }
  const text =
    error instanceof LeafsumError ? error.message : `${firstLine(error)}. This is a bug in leafsum, please report it`
  process.stderr.write(`leafsum: ${printable(text)}\n`)
  return kBug
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
