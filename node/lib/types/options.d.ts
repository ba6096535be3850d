import type { AbortSignalLike, Progress } from './host.js'
import type { BlobLike, Source, UrlLike } from './source.js'

/**
 * A document that is given whole: its exact bytes, its text, or a File of a page.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { verify, type Evidence } from 'leafsum'
 *
 * const lockfile: Evidence = readFileSync('run.leafsum.json')
 * await verify('run', { lockfile })
 * ```
 */
export type Evidence = Uint8Array | ArrayBuffer | BlobLike | string

/**
 * Of several items or steps the ones that are read.
 * @example
 * ```ts
 * import { check, type Scope } from 'leafsum'
 *
 * const scope: Scope = { step: 300, item: 'state', exclude: ['/opt_state/**'] }
 * await check('runs', scope)
 * ```
 */
export interface Scope {
  item?: string
  /** A step's number, or the name of its directory. */
  step?: number | string
  allSteps?: boolean
  /** What the names of Flax's step files begin with; `checkpoint_`. */
  prefix?: string
  /** This generation of an OCDBT store, not the newest. */
  generation?: number
  /** Patterns of key paths: `/params/**`, `params.*.bias`. */
  include?: string[]
  exclude?: string[]
}

/**
 * What every command takes.
 * @example
 * ```ts
 * import { digest, type Options } from 'leafsum'
 *
 * const options: Options = { workers: 4, maxMemory: 512 * 2 ** 20, signal: AbortSignal.timeout(60_000) }
 * await digest('run', options)
 * ```
 */
export interface Options extends Scope {
  /** Aborting rejects with the signal's reason. */
  signal?: AbortSignalLike
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
  /** What differs from the evidence around the values (key types, PRNG implementations, empty nodes) is a warning. */
  allowStructure?: boolean
}

/**
 * What a hub tells of each file of a repository, in Node.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { check, verify, type HubEvidence } from 'leafsum'
 *
 * const hub: HubEvidence = { tree: readFileSync('tree.json'), directory: 'runs/7' }
 * await verify('run', { hub })
 * await check('models--org--repo/snapshots/c0ffee', { hub: { cache: true } })
 * ```
 */
export interface HubEvidence {
  /**
   * The answer of its tree API (`recursive=true`; pages joined to one array), or the address of the repository
   * (`hf://owner/repo@revision/path`), which is asked then. Large files are compared by SHA-256, others by git's SHA-1.
   * As with sums a listing is needed, and every file of the source must be in the tree; what the hub's client and git
   * leave (`.cache/huggingface`, `.git`) is not looked at.
   */
  tree?: Evidence
  /** Where the tree lay in the source: equality to it is UNTRUSTED then. */
  treePath?: string
  /**
   * The directory of the repository that is the source. Without it: where all files lie in a directory of the source's
   * name that one, else the repository itself; of an `hf:` source its own.
   */
  directory?: string
  /**
   * The source, a directory, lies in the cache of the hub's client (`…/snapshots/REVISION`): each file must be a link
   * to a blob, and each blob have the digest that it is named by.
   */
  cache?: boolean
}

/**
 * What `check` takes.
 * @example
 * ```ts
 * import { check, type CheckOptions } from 'leafsum'
 *
 * const options: CheckOptions = { strict: true }
 * await check('run', options)
 * ```
 */
export interface CheckOptions extends Options {
  /** A warning is a mismatch. */
  strict?: boolean
  /** Node only. What a hub tells of the source's files; its tree with `verify` alone. Of two sources, the first. */
  hub?: HubEvidence
}

/**
 * What `lock` takes; what is absent is as the program has it.
 * @example
 * ```ts
 * import { lock, type LockOptions } from 'leafsum'
 *
 * const options: LockOptions = { chunks: true, algorithms: ['blake3', 'sha256'] }
 * await lock('run', options)
 * ```
 */
