// Bytes as hex digits, lower case.
export const hexOf = (/** @type {Uint8Array} */ bytes) =>
  Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
