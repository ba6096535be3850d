// node/pack_sigstore.js makes it.
declare const library: import('../lib/trust/identity/library.js').DigestLibrary
export const verifySignatureOverDigest: typeof library.verifySignatureOverDigest
