import type { Checkpoint } from './checkpoint.js'
import type { Code } from './names.js'
import type {
  CheckOptions,
  DiffOptions,
  Evidence,
  Index,
  KeygenOptions,
  ListOptions,
  LockOptions,
  MatchOptions,
  MetadataOptions,
  Options,
  ReadOptions,
  SignedFile,
  SignOptions,
  VerifyBlobOptions,
  VerifyOptions,
} from './options.js'
import type { Found, Report, WithReport } from './report.js'
import type {
  BlobReport,
  DiffOutput,
  DigestedRow,
  DigestOutput,
  ListedRow,
  ListOutput,
  LockOutput,
  MetadataOutput,
  ReadersOutput,
  Value,
  VerifyEvent,
} from './results.js'
import type { Source } from './source.js'

/**
 * Checks everything, hashes every leaf and makes a lockfile of them: null with an error or a gap.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs'
 * import { lock } from 'leafsum'
 *
 * const { report, lockfile } = await lock('run')
 * if (lockfile) writeFileSync('run.leafsum.json', lockfile)
 * else console.error(report.headline)
 * ```
 */
export function lock(source: Source, options?: LockOptions): Promise<WithReport<LockOutput>>

/**
 * Compares a checkpoint with evidence: a lockfile, a fingerprint, another checkpoint, sums of its files.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { verify } from 'leafsum'
 *
 * const { verdict, findings } = await verify('run', { lockfile: readFileSync('run.leafsum.json') })
 * if (verdict !== 'VERIFIED') console.error(verdict, findings)
 * ```
 */
export function verify(source: Source, options?: VerifyOptions): Promise<Report>

/**
 * As `verify`, for `for await`: how far it is, then each finding, then the report. Leaving the loop ends the run.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { verifyEvents } from 'leafsum'
 *
 * for await (const event of verifyEvents('run', { lockfile: readFileSync('run.leafsum.json') })) {
 *   if (event.type === 'progress') console.error(event.progress.fraction)
 *   else if (event.type === 'finding') console.log(event.finding.message)
 *   else console.log(event.report.verdict)
 * }
 * ```
 */
export function verifyEvents(source: Source, options?: VerifyOptions): Found<VerifyEvent>

/**
 * Who signed a file, offline: by a public key, a certificate that leads to an authority, or an identity of Sigstore's.
 * A signature that is not accepted is a result; a key or root that makes no sense rejects.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { verifyBlob } from 'leafsum'
 *
 * const { verdict, findings } = await verifyBlob('weights.bin', {
 *   bundle: readFileSync('weights.bin.sigstore.json'),
 *   certificateIdentity: 'me@example.org',
 *   certificateOidcIssuer: 'https://accounts.example.org',
 *   trustedRoot: readFileSync('trusted_root.json'),
 * })
 * if (verdict !== 'VERIFIED') console.error(findings)
 * ```
 */
export function verifyBlob(file: SignedFile, options: VerifyBlobOptions): Promise<BlobReport>

/**
 * The structure alone, without evidence: every checksum and reference, every chunk present and decodable.
 * @example
 * ```ts
 * import { check } from 'leafsum'
 *
 * const { verdict, headline } = await check('run')
 * console.log(verdict === 'SOUND', headline)
 * ```
 */
export function check(source: Source, options?: CheckOptions): Promise<Report>

/**
 * What each entry point of Orbax, Flax and TensorStore would take of a source, a row for each.
 * @example
 * ```ts
 * import { readers } from 'leafsum'
 *
 * for (const { reader, takes, raises } of (await readers('run')).rows) console.log(reader, raises ?? takes)
 * ```
 */
export function readers(source: Source, options?: CheckOptions): Promise<WithReport<ReadersOutput>>

/**
 * What differs between two checkpoints, leaf by leaf.
 * @example
 * ```ts
 * import { diff } from 'leafsum'
 *
 * const { report, leaves } = await diff('run/300', 'run/301', { values: true })
 * console.log(report.headline, leaves.filter(leaf => leaf.sign !== '='))
 * ```
 */
export function diff(a: Source, b: Source, options?: DiffOptions): Promise<WithReport<DiffOutput>>

/**
 * Would the checkpoint restore into the template: another source, or the bytes of `ls --json`, of a lockfile or of what
 * examples/dump_template.py writes?
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { match } from 'leafsum'
 *
 * console.log((await match('run', readFileSync('template.json'), { mesh: { data: 4 } })).headline)
 * ```
 */
export function match(
  source: Source,
  template: Source | Uint8Array | ArrayBuffer,
  options?: MatchOptions,
): Promise<Report>

/**
 * Digests of all leaves, of each item, and the fingerprint of the whole.
 * @example
 * ```ts
 * import { digest } from 'leafsum'
 *
 * const { fingerprint, items } = await digest('run', { algorithms: ['blake3', 'sha256'] })
 * console.log(fingerprint, Object.keys(items))
 * ```
 */
export function digest(source: Source, options?: Options): Promise<WithReport<DigestOutput>>