export interface LockOptions extends CheckOptions {
  stored?: boolean
  blocks?: boolean
  chunks?: boolean
  /** Files that are no part of the checkpoint, too; the source must have a listing. */
  files?: boolean
  writeSource?: boolean
  /**
   * The lockfile of a CheckpointManager root, to which the root's new steps are added. Steps that it has are compared
   * with it, most by their stored digests; what differs is a MISMATCH, and there is no lockfile then. Its leaves stay
   * as they were locked.
   */
  update?: Evidence
  /** With `update`: steps that are gone stay in the lockfile. */
  keepMissing?: boolean
  /** With `update`: steps that are gone are left out of it. */
  dropMissing?: boolean
  lockfileName?: string
  lockfileCameWithSource?: boolean
}

/**
 * What every call takes that compares two sides.
 * @example
 * ```ts
 * import { diff, type CompareOptions } from 'leafsum'
 *
 * const options: CompareOptions = { allowExtra: true }
 * await diff('run/300', 'run/301', options)
 * ```
 */
export interface CompareOptions extends CheckOptions {
  /** Missing leaves are warnings, which the headline counts. */
  allowMissing?: boolean
  allowExtra?: boolean
}

/**
 * Where a run keeps what it found equal, and whence it may go on: of Node's directories, and of URLs whose server gives
 * strong ETags.
 * @example
 * ```ts
 * import { existsSync, readFileSync, writeFileSync } from 'node:fs'
 * import { verify, type RunState } from 'leafsum'
 *
 * const state: RunState = {
 *   read: () => (existsSync('run.state') ? readFileSync('run.state', 'utf8') : undefined),
 *   write: text => writeFileSync('run.state', text),
 * }
 * await verify('run', { lockfile: readFileSync('run.leafsum.json'), state })
 * ```
 */
export interface RunState {
  /** An earlier run's text. */
  read?: () => string | undefined
  write: (text: string) => void
  /**
   * How many leaves that vouches for, nothing where lockfile, files or options are others, and of a URL where that run
   * was finished (`isFinished`): its ETags are the server's word.
   */
  onResume?: (leaves: number | undefined, isFinished?: boolean) => void
}

/**
 * What `verify` takes: with what to compare. Without any of it the verdict is NO-EVIDENCE.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { verify, type VerifyOptions } from 'leafsum'
 *
 * const options: VerifyOptions = { lockfile: readFileSync('run.leafsum.json'), deep: true }
 * await verify('run', options)
 * ```
 */
