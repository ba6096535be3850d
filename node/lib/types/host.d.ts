import type { UrlLike } from './source.js'

/**
 * Bytes of their own, that a Blob takes too.
 * @example
 * ```ts
 * import type { Bytes } from 'leafsum'
 *
 * const size = (bytes: Bytes) => new Blob([bytes]).size
 * ```
 */
export type Bytes = ReturnType<Uint8ArrayConstructor['of']> // Uint8Array<ArrayBuffer>, which TypeScript before 5.7 lacks

/**
 * What a host has as `AbortSignal`.
 * @example
 * ```ts
 * import type { AbortSignalLike } from 'leafsum'
 *
 * const signal: AbortSignalLike = new AbortController().signal
 * ```
 */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason?: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/**
 * How far a command is. Counts only grow; nothing of it is in a report.
 * @example
 * ```ts
 * import { verify, type Progress } from 'leafsum'
 *
 * const onProgress = ({ fraction, secondsLeft }: Progress) =>
 *   console.error(`${Math.round(fraction * 100)} %, ${secondsLeft?.toFixed() ?? '?'} s left`)
 * await verify('run', { onProgress })
 * ```
 */
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

/**
 * A rejection: misuse, a source that is none, refused evidence, an environment that lacks something, or a bug of ours.
 * A broken checkpoint is a Report.
 * @example
 * ```ts
 * import { LeafsumError, verify } from 'leafsum'
 *
 * try {
 *   await verify('run', { lockfile: 'of another program' })
 * } catch (error) {
 *   if (!(error instanceof LeafsumError) || error.code !== 'evidence') throw error
 *   console.error(error.message)
 * }
 * ```
 */
export class LeafsumError extends Error {
  code: ErrorCode
  /** Where the source has nothing of a name that was asked for. */
  misnamed?: Misnamed
}

/**
 * A name that nothing in the source has, and up to 20 names that it has of that kind.
 * @example
 * ```ts
 * import { LeafsumError, check } from 'leafsum'
 *
 * const stepsOf = (source: string) =>
 *   check(source, { step: 'none' }).then(
 *     () => [],
 *     (error: unknown) => (error instanceof LeafsumError && error.misnamed?.known) || [],
 *   )
 * ```
 */
export interface Misnamed {
  what: 'item' | 'step' | 'pattern' | 'leaf'
  name: string
  known: string[]
}

/**
 * What a rejection is about.
 * @example
 * ```ts
 * import { LeafsumError, type ErrorCode } from 'leafsum'
 *
 * const codeOf = (error: unknown): ErrorCode | undefined => (error instanceof LeafsumError ? error.code : undefined)
 * ```
 */
export type ErrorCode = 'usage' | 'source' | 'evidence' | 'environment' | 'bug'

/**
 * What a host has as `Response`: of `fetch`.
 * @example
 * ```ts
 * import { init, type ResponseLike } from 'leafsum'
 *
 * const answer: Promise<ResponseLike> = fetch('/assets/core.wasm')
 * init({ wasm: answer })
 * ```
 */
export interface ResponseLike {
  readonly ok: boolean
  readonly status: number
  arrayBuffer(): Promise<ArrayBuffer>
}

/**
 * Where a wasm module comes from: a URL (in Node a path too), what `fetch` gives, bytes, or a WebAssembly.Module, of
 * which nothing can be said here: it has no members.
 * @example
 * ```ts
 * import { init, type WasmSource } from 'leafsum'
 *
 * const wasm: WasmSource = new URL('/assets/core.wasm', location.href)
 * init({ wasm })
 * ```
 */
export type WasmSource = UrlLike | string | ResponseLike | Uint8Array | ArrayBuffer | object

/**
 * Says where the core and its workers come from, instead of from beside the package's own files; call it before
 * anything else.
 * @example
 * ```ts
 * import { init } from 'leafsum'
 *
 * init({ wasm: fetch('/assets/core.wasm'), worker: () => new Worker('/assets/worker.js', { type: 'module' }) })
 * ```
 */
export function init(options?: InitOptions): void

/**
 * What `init` takes.
 * @example
 * ```ts
 * import { init, type InitOptions } from 'leafsum'
 *
 * const options: InitOptions = { worker: () => new Worker('/assets/worker.js', { type: 'module' }) }
 * init(options)
 * ```
 */
export interface InitOptions {
  /** core.wasm */
  wasm?: WasmSource | Promise<WasmSource>
  /**
   * codecs.wasm: the codecs that Orbax does not write today (zlib, gzip, bz2, blosc); loaded where a checkpoint needs
   * it.
   */
  codecs?: WasmSource | Promise<WasmSource>
  /** trust.wasm: signatures; loaded where one is asked for. */
  trust?: WasmSource | Promise<WasmSource>
  /** Starts a Worker (in Node one of node:worker_threads) whose script imports `leafsum/worker`. */
  worker?: () => object
}
