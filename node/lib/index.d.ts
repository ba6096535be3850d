/** Options that every command takes. */
export interface Options {
  /** Aborting rejects with the signal's reason. */
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
  /** Threads; 1 does everything in this one. Never changes a byte of a result. */
  workers?: number
  /** Bytes of content from which on threads are started at all; 16 MiB. */
  workersFrom?: number
  /**
   * Bytes of a large leaf that one thread reads while others read the rest; 64 MiB, 4 MiB at least. Never changes a
   * byte of a result.
   */
  segment?: number
  /** Bytes of wasm memory and buffers of all threads together; 128 MiB. What does not fit is a finding `limit`. */
  maxMemory?: number
  /** Bytes of content that no stored bytes stand behind; 16 GiB. */
  maxFill?: number
  /** BLAKE3 is always computed. */
  algorithms?: ('blake3' | 'sha256')[]
  item?: string
  /** A step's number, or the name of its directory. */
  step?: number | string
  allSteps?: boolean
  /** What the names of Flax's step files begin with; `checkpoint_`. */
  prefix?: string
  /** This generation of an OCDBT store, not the newest. */
  generation?: number
  include?: string[]
  exclude?: string[]
  /** What differs from the evidence around the values (key types, PRNG implementations, empty nodes) is a warning. */
  allowStructure?: boolean
}

export interface LockOptions extends Options {
  stored?: boolean
  blocks?: boolean
  chunks?: boolean
  /** Files that are no part of the checkpoint, too; the source must have a listing. */
  files?: boolean
  writeSource?: boolean
  strict?: boolean
}

export interface CompareOptions extends Options {
  strict?: boolean
  allowMissing?: boolean
  allowExtra?: boolean
}

export interface VerifyOptions extends CompareOptions {
  /** The lockfile's exact bytes, or its text. */
  lockfile?: Uint8Array | ArrayBuffer | string
  /** What reports and headlines call the lockfile: the last part of its path. */
  lockfileName?: string
  /** True where the lockfile lay inside the source: equality is UNTRUSTED then. */
  lockfileCameWithSource?: boolean
  /** With a lockfile, which must have it: then the fingerprint is the evidence, and the lockfile tells where. */
  fingerprint?: string
  /** Of fromPath and fromUrl it is seen where they lie: in the source, around it, or (refused) the source itself. */
  against?: Source
  /** True where `against` lies inside the source or around it, or was published with it: equality is UNTRUSTED then. */
  againstCameWithSource?: boolean
  /**
   * Node only. SHA256SUMS over the source's files, taken in its directory or, with its name before each, in the one
   * above. The source must have a listing; allowExtra and allowMissing go with sums only where there is other evidence
   * too.
   */
  sums?: Uint8Array | ArrayBuffer | string
  /** Where the sums lay in the source: equality to them is UNTRUSTED then, and they need no line of their own. */
  sumsPath?: string
  deep?: boolean
  /** A share (above 0, up to 1) or a number of bytes of the stored chunks, drawn at random; INCOMPLETE at best. */
  sample?: { share?: number; bytes?: number; seed?: number }
  /**
   * Node's directories, and URLs whose server gives strong ETags: where a run keeps what it found equal, and whence it
   * may go on. `read` gives an earlier run's text; `onResume` is told how many leaves that vouches for, nothing where
   * lockfile, files or options are others, and of a URL where that run was finished (`isFinished`): its ETags are the
   * server's word.
   */
  state?: {
    read?: () => string | undefined
    write: (text: string) => void
    onResume?: (leaves: number | undefined, isFinished?: boolean) => void
  }
}

export interface DiffOptions extends CompareOptions {
  values?: boolean
  /** A's key paths become B's: each rule in turn on the JSON Pointer, as String.replace. */
  rename?: [pattern: RegExp | string, replacement: string][]
  /** Leading keys that are left out on both sides where they are there: `params`. */
  stripPrefix?: string
}
export interface ListOptions extends Options {
  /** The keys of the stores, with the lengths of their values. */
  keys?: boolean
  /** And the values' digests, for which they are read. */
  keyDigests?: boolean
  /** The generations of OCDBT stores. */
  versions?: boolean
  /** The files of the directory; the source must have a listing. */
  files?: boolean
  /** How deep `subtrees` goes; 64. Less where their key paths would be over 32 MiB. */
  depth?: number
}

export interface Progress {
  leavesDone: number
  /** 0 until the structure was read. */
  leavesTotal: number
  /** Bytes of content, not of files. */
  bytesDone: number
  bytesTotal: number
  /** From 0 to 1. */
  fraction: number
  /** Of the last seconds; null until something was read. */
  bytesPerSecond: number | null
  /** At that rate; null where it is not known. */
  secondsLeft: number | null
}

