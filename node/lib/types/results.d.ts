import type { Bytes, Progress } from './host.js'
import type { DiffSign, ItemKind } from './names.js'
import type { Finding, Report, ReportSource } from './report.js'

/**
 * What one entry point of Orbax, Flax or TensorStore would take.
 * @example
 * ```ts
 * import { readers, type ReaderRow } from 'leafsum'
 *
 * const line = ({ reader, versions, takes, raises }: ReaderRow) => `${reader} ${versions}: ${raises ?? takes.join()}`
 * console.log((await readers('run')).rows.map(line).join('\n'))
 * ```
 */
export interface ReaderRow {
  checkpoint: string
  reader: string
  versions: string
  takes: string[]
  /** Why it takes nothing. */
  raises: string | null
}

/**
 * Digests of one content, in hexadecimal.
 * @example
 * ```ts
 * import { digest, type LeafDigest } from 'leafsum'
 *
 * const of: LeafDigest | undefined = (await digest('run')).items[''].leaves[0].digest
 * ```
 */
export interface LeafDigest {
  blake3: string
  sha256?: string
}

/**
 * A leaf that was hashed; an empty node has no digest.
 * @example
 * ```ts
 * import type { DigestedLeaf } from 'leafsum'
 *
 * const line = ({ key_path: path, digest }: DigestedLeaf) => `${digest?.blake3 ?? 'empty'}  /${path.join('/')}`
 * ```
 */
export interface DigestedLeaf {
  key_path: string[]
  value_type: string
  dtype: string
  shape: number[] | null
  nbytes: number
  digest?: LeafDigest
}

/**
 * A leaf that was hashed, with its item: of `digests`.
 * @example
 * ```ts
 * import { digests, type DigestedRow } from 'leafsum'
 *
 * const kept: DigestedRow[] = []
 * for await (const row of digests('run')) kept.push(row)
 * ```
 */
export interface DigestedRow extends DigestedLeaf {
  item: string
}

/**
 * What `digest` gives; schema/digest.schema.json.
 * @example
 * ```ts
 * import { digest, type DigestOutput } from 'leafsum'
 *
 * const { fingerprint, items }: DigestOutput = await digest('run')
 * ```
 */
export interface DigestOutput {
  /** `leafsum1:…`; null where a leaf could not be hashed. */
  fingerprint: string | null
  items: Record<string, { fingerprint: string | null; leaves: DigestedLeaf[] }>
}

/**
 * A leaf as the metadata has it: nothing of its content was read.
 * @example
 * ```ts
 * import { list, type ListedLeaf } from 'leafsum'
 *
 * const [first]: ListedLeaf[] = (await list('run')).items[0].leaves
 * ```
 */
export interface ListedLeaf {
  key_path: string[]
  value_type: string
  dtype: string
  shape: number[] | null
  nbytes: number
  /** Of those that are stored. */
  chunks?: number
  chunk_shape?: number[]
  stored_nbytes?: number
  zarr_format?: 2 | 3
  /** Key of its metadata document in the store. */
  document?: string
}

/**
 * A leaf with its item: of `rows`, and of an opened checkpoint.
 * @example
 * ```ts
 * import { rows, type ListedRow } from 'leafsum'
 *
 * let largest: ListedRow | undefined
 * for await (const row of rows('run')) if (row.nbytes > (largest?.nbytes ?? 0)) largest = row
 * ```
 */
export interface ListedRow extends ListedLeaf {
  item: string
}

/**
 * A key of a store. One that is not UTF-8 is null, and its bytes are in `key_hex`.
 * @example
 * ```ts
 * import { list, type ListedKey } from 'leafsum'
 *
 * const keys: ListedKey[] | undefined = (await list('run', { keys: true })).items[0].keys
 * ```
 */
export interface ListedKey {
  key: string | null
  key_hex?: string
  length: number
  digest?: LeafDigest
}

/**
 * One item of a checkpoint, with its leaves.
 * @example
 * ```ts
 * import { list, type ListedItem } from 'leafsum'
 *
 * const nameOf = ({ name, kind }: ListedItem) => `${name || '.'} (${kind})`
 * console.log((await list('run')).items.map(nameOf))
 * ```
 */
