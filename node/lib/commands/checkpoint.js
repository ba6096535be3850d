// A checkpoint that was opened: its structure is at hand, and every command takes it in place of its source.
import { withBytes } from '../options.js'
import { ScopedSource, leavesOf } from './source.js'

/**
 * @typedef {import('../stores/store.js').Store} Store
 * @typedef {import('../run.js').Options} Options
 */

const kAsyncDispose = /** @type {typeof Symbol.asyncDispose} */ (
  Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose') // engines that have no `using` yet
)

/**
 * A checkpoint whose structure was read; every command takes it in place of its source, and reads what it was opened
 * as: the same item, step or steps, generation, and the leaves that `include` and `exclude` leave.
 */
export class Checkpoint extends ScopedSource {
  #report
  #metadata

  /**
   * @param {Store} store
   * @param {{ report: any, document: any }} listed
   * @param {{ report: import('./read.js').Report, metadata: (source: any, options?: Options) => Promise<any> }}
   * commands
   * @param {Options} scope that it was opened with
   */
  constructor(store, listed, { report, metadata }, scope) {
    super(store, scope)
    this.#report = report
    this.#metadata = metadata
    this.report = listed.report
    this.items = listed.document.items
    this.leaves = leavesOf(this.items)
    /** @type {string | null}  the item that AUTO takes, as the newest Orbax chooses */
    this.auto = listed.document.auto.orbax_0_12_8
    this.findings = listed.report.findings
  }

  /**
   * @param {string | string[]} name JSON Pointer, `item:` before it where needed, dotted name, or key path
   * @param {string | any[]} [slice] `0:3, ::2`, or [{ start: 0, stop: 3 }, { step: 2 }]
   * @param {Options} [options] `lockfile`: only what its blocks vouch for
   */
  async read(name, slice, options) {
    const { readLeaf } = await import('./read.js')
    // A server that had no listing is not asked for it again.
    const unlisted = this.report.source.files === undefined
    return readLeaf(this.#report, this, this.leaves, name, slice, { ...(await withBytes(options ?? {})), unlisted })
  }

  /** As the command `metadata` of this checkpoint. */
  metadata(/** @type {Options} */ options) {
    return this.#metadata(this, options)
  }

  close() {
    this.store.close?.()
  }

  /** `await using`. */
  async [kAsyncDispose]() {
    this.close()
  }
}
