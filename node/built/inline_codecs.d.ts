/** What makes codecs.wasm of core.wasm, by gzip, in base64. */
export const wasm: string
/** codecs.mjs's function, an expression. */
export const glue: string
