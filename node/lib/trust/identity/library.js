// What node/pack_sigstore.js makes of pinned packages: X.509, SCTs, RFC 3161 and Rekor's proofs. A host hands it over,
// and only those who ask for identities load it.

/**
 * @typedef {(key: CryptoKey, signed: Uint8Array, signature: Uint8Array, hash?: string) => Promise<boolean>
 * } VerifySignature
 *
 * @typedef {object} Library
 * @property {{ parse: (der: Uint8Array) => any }} X509Certificate
 * @property {(certificate: any, issuer: any, logs: any[]) => Promise<Uint8Array[]>} verifySCT
 * @property {(entry: any) => Promise<void>} verifyMerkleInclusion
 * @property {(entry: any, logs: any[]) => Promise<void>} verifyCheckpoint
 * @property {(envelope: string) => { logSize: bigint }} checkpointOf
 * @property {(entry: any, bundle: any) => Promise<void> | void} verifyTLogBody
 * @property {(data: any, signature: Uint8Array, authorities: any[]) => Promise<Date[]>} verifyBundleTimestamp
 * @property {(type: string, scheme: string, key: string) => Promise<CryptoKey>} importKey
 * @property {VerifySignature} verifySignature
 *
 * @typedef {object} DigestLibrary  of files that are too large to be in memory as a whole
 * @property {(key: CryptoKey, digest: Uint8Array, signature: Uint8Array) => Promise<boolean>} verifySignatureOverDigest
 *
 * @typedef {{ library: () => Promise<Library>, digests: () => Promise<DigestLibrary> }} Libraries
 */
export {}
