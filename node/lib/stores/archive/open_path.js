// Opens an archive on disk, for Node.
import fs from 'node:fs'
import nodePath from 'node:path'
import { fileURLToPath } from 'node:url'
import { LeafsumError } from '../../errors.js'
import { toStoreError } from '../system_errors.js'
import { placesOfPath } from '../way.js'
import { ArchiveFile } from './file.js'
import { indexOf } from './indexing.js'
import { now } from './machine.js'
import { archiveCodecs, contentsOf, described } from './contents.js'
import { spillTo } from './spill.js'
import { ArchiveStore } from './store.js'

/** @typedef {import('./contents.js').ArchiveOptions} ArchiveOptions */

/**
 * @param {import('../../host/platform.js').Platform} platform
 * @param {string | URL} source
 * @param {ArchiveOptions} options
 */
export async function openArchivePath(platform, source, options) {
  const path = typeof source === 'string' ? source : fileURLToPath(source)
  const archive = fileAt(path)
  const store = await openFile(platform, archive, { name: nodePath.basename(path), ...options }, path)
  const places = placesOf(path, store.root)
  return Object.assign(store, { places: () => places })
}

/**
 * An archive on stdin: where that is a file it is read in place, else kept in a temporary one.
 * @param {import('../../host/platform.js').Platform} platform
 * @param {ArchiveOptions} options
 */
export async function openStdin(platform, options) {
  const { tempDir, maxDisk } = options
  if (fs.fstatSync(0).isFile()) return openFile(platform, new ArchiveFile({ fd: 0 }), options, 'stdin')
  if (tempDir === undefined)
    throw new LeafsumError(
      'usage',
      'an archive on stdin can be read once only, and a checkpoint must be read out of order: name a directory with ' +
        'room for it, --temp-dir DIR, or save the archive and name its file',
    )
  const spill = spillTo(tempDir, maxDisk)
  const buffer = new Uint8Array(1 << 20)
  for (let got; (got = readStdin(buffer)) > 0; ) spill.take(buffer.subarray(0, got))
  if (spill.size() === 0) throw new LeafsumError('source', 'nothing came from stdin: an archive is wanted')
  return openFile(platform, spill.file(), { ...options, maxDisk: maxDisk && maxDisk - spill.size() }, 'stdin')
}

function readStdin(/** @type {Uint8Array} */ buffer) {
  for (;;) {
    try {
      return fs.readSync(0, buffer)
    } catch (error) {
      const { code } = /** @type {any} */ (error)
      if (code === 'EOF') return 0
      if (code !== 'EAGAIN')
        throw new LeafsumError('source', `cannot read stdin: ${toStoreError(error).message}`, { cause: error })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10) // a pipe that does not block: wait for more
    }
  }
}

/**
 * @param {import('../../host/platform.js').Platform} platform
 * @param {ArchiveFile} archive
 * @param {ArchiveOptions} options
 * @param {string} path  as messages have it
 */
async function openFile(platform, archive, options, path) {
  const { codecs, module } = await archiveCodecs(platform)
  const { size, stamp } = archive
  const spill = options.tempDir === undefined ? undefined : spillTo(options.tempDir, options.maxDisk)
  const { indexed, contents } = reading(path, () => {
    const index = now(indexOf(codecs, size, spill?.take), ({ offset, length }) => {
      const bytes = new Uint8Array(length)
      return bytes.subarray(0, archive.read(offset, bytes))
    })
    if (spill && index.unpacked) index.format = 'tar'
    return { indexed: index, contents: contentsOf(index, size, { name: '', ...options }) }
  })
  const isSpilled = spill !== undefined && indexed.unpacked !== undefined
  if (isSpilled) archive.release()
  else spill?.close()
  const store = new ArchiveStore(contents.contents, isSpilled ? spill.file() : archive, { codecs, module })
  return Object.assign(store, described(contents), {
    root: contents.root,
    identity: () => identityOf(contents.listing, stamp),
  })
}

/** @returns {ArchiveFile} */
function fileAt(/** @type {string} */ path) {
  try {
    const real = fs.realpathSync.native(path)
    if (!fs.statSync(real).isFile()) throw new LeafsumError('source', `${path} is no file: an archive is wanted`)
    const file = new ArchiveFile({ path: real })
    file.read(0, new Uint8Array(1))
    return file
  } catch (error) {
    throw notOpened(path, error)
  }
}

/** @template T @param {string} path @param {() => T} read @returns {T} */
function reading(path, read) {
  try {
    return read()
  } catch (error) {
    throw notOpened(path, error)
  }
}

function notOpened(/** @type {string} */ path, /** @type {unknown} */ error) {
  if (error instanceof LeafsumError) return new LeafsumError(error.code, `${path}: ${error.message}`, { cause: error })
  if (error instanceof WebAssembly.RuntimeError) return error
  return new LeafsumError('source', `cannot read ${path}: ${toStoreError(error).message}`, { cause: error })
}

/** Whoever made the archive made all of it: one part of it vouches for no other. */
function placesOf(/** @type {string} */ path, /** @type {string} */ root) {
  const { own, around } = placesOfPath(path)
  const inside = own.map(place => `${place}!/${root}`)
  return { own: inside, around: [...inside, ...around], repository: own[0] }
}

function identityOf(
  /** @type {import('../store.js').ListingEntry[]} */ listing,
  /** @type {import('../stamps.js').Stamp | undefined} */ stamp,
) {
  const state = `${stamp?.dev} ${stamp?.ino} ${stamp?.size}`
  return listing
    .filter(([, , kind]) => kind === 'f')
    .map(([path, size]) => JSON.stringify([path, String(size), String(stamp?.mtimeNs), state]))
    .sort()
    .join('\n')
}