export type RangeQuery = { offset: number; length: number } | { suffixLength: number }
export type ListingEntry = [path: string, size: number, kind: 'f' | 'd' | 'l']

/** zarrita's `Readable`; `list` gives files, empty directories and symlinks. zarrita's own stores plug in. */
export interface Store {
  get(key: string, options?: unknown): Promise<Uint8Array | undefined>
  getRange(key: string, range: RangeQuery, options?: unknown): Promise<Uint8Array | undefined>
  list?(): ListingEntry[] | Promise<ListingEntry[]>
  /** Last component of the source's own path. */
  name?: string
  /** Of every listed file what tells it from a changed one; for `state`. */
  identity?(): string
  /** Names of the source's own place, and of all that it lies in: two sources with a name in common came together. */
  places?(): { own: string[]; around: string[]; repository?: string }
  close?(): void
}

/** In Node a text is a path; an address (`https:`) or a URL is `fromUrl` with its defaults. */
export type Source = string | URL | Store | Promise<Store> | Checkpoint

export type Severity = 'error' | 'gap' | 'trust' | 'warning' | 'info'

export interface Finding {
  code: string
  severity: Severity
  item: string | null
  key_path: string[] | null
  file: string | null
  offset: number | null
  expected: string | null
  actual: string | null
  message: string
}

export interface Report {
  leafsum_report: 1
  command: string
  verdict: string
  exit_code: 0 | 1 | 3 | 4 | 5
  headline: string
  source: { step?: number; commit_timestamp_nsecs?: string; files?: number; bytes?: number }
  /** Where `item`, or in a comparison `include` or `exclude`, narrowed it. */
  scope?: {
    item?: string
    include?: string[]
    exclude?: string[]
    items_left_out: number
    leaves_left_out: number
  }
  lock?: { fingerprint: string | null; step?: number; signed_by?: string }
  fingerprint?: string | null
  coverage: { leaf: number; structural: number; unreachable: number; ignored: number; unread: number }
  leaves: { equal: number; different: number; missing: number; extra: number; not_read: number }
  findings: Finding[]
  findings_dropped: number
}

/** What a call with a product of its own resolves to: the report, and the product's members beside it. */
export type WithReport<Product> = { report: Report } & Product

/** What one entry point of Orbax, Flax or TensorStore would take. */
export interface ReaderRow {
  checkpoint: string
  reader: string
  versions: string
  takes: string[]
  /** Why it takes nothing. */
  raises: string | null
}

export interface DigestOutput {
  fingerprint: string | null
  items: Record<
    string,
    {
      fingerprint: string | null
      leaves: {
        key_path: string[]
        value_type: string
        dtype: string
        shape: number[] | null
        nbytes: number
        digest?: { blake3: string; sha256?: string }
      }[]
    }
  >
}

export interface ListedLeaf {
  key_path: string[]
  value_type: string
  dtype: string
  shape: number[] | null
  nbytes: number
  chunks?: number
  chunk_shape?: number[]
  stored_nbytes?: number
  zarr_format?: 2 | 3
  /** Key of its metadata document in the store. */
  document?: string
}

/** schema/ls.schema.json says what each member means. */
export interface ListOutput {
  source: Report['source']
  items: {
    name: string
    kind: string
    /** Below the source: "" or ending in "/". */
    directory: string
    ocdbt: boolean
    leaves: ListedLeaf[]
    /** A key that is not UTF-8 is null, its bytes are in `key_hex`. */
    keys?: { key: string | null; key_hex?: string; length: number; digest?: { blake3: string; sha256?: string } }[]
    /** The generation that was read, with `versions`; an OCDBT store's. */
    generation?: number
    versions?: {
      generation: number
      commit_time_nsecs: string
      root_height: number
      num_keys: number
      num_tree_bytes: number
      num_indirect_value_bytes: number
    }[]
    /** History that is gone or damaged: older files may be deleted. */
    versions_unreadable?: { newest_generation: number; num_generations: number; reason: string }[]
  }[]
  totals: { leaves: number; parameters: number; nbytes: number }
  /** Every inner node, parents first; an item itself has an empty key path. */
  subtrees: { item: string; key_path: string[]; leaves: number; parameters: number; nbytes: number }[]
  files?: { path: string; size: number; kind: 'file' | 'directory' | 'symlink' }[]
}

