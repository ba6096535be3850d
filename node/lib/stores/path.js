// A directory on disk, for Node. The checkpoint's own names are untrusted: nothing outside the root is ever opened but
// what links.js follows, and a file that changes after it was listed is told, not read.
import fs from 'node:fs'
import nodePath from 'node:path'
import { LeafsumError } from '../errors.js'
import { behindLinks, fullPath, listDirectory } from './path_listing.js'
import { Stamps, isSame } from './stamps.js'
import { packedStamps } from './stamps_pages.js'
import { StoreError, clip, safePath } from './store.js'
import { isPlain } from './system_path.js'
import { changed, throughLink, toStoreError } from './system_errors.js'
import { placesOfPath } from './way.js'

const kOpenFiles = 64
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants

/**
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('./stamps.js').Stamp} Stamp
 * @typedef {{ fd: number, stamp: Stamp }} OpenFile
 * @implements {Store}
 */
export class PathStore {
  #stamps
  /** @type {Map<string, Stamp>} of files that no listing has, as the first opening saw them */
  #opened = new Map()
  /** @type {Map<string, Buffer>} names that are not UTF-8, by the escaped form that stands for them */
  #rawNames
  #followLinks
  /** @type {import('./store.js').Link[]} */
  #links = []
  /** @type {Map<string, OpenFile>} least recently used first */
  #open = new Map()

  /**
   * @param {string} root real path of a directory
   * @param {{ stamps?: import('./stamps.js').StampsSpec, rawNames?: Map<string, Buffer>, followLinks?: boolean, file?:
   * string }} [known]
   *   file: of the directory this file alone is the source, with the arrays that a Flax file refers to
   */
  constructor(root, { stamps, rawNames = new Map(), followLinks = false, file } = {}) {
    this.root = root
    this.file = file
    this.name = file ?? nodePath.basename(root)
    this.#stamps = new Stamps(stamps)
    this.#rawNames = rawNames
    this.#followLinks = followLinks
  }

  /** What a worker needs to see the same files in the same state. */
  spec() {
    return {
      kind: 'path',
      root: this.root,
      file: this.file,
      stamps: this.#stamps.spec(),
      rawNames: this.#rawNames,
      followLinks: this.#followLinks,
    }
  }

  list() {
    return this.packedListing().entries()
  }