export interface ListedItem {
  name: string
  kind: ItemKind
  /** Below the source: "" or ending in "/". */
  directory: string
  ocdbt: boolean
  leaves: ListedLeaf[]
  /** With `keys`. */
  keys?: ListedKey[]
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
}

/**
 * What `list` gives; schema/ls.schema.json says what each member means.
 * @example
 * ```ts
 * import { list, type ListOutput } from 'leafsum'
 *
 * const { items, totals }: ListOutput = await list('run')
 * console.log(items.length, totals.parameters)
 * ```
 */
export interface ListOutput {
  source: ReportSource
  items: ListedItem[]
  totals: { leaves: number; parameters: number; nbytes: number }
  /** Every inner node, parents first; an item itself has an empty key path. */
  subtrees: { item: string; key_path: string[]; leaves: number; parameters: number; nbytes: number }[]
  /** With `files`. */
  files?: { path: string; size: number; kind: 'file' | 'directory' | 'symlink' }[]
}

/**
 * What `metadata` gives; schema/metadata.schema.json. In `custom_metadata` integers of 2^53 and more are BigInt; NaN
 * and the infinities are numbers.
 * @example
 * ```ts
 * import { metadata, type MetadataOutput } from 'leafsum'
 *
 * const { item, items }: MetadataOutput = await metadata('run')
 * for (const { key_path: path, sharding } of items[item].leaves) console.log(path.join('/'), sharding)
 * ```
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
      kind: ItemKind
      leaves: { key_path: string[]; value_type: string; dtype: string; shape: number[] | null; sharding: unknown }[]
    }
  >
  /** Documents that are there and cannot be read: what they say is missing above. */
  unreadable: { file: string; message: string }[]
}

/**
 * What `diff` gives: a row for each leaf of either side.
 * @example
 * ```ts
 * import { diff, type DiffOutput } from 'leafsum'
 *
 * const { leaves }: DiffOutput = await diff('old', 'new', { values: true })
 * for (const { sign, key_path: path, values } of leaves) console.log(sign, path.join('/'), values?.max_abs)
 * ```
 */
