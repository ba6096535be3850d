// The archive as a file, for Node: one state of it, or none.
import fs from 'node:fs'
import { isSame } from '../stamps.js'
import { changed, toStoreError } from '../system_errors.js'

/**
 * @typedef {import('../stamps.js').Stamp} Stamp
 * @typedef {{ path?: string, fd?: number, stamp?: Stamp }} ArchiveSpec  fd: of a temporary file, which has no name
 */
export class ArchiveFile {
  /** @type {number | undefined} */
  #fd

  /** @param {ArchiveSpec} spec */
  constructor({ path, fd, stamp }) {
    this.path = path
    this.#fd = fd
    this.stamp = stamp
  }

  /** Bytes at an offset, as many as there are. */
  read(/** @type {number} */ offset, /** @type {Uint8Array} */ view) {
    try {
      const fd = this.#open()
      let done = 0
      while (done < view.length) {
        const got = fs.readSync(fd, view, done, view.length - done, offset + done)
        if (got === 0) break
        done += got
      }
      if (this.stamp && !isSame(fs.fstatSync(fd, { bigint: true }), this.stamp)) throw changed()
      return done
    } catch (error) {
      throw toStoreError(error)
    }
  }

  get size() {
    return Number(fs.fstatSync(this.#open()).size)
  }

  #open() {
    if (this.#fd !== undefined) return this.#fd
    const fd = fs.openSync(/** @type {string} */ (this.path), fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
    const { size, mtimeNs, dev, ino } = fs.fstatSync(fd, { bigint: true })
    const stamp = { size, mtimeNs, dev, ino }
    if (this.stamp && !isSame(stamp, this.stamp)) {
      fs.closeSync(fd)
      throw changed()
    }
    this.stamp = stamp
    return (this.#fd = fd)
  }

  /** @returns {ArchiveSpec} */
  spec() {
    return this.path === undefined ? { fd: this.#fd } : { path: this.path, stamp: this.stamp }
  }

  /** A later read opens it again. */
  release() {
    if (this.path !== undefined) this.close()
  }

  close() {
    if (this.#fd !== undefined) fs.closeSync(this.#fd)
    this.#fd = undefined
  }
}
