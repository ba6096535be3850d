// A file by its path, for a signature: whole, or only its SHA-256 where it is too large for that.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { whole } from '../commands/blob_source.js'
import { LeafsumError } from '../errors.js'
import { toStoreError } from '../stores/system_errors.js'

const kWhole = 256 * 2 ** 20 // bytes that are read at once

/** @type {NonNullable<import('./platform.js').Platform['openFile']>} */
export async function openFile(file) {
  const path = typeof file === 'string' ? file : fileURLToPath(file)
  try {
    const { size } = await stat(path)
    if (size <= kWhole) return await whole(basename(path), new Uint8Array(await readFile(path)))
    const hash = createHash('sha256')
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece)
    return { name: basename(path), size, artifact: { sha256: new Uint8Array(hash.digest()) } }
  } catch (error) {
    throw new LeafsumError('source', `cannot read ${path}: ${toStoreError(error).message}`, { cause: error })
  }
}
