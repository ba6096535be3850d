// `lock --update`: the lockfile that is added to, and how the new one takes its place.
import fs from 'node:fs'
import nodePath from 'node:path'
import { verify } from '../api_node.js'
import { LeafsumError } from '../errors.js'
import { fromMap } from '../stores/map.js'
import { writeAtomically } from './output.js'
import { kSuffix } from './signature.js'
import { liesInside, readEvidence } from './source.js'

/**
 * The lockfile as it is on disk, and the options of the API that say what becomes of it.
 * @param {string} file
 * @param {string} source
 * @param {Record<string, any>} options of the command line
 */
export function lockfileToUpdate(file, source, { keepMissing, dropMissing }) {
  if (!fs.existsSync(file)) {
    throw new LeafsumError('usage', `there is no ${file} to update: lock without --update makes one`)
  }
  // Whoever wrote the steps could have written it too, and an update would repeat what it says.
  if (liesInside(file, source)) {
    throw new LeafsumError(
      'usage',
      `${file} lies inside the checkpoint, so it vouches for nothing: keep the lockfile elsewhere, or make a new one with --force`,
    )
  }
  const update = readEvidence(file)
  return { update, keepMissing, dropMissing, lockfileName: nodePath.basename(file) }
}

/**
 * An update repeats what the lockfile says, and --sign puts a name under it: so whose it was is known first.
 * @param {string} file
 * @param {Uint8Array} lockfile
 * @param {{ name: string, bytes: Uint8Array }[]} keys  public ones; any may have signed it
 */
export async function requireSigned(file, lockfile, keys) {
  const place = file + kSuffix
  if (!fs.existsSync(place))
    throw new LeafsumError(
      'evidence',
      `${file} is not signed (there is no ${place}), so nobody vouches for what an update would repeat: look at it and sign it first, leafsum sign ${file} --key KEY.pem`,
    )
  const { lock, findings } = await verify(fromMap({}), {
    lockfile,
    lockfileName: nodePath.basename(file),
    signature: readEvidence(place, 'the signature'),
    key: keys,
  })
  const refusal = findings.find((/** @type {{ code: string }} */ { code }) => code === 'signature')
  if (refusal || !lock?.signed_by)
    throw new LeafsumError('evidence', `${file} is not updated: ${refusal?.message ?? 'nobody known signed it'}`)
}

/** What was given without --update, and needs it. */
export function refuseWithoutUpdate(/** @type {Record<string, any>} */ { update, keepMissing, dropMissing, key }) {
  if (update || !(keepMissing || dropMissing || key)) return
  const option = keepMissing ? '--keep-missing' : dropMissing ? '--drop-missing' : '--key PUB.pem'
  throw new LeafsumError('usage', `${option} goes with --update: lock SRC --update ${option}`)
}

/**
 * Puts the new lockfile in the place of the old one, unless it says the same.
 * @param {string} file
 * @param {Uint8Array} old  what was read of it
 * @param {Uint8Array} lockfile
 * @param {(text: string) => void} note
 * @returns {boolean} whether it was written
 */
export function replaceLockfile(file, old, lockfile, note) {
  if (Buffer.compare(old, lockfile) === 0) {
    note(`${file} stays as it is: there is nothing to add`)
    return false
  }
  if (Buffer.compare(old, readEvidence(file)) !== 0)
    throw new LeafsumError(
      'evidence',
      `${file} was changed while the steps were read, so it stays as it is: run it again`,
    )
  // Where it is a link, the link stays.
  writeAtomically(fs.realpathSync(file), lockfile, { force: true })
  const signature = file + kSuffix
  if (fs.existsSync(signature)) note(`${signature} signs the lockfile as it was before: sign the new one`)
  return true
}
