import type { Index, MetadataOptions, ReadOptions, Scope } from './options.js'
import type { Finding, Report, WithReport } from './report.js'
import type { ListedItem, ListedRow, MetadataOutput, Value } from './results.js'
import type { Store } from './source.js'

/**
 * A checkpoint whose structure was read; every command takes it in place of its source, and reads the item, step or
 * steps, generation and leaves (`include`, `exclude`) with which it was opened. What was not narrowed then (to an item,
 * by `include`, by `exclude`) may be later; an option that contradicts is refused (`usage`). Options are of all sources
 * of a command, and so is this scope.
 * @example
 * ```ts
 * import { check, openCheckpoint } from 'leafsum'
 *
 * await using checkpoint = await openCheckpoint('run', { step: 300 })
 * for (const { key_path: path, dtype } of checkpoint.leaves) console.log(path.join('/'), dtype)
 * console.log((await check(checkpoint)).verdict)
 * ```
 */
export class Checkpoint {
  private constructor()
  readonly store: Store
  readonly scope: Readonly<Scope>
  readonly items: ListedItem[]
  readonly leaves: ListedRow[]
  readonly findings: Finding[]
  readonly report: Report
  /** The item that AUTO takes, as Orbax 0.12.8 chooses. */
  readonly auto: string | null
  /**
   * `name`: JSON Pointer, `item:` before it where needed, dotted name, or key path. `slice`: `0:3, ::2`, which may
   * stand in brackets behind a name, too.
   */
  read(name: string | string[], slice?: string | Index[], options?: ReadOptions): Promise<Value>
  /** As the function of that name, of this checkpoint. */
  metadata(options?: MetadataOptions): Promise<WithReport<MetadataOutput>>
  close(): void
  /** `await using`: as `close`. */
  [Symbol.asyncDispose](): Promise<void>
}
