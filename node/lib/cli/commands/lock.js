import { LeafsumError } from '../../errors.js'
import { lock } from '../../api_node.js'
import { howToWrite } from '../inside_source.js'
import { checkWritable, writeAtomically } from '../output.js'
import { defaultLockfile, liesInside, openSource } from '../source.js'
import { dirname } from 'node:path'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const {
    operands: [source],
    options,
  } = context
  const toStdout = options.output === '-'
  if (toStdout && context.format !== 'human') {
    throw new LeafsumError('usage', `-o - and --format ${context.format} both want stdout: give -o a file`)
  }
  const store = await openSource(source, options)
  const force = options.force === true
  const target = options.output ?? defaultLockfile(source)
  if (target === undefined)
    throw new LeafsumError('usage', `nothing can be written beside ${source}: say where the lockfile shall go, -o FILE`)
  if (!toStdout) {
    howToWrite(target, context.sources, { isLockfile: true })
    checkWritable(target, { force })
    if (options.output === undefined && liesInside(dirname(target), source)) {
      throw new LeafsumError('usage', `${target} would lie inside the checkpoint: say where it shall go, -o FILE`)
    }
  }

  if (!toStdout && liesInside(target, source))
    context.note(`${target} will lie inside the checkpoint: verify calls it UNTRUSTED there, keep it elsewhere`)

  const { report, lockfile } = await lock(store, {
    ...context.apiOptions(),
    // Absent means the core's default.
    stored: options.noStored ? false : undefined,
    blocks: options.noBlocks ? false : undefined,
    writeSource: options.noSource ? false : undefined,
    chunks: options.chunks,
    files: options.files,
  })
  context.bar.clear()
  if (lockfile && toStdout) {
    context.process.stdout.write(lockfile)
    return report.exit_code
  }
  if (lockfile) writeAtomically(target, lockfile, { force })
  const text = await context.reportText(report, lockfile ? target : undefined)
  // The lockfile is what -o names; with -o - there is none here, and the report must not pass for one.
  const stream = toStdout ? context.process.stderr : context.process.stdout
  stream.write(text)
  return report.exit_code
}
