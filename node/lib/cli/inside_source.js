// What a result may be written over where a source lies: by `lock` a lockfile of ours, else nothing.
import fs from 'node:fs'
import { LeafsumError } from '../errors.js'
import { pathInside, readEvidence } from './source.js'

// Names that readers look for at the top of a checkpoint. A step, a chunk and a step file of Flax end in a digit.
const kReaders =
  /^(_.*|checkpoint.*|manifest\.ocdbt|\.z(array|attrs|group|metadata)|zarr\.json|orbax\.checkpoint|.*\.pbtxt|.*\.msgpack|data\.json|metadata|metrics|.*\d)$/i

/**
 * How a result may be written: in no source over what is there, in a source never over a file of it, whatever is
 * forced, and under no name by which a reader of the source would take it for its own.
 * @param {string} file
 * @param {string[]} sources  as the user named them
 * @param {{ isLockfile: boolean }} written
 * @returns {{ force: boolean }} whether an existing file may be replaced
 */
export function howToWrite(file, sources, { isLockfile }) {
  for (const source of sources) {
    const path = pathInside(file, source)
    if (path === undefined) continue
    const stat = fs.lstatSync(file, { throwIfNoEntry: false })
    if (stat?.isDirectory()) continue // checkWritable refuses it
    if (stat) {
      if (isLockfile && isOurLockfile(file)) continue
      throw refused(file, `is a file of the checkpoint ${source}${isLockfile ? ' and no lockfile' : ''}`)
    }
    if (path.includes('/') || kReaders.test(path))
      throw refused(file, `would be a file of the checkpoint ${source} that readers may take for its own`)
    if (!isLockfile) return { force: false } // nor over what comes into being meanwhile
  }
  return { force: true }
}

const refused = (/** @type {string} */ file, /** @type {string} */ why) =>
  new LeafsumError('usage', `cannot write ${file}: it ${why}: name a file that lies elsewhere, -o FILE`)

function isOurLockfile(/** @type {string} */ file) {
  try {
    const { leafsum, items } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(readEvidence(file)))
    return leafsum === 1 && typeof items === 'object' && items !== null
  } catch {
    return false
  }
}
