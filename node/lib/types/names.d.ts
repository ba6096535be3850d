// Made by tools/types/names.mjs --write from the core's tables.

/**
 * Every code that a finding can have, in the order of the core. `explain` has a screen for each.
 * @example
 * ```ts
 * import type { Code } from 'leafsum'
 *
 * const mine: Code[] = ['digest-mismatch', 'missing-leaf']
 * ```
 */
export type Code =
  | 'digest-mismatch'
  | 'shape-mismatch'
  | 'dtype-mismatch'
  | 'missing-leaf'
  | 'extra-leaf'
  | 'missing-chunk'
  | 'missing-file'
  | 'truncated'
  | 'checksum'
  | 'invalid'
  | 'name-collision'
  | 'hostile-path'
  | 'uncommitted'
  | 'reader-divergence'
  | 'unsupported'
  | 'limit'
  | 'unreadable'
  | 'changed-during-read'
  | 'skipped'
  | 'newer-step'
  | 'signature'
  | 'unclaimed-key'
  | 'zero-fill-allowed'
  | 'value-type-mismatch'
  | 'structure-mismatch'
  | 'statistics-mismatch'
  | 'symlink'
  | 'unknown-file'
  | 'trailing-bytes'
  | 'duplicate-member'
  | 're-encoded'
  | 'companion-file'
  | 'item-renamed'

/**
 * What a finding means for the verdict: an error is a mismatch, a gap something that was not read.
 * @example
 * ```ts
 * import type { Severity } from 'leafsum'
 *
 * const matters = (severity: Severity) => severity === 'error' || severity === 'gap'
 * ```
 */
export type Severity = 'error' | 'gap' | 'trust' | 'warning' | 'info'

/**
 * The word of a report. Of `verify` only VERIFIED means that everything was compared and is equal.
 * @example
 * ```ts
 * import type { Verdict } from 'leafsum'
 *
 * const good: Verdict[] = ['VERIFIED', 'SOUND', 'EQUAL']
 * ```
 */
export type Verdict =
  | 'LOCKED'
  | 'VERIFIED'
  | 'SOUND'
  | 'EQUAL'
  | 'MATCHES'
  | 'COMPLETE'
  | 'MISMATCH'
  | 'INCOMPLETE'
  | 'UNTRUSTED'
  | 'NO-EVIDENCE'

/**
 * What the program ends with, and a report says. 2, a usage error, is a rejection here.
 * @example
 * ```ts
 * import type { ExitCode } from 'leafsum'
 *
 * const ends = (code: ExitCode) => process.exit(code)
 * ```
 */
export type ExitCode = 0 | 1 | 3 | 4 | 5

/**
 * What a report is of. `list`'s is called `ls`, and `read`'s `cat`, as in the program; `metadata` is a list's.
 * @example
 * ```ts
 * import type { Command } from 'leafsum'
 *
 * const command: Command = 'verify'
 * ```
 */
export type Command = 'lock' | 'verify' | 'check' | 'diff' | 'match' | 'digest' | 'ls' | 'cat'

/**
 * What a directory of a checkpoint is.
 * @example
 * ```ts
 * import type { ItemKind } from 'leafsum'
 *
 * const isTree = (kind: ItemKind) => kind === 'pytree'
 * ```
 */
export type ItemKind = 'pytree' | 'msgpack' | 'ocdbt' | 'zarr' | 'json' | 'proto' | 'ambiguous'

/**
 * Of a leaf in both: = equal, - in the first alone, + in the second alone, * other content, ! not compared.
 * @example
 * ```ts
 * import type { DiffSign } from 'leafsum'
 *
 * const differs = (sign: DiffSign) => sign !== '='
 * ```
 */
export type DiffSign = '=' | '-' | '+' | '*' | '!'
