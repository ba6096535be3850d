/** What was chosen or dropped: names, sizes and File objects. No checkpoint is parsed here. */

import { FilesStore, fromDirectoryHandle, fromEntry } from '../node/lib/stores/files.js'
import { ArchiveSource } from './archives.js'

/** @typedef {import('./session.js').Source} Source */

/**
 * What was dropped, each directory a source of its own. Must be called while the event is handled: afterwards the
 * DataTransfer is empty.
 *
 * @param {DataTransfer} transfer
 * @param {(files: number) => void} [onNames] told how many names were read so far
 * @returns {Promise<{directories: FilesStore[], files: File[]}>}
 */
export async function fromDrop(transfer, onNames) {
  const dropped = [...transfer.items]
    .filter(item => item.kind === 'file')
    .map(item => ({
      entry: item.webkitGetAsEntry(),
      // Handles, where there are any, are twice as fast as entries, and can be opened in a page from file:// too.
      handle: item.getAsFileSystemHandle?.().catch(() => null),
      file: item.getAsFile(),
    }))
  const directories = []
  const files = []
  const told = (/** @type {number} */ names) => names % 500 === 0 && onNames?.(names)
  for (const { entry, handle, file } of dropped) {
    if (entry?.isDirectory) {
      const opened = await handle
      directories.push(await (opened ? fromDirectoryHandle(opened, told) : fromEntry(entry, told)))
    } else if (file) files.push(file)
  }
  return { directories, files }
}

/**
 * What the page shows of a source, looked up once: there may be 100,000 files.
 * @typedef {{ files: number, bytes: number, evidence: [path: string, file?: File][], steps: string[] }} Glance
 * @type {WeakMap<Source, Glance>}
 */
const known = new WeakMap()

/**
 * How many files it has, the lockfiles and sums that came inside it (which are offered, never picked up unasked), and
 * the directories that are named as steps are. Of an archive nothing until it was opened.
 * @param {Source} source
 * @returns {Glance}
 */
export function glance(source) {
  const found = known.get(source)
  if (found) return found
  if (source instanceof ArchiveSource && !source.opened) return { files: 0, bytes: 0, evidence: [], steps: [] }
  const files = filesOf(source)
  const steps = new Set(files.map(([path]) => /^(?:[A-Za-z]+_)?(\d+)\//.exec(path)?.[1] ?? ''))
  steps.delete('')
  const seen = {
    files: files.length,
    bytes: files.reduce((sum, [, size]) => sum + size, 0),
    evidence: files
      .filter(([path]) => path.endsWith('.leafsum.json') || isSums(path) || isSignature(path))
      .map(([path, , file]) => /** @type {[string, File | undefined]} */ ([path, file])),
    steps: steps.size > 1 ? [...steps].sort((a, b) => Number(a) - Number(b)) : [],
  }
  known.set(source, seen)
  return seen
}

/** @param {Source} source @returns {[path: string, size: number, file?: File][]} */
function filesOf(source) {
  if ('host' in source) return []
  if (!(source instanceof ArchiveSource)) return source.spec().files.map(([path, file]) => [path, file.size, file])
  const listing = source.opened?.listing ?? []
  return listing.filter(([, , kind]) => kind === 'f').map(([path, size]) => [path, Number(size)])
}

/** By its name, as `sha256sum` users give it. @param {string} path */
export const isSums = path => /(^|\/)sha256(sums?)?[^/]*$|\.sha256(sums?)?(\.txt)?$/i.test(path)

/** By its name, as those who sign give it. @param {string} path */
export const isSignature = path =>
  /\.leafsum\.json\.sigstore\.json$/.test(path) ? 'signature' : /(^|\/)[^/]*model\.sig$/.test(path) && 'model'

/**
 * Several things that were dropped together, as the children of one source without a name.
 * @param {FilesStore[]} directories
 * @param {File[]} files
 */
export function together(directories, files) {
  const specs = directories.map(directory => directory.spec())
  /** @type {[string, File][]} */
  const all = files.map(file => [file.name, file])
  for (const { name, files } of specs) for (const [path, file] of files) all.push([`${name}/${path}`, file])
  const empty = specs.flatMap(({ name, empty }) => empty.map(path => `${name}/${path}`))
  return new FilesStore(all, { empty })
}

/**
 * Whether a lockfile that was chosen on its own is a file of the directory: browsers do not tell where a file lies, so
 * the same name, size, time and bytes count as the same file. A copy elsewhere, kept with its time, is taken for it
 * too: that is the careful side to err on, and the page says so. A file of an archive lies nowhere else.
 *
 * @param {File} lockfile
 * @param {Source} source
 * @returns {Promise<string | undefined>} its path there
 */
export async function liesInside(lockfile, source) {
  if (source instanceof ArchiveSource || 'host' in source) return undefined
  for (const [path, file] of source.spec().files) {
    if (path.slice(path.lastIndexOf('/') + 1) !== lockfile.name) continue
    if (file.size !== lockfile.size || file.lastModified !== lockfile.lastModified) continue
    if (await sameBytes(file, lockfile)) return path
  }
  return undefined
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
