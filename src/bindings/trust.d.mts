// The types of trust.mjs; README.md says what each call does.
import type { Start } from './core.mjs'

export type Algorithm = 'P-256' | 'P-384' | 'P-521' | 'Ed25519'

/** Web Crypto, as the host hands it over. None of these throws: each gives a promise. Views are of use during the call. */
export interface CryptoFunctions {
  digest(data: Uint8Array): Promise<Uint8Array>
  /** SPKI, or where `isPrivate` PKCS#8; `spki` is that of the public half. */
  importKey(algorithm: Algorithm, isPrivate: boolean, der: Uint8Array): Promise<{ key: unknown; spki: Uint8Array }>
  verify(algorithm: Algorithm, key: unknown, signature: Uint8Array, data: Uint8Array): Promise<boolean>
  sign(algorithm: Algorithm, key: unknown, data: Uint8Array): Promise<Uint8Array>
}

export interface Asking {
  poll(): { id: number; promise: Promise<unknown> }[]
  feed(id: number, value: unknown): void
  fail(id: number, kind: 'unsupported' | 'refused' | 'broken', why: string): void
  done(): boolean
  delete(): void
}

export interface NamedBytes {
  name: string
  bytes: Uint8Array
}

export interface LockfileCheck extends Asking {
  /** What the user gave and cannot be used; "" if nothing. */
  error(): string
  /** JSON text, for the core's option `signature`. */
  result(): string
}

/** A model signature (OMS). */
export interface ModelCheck extends Asking {
  error(): string
  /** {"refused"} or {"problem"?, "signed_by"?, "revoked": []}; both begin as {"reason","message","expected","actual"} */
  result(): string
  /** For the core's `setFiles`, if nothing is refused. */
  manifest(): Uint8Array
}

export interface Signing extends Asking {
  refusal(): Refusal | null
  bundle(): string
  keyId(): string
}

export interface Refusal {
  reason: string
  message: string
}

export interface Encryption {
  hash: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'
  salt: Uint8Array
  iterations: number
  keyBits: number
  iv: Uint8Array
  ciphertext: Uint8Array
}

export interface Trust {
  ModelCheck: new (
    host: CryptoFunctions,
    given: {
      bundle: Uint8Array
      keys?: NamedBytes[]
      requireSigners?: string[]
      policy?: Uint8Array
      now?: string
      /** Whom another verifier found to have signed, and which payload, or why it found nobody. */
      signer?: { kind: string; id: string; issuer?: string }
      payload?: Uint8Array
      refusal?: string
    },
  ) => ModelCheck
  LockfileCheck: new (
    host: CryptoFunctions,
    given: {
      lockfile: NamedBytes
      bundle?: Uint8Array
      keys?: NamedBytes[]
      policy?: Uint8Array
      requireSigners?: string[]
      now?: string
      /** Whom another verifier found to have signed, and which payload (none of a message), or why it found nobody. */
      signer?: { kind: string; id: string; issuer?: string }
      payload?: Uint8Array
      refusal?: string
    },
  ) => LockfileCheck
  Signing: new (
    host: CryptoFunctions,
    given: {
      pkcs8: Uint8Array
      keyName: string
      lockfile: NamedBytes
      fingerprint: string
      leaves: number
      nbytes: number
      signedAt: string
    },
  ) => Signing
  privateKey(pem: Uint8Array, name: string): { pkcs8?: Uint8Array; encrypted?: Encryption; refusal?: Refusal }
  publicKey(pem: Uint8Array, name: string): { id?: string; refusal?: Refusal }
  encryptedPem(parts: Pick<Encryption, 'salt' | 'iterations' | 'iv' | 'ciphertext'>): string
  pem(label: string, der: Uint8Array): string
}

declare const factory: (start: Start) => Promise<Trust>
export default factory
