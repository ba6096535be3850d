import { LeafsumError } from '../../errors.js'
import { lock } from '../../api_node.js'
import { howToWrite } from '../inside_source.js'
import { lockfileToUpdate, refuseWithoutUpdate, replaceLockfile, requireSigned } from '../lock_update.js'
import { checkWritable, writeAtomically } from '../output.js'
import { defaultLockfile, liesInside, openSource } from '../source.js'
import { basename, dirname } from 'node:path'
import { kSuffix, keysOf } from '../signature.js'

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
  refuseWithoutUpdate(options)
  const store = await openSource(source, options)
  const force = options.force === true || options.update === true
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

  // What -o - prints is the lockfile beside the source with what is new.
  const updated = options.update ? (toStdout ? (defaultLockfile(source) ?? target) : target) : undefined
  const old = updated === undefined ? undefined : lockfileToUpdate(updated, source, options)
  const replaces = force || options.update === true
  const signature = options.sign === undefined ? undefined : target + kSuffix
  if (signature) {
    if (toStdout)
      throw new LeafsumError('usage', 'a lockfile is signed with its name: --sign and -o - do not go together')
    checkWritable(signature, { force: replaces })
  }
  const signer = await signerFor(context, updated, old?.update)
  if (!toStdout && liesInside(target, source))
    context.note(`${target} will lie inside the checkpoint: verify calls it UNTRUSTED there, keep it elsewhere`)

  const { report, lockfile } = await lock(store, {
    ...context.apiOptions(),
    ...old,
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
  const isWritten = lockfile !== null && put(context, target, lockfile, { force, old: old?.update })
  if (lockfile && isWritten && signature && signer) {
    const { signWith } = await import('./sign.js')
    const { signature: bundle } = await signWith(lockfile, basename(target), signer)
    writeAtomically(signature, bundle, { force: replaces })
  }
  if (old && !lockfile) context.note(`${updated} stays as it was`)
  const text = await context.reportText(report, isWritten ? target : undefined)
  // The lockfile is what -o names; with -o - there is none here, and the report must not pass for one.
  const stream = toStdout ? context.process.stderr : context.process.stdout
  stream.write(text)
  return report.exit_code
}

/**
 * Before hours of work: the key can be read, and what it will stand under is not somebody else's.
 * @param {import('../context.js').Context} context
 * @param {string | undefined} file  the lockfile that is updated
 * @param {Uint8Array | undefined} old  its bytes
 */
async function signerFor({ options, process }, file, old) {
  if (options.sign === undefined && options.key === undefined) return undefined
  const { publicKeyOf, signerOf } = await import('../signer.js')
  const signer = options.sign === undefined ? undefined : signerOf(process, options.sign)
  const keys = keysOf(options.key) ?? (signer && old && [await publicKeyOf(signer)])
  if (file !== undefined && old && keys) await requireSigned(file, old, keys)
  return signer
}

/**
 * @param {import('../context.js').Context} context
 * @param {string} target
 * @param {Uint8Array} lockfile
 * @param {{ force: boolean, old?: Uint8Array }} how  old: of an update
 */
function put(context, target, lockfile, { force, old }) {
  if (old) return replaceLockfile(target, old, lockfile, text => context.note(text))
  writeAtomically(target, lockfile, { force })
  return true
}
