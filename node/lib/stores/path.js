// A directory on disk, for Node. The checkpoint's own names are untrusted: nothing outside the root is ever opened,
// no symlink below it is followed, and a file that changes after it was listed is told, not read.
import fs from 'node:fs'
import nodePath from 'node:path'
import { LeafsumError } from '../errors.js'
import { StoreError, clip, safePath } from './store.js'
import { placesOfPath } from './way.js'

const kOpenFiles = 64
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants

/**
 * @typedef {import('./store.js').Store} Store
 * @typedef {{ size: bigint, mtimeNs: bigint, id?: string }} Stamp id: the rest of what tells a file from another one
 * @typedef {{ fd: number, stamp: Stamp }} OpenFile
 * @implements {Store}
 */
export class PathStore {
  /** @type {Map<string, Stamp>} what the listing, or else the first opening, saw */
  #stamps
  /** @type {Map<string, Buffer>} names that are not UTF-8, by the escaped form that stands for them */
  #rawNames
  /** @type {Map<string, OpenFile>} least recently used first */
  #open = new Map()

  /**
   * @param {string} root real path of a directory
   * @param {{ stamps?: Map<string, Stamp>, rawNames?: Map<string, Buffer> }} [known]
   */
  constructor(root, { stamps = new Map(), rawNames = new Map() } = {}) {
    this.root = root
    this.name = nodePath.basename(root)
    this.#stamps = stamps
    this.#rawNames = rawNames
  }

  /** What a worker needs to see the same files in the same state. */
  spec() {
    return { kind: 'path', root: this.root, stamps: this.#stamps, rawNames: this.#rawNames }
  }

  /** @returns {import('./store.js').ListingEntry[]} */
  list() {
    this.release()
    this.#stamps.clear()
    this.#rawNames.clear()
    /** @type {import('./store.js').ListingEntry[]} */
    const entries = []
    /** @type {string[]} */
    const todo = ['']
    for (let directory = todo.pop(); directory !== undefined; directory = todo.pop()) {
      const names = this.#namesIn(directory)
      if (names.length === 0 && directory) entries.push([directory, 0, 'd'])
      for (const name of names) {
        const path = directory ? `${directory}/${name}` : name
        const stat = this.#lstat(path)
        if (stat?.isDirectory()) {
          todo.push(path)
        } else if (stat?.isSymbolicLink()) {
          entries.push([path, 0, 'l'])
        } else {
          // Sockets, pipes and devices have no bytes to vouch for: reading one is refused, like one that is gone again.
          const size = stat?.isFile() ? stat.size : 0n
          this.#stamps.set(path, { size, mtimeNs: stat?.mtimeNs ?? -1n, id: stat && `${stat.dev} ${stat.ino} ${stat.ctimeNs}` })
          entries.push([path, Number(size), 'f'])
        }
      }
    }
    return entries.sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)
  }

