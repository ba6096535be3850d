/** What was chosen or dropped: names, sizes and File objects. No checkpoint is parsed here. */

import { fromDirectoryHandle, fromEntry } from '../node/lib/stores/files.js'

/** @typedef {import('../node/lib/stores/files.js').FilesStore} FilesStore */

/**
 * What was dropped, each directory a source of its own. Must be called while the event is handled: afterwards the
 * DataTransfer is empty.
 *
 * @param {DataTransfer} transfer
 * @returns {Promise<{directories: FilesStore[], files: File[]}>}
 */
export async function fromDrop(transfer) {
  const dropped = [...transfer.items]
    .filter(item => item.kind === 'file')
    .map(item => ({
      entry: item.webkitGetAsEntry(),
      // Entries cannot be opened in a page from file://, handles can.
      handle: location.protocol === 'file:' ? item.getAsFileSystemHandle?.() : undefined,
      file: item.getAsFile(),
    }))
  const directories = []
  const files = []
  for (const { entry, handle, file } of dropped) {
    if (entry?.isDirectory) directories.push(await (handle ? fromDirectoryHandle(await handle) : fromEntry(entry)))
    else if (file) files.push(file)
  }
  return { directories, files }
}

/** @param {FilesStore} source */
export function totals(source) {
  const files = source.list().filter(([, , kind]) => kind === 'f')
  return { files: files.length, bytes: files.reduce((sum, [, size]) => sum + size, 0) }
}

/**
 * Lockfiles that came inside the directory, with their paths. They are offered, never picked up unasked.
 * @param {FilesStore} source
 */
export function lockfilesInside(source) {
  return source.spec().files.filter(([path]) => path.endsWith('.leafsum.json'))
}

/**
 * Whether a lockfile that was chosen on its own is a file of the directory: browsers do not tell where a file lies, so
 * the same name, size, time and bytes count as the same file. A copy elsewhere, kept with its time, is taken for it
 * too:
 * that is the careful side to err on, and the page says so.
 *
 * @param {File} lockfile
 * @param {FilesStore} source
 */
export async function liesInside(lockfile, source) {
  for (const [path, file] of source.spec().files) {
    if (path.slice(path.lastIndexOf('/') + 1) !== lockfile.name) continue
    if (file.size !== lockfile.size || file.lastModified !== lockfile.lastModified) continue
    if (await sameBytes(file, lockfile)) return true
  }
  return false
}

/** @param {File} a @param {File} b */
async function sameBytes(a, b) {
  const step = 4 << 20
  for (let at = 0; at < a.size; at += step) {
    const [left, right] = await Promise.all([a, b].map(file => file.slice(at, at + step).arrayBuffer())).then(buffers =>
      buffers.map(buffer => new Uint8Array(buffer)),
    )
    if (left.length !== right.length || left.some((byte, i) => byte !== right[i])) return false
  }
  return true
}
