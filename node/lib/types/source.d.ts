import type { Checkpoint } from './checkpoint.js'

/**
 * What a host has as `URL`, of the browser or of Node.
 * @example
 * ```ts
 * import { check, type UrlLike } from 'leafsum'
 *
 * const place: UrlLike = new URL('https://example.com/run/300/')
 * await check(place)
 * ```
 */
export interface UrlLike {
  readonly href: string
  readonly protocol: string
}

/**
 * What a host has as `Blob`: part of a file that a page was given.
 * @example
 * ```ts
 * import type { BlobLike } from 'leafsum'
 *
 * const part: BlobLike = new Blob([new Uint8Array(8)])
 * ```
 */
export interface BlobLike {
  readonly size: number
  slice(start?: number, end?: number): BlobLike
  arrayBuffer(): Promise<ArrayBuffer>
}

/**
 * What a host has as `File`, of `<input type="file" webkitdirectory>` for one.
 * @example
 * ```ts
 * import { check, fromFiles, type FileLike } from 'leafsum'
 *
 * const verdictOf = async (files: Iterable<FileLike>) => (await check(fromFiles(files))).verdict
 * ```
 */
export interface FileLike extends BlobLike {
  readonly name: string
  readonly webkitRelativePath?: string
}

/**
 * What a host has as `FileSystemEntry`: the older interface of what is dropped on a page.
 * @example
 * ```ts
 * import { fromEntry, type EntryLike } from 'leafsum'
 *
 * const sourceOf = (entry: EntryLike) => (entry.isDirectory ? fromEntry(entry) : undefined)
 * ```
 */
export interface EntryLike {
  readonly isFile: boolean
  readonly isDirectory: boolean
  readonly name: string
}

/**
 * What a host has as `DataTransfer`: of a drop event.
 * @example
 * ```ts
 * import { check, fromDataTransfer, type TransferLike } from 'leafsum'
 *
 * const dropped = async (transfer: TransferLike) => check(fromDataTransfer(transfer))
 * ```
 */
export interface TransferLike {
  readonly items: ArrayLike<{ webkitGetAsEntry(): EntryLike | null }>
}

/**
 * What a host has as `FileSystemDirectoryHandle`: of `showDirectoryPicker()`, or of the origin's private file system.
 * @example
 * ```ts
 * import { fromDirectoryHandle, type DirectoryHandleLike } from 'leafsum'
 *
 * const sourceOf = (handle: DirectoryHandleLike) => fromDirectoryHandle(handle)
 * ```
 */
export interface DirectoryHandleLike {
  readonly kind: 'directory'
  readonly name: string
  /** Every browser has it; the declarations of some TypeScript versions do not. */
  entries?(): AsyncIterable<[string, { readonly kind: 'file' | 'directory'; readonly name: string }]>
}

/**
 * A part of a file, as zarrita asks for it.
 * @example
 * ```ts
 * import type { RangeQuery } from 'leafsum'
 *
 * const footer: RangeQuery = { suffixLength: 64 }
 * ```
 */
export type RangeQuery = { offset: number; length: number } | { suffixLength: number }

/**
 * A file (`f`), an empty directory (`d`) or a link that is not followed (`l`), by its path below the source.
 * @example
 * ```ts
 * import type { ListingEntry } from 'leafsum'
 *
 * const entries: ListingEntry[] = [['_METADATA', 812, 'f']]
 * ```
 */
export type ListingEntry = [path: string, size: number, kind: 'f' | 'd' | 'l']

/**
 * Where a source lies, by names that two sources of one place have in common: evidence that came with a source is not
 * trusted.
 * @example
 * ```ts
 * import type { Places } from 'leafsum'
 *
 * const places: Places = { own: ['bucket/run/300'], around: ['bucket/run', 'bucket'] }
 * ```
 */
export interface Places {
  own: string[]
  around: string[]
  repository?: string
}

/**
 * A place where the bytes of a checkpoint lie. It is zarrita's `Readable`: zarrita's own stores are stores, and these
 * are stores of zarrita's. With `list` everything is found that lies there; without it only what is referred to.
 * @example
 * ```ts
 * import { check, type Store } from 'leafsum'
 *
 * const files = new Map<string, Uint8Array>()
 * const store: Store = {
 *   get: async key => files.get(key.slice(1)),
 *   getRange: async (key, range) =>
 *     'offset' in range
 *       ? files.get(key.slice(1))?.subarray(range.offset, range.offset + range.length)
 *       : files.get(key.slice(1))?.subarray(-range.suffixLength),
 *   list: () => [...files].map(([path, bytes]) => [path, bytes.length, 'f']),
 * }
 * await check(store)
 * ```
 */
export interface Store {
  /** Keys begin with "/", as zarrita's. Undefined where there is no such file. */
  get(key: string, options?: unknown): Promise<Uint8Array | undefined>
  getRange(key: string, range: RangeQuery, options?: unknown): Promise<Uint8Array | undefined>
  /** Files, empty directories and links. */
  list?(): ListingEntry[] | Promise<ListingEntry[]>
  /** Last component of the source's own path. */
  name?: string
  /** Of every listed file what tells it from a changed one; for `state`. */
  identity?(): string
  places?(): Places
  close?(): void
}

/**
 * What every call reads. A string is a path in Node, of a directory, a Flax file or an archive; a string or URL of
 * `https:`, `hf:`, `gs:` or `s3:` is `fromUrl` without options.
 * @example
 * ```ts
 * import { check, fromMap, type Source } from 'leafsum'
 *
 * const sources: Source[] = ['runs/300', 'https://example.com/run/300/', fromMap({})]
 * for (const source of sources) console.log((await check(source)).verdict)
 * ```
 */