/** What `list` found, however many leaves and keys that are: rows are made as they are asked for, and as often. */
export interface ListDocument {
  /** The document without `subtrees` and `files`; its lists of leaves and keys are empty. */
  readonly head: Omit<ListOutput, 'subtrees' | 'files'>
  readonly files?: ListOutput['files']
  /** Of the item of that number, in pieces. */
  rows(item: number, name: 'leaves' | 'keys'): Generator<any[]>
  /** The exact text of `ls --json` in pieces of about 128 KiB, as bytes or text. */
  text(): Generator<string | Uint8Array>
}

export interface MetadataOptions extends Omit<Options, 'item'> {
  /** An item's name, AUTO (as Orbax 0.12.8 chooses), or null: the directory itself. */
  item?: string | null
}

/**
 * schema/metadata.schema.json. In `custom_metadata` integers of 2^53 and more are BigInt; NaN and the infinities are
 * numbers.
 */
export interface MetadataOutput {
  source: { step?: number }
  init_timestamp_nsecs: string | null
  commit_timestamp_nsecs: string | null
  custom_metadata: unknown
  /** The item that was asked for: "" is the directory itself. */
  item: string
  /** Which item AUTO takes: by Orbax's documentation and Orbax 0.11, and by Orbax 0.12.8. */
  auto: { documented: string | null; orbax_0_12_8: string | null }
  items: Record<
    string,
    {
      kind: string
      leaves: { key_path: string[]; value_type: string; dtype: string; shape: number[] | null; sharding: unknown }[]
    }
  >
  /** Documents that are there and cannot be read: what they say is missing above. */
  unreadable: { file: string; message: string }[]
}

export interface MatchOptions extends Omit<Options, 'include' | 'exclude' | 'algorithms'> {
  strict?: boolean
  /** Leaves that the template lacks are warnings: a partial restore. */
  allowExtra?: boolean
  /** The source's key paths become the template's, as of `diff`. */
  rename?: [pattern: RegExp | string, replacement: string][]
  /** The mesh to restore to, axis names and sizes: does the sharding that was recorded fit it? */
  mesh?: Record<string, number>
}

/** One axis of a slice, as numpy has it: an index, a range with a step from 1 on, or the axes that are not named. */
export type Index = number | { start?: number | null; stop?: number | null; step?: number | null } | '...'

/** A leaf's content or a slice of it. */
export interface Value {
  /** What `cat --json` reports: exit code 0 where the value is shown. */
  report: Report
  item: string
  key_path: string[]
  dtype: string
  /** Null for strings, JSON and the like. */
  shape: number[] | null
  /** C order, little-endian, one byte for an element of a sub-byte type; null where it is not shown. */
  bytes: Uint8Array | null
  /**
   * The values exactly: narrow floats as Float32Array, int2 and int4 as Int8Array, complex as pairs, bool and raw as
   * bytes.
   */
  data: ArrayLike<number> | ArrayLike<bigint> | null
}

export interface ReadOptions
  extends Pick<Options, 'signal' | 'maxMemory' | 'maxFill' | 'item' | 'step' | 'allSteps' | 'prefix' | 'generation'> {
  /** Only what its blocks (up to 4 MiB: its digests) vouch for is given. */
  lockfile?: Uint8Array | ArrayBuffer | string
  lockfileCameWithSource?: boolean
}

export interface DiffOutput {
  leaves: {
    sign: '=' | '-' | '+' | '*' | '!'
    item: string
    key_path: string[]
    dtype: string
    shape: number[] | null
    /** `blake3:…`; null where there is no digest. */
    a: string | null
    b: string | null
    values?: {
      differing: number
      first_index: number
      first_a: string
      first_b: string
      /** JSON's numbers are finite: others are "NaN", "Infinity", "-Infinity"; null of types without a difference. */
      max_abs: number | string | null
      max_rel: number | string | null
    }
  }[]
  summary: Record<string, number>
}

/**
 * A checkpoint whose structure was read; every command takes it in place of its source, and reads the item, step or
 * steps, generation and leaves (`include`, `exclude`) with which it was opened. What was not narrowed then (to an item,
 * by `include`, by `exclude`) may be later; an option that contradicts is refused (`usage`). Options are of all sources
 * of a command, and so is this scope.
 */
export class Checkpoint {
  readonly scope: Readonly<
    Pick<Options, 'item' | 'step' | 'allSteps' | 'prefix' | 'generation' | 'include' | 'exclude'>
  >
  readonly items: ListOutput['items']
  readonly leaves: (ListedLeaf & { item: string })[]
  readonly findings: Finding[]
  readonly report: Report
  /**
   * `name`: JSON Pointer, `item:` before it where needed, dotted name, or key path. `slice`: `0:3, ::2`, which may
   * stand in brackets behind a name, too.
   */
  read(name: string | string[], slice?: string | Index[], options?: ReadOptions): Promise<Value>
  /** As the function of that name, of this checkpoint. */
  metadata(options?: MetadataOptions): Promise<WithReport<MetadataOutput>>
  close(): void
}

