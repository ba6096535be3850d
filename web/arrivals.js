/** What came by a drop or a file input: told apart by what it is and by its name, in whatever order it came. */

import { messageOf } from '../node/lib/errors.js'
import { fromFiles } from '../node/lib/stores/files.js'
import { setCheckpoint, setEvidence } from './flow.js'
import { notice, state } from './session.js'
import { archives, isArchive, isSums, together } from './sources.js'
import { texts } from './texts.js'

/** @typedef {import('../node/lib/stores/files.js').FilesStore} FilesStore */

// Names at the root of a checkpoint: files that are dropped with one of these beside them are its children.
const rootNames =
  /^(_METADATA|_CHECKPOINT_METADATA|_sharding|manifest\.ocdbt|\.zarray|\.zgroup|zarr\.json|process_\d+)$/

/**
 * @param {{directories: FilesStore[], files: File[]}} arrived
 * @param {{asEvidence?: boolean}} [how] it came to the place of what is compared with
 */
export async function take({ directories, files }, { asEvidence = false } = {}) {
  if (files.some(file => rootNames.test(file.name))) return setCheckpoint(together(directories, files))
  const { evidence, sources } = await sorted(directories, files)
  if (!sources) return
  if (sources.length > 2) return notice(texts.tooMany)
  // Of two the first is what the second is compared with; the page can swap them.
  const second = sources.length === 2 || asEvidence ? sources[0] : undefined
  const first = second ? sources[1] : sources[0]
  const left = [...evidence.slice(1), ...(second ? evidence.slice(0, 1) : [])]
  if (left.length > 0) notice(texts.secondEvidence(second?.name ?? evidence[0].name, left[0].name))
  const done = [first && setCheckpoint(first)]
  if (second) done.push(setEvidence({ kind: 'checkpoint', source: second }))
  else if (evidence.length > 0) done.push(takeEvidence(evidence[0]))
  await Promise.all(done)
}

/** @param {File} file @param {string} [inside] its path, where it is one of the checkpoint's own */
export function takeEvidence(file, inside) {
  const kind = isSums(file.name) ? 'sums' : 'lockfile'
  return setEvidence({ kind, file, inside, cameWithSource: inside === undefined ? undefined : true })
}

export function swap() {
  const { checkpoint, evidence } = state
  if (!checkpoint || !evidence?.source) return
  setCheckpoint(evidence.source)
  return setEvidence({ kind: 'checkpoint', source: checkpoint })
}

/** @param {FilesStore[]} directories @param {File[]} files */
async function sorted(directories, files) {
  const isEvidence = (/** @type {File} */ file) => file.name.endsWith('.json') || isSums(file.name)
  const evidence = files.filter(isEvidence)
  const sources = stepsTogether(directories)
  for (const file of files) {
    if (isEvidence(file)) continue
    try {
      if (!isArchive(file.name)) sources.push(fromFiles([file]))
      else if (archives.open) sources.push(await archives.open(file))
      else throw new Error(texts.archive(file.name))
    } catch (error) {
      notice(messageOf(error))
      return { evidence, sources: null }
    }
  }
  return { evidence, sources }
}

/** Steps that were dropped without the root that they lie in. @param {FilesStore[]} directories */
function stepsTogether(directories) {
  const areSteps = directories.length > 2 && directories.every(({ name }) => /^([A-Za-z]+_)?\d+$/.test(name))
  return areSteps ? [together(directories, [])] : [...directories]
}
