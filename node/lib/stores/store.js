// What every source of bytes has in common: zarrita's Readable shape, and what ours can do besides.

import { messageOf } from '../errors.js'

/**
 * @typedef {'missing' | 'unreadable' | 'changed'} FailureKind
 *
 * @typedef {{ offset: number, length: number } | { suffixLength: number }} RangeQuery
 *
 * @typedef {[path: string, etag: string]} Tag
 *
 * @typedef {[path: string, size: number, kind: 'f' | 'd' | 'l']} ListingEntry
 *   A file, an empty directory or a symlink that is not followed; relative to the source's root, "/" between
 *   components.
 *
 * @typedef {{ path: string, isDirectory: boolean, followed: boolean, target?: string }} Link
 *   isDirectory: what it leads to; followed: the files of the directory are listed below the link's own path; target:
 *   below the root
 *
 * @typedef {object} PackedListing
 * @property {number} bytes  of all files
 * @property {() => ListingEntry[]} entries  made anew: a million rows are as large as all else that is known of the
 * files
 * @property {() => Iterable<Uint8Array>} pages  as the core takes it (packed.js)
 *
 * @typedef {object} Store
 * @property {(key: string, options?: any) => Promise<Uint8Array | undefined>} get
 * @property {(key: string, range: RangeQuery, options?: any) => Promise<Uint8Array | undefined>} getRange
 * @property {() => ListingEntry[] | Promise<ListingEntry[] | undefined>} [list]  nothing where there is none after all
 * @property {boolean} [asks]  a listing costs requests: of one leaf alone the names that matter are asked for instead
 * @property {() => PackedListing} [packedListing]  the same as `list`, where that is not made of rows
 * @property {() => Link[]} [links]  of the last listing: symlinks that are not followed, and those to directories
 * @property {() => import('./archive/indexing.js').Remark[]} [findings]  about the source itself, as an archive
 * @property {string} [name]  last component of the source's own path
 * @property {(path: string, whole?: number) => number | Promise<number>} [size]
 *   whole: it will be read whole if it has at most so many bytes
 * @property {(key: string, range: { offset: number, length: number }) => Promise<Stream | undefined>} [open]
 *   Where every read costs a way there and back: what will be read is told in advance, and a long range is one request.
 * @property {boolean} [readsForwards]  What lies before the last read costs as much as all of it.
 * @property {boolean} [inWindows]  Large reads are far better than small ones: what will be read is told in advance
 * (windows.js).
 * @property {() => () => void} [hold]  what is read stays at hand for further commands, until what this returns is
 * called
 * @property {(path: string, offset: number, view: Uint8Array) => number} [readInto]
 *   Synchronous: fills the view from the file and tells how many bytes there were. With it, `size` is synchronous too.
 * @property {() => string} [identity]  of every file of the last listing what tells it from a changed one
 * @property {() => Tag[] | undefined} [tags]  what a server calls the state of each file that was asked for; nothing
 * where it does
 *   not name them all
 * @property {(tags: Tag[]) => Promise<boolean>} [hasTags]  whether these files are still what it calls so
 * @property {() => import('./places.js').Places} [places]  what tells where the source lies
 * @property {() => StoreSpec | undefined} [spec]  what another thread needs to open the same source
 * @property {() => void} [release]  called when a command ends: what is open may be closed, reads may follow
 * @property {() => void} [close]
 *
 * @typedef {{ kind: string, [key: string]: any }} StoreSpec
 *
 * @typedef {object} Stream
 * @property {(length: number) => Promise<Uint8Array>} read  the next bytes, fewer only where it ends
 * @property {() => void} close
 */

/** Zarrita's stores may give bare names, without sizes: those are of no use. @param {any} listing */
export const isListing = listing =>
  Array.isArray(listing) && listing.every(entry => Array.isArray(entry) && entry.length === 3)

/** Why a read was not answered. The text stands in reports: no absolute path, nothing that differs between machines. */
export class StoreError extends Error {
  /**
   * @param {FailureKind} kind
   * @param {string} message
   */
  constructor(kind, message) {
    super(message)
    this.name = 'StoreError'
    this.kind = kind
  }
}

/**
 * @param {unknown} error
 * @returns {{ kind: FailureKind, message: string }}
 */
export function failureOf(error) {
  if (error instanceof StoreError) return error
  return { kind: 'unreadable', message: messageOf(error) }
}

/**
 * The path below the root that a key names. The core refuses hostile paths before it asks; a store looks again.
 * @param {string} key with or without the leading "/" of zarrita's keys
 */
export function safePath(key) {
  const path = key.startsWith('/') ? key.slice(1) : key
  for (const part of path.split('/')) {
    if (part === '' || part === '.' || part === '..' || part.includes('\0')) {
      throw new StoreError('unreadable', 'refused: the path leaves the source')
    }
  }
  return path
}

/**
 * @param {RangeQuery} range
 * @param {number} size of the whole file
 * @returns {[begin: number, end: number]}
 */
export function clip(range, size) {
  if ('suffixLength' in range) return [Math.max(0, size - range.suffixLength), size]
  const begin = Math.min(range.offset, size)
  return [begin, Math.min(begin + range.length, size)]
}