/** A rejection: misuse, refused evidence, or a bug of ours. A broken checkpoint is a Report. */
export class LeafsumError extends Error {
  code: 'usage' | 'source' | 'evidence' | 'environment' | 'bug'
}

/** A string is a URL; in Node a path too. */
export type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module

/** Says where the core and its workers come from, instead of from beside the package's own files. */
export function init(options?: {
  /** core.wasm */
  wasm?: WasmSource | Promise<WasmSource>
  /**
   * codecs.wasm: the codecs that Orbax does not write today (zlib, gzip, bz2, blosc); loaded where a checkpoint needs
   * it.
   */
  codecs?: WasmSource | Promise<WasmSource>
  /** Starts a Worker (in Node one of node:worker_threads) whose script imports `leafsum/worker`. */
  worker?: () => unknown
}): void

export function lock(source: Source, options?: LockOptions): Promise<{ report: Report; lockfile: Uint8Array | null }>
export function verify(source: Source, options?: VerifyOptions): Promise<Report>
export function check(source: Source, options?: Options & { strict?: boolean }): Promise<Report>
/** What each reader would take of the source, a row for each. */
export function readers(source: Source, options?: Options): Promise<WithReport<{ rows: ReaderRow[] }>>
export function diff(a: Source, b: Source, options?: DiffOptions): Promise<WithReport<DiffOutput>>
/**
 * Would the checkpoint restore into the template: a source, or the bytes of `ls --json`, of a lockfile or of what
 * examples/dump_template.py writes?
 */
export function match(
  source: Source,
  template: Source | Uint8Array | ArrayBuffer,
  options?: MatchOptions,
): Promise<Report>
export function digest(source: Source, options?: Options): Promise<WithReport<DigestOutput>>
export function list(source: Source, options?: ListOptions): Promise<WithReport<ListOutput>>
/** In pieces: the document is of use until what `onDocument` gives has settled. */
export function list(
  source: Source,
  options: ListOptions & { onDocument: ((document: ListDocument) => void | Promise<void>) | undefined },
): Promise<WithReport<any>>
/** What Orbax v1's `metadata()` and `checkpointables_metadata()` tell. */
export function metadata(source: Source, options?: MetadataOptions): Promise<WithReport<MetadataOutput>>
/** As `Checkpoint.read`. Over HTTP nothing is asked for that does not lead to this leaf. */
export function read(
  source: Source,
  name: string | string[],
  slice?: string | Index[],
  options?: ReadOptions,
): Promise<Value>
export function openCheckpoint(source: Source, options?: ListOptions): Promise<Checkpoint>
/**
 * The spec with which TensorStore opens a leaf, named as /params/w, params.w or state:/params/w. `base` is the source's
 * own directory as a kvstore of TensorStore; its `path` is "" or ends in "/".
 */
export function tensorstoreSpec(
  output: ListOutput,
  leaf: string,
  base: { driver: string; path: string; [member: string]: unknown },
  options?: { generation?: number },
): { driver: 'zarr' | 'zarr3'; kvstore: Record<string, unknown> }
/** One finding's code on one screen; "" for a code that does not exist. */
export function explain(code: string): Promise<string>
export function codes(): Promise<string[]>

/**
 * Node only: a checkpoint's directory. followLinks: links below it wherever they lead, not only inside it or to a hub's
 * cache.
 */
export function fromPath(path: string, options?: { followLinks?: boolean }): Store
export function fromFiles(files: Iterable<File>): Store
/** To be called inside the drop event. */
export function fromDataTransfer(transfer: DataTransfer): Promise<Store>
export function fromEntry(directory: unknown): Promise<Store>
export function fromDirectoryHandle(handle: unknown): Promise<Store>
export function fromMap(files: Map<string, Uint8Array> | Record<string, Uint8Array>, options?: { name?: string }): Store
/**
 * A checkpoint's own directory behind plain HTTP, which has no listing: what only a listing shows (files that nothing
 * refers to, the steps of a root) is not looked for, and the headline says so. `headers` never go to another origin;
 * `timeout` is of one request with its tries and redirects, in milliseconds; `absent` are HTTP statuses that mean "not
 * there" besides 404 and 410, as 403 of a bucket that may be read but not listed.
 */
export function fromUrl(
  url: string | URL,
  options?: { headers?: Record<string, string>; timeout?: number; absent?: number | number[] },
): Store
