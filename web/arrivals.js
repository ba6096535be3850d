/** What came by a drop or a file input: told apart by what it is and by its name, in whatever order it came. */

import { fromFiles } from '../node/lib/stores/files.js'
import { ArchiveSource } from './archives.js'
import { run } from './engine.js'
import { setCheckpoint, setEvidence, setVouchers } from './flow.js'
import { engine, idle, notice, state } from './session.js'
import { isSignature, isSums, together } from './sources.js'
import { texts } from './texts.js'

/**
 * @typedef {import('../node/lib/stores/files.js').FilesStore} FilesStore
 * @typedef {{ file: File, kind: 'lockfile' | 'sums' }} Found
 * @typedef {import('./session.js').Voucher} Voucher
 */

// Names at the root of a checkpoint: files that are dropped with one of these beside them are its children.
const rootNames =
  /^(_METADATA|_CHECKPOINT_METADATA|_sharding|manifest\.ocdbt|\.zarray|\.zgroup|zarr\.json|process_\d+)$/

/**
 * @param {{directories: FilesStore[], files: File[]}} arrived
 * @param {{asEvidence?: boolean}} [how] it came to the place of what is compared with
 */
export async function take({ directories, files }, { asEvidence = false } = {}) {
  const isRoot = files.some(file => rootNames.test(file.name))
  const { evidence, vouchers, sources, packed } = await sorted(directories, isRoot ? [] : files)
  await idle()
  if (isRoot) return setCheckpoint(together(directories, files))
  if (packed) return notice(texts.packed(packed.name))
  if (sources.length > 2) return notice(texts.tooMany)
  // Of two the first is what the second is compared with; the page can swap them.
  const second = sources.length === 2 || asEvidence ? sources[0] : undefined
  const first = second ? sources[1] : sources[0]
  const left = [...evidence.slice(1), ...(second ? evidence.slice(0, 1) : [])]
  if (left.length > 0) notice(texts.secondEvidence(second?.name ?? evidence[0].file.name, left[0].file.name))
  const done = [first && setCheckpoint(first), vouchers.length > 0 && setVouchers(vouchers)]
  if (second) done.push(setEvidence({ kind: 'checkpoint', source: second }))
  else if (evidence.length > 0) done.push(setEvidence(evidence[0]))
  await Promise.all(done)
}

/**
 * What a checkpoint is compared with, and nothing else.
 * @param {File[]} files
 * @returns {Promise<boolean>} whether there was nothing else
 */
export async function takeEvidence(files) {
  const { evidence, vouchers, sources, packed } = await sorted([], files)
  await idle()
  if (packed || sources.length > 0) return false
  await Promise.all([vouchers.length > 0 && setVouchers(vouchers), evidence.length > 0 && setEvidence(evidence[0])])
  return true
}

/**
 * What came with the checkpoint.
 * @param {string} inside its path there
 * @param {File} [file] none where it lies in an archive
 */
export function takeInside(inside, file) {
  const kind = isSignature(inside)
  if (kind) return setVouchers([{ kind, file, inside }])
  return setEvidence({ kind: isSums(inside) ? 'sums' : 'lockfile', file, inside, cameWithSource: true })
}

export function swap() {
  const { checkpoint, evidence } = state
  if (!checkpoint || !evidence?.source) return
  setCheckpoint(evidence.source)
  return setEvidence({ kind: 'checkpoint', source: checkpoint })
}

/**
 * What each file is says a Worker, which alone looks into it.
 * @param {FilesStore[]} directories
 * @param {File[]} files
 */
async function sorted(directories, files) {
  /** @type {import('./engine.js').Request} */
  const request = { command: 'sort', options: {}, sources: [], files }
  const { kinds = [], bug } = files.length > 0 ? await run(await engine, request) : {}
  if (bug) throw new Error(bug)
  /** @type {Found[]} */
  const evidence = []
  /** @type {Voucher[]} */
  const vouchers = []
  /** @type {import('./session.js').Source[]} */
  const sources = stepsTogether(directories)
  for (const [n, kind] of kinds.entries()) {
    const file = files[n]
    if (kind === 'lockfile' || kind === 'sums') evidence.push({ file, kind })
    else if (kind === 'signature' || kind === 'model' || kind === 'key') vouchers.push({ file, kind })
    else if (kind === 'archive') sources.push(new ArchiveSource(file))
    else if (kind === 'other') sources.push(fromFiles([file]))
  }
  return { evidence, vouchers, sources, packed: files[kinds.indexOf('packed')] }
}

/** Steps that were dropped without the root that they lie in. @param {FilesStore[]} directories */
function stepsTogether(directories) {
  const areSteps = directories.length > 2 && directories.every(({ name }) => /^([A-Za-z]+_)?\d+$/.test(name))
  return areSteps ? [together(directories, [])] : [...directories]
}
