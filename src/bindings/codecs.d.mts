// The types of codecs.mjs; README.md says what each call does.
import type { Codecs, Start } from './core.mjs'

/** Where decompression can begin again; `in` and `out` are bytes before it. */
export interface RestartPoint {
  in: number
  out: number
  bits: number
  isStart: boolean
  window: Uint8Array
}

export interface Unpacker {
  /** Views of wasm memory, of use until the next call. */
  room(): Uint8Array
  filled(length: number): void
  step(): 'input' | 'more' | 'point' | 'done' | 'error'
  produced(): number
  output(): Uint8Array
  rest(): number
  error(): { code: string; message: string }
  point(): RestartPoint
  restart(point: RestartPoint): boolean
  delete(): void
}

export interface ArchiveIndex {
  next(): { offset: number; length: number } | null
  feed(bytes: Uint8Array): void
  isNone(): boolean
  members(from: number): string
  remarks(): string
  delete(): void
}

export interface Archives extends Codecs {
  ArchiveIndex: new (kind: 'tar' | 'zip', size: number) => ArchiveIndex
  Unpacker: new (kind: 'gzip' | 'deflate' | 'zstd') => Unpacker
}

declare const factory: (start: Start) => Promise<Archives>
export default factory
