// node/pack_sigstore.js makes it.
declare const library: import('../lib/trust/identity/library.js').Library
export const X509Certificate: typeof library.X509Certificate
export const verifySCT: typeof library.verifySCT
export const verifyMerkleInclusion: typeof library.verifyMerkleInclusion
export const verifyCheckpoint: typeof library.verifyCheckpoint
export const checkpointOf: typeof library.checkpointOf
export const verifyTLogBody: typeof library.verifyTLogBody
export const verifyBundleTimestamp: typeof library.verifyBundleTimestamp
export const importKey: typeof library.importKey
export const verifySignature: typeof library.verifySignature