export interface DiffOutput {
  leaves: {
    sign: DiffSign
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
  summary: { equal: number; different: number; missing: number; extra: number; not_read: number }
}

/**
 * What `lock` gives: the lockfile's exact bytes, null where something was found that must not be locked.
 * @example
 * ```ts
 * import { lock, type LockOutput } from 'leafsum'
 *
 * const { lockfile }: LockOutput = await lock('run')
 * ```
 */
export interface LockOutput {
  lockfile: Bytes | null
}

/**
 * What `readers` gives.
 * @example
 * ```ts
 * import { readers, type ReadersOutput } from 'leafsum'
 *
 * const { rows }: ReadersOutput = await readers('run')
 * ```
 */
export interface ReadersOutput {
  rows: ReaderRow[]
}

/**
 * What `read` gives: a leaf's content, or a slice of it. `report.exit_code` is 0 where it is given.
 * @example
 * ```ts
 * import { read, type Value } from 'leafsum'
 *
 * const { data, shape, report }: Value = await read('run', '/params/w[0:3]')
 * console.log(data ?? report.headline, shape)
 * ```
 */
export interface Value {
  report: Report
  item: string
  key_path: string[]
  dtype: string
  /** Null for strings, JSON and the like. */
  shape: number[] | null
  /** C order, little-endian, one byte for an element of a sub-byte type; null where it is not shown. */
  bytes: Bytes | null
  /**
   * The values exactly: narrow floats as Float32Array, int2 and int4 as Int8Array, complex as pairs, bool and raw as
   * bytes.
   */
  data: ArrayLike<number> | ArrayLike<bigint> | null
  /** With the option `stats`, in place of `bytes` and `data`; null where they would not be shown. */
  stats?: Statistics | null
}

/**
 * What `read` with `stats` tells of the elements of a leaf or slice. Extremes, mean, standard deviation and histogram
 * are those of the finite numbers. Raw elements (`r24`) are counted, and all else is null. A complex number is NaN if
 * one of its halves is, else infinite if one is; it has no order, so neither extremes nor a histogram.
 * @example
 * ```ts
 * import { read, type Statistics } from 'leafsum'
 *
 * const stats: Statistics | null | undefined = (await read('run', '/params/w', ':', { stats: true })).stats
 * console.log(stats?.nan, stats?.min, stats?.max, stats?.histogram?.counts)
 * ```
 */
export interface Statistics {
  count: number
  finite: number | null
  nan: number | null
  /** Infinite ones, of which `negative_inf` are negative. */
  inf: number | null
  negative_inf: number | null
  /** Negative zeros too. */
  zeros: number | null
  /** As `data` has it: a bigint for 64-bit integers. */
  min: number | bigint | null
  max: number | bigint | null
  /** Of complex numbers real and imaginary part. Sums are kept to 106 bits; 64-bit integers are taken as doubles. */
  mean: number | number[] | null
  /** Of the whole, not of a sample: numpy's `std`. */
  std: number | null
  histogram: StatisticsHistogram | null
}

/**
 * Exact counts in at most 64 bins: the n-th has the values from `start + n * width` on and below the next. `width` is a
 * power of two, and the bins depend on the least and the greatest value alone.
 * @example
 * ```ts
 * import type { StatisticsHistogram } from 'leafsum'
 *
 * const edges = ({ start, width, counts }: StatisticsHistogram) => [...counts, 0].map((_, n) => start + n * width)
 * console.log(edges({ start: -1, width: 0.5, counts: [1, 2] }))
 * ```
 */
export interface StatisticsHistogram {
  start: number
  width: number
  counts: number[]
}

/**
 * What `verifyEvents` gives: how far it is, as often as the loop asks, then what was found, then the report.
 * @example
 * ```ts
 * import { verifyEvents, type VerifyEvent } from 'leafsum'
 *
 * const tell = (event: VerifyEvent) => console.log(event.type === 'progress' ? event.progress.fraction : event)
 * for await (const event of verifyEvents('run')) tell(event)
 * ```
 */
export type VerifyEvent =
  | { type: 'progress'; progress: Progress }
  | { type: 'finding'; finding: Finding }
  | { type: 'report'; report: Report }

/**
 * Who signed: a key, the holder of a certificate, or an identity. `id` is the SHA-256 of the key's SPKI, hex.
 * @example
 * ```ts
 * import type { Signer } from 'leafsum'
 *
 * const name = (signer: Signer) => (signer.kind === 'identity' ? signer.identity : signer.id)
 * ```
 */
export type Signer =
  | { kind: 'key'; id: string }
  | { kind: 'certificate'; id: string; subject: string }
  | { kind: 'identity'; identity: string; issuer: string }

/**
 * What `verifyBlob` gives, as schema/blob.schema.json describes it.
 * @example
 * ```ts
 * import type { BlobReport } from 'leafsum'
 *
 * const isSigned = ({ verdict, signed_by }: BlobReport) => verdict === 'VERIFIED' && signed_by !== undefined
 * ```
 */
export interface BlobReport {
  leafsum_blob: 1
  command: 'verify-blob'
  verdict: 'VERIFIED' | 'UNTRUSTED'
  exit_code: 0 | 4
  headline: string
  file: { name: string; size?: number; sha256: string }
  bundle: { name: string }
  /** Where the signature is accepted. */
  signed_by?: Signer
  findings: BlobFinding[]
}

/**
 * Why a signature is not accepted.
 * @example
 * ```ts
 * import type { BlobFinding } from 'leafsum'
 *
 * const line = ({ reason, message }: BlobFinding) => `${reason}: ${message}`
 * ```
 */
export interface BlobFinding {
  code: 'signature'
  /** A word for scripts; words are never changed, only added to. */
  reason:
    | 'malformed-bundle'
    | 'untrusted-certificate'
    | 'untrusted-log'
    | 'untrusted-time'
    | 'bad-signature'
    | 'wrong-subject'
    | 'unknown-signer'
    | 'no-certificate'
    | 'unsupported-algorithm'
  severity: 'trust'
  /** The bundle. */
  file?: string
  expected?: string
  actual?: string
  message: string
}