  /** Everything that the last listing saw of every file, as text: equal where nobody has touched one. */
  identity() {
    const files = [...this.#stamps].map(([path, { size, mtimeNs, id }]) => JSON.stringify([path, String(size), String(mtimeNs), id]))
    return files.sort().join('\n')
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
      if (!sameStamp(now, file.stamp)) throw changed()
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
    const parts = path.split('/')
    if (nodePath.sep === '\\' && /[\\:]/.test(path)) throw new StoreError('unreadable', 'refused: the path leaves the source')
    let fd
    try {
      for (let n = 1; n < parts.length; n++) {
        const directory = fs.lstatSync(this.#full(parts.slice(0, n).join('/')))
        if (directory.isSymbolicLink()) throw new StoreError('unreadable', 'refused: the path goes through a symlink')
      }
      // Without O_NONBLOCK opening a pipe would wait for a writer for ever.
      fd = fs.openSync(this.#full(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      const stat = fs.fstatSync(fd, { bigint: true })
      if (!stat.isFile()) throw new StoreError('unreadable', 'refused: not a regular file')
      // A directory swapped for a symlink in between would show here: the name must still lead to what was opened.
      const named = fs.lstatSync(this.#full(path), { bigint: true })
      if (named.ino !== stat.ino || named.dev !== stat.dev) throw changed()
      const stamp = this.#stamps.get(path) ?? { size: stat.size, mtimeNs: stat.mtimeNs }
      if (!sameStamp(stat, stamp)) throw changed()
      this.#stamps.set(path, stamp)
      return { fd, stamp }
    } catch (error) {
      if (fd !== undefined) fs.closeSync(fd)
      const failure = toStoreError(error)
      // It was listed, so it is not that the checkpoint lacks it.
      throw failure.kind === 'missing' && this.#stamps.has(path) ? changed() : failure
    }
  }

  #namesIn(/** @type {string} */ directory) {
    let raw
    try {
      raw = fs.readdirSync(this.#full(directory), { encoding: 'buffer' })
    } catch (error) {
      const where = directory ? `directory ${JSON.stringify(directory)} of the source` : 'source'
      throw new LeafsumError('source', `cannot list the ${where}: ${toStoreError(error).message}`)
    }
    const names = new Set()
    const odd = []
    for (const name of raw) {
      const text = name.toString()
      if (Buffer.from(text).equals(name)) names.add(text)
      else odd.push(name)
    }
    for (const name of odd) {
      let text = escapeBytes(name)
      while (names.has(text)) text += '~'
      names.add(text)
      this.#rawNames.set(directory ? `${directory}/${text}` : text, name)
    }
    return [...names]
  }

  #lstat(/** @type {string} */ path) {
    try {
      return fs.lstatSync(this.#full(path), { bigint: true })
    } catch {
      return undefined
    }
  }

  /** @returns {string | Buffer} */
  #full(/** @type {string} */ path) {
    if (path === '') return this.root
    if (this.#rawNames.size === 0) return `${this.root}/${path}`
    /** @type {Uint8Array[]} */
    const parts = [Buffer.from(this.root)]
    let walked = ''
    for (const part of path.split('/')) {
      walked = walked ? `${walked}/${part}` : part
      parts.push(Buffer.from('/'), this.#rawNames.get(walked) ?? Buffer.from(part))
    }
    return Buffer.concat(parts)
  }
}

/**
 * @param {string} path of a directory; itself it may be a symlink
 * @returns {PathStore}
 */
export function fromPath(path) {
  if (path === '') throw new LeafsumError('source', 'an empty path names no directory')
  let root
  try {
    root = fs.realpathSync(path)
  } catch (error) {
    throw new LeafsumError('source', `cannot open ${path}: ${toStoreError(error).message}`)
  }
  if (!fs.statSync(root).isDirectory()) {
    throw new LeafsumError('source', `${path} is not a directory: a checkpoint's own directory is wanted`)
  }
  const places = placesOfPath(path)
  return Object.assign(new PathStore(root), { places: () => places })
}

/** Bytes that are no UTF-8 as \xff; a backslash never stands in a name that means something to a checkpoint. */
function escapeBytes(/** @type {Buffer} */ name) {
  return Array.from(name, byte => byte >= 0x20 && byte < 0x7f && byte !== 0x5c
    ? String.fromCharCode(byte)
    : `\\x${byte.toString(16).padStart(2, '0')}`).join('')
}

const sameStamp = (/** @type {Stamp} */ a, /** @type {Stamp} */ b) => a.size === b.size && a.mtimeNs === b.mtimeNs
const changed = () => new StoreError('changed', 'changed since it was listed')

const kTexts = /** @type {Record<string, [import('./store.js').FailureKind, string]>} */ ({
  ENOENT: ['missing', 'no such file'],
  ENOTDIR: ['missing', 'no such file'],
  ENAMETOOLONG: ['missing', 'no such file: the name is too long'],
  EACCES: ['unreadable', 'permission denied'],
  EPERM: ['unreadable', 'permission denied'],
  EISDIR: ['unreadable', 'refused: not a regular file'],
  ENXIO: ['unreadable', 'refused: not a regular file'],
  ELOOP: ['unreadable', 'refused: the path goes through a symlink'],
  EMLINK: ['unreadable', 'refused: the path goes through a symlink'],
  EIO: ['unreadable', 'input/output error'],
  ESTALE: ['changed', 'changed since it was listed'],
})

/** Node's own messages hold the absolute path. */
function toStoreError(/** @type {any} */ error) {
  if (error instanceof StoreError) return error
  const [kind, text] = kTexts[error?.code] ?? ['unreadable', `cannot be read (${error?.code ?? 'unknown error'})`]
  return new StoreError(kind, text)
}