  /** @returns {import('./store.js').PackedListing} */
  packedListing() {
    this.release()
    this.#opened.clear()
    this.#rawNames.clear()
    const stamps = (this.#stamps = new Stamps())
    const { bytes, others, links } = listDirectory(this.root, {
      followLinks: this.#followLinks,
      stamps,
      rawNames: this.#rawNames,
      file: this.file,
    })
    stamps.seal()
    this.#links = links
    return {
      bytes,
      entries: () => sortedEntries(stamps, others),
      pages: () => packedStamps(stamps, others, links),
    }
  }

  links() {
    return this.#links
  }

  /** Everything that the last listing saw of every file, as text: equal where nobody has touched one. */
  identity() {
    const lines = []
    for (const [path, { size, mtimeNs, ctimeNs, dev, ino }] of this.#stamps) {
      lines.push(JSON.stringify([path, String(size), String(mtimeNs), `${dev} ${ino} ${ctimeNs}`]))
    }
    return lines.sort().join('\n')
  }

  async get(/** @type {string} */ key) {
    return this.#whole(safePath(key), size => [0, size])
  }

  async getRange(/** @type {string} */ key, /** @type {import('./store.js').RangeQuery} */ range) {
    return this.#whole(safePath(key), size => clip(range, size))
  }

  size(/** @type {string} */ path) {
    return Number(this.#file(safePath(path)).stamp.size)
  }

  readInto(/** @type {string} */ path, /** @type {number} */ offset, /** @type {Uint8Array} */ view) {
    const file = this.#file(safePath(path))
    try {
      let done = 0
      while (done < view.length) {
        const got = fs.readSync(file.fd, view, done, view.length - done, offset + done)
        if (got === 0) break
        done += got
      }
      const now = fs.fstatSync(file.fd, { bigint: true })
      if (!isSame(now, file.stamp)) throw changed()
      return done
    } catch (error) {
      throw toStoreError(error)
    }
  }

  /** Closes what is open; a later read opens it again. */
  release() {
    for (const { fd } of this.#open.values()) fs.closeSync(fd)
    this.#open.clear()
  }

  close() {
    this.release()
  }

  /** @returns {Uint8Array | undefined} */
  #whole(/** @type {string} */ path, /** @type {(size: number) => [number, number]} */ range) {
    try {
      const [begin, end] = range(this.size(path))
      const bytes = new Uint8Array(end - begin)
      return bytes.subarray(0, this.readInto(path, begin, bytes))
    } catch (error) {
      if (error instanceof StoreError && error.kind === 'missing') return undefined
      throw error
    }
  }

  /** @returns {OpenFile} */
  #file(/** @type {string} */ path) {
    let file = this.#open.get(path)
    if (file) {
      this.#open.delete(path)
    } else {
      file = this.#openFile(path)
      if (this.#open.size >= kOpenFiles) {
        const [oldest, { fd }] = /** @type {[string, OpenFile]} */ (this.#open.entries().next().value)
        this.#open.delete(oldest)
        fs.closeSync(fd)
      }
    }
    this.#open.set(path, file)
    return file
  }

  /** @returns {OpenFile} */
  #openFile(/** @type {string} */ path) {
    if (!isPlain(path)) throw new StoreError('unreadable', 'refused: this system takes the name for another')
    const full = fullPath(this.root, path, this.#rawNames)
    const listed = this.#stamps.find(path)
    const known = listed ?? this.#opened.get(path)
    let fd
    try {
      if (listed?.linked) {
        // Wherever it leads by now: nothing is opened that is not the file that was listed.
        if (!isSame(fs.statSync(full, { bigint: true }), listed)) throw changed()
        fd = fs.openSync(full, O_RDONLY | O_NONBLOCK)
      } else {
        fd = listed ? undefined : this.#openBehindLink(path)
        fd ??= this.#openWithoutLinks(path, full)
      }
      const stat = fs.fstatSync(fd, { bigint: true })
      if (!stat.isFile()) throw new StoreError('unreadable', 'refused: not a regular file')
      const { size, mtimeNs, dev, ino } = stat
      const stamp = known ?? { size, mtimeNs, dev, ino }
      if (!isSame(stat, stamp)) throw changed()
      if (!known) this.#opened.set(path, stamp)
      return { fd, stamp }
    } catch (error) {
      if (fd !== undefined) fs.closeSync(fd)
      const failure = toStoreError(error)
      // It was listed, so it is not that the checkpoint lacks it.
      throw failure.kind === 'missing' && known ? changed() : failure
    }
  }

  #openWithoutLinks(/** @type {string} */ path, /** @type {string | Buffer} */ full) {
    if (this.#hasLinkedParent(path)) throw throughLink()
    // Without O_NONBLOCK opening a pipe would wait for a writer for ever.
    const fd = fs.openSync(full, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      // A directory that became a link in between leads both names to the same file.
      const stat = fs.fstatSync(fd, { bigint: true })
      const named = fs.lstatSync(full, { bigint: true })
      if (named.ino !== stat.ino || named.dev !== stat.dev || this.#hasLinkedParent(path)) throw changed()
      return fd
    } catch (error) {
      fs.closeSync(fd)
      throw error
    }
  }

  #hasLinkedParent(/** @type {string} */ path) {
    const parts = path.split('/').slice(0, -1)
    return parts.some((_, n) =>
      fs.lstatSync(fullPath(this.root, parts.slice(0, n + 1).join('/'), this.#rawNames)).isSymbolicLink(),
    )
  }

  /**
   * The opened file of a name that was not listed, where a link that is followed lies on its way; undefined where none
   * does.
   */
  #openBehindLink(/** @type {string} */ path) {
    const full = fullPath(this.root, path, this.#rawNames)
    const link = typeof full === 'string' ? behindLinks(this.root, path, this.#followLinks) : undefined
    if (!link) return undefined
    if (!link.followed) throw throughLink()
    const fd = fs.openSync(link.target, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    if (fs.realpathSync.native(full) === link.target) return fd
    fs.closeSync(fd)
    throw changed()
  }
}

/** @returns {import('./store.js').ListingEntry[]} */
function sortedEntries(/** @type {Stamps} */ stamps, /** @type {import('./store.js').ListingEntry[]} */ others) {
  const entries = others.slice()
  for (const [path, { size }] of stamps) entries.push([path, Number(size), 'f'])
  return entries.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))
}

/**
 * @param {string} path of a directory, or of a Flax msgpack file; itself it may be a symlink
 * @param {{ followLinks?: boolean }} [options] followLinks: links below it wherever they lead
 * @returns {PathStore}
 */
export function fromPath(path, { followLinks = false } = {}) {
  if (typeof followLinks !== 'boolean') throw new LeafsumError('usage', 'followLinks: true or false is wanted')
  if (path === '') throw new LeafsumError('source', 'an empty path names no directory')
  let root
  try {
    root = fs.realpathSync.native(path)
  } catch (error) {
    throw new LeafsumError('source', `cannot open ${path}: ${whyNot(error)}`)
  }
  const stat = fs.statSync(root)
  if (!stat.isDirectory() && !stat.isFile()) {
    throw new LeafsumError(
      'source',
      `${path} is neither a directory nor a file: a checkpoint's own directory is wanted`,
    )
  }
  const places = placesOfPath(path)
  const store = stat.isFile()
    ? new PathStore(nodePath.dirname(root), { file: nodePath.basename(root), followLinks })
    : new PathStore(root, { followLinks })
  return Object.assign(store, { places: () => places })
}

/** What stands in the way of the source itself, and what next. */
function whyNot(/** @type {any} */ error) {
  const { kind, message } = toStoreError(error)
  if (error?.code === 'ELOOP') return 'it is a link that leads to itself: name the directory'
  if (error?.code === 'ENAMETOOLONG') return `${message}: name a checkpoint's own directory`
  if (kind === 'missing') return "no such file or directory: name a checkpoint's own directory"
  return `${message}: every directory on the way to it must be open to you`
}