export interface VerifyOptions extends CompareOptions {
  /** Its exact bytes, its text, or a File of a page; not its path. */
  lockfile?: Evidence
  /** What reports and headlines call the lockfile: the last part of its path. */
  lockfileName?: string
  /** True where the lockfile lay inside the source: equality is UNTRUSTED then. */
  lockfileCameWithSource?: boolean
  /** With a lockfile, which must have it: then the fingerprint is the evidence, and the lockfile tells where. */
  fingerprint?: string
  /** True where whoever named the source gave the fingerprint too, as one link does: equality is UNTRUSTED. */
  fingerprintCameWithSource?: boolean
  /** Of fromPath and fromUrl it is seen where they lie: in the source, around it, or (refused) the source itself. */
  against?: Source
  /** True where `against` lies inside the source or around it, or was published with it: equality is UNTRUSTED then. */
  againstCameWithSource?: boolean
  /**
   * Node only. SHA256SUMS over the source's files, taken in its directory or, with its name before each, in the one
   * above. The source must have a listing; allowExtra and allowMissing go with sums only where there is other evidence
   * too.
   */
  sums?: Evidence
  /** Where the sums lay in the source: equality to them is UNTRUSTED then, and they need no line of their own. */
  sumsPath?: string
  /**
   * A model signature (OpenSSF Model Signing, `model.sig`) over the source's files, by the owner of `key`, or as
   * `certRoot` or the identity say. Files that are equal to the signed ones prove the leaves that lie in them; nothing
   * is decoded then but with `deep`. The source must have a listing.
   */
  bundle?: Evidence
  /** What reports and headlines call the bundle: the last part of its path. */
  bundleName?: string
  /** Where the bundle lies in the source: it signs every file but itself. */
  bundlePath?: string
  /** Where the lockfile lies in the source: if the bundle signs it, it is trusted as the bundle is. */
  lockfilePath?: string
  /** Everything is decoded, also where the stored bytes are those that were locked. */
  deep?: boolean
  /** A share (above 0, up to 1) or a number of bytes of the stored chunks, drawn at random; INCOMPLETE at best. */
  sample?: { share?: number; bytes?: number; seed?: number }
  state?: RunState
  /**
   * The lockfile, or with `bundle` the model, must be signed by this public key, or one of them: PEM, or PEM with a
   * name for messages.
   */
  key?: Evidence | { name: string; bytes: Evidence } | (Evidence | { name: string; bytes: Evidence })[]
  /**
   * In place of a key: certificates of authorities (PEM), to one of which the certificate of the lockfile's, or with
   * `bundle` the model's, signer must lead. All of the chain has to be valid `now`.
   */
  certRoot?: Evidence
  /**
   * In place of a key: the e-mail address or URI that the signer's certificate must name, exactly. It goes with
   * `certificateOidcIssuer` and `trustedRoot`.
   */
  certificateIdentity?: string
  /** Who vouches for that identity, exactly. */
  certificateOidcIssuer?: string
  /** Sigstore's trusted_root.json: authorities and logs. Nothing is fetched. */
  trustedRoot?: Evidence
  /** The bundle over the lockfile: a Sigstore bundle around a DSSE envelope or a message's signature. */
  signature?: Evidence
  /** Says aloud what `key` and `policy` demand anyway. */
  requireSignature?: boolean
  /**
   * The signer must be this one, or one of them: SHA-256 of the key's SPKI in hex, or `identity I by U`, as reports
   * have both. With such an identity, or a policy, `trustedRoot` needs no `certificateIdentity` beside it.
   */
  requireSigner?: string | string[]
  /**
   * Who may sign which lockfiles and models, and what is revoked: schema/policy.schema.json. With a lockfile and a
   * bundle it is about the signatures of both.
   */
  policy?: Evidence
  /** The time at which the policy is asked and certificates are judged: now. */
  now?: Date
}

/**
 * What `sign` takes.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import type { SignOptions } from 'leafsum'
 *
 * const options: SignOptions = { lockfileName: 'run.leafsum.json', key: await readFile('release.pem') }
 * ```
 */
export interface SignOptions {
  /** The last part of the lockfile's path, which is signed too. */
  lockfileName: string
  /** A private key: PEM, PKCS#8, plain or encrypted by PBKDF2 and AES-CBC. */
  key: Evidence
  /** What messages call the key. */
  keyName?: string
  /** Of an encrypted key; a function is asked only then. */
  passphrase?: string | (() => string | undefined | Promise<string | undefined>)
  /** Now, if nothing else is said. Nobody vouches for it but the signer. */
  signedAt?: Date
}

/**
 * What `keygen` takes.
 * @example
 * ```ts
 * import type { KeygenOptions } from 'leafsum'
 *
 * const options: KeygenOptions = { algorithm: 'Ed25519' }
 * ```
 */
export interface KeygenOptions {
  algorithm?: 'P-256' | 'P-384' | 'P-521' | 'Ed25519'
  /** Encrypts the private key. */
  passphrase?: string
}

/**
 * A change of key paths, as of String.replace on the JSON Pointer.
 * @example
 * ```ts
 * import { diff, type RenameRule } from 'leafsum'
 *
 * const rename: RenameRule[] = [[/^\/layer_(\d+)/, '/blocks/$1']]
 * await diff('old', 'new', { rename })
 * ```
 */
export type RenameRule = [pattern: RegExp | string, replacement: string]

/**
 * What `diff` takes.
 * @example
 * ```ts
 * import { diff, type DiffOptions } from 'leafsum'
 *
 * const options: DiffOptions = { values: true, stripPrefix: 'params' }
 * await diff('old', 'new', options)
 * ```
 */
export interface DiffOptions extends CompareOptions {
  /** What differs is read: how many elements, which first, by how much. */
  values?: boolean
  /** A's key paths become B's: each rule in turn. */
  rename?: RenameRule[]
  /** Leading keys that are left out on both sides where they are there: `params`. */
  stripPrefix?: string
}

