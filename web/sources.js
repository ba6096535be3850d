/** What was chosen or dropped: names, sizes and File objects. No checkpoint is parsed here. */

import { FilesStore, fromDirectoryHandle, fromEntry } from '../node/lib/stores/files.js'

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
 * @type {WeakMap<FilesStore, {files: number, bytes: number, evidence: [string, File][], steps: string[]}>}
 */
const known = new WeakMap()

/**
 * How many files it has, the lockfiles and sums that came inside it (which are offered, never picked up unasked), and
 * the directories that are named as steps are.
 * @param {FilesStore} source
 */
export function glance(source) {
  const found = known.get(source)
  if (found) return found
  const { files } = source.spec()
  const steps = new Set(files.map(([path]) => /^(?:[A-Za-z]+_)?(\d+)\//.exec(path)?.[1] ?? ''))
  steps.delete('')
  const seen = {
    files: files.length,
    bytes: files.reduce((sum, [, file]) => sum + file.size, 0),
    evidence: files.filter(([path]) => path.endsWith('.leafsum.json') || isSums(path)),
    steps: steps.size > 1 ? [...steps].sort((a, b) => Number(a) - Number(b)) : [],
  }
  known.set(source, seen)
  return seen
}

/** By its name, as `sha256sum` users give it. @param {string} path */
export const isSums = path => /(^|\/)sha256(sums?)?[^/]*$|\.sha256(sums?)?(\.txt)?$/i.test(path)

/** @param {string} name */
export const isArchive = name => /\.(tar|tgz|tar\.(gz|zst|bz2|xz)|zip|7z)$/i.test(name)

/**
 * The checkpoint in an archive: the seam for whoever can read one. Without it the page asks to unpack.
 * @type {{open: ((file: File) => Promise<FilesStore>) | null}}
 */
export const archives = { open: null }

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
 * too:
 * that is the careful side to err on, and the page says so.
 *
 * @param {File} lockfile
 * @param {FilesStore} source
 * @returns {Promise<string | undefined>} its path there
 */
export async function liesInside(lockfile, source) {
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
