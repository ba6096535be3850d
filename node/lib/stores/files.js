// What a page is given: chosen files, a drop, a directory handle. All become path → File.
import { LeafsumError } from '../errors.js'
import { StoreError, clip, safePath } from './store.js'

/**
 * @typedef {import('./store.js').Store} Store
 * @implements {Store}
 */
export class FilesStore {
  inWindows = true
  /** @type {Map<string, File>} */
  #files
  /** @type {string[]} */
  #empty
  /** @type {Promise<import('./blocks.js').Blocks> | undefined} */
  #blocks

  /**
   * @param {Iterable<[path: string, file: File]>} files
   * @param {{ name?: string, empty?: string[], file?: string }} [options] empty: directories that hold nothing;
   *   file: this one is the source
   */
  constructor(files, { name = '', empty = [], file } = {}) {
    this.#files = new Map(files)
    this.#empty = empty
    this.file =
      file ?? (this.#files.size === 1 && empty.length === 0 && !name ? onlyName(this.#files.keys()) : undefined)
    this.name = this.file ?? name
  }

  /** @returns {import('./store.js').ListingEntry[]} */
  list() {
    /** @type {import('./store.js').ListingEntry[]} */
    const entries = Array.from(this.#files, ([path, file]) => [path, file.size, 'f'])
    for (const path of this.#empty) entries.push([path, 0, 'd'])
    return entries.sort(byPath)
  }

  get(/** @type {string} */ key) {
    return this.getRange(key, { offset: 0, length: Infinity })
  }

  async getRange(/** @type {string} */ key, /** @type {import('./store.js').RangeQuery} */ range) {
    const file = this.#files.get(safePath(key))
    this.#blocks ??= import('./blocks.js').then(({ Blocks }) => new Blocks())
    return file && reading((await this.#blocks).read(file, clip(range, file.size)))
  }

  /** A later command reads anew: what has changed since is noticed. */
  release() {
    this.#blocks = undefined
  }

  size(/** @type {string} */ path) {
    const file = this.#files.get(safePath(path))
    if (!file) throw new StoreError('missing', 'no such file')
    return file.size
  }

  /** For another thread, which opens the same files by `openFiles`. */
  spec() {
    return { kind: 'files', name: this.name, file: this.file, empty: this.#empty, files: Array.from(this.#files) }
  }
}

/** @param {import('./store.js').StoreSpec} spec */
export const openFiles = ({ kind: _, files, ...options }) => new FilesStore(files, options)

/** A file that was dropped or chosen alone, in no directory. */
function onlyName(/** @type {Iterable<string>} */ names) {
  const [name] = names
  return name.includes('/') ? undefined : name
}

async function reading(/** @type {Promise<Uint8Array>} */ bytes) {
  try {
    return await bytes
  } catch (error) {
    // A browser pins a File to its size and time when it was chosen and refuses to read it afterwards.
    const name = /** @type {Error} */ (error)?.name
    if (name === 'NotFoundError') throw new StoreError('changed', 'gone since it was chosen')
    if (name === 'NotReadableError') throw new StoreError('changed', 'changed or locked since it was chosen')
    throw error
  }
}

const byPath = (/** @type {[string, ...any]} */ a, /** @type {[string, ...any]} */ b) =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0

/**
 * Files of `<input type="file" webkitdirectory>`. Their common first directory is the source itself.
 * @param {Iterable<File>} files
 */
export function fromFiles(files) {
  if (!files?.[Symbol.iterator]) throw new LeafsumError('usage', 'fromFiles: a list of files is wanted')
  /** @type {[string, File][]} */
  const entries = Array.from(files, file => [file.webkitRelativePath || file.name, file])
  const first = entries[0]?.[0].split('/')[0]
  if (entries.length > 0 && entries.every(([path]) => path.startsWith(`${first}/`))) {
    return new FilesStore(
      entries.map(([path, file]) => [path.slice(first.length + 1), file]),
      { name: first },
    )
  }
  return new FilesStore(entries)
}

/**
 * What was dropped on a page. Call it inside the event: a DataTransfer is empty afterwards.
 * One directory is the source itself; several things together are its children.
 * @param {DataTransfer} transfer
 */
export function fromDataTransfer(transfer) {
  if (!transfer?.items) throw new LeafsumError('usage', 'fromDataTransfer: the DataTransfer of a drop is wanted')
  const dropped = Array.from(transfer.items, item => /** @type {any} */ (item.webkitGetAsEntry())).filter(Boolean)
  return dropped.length === 1 && dropped[0].isDirectory ? fromEntry(dropped[0]) : walkEntries('', dropped)
}

/**
 * A directory of the older drop interface, as `webkitGetAsEntry()` gives it.
 * @param {any} directory FileSystemDirectoryEntry
 * @param {(files: number) => void} [onFiles] told how many files were met so far
 */
export async function fromEntry(directory, onFiles) {
  return walkEntries(directory.name, await entriesOf(directory), onFiles)
}

/**
 * The browser answers each question on its own, in a millisecond or so: many are asked at once.
 * @param {string} name
 * @param {any[]} roots FileSystemEntry
 * @param {(files: number) => void} [onFiles]
 */
async function walkEntries(name, roots, onFiles) {
  /** @type {[string, File][]} */
  const files = []
  /** @type {string[]} */
  const empty = []
  await eachWithMore(
    /** @type {[string, any][]} */ (roots.map(entry => [entry.name, entry])),
    async ([path, entry]) => {
      if (entry.isFile) {
        files.push([path, await new Promise((resolve, reject) => entry.file(resolve, reject))])
        onFiles?.(files.length)
        return []
      }
      const children = await entriesOf(entry)
      if (children.length === 0) empty.push(path)
      return children.map(child => /** @type {[string, any]} */ ([`${path}/${child.name}`, child]))
    },
  )
  return new FilesStore(files.sort(byPath), { name, empty: empty.sort() })
}

const kAtOnce = 64

/**
 * Does all of it, some of it at once; each may give more to do.
 * @template T
 * @param {T[]} todo
 * @param {(one: T) => Promise<T[]>} step
 */
async function eachWithMore(todo, step) {
  await new Promise((resolve, reject) => {
    let open = 0
    const go = () => {
      while (open < kAtOnce && todo.length > 0) {
        open++
        step(/** @type {T} */ (todo.pop())).then(more => {
          open--
          for (const one of more) todo.push(one)
          go()
        }, reject)
      }
      if (open === 0) resolve(undefined)
    }
    go()
  })
}

/** readEntries gives a hundred at a time, and an empty array at the end. */
async function entriesOf(/** @type {any} */ directory) {
  const reader = directory.createReader()
  const all = []
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}

/**
 * A directory from `showDirectoryPicker()` or the origin's private file system.
 * @param {any} handle FileSystemDirectoryHandle
 * @param {(files: number) => void} [onFiles] told how many files were met so far
 */
export async function fromDirectoryHandle(handle, onFiles) {
  if (typeof handle?.entries !== 'function')
    throw new LeafsumError('usage', 'fromDirectoryHandle: the handle of a directory is wanted')
  /** @type {[string, File][]} */
  const files = []
  /** @type {string[]} */
  const empty = []
  await eachWithMore(/** @type {[string, any][]} */ ([['', handle]]), async ([path, entry]) => {
    if (entry.kind === 'file') {
      files.push([path, await entry.getFile()])
      onFiles?.(files.length)
      return []
    }
    /** @type {[string, any][]} */
    const children = []
    for await (const [name, child] of entry.entries()) children.push([path ? `${path}/${name}` : name, child])
    if (children.length === 0 && path) empty.push(path)
    return children
  })
  return new FilesStore(files.sort(byPath), { name: handle.name, empty: empty.sort() })
}
