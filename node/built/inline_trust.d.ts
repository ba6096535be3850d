/** trust.wasm by gzip, in base64. */
export const wasm: string