export type Source = string | UrlLike | Store | Promise<Store> | Checkpoint

/**
 * A directory on disk, or a Flax file; Node only. `followLinks`: links below it wherever they lead, not only inside it
 * or to a hub's cache.
 * @example
 * ```ts
 * import { check, fromPath } from 'leafsum'
 *
 * await check(fromPath('runs/300', { followLinks: true }))
 * ```
 */
export function fromPath(path: string, options?: { followLinks?: boolean }): Store

/**
 * Files that a page was given. Their common first directory is the source itself.
 * @example
 * ```ts
 * import { check, fromFiles } from 'leafsum'
 *
 * const input = document.querySelector<HTMLInputElement>('input[webkitdirectory]')
 * if (input?.files) await check(fromFiles(input.files))
 * ```
 */
export function fromFiles(files: Iterable<FileLike>): Store

/**
 * What was dropped on a page: one directory is the source itself, several things are its children. Call it inside the
 * event: a DataTransfer is empty afterwards.
 * @example
 * ```ts
 * import { check, fromDataTransfer } from 'leafsum'
 *
 * document.addEventListener('drop', async event => {
 *   event.preventDefault()
 *   if (event.dataTransfer) console.log((await check(fromDataTransfer(event.dataTransfer))).headline)
 * })
 * ```
 */
export function fromDataTransfer(transfer: TransferLike): Promise<Store>

/**
 * A directory of the older drop interface.
 * @example
 * ```ts
 * import { fromEntry } from 'leafsum'
 *
 * const sourceOf = (item: DataTransferItem) => {
 *   const entry = item.webkitGetAsEntry()
 *   return entry?.isDirectory ? fromEntry(entry) : undefined
 * }
 * ```
 */
export function fromEntry(directory: EntryLike): Promise<Store>

/**
 * A directory that the user picked, or one of the origin's private file system.
 * @example
 * ```ts
 * import { check, fromDirectoryHandle } from 'leafsum'
 *
 * await check(fromDirectoryHandle(await navigator.storage.getDirectory()))
 * ```
 */
export function fromDirectoryHandle(handle: DirectoryHandleLike): Promise<Store>

/**
 * Files in memory, by their paths.
 * @example
 * ```ts
 * import { digest, fromMap } from 'leafsum'
 *
 * const array = { zarr_format: 2, shape: [], chunks: [], dtype: '|u1', order: 'C', compressor: null, filters: null }
 * const document = new TextEncoder().encode(JSON.stringify({ ...array, fill_value: 0 }))
 * console.log((await digest(fromMap({ 'w/.zarray': document, 'w/0': Uint8Array.of(7) }))).fingerprint)
 * ```
 */
export function fromMap(files: Map<string, Uint8Array> | Record<string, Uint8Array>, options?: { name?: string }): Store

/**
 * How an archive is read. What UrlOptions has is of addresses.
 * @example
 * ```ts
 * import { fromArchive, type ArchiveOptions } from 'leafsum'
 *
 * const options: ArchiveOptions = { inner: 'runs/300', tempDir: '/tmp' }
 * await fromArchive('runs.tar.gz', options)
 * ```
 */
export interface ArchiveOptions extends UrlOptions {
  /** The directory in the archive that is the source. Without it that is all of the archive, or its only directory. */
  inner?: string
  /** Symlinks in the archive are followed wherever they lead in it, not only inside the source. */
  followLinks?: boolean
  /** Node only: keep there, in a temporary file, what a compressed archive holds. Faster, where there is room. */
  tempDir?: string
  /** Bytes of that file at most. */
  maxDisk?: number
  /** What the source is called where it is the whole archive; else the file's own name without its ending. */
  name?: string
}

/**
 * An archive, read in place: tar, tar.gz, tar.zst, zip. A path in Node; anywhere an address (as of fromUrl; it may
 * have a query, which no message shows), or a Blob, a File that was dropped. Its index is read at once: what is no
 * archive is a rejection, what is wrong with one a finding.
 * @example
 * ```ts
 * import { check, fromArchive } from 'leafsum'
 *
 * const verdictOf = async (file: File) => (await check(fromArchive(file))).verdict
 * ```
 */
export function fromArchive(source: string | UrlLike | BlobLike, options?: ArchiveOptions): Promise<Store>

/**
 * How a server is asked.
 * @example
 * ```ts
 * import { fromUrl, type UrlOptions } from 'leafsum'
 *
 * const options: UrlOptions = { headers: { Authorization: 'Bearer …' }, timeout: 30_000, absent: 403 }
 * fromUrl('https://example.com/run/300/', options)
 * ```
 */
export interface UrlOptions {
  /** Never sent to another origin. */
  headers?: Record<string, string>
  /** Of one request with its tries and redirects, in milliseconds. */
  timeout?: number
  /** HTTP statuses that mean "not there" besides 404 and 410: 403 of a bucket that may be read but not listed. */
  absent?: number | number[]
}

/**
 * A checkpoint on a web server (`https:`), the Hugging Face Hub (`hf://org/repo[@revision]/path`; a token of the
 * environment's HF_TOKEN goes to the hub alone) or in a public bucket (`gs://`, `s3://`). What hubs, buckets, and
 * servers that show their directories list is the listing; without one, what only a listing shows (files that nothing
 * refers to, the steps of a root) is not looked for, and the headline says so.
 * @example
 * ```ts
 * import { check, fromUrl } from 'leafsum'
 *
 * console.log((await check(fromUrl('https://example.com/run/300/', { timeout: 30_000 }))).headline)
 * ```
 */
export function fromUrl(url: string | UrlLike, options?: UrlOptions): Store
