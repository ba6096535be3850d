// The content of a compressed archive in a temporary file, where the user has named a directory for it. The file has no
// name: it is gone with the process, however that ends.
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import nodePath from 'node:path'
import { LeafsumError } from '../../errors.js'
import { toStoreError } from '../system_errors.js'
import { ArchiveFile } from './file.js'

/**
 * @param {string} directory
 * @param {number} [most]  bytes
 */
export function spillTo(directory, most = Infinity) {
  const fd = create(directory)
  let size = 0
  return {
    take(/** @type {Uint8Array} */ bytes) {
      if (size + bytes.length > most) {
        throw new LeafsumError(
          'source',
          `the archive's content takes more than the ${most.toLocaleString('en')} bytes that --max-disk allows`,
        )
      }
      try {
        for (let done = 0; done < bytes.length; ) {
          done += fs.writeSync(fd, bytes, done, bytes.length - done, size + done)
        }
      } catch (error) {
        const why = /** @type {any} */ (error).code === 'ENOSPC' ? 'no space is left' : toStoreError(error).message
        throw new LeafsumError('environment', `cannot write to a temporary file in ${directory}: ${why}`, {
          cause: error,
        })
      }
      size += bytes.length
    },
    file: () => new ArchiveFile({ fd }),
    size: () => size,
    close: () => fs.closeSync(fd),
  }
}

function create(/** @type {string} */ directory) {
  const path = nodePath.join(directory, `leafsum-${randomUUID()}`)
  try {
    const fd = fs.openSync(path, 'wx+', 0o600)
    fs.unlinkSync(path)
    return fd
  } catch (error) {
    throw new LeafsumError(
      'usage',
      `--temp-dir ${directory}: no file can be made there: ${toStoreError(error).message}`,
      { cause: error },
    )
  }
}