/**
 * What `list`, `rows` and `openCheckpoint` take.
 * @example
 * ```ts
 * import { list, type ListOptions } from 'leafsum'
 *
 * const options: ListOptions = { keys: true, depth: 2 }
 * await list('run', options)
 * ```
 */
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

/**
 * What `metadata` takes.
 * @example
 * ```ts
 * import { metadata, type MetadataOptions } from 'leafsum'
 *
 * const options: MetadataOptions = { item: 'state' }
 * await metadata('run', options)
 * ```
 */
export interface MetadataOptions extends Omit<Options, 'item'> {
  /** An item's name, AUTO (as Orbax 0.12.8 chooses), or null: the directory itself. */
  item?: string | null
}

/**
 * What `match` takes.
 * @example
 * ```ts
 * import { match, type MatchOptions } from 'leafsum'
 *
 * const options: MatchOptions = { mesh: { data: 4, model: 2 } }
 * await match('run', 'template', options)
 * ```
 */
export interface MatchOptions extends Omit<Options, 'include' | 'exclude' | 'algorithms'> {
  strict?: boolean
  /** Leaves that the template lacks are warnings: a partial restore. */
  allowExtra?: boolean
  /** The source's key paths become the template's, as of `diff`. */
  rename?: RenameRule[]
  /** The mesh to restore to, axis names and sizes: does the sharding that was recorded fit it? */
  mesh?: Record<string, number>
}

/**
 * What `read` takes. With a lockfile only what its blocks (up to 4 MiB: its digests) vouch for is given.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { read, type ReadOptions } from 'leafsum'
 *
 * const options: ReadOptions = { lockfile: readFileSync('run.leafsum.json') }
 * await read('run', '/params/w', '0:3', options)
 * ```
 */
export interface ReadOptions
  extends Pick<Options, 'signal' | 'maxMemory' | 'maxFill' | 'item' | 'step' | 'allSteps' | 'prefix' | 'generation'> {
  lockfile?: Evidence
  lockfileCameWithSource?: boolean
  /** `stats` in place of the values, in bounded memory however large the leaf is. */
  stats?: boolean
}

/**
 * One axis of a slice, as numpy has it: an index, a range with a step from 1 on, `null` (zarrita's) for the whole axis,
 * or `'...'` for the axes that are not named.
 * @example
 * ```ts
 * import { read, type Index } from 'leafsum'
 *
 * const rows: Index[] = [{ start: 0, stop: 3 }, null]
 * await read('run', '/params/w', rows)
 * ```
 */
export type Index = number | { start?: number | null; stop?: number | null; step?: number | null } | null | '...'

/**
 * What was signed: bytes, a File of a page, a path in Node, or the SHA-256 (hex) of what is elsewhere.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { verifyBlob, type SignedFile } from 'leafsum'
 *
 * const file: SignedFile = { sha256: 'a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf' }
 * await verifyBlob(file, { bundle: readFileSync('a.txt.sigstore.json'), key: readFileSync('pub.pem') })
 * ```
 */
export type SignedFile = Uint8Array | BlobLike | string | UrlLike | { sha256: string }

/**
 * The signature and who should have made it: one of `key`, `certRoot` and the three members of an identity.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { verifyBlob, type VerifyBlobOptions } from 'leafsum'
 *
 * const options: VerifyBlobOptions = { bundle: readFileSync('w.bin.sig'), certRoot: readFileSync('ca.pem') }
 * await verifyBlob('w.bin', options)
 * ```
 */
export interface VerifyBlobOptions {
  /** A Sigstore bundle. */
  bundle: Evidence
  /** For messages. */
  bundleName?: string
  /** PEM. */
  key?: Evidence
  /** Certificates of authorities, PEM. All of the chain has to be valid now. */
  certRoot?: Evidence
  /** The e-mail address or URI that the signer's certificate names. */
  certificateIdentity?: string
  certificateOidcIssuer?: string
  /** Sigstore's trusted_root.json. */
  trustedRoot?: Evidence
}