/**
 * As `digest`, leaf by leaf for `for await`, in the order of `digest`, each as soon as it and those before it are
 * hashed. A leaf that cannot be hashed is left out; the report, at the end, says why.
 * @example
 * ```ts
 * import { digests } from 'leafsum'
 *
 * const found = digests('run')
 * for await (const { key_path: path, digest } of found) console.log(digest?.blake3, path.join('/'))
 * console.log((await found.report).verdict)
 * ```
 */
export function digests(source: Source, options?: Options): Found<DigestedRow>

/**
 * Tree, dtypes, shapes and sizes; no content is read.
 * @example
 * ```ts
 * import { list } from 'leafsum'
 *
 * const { items, totals } = await list('run', { keys: true })
 * console.log(items.map(item => item.name), totals)
 * ```
 */
export function list(source: Source, options?: ListOptions): Promise<WithReport<ListOutput>>

/**
 * The leaves of `list` for `for await`, in bounded memory, however many they are.
 * @example
 * ```ts
 * import { rows } from 'leafsum'
 *
 * for await (const { key_path: path, dtype, shape } of rows('run')) console.log(path.join('/'), dtype, shape)
 * ```
 */
export function rows(
  source: Source,
  options?: Omit<ListOptions, 'keys' | 'keyDigests' | 'files' | 'depth'>,
): Found<ListedRow>

/**
 * What Orbax v1's `metadata()` and `checkpointables_metadata()` tell.
 * @example
 * ```ts
 * import { metadata } from 'leafsum'
 *
 * const { custom_metadata: custom, commit_timestamp_nsecs: committed } = await metadata('run')
 * console.log(custom, committed)
 * ```
 */
export function metadata(source: Source, options?: MetadataOptions): Promise<WithReport<MetadataOutput>>

/**
 * A leaf's content, or a slice of it, from the chunks that it takes. Over HTTP nothing is asked for that does not lead
 * to this leaf. `name`: JSON Pointer, `item:` before it where needed, dotted name, or key path. `slice`: `0:3, ::2`,
 * which may stand in brackets behind a name, too.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { read } from 'leafsum'
 *
 * const { data, shape } = await read('run', '/params/w', [{ start: 0, stop: 3 }, null], {
 *   lockfile: readFileSync('run.leafsum.json'),
 * })
 * console.log(shape, data)
 * ```
 */
export function read(
  source: Source,
  name: string | string[],
  slice?: string | Index[],
  options?: ReadOptions,
): Promise<Value>

/**
 * Reads the structure once; every command takes what comes back in place of its source.
 * @example
 * ```ts
 * import { openCheckpoint } from 'leafsum'
 *
 * await using checkpoint = await openCheckpoint('run')
 * console.log((await checkpoint.read('/params/w[0, :3]')).data)
 * ```
 */
export function openCheckpoint(source: Source, options?: ListOptions): Promise<Checkpoint>

/**
 * The spec with which TensorStore opens a leaf, named as /params/w, params.w or state:/params/w. `base` is the source's
 * own directory as a kvstore of TensorStore; its `path` is "" or ends in "/".
 * @example
 * ```ts
 * import { list, tensorstoreSpec } from 'leafsum'
 *
 * const spec = tensorstoreSpec(await list('run'), '/params/w', { driver: 'file', path: '/data/run/' })
 * console.log(JSON.stringify(spec))
 * ```
 */
export function tensorstoreSpec(
  output: ListOutput,
  leaf: string,
  base: { driver: string; path: string; [member: string]: unknown },
  options?: { generation?: number },
): { driver: 'zarr' | 'zarr3'; kvstore: Record<string, unknown> }

/**
 * One finding's code on one screen; "" for a code that does not exist.
 * @example
 * ```ts
 * import { explain } from 'leafsum'
 *
 * console.log(await explain('digest-mismatch'))
 * ```
 */
export function explain(code: Code | (string & {})): Promise<string>

/**
 * Every code that a finding can have.
 * @example
 * ```ts
 * import { codes } from 'leafsum'
 *
 * console.log((await codes()).join(' '))
 * ```
 */
export function codes(): Promise<Code[]>

/**
 * Signs a lockfile: a Sigstore bundle (v0.3, DSSE, in-toto Statement v1) over its exact bytes and its name, to be kept
 * beside it as `<lockfile>.sigstore.json`.
 * @example
 * ```ts
 * import { readFile, writeFile } from 'node:fs/promises'
 * import { sign } from 'leafsum'
 *
 * const { signature, signedBy } = await sign(await readFile('run.leafsum.json'), {
 *   lockfileName: 'run.leafsum.json',
 *   key: await readFile('release.pem'),
 * })
 * await writeFile('run.leafsum.json.sigstore.json', signature)
 * console.log(signedBy)
 * ```
 */
export function sign(lockfile: Evidence, options: SignOptions): Promise<{ signature: Uint8Array; signedBy: string }>

/**
 * A new pair of keys, as PEM.
 * @example
 * ```ts
 * import { keygen } from 'leafsum'
 *
 * const { privateKey, publicKey, signedBy } = await keygen({ algorithm: 'P-256', passphrase: 'correct horse' })
 * console.log(publicKey, signedBy, privateKey.length)
 * ```
 */
export function keygen(options?: KeygenOptions): Promise<{ privateKey: string; publicKey: string; signedBy: string }>
