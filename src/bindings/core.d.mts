// The types of the modules that Emscripten makes of this folder; README.md says what each call does. tsc reads them here
// and never the generated core.mjs, so that it finds the same with a build and without one.

export type Ask = { id: number; source: number } & (
  | ReadAsk
  | { kind: 'size'; path: string; limit: number }
  | { kind: 'digest'; promise: Promise<ArrayBuffer> }
  | JobAsk
)
export interface ReadAsk {
  kind: 'read'
  path: string
  offset?: number
  /** Absent: the whole file, if it has at most `limit` bytes. */
  length?: number
  limit?: number
}
export interface JobAsk {
  kind: 'job'
  input: Uint8Array
  /** JSON of what the job will read. */
  values?: string
  /** Of a job that core.wasm cannot do alone. */
  module?: 'codecs'
}

/** What the host's loop drives: a Verifier has no memory to reserve, a LeafJob asks for no file whose size it does not know. */
export interface Task {
  poll(budget: number): Ask[]
  feed(id: number, bytes: Uint8Array): void
  fail(id: number, kind: 'missing' | 'unreadable' | 'changed', why: string): void
  done(): boolean
  tooLarge?(id: number, size: number): void
  /** A view of wasm memory, of no use after the next call but `commit`. */
  reserve?(id: number, length: number): Uint8Array
  commit?(id: number, length: number): void
  paused?(): boolean
}

export interface Verifier extends Task {
  addListing(source: number, page: Uint8Array): void
  setFiles(manifest: Uint8Array): void
  setEvidence(bytes: Uint8Array, cameWithSource: boolean): void
  error(): string
  notFound(): string
  isMisuse(): boolean
  /** JSON of `{ what: 'item' | 'step' | 'pattern', name, known }`, or "". */
  misnamed(): string
  tooLarge(id: number, size: number): void
  progress(): { leaves_done: number; leaves_total: number; bytes_done: number; bytes_total: number }
  equal(): string
  conclude(json: string): boolean
  report(): string
  output(): string
  digested(): string
  rows(list: number, from: number): { bytes: Uint8Array; next: number }
  text(): string
}

export interface LeafJob extends Task {
  reserve(id: number, length: number): Uint8Array
  commit(id: number, length: number): void
  paused(): boolean
  progress(): number
  result(): Uint8Array
  delete(): void
}

export interface Sha256 {
  update(view: Uint8Array): unknown
  digest(): Uint8Array
}

/** What both modules have. */
export interface Codecs {
  LeafJob: new (input: Uint8Array) => LeafJob
  /** After a trap: the bytes that the module held where it got no more memory; 0 where it failed of something else. */
  outOfMemory(): number
  warmUp(): void
  setSha256(factory: () => Sha256): void
  useWebCrypto(digest: (view: Uint8Array) => Promise<ArrayBuffer>): void
  setContentSink(sink: (part: number, offset: number, view: Uint8Array) => void): void
}
export interface Core extends Codecs {
  Verifier: new (optionsJson: string) => Verifier
  codes(): string[]
}

export interface Start {
  instantiateWasm(
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object
  print(text: string): void
  printErr(text: string): void
}
/** Of core.mjs and codecs.mjs; trust.mjs has types of its own, and whoever loads it knows. */
export type Factory = (start: Start) => Promise<any>

declare const factory: Factory
export default factory
