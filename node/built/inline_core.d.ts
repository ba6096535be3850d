/** core.mjs's function, an expression. */
export const glue: string
/** A Worker's script, up to the call of `leafsum.serveWorker`. */
export const worker: string
/** core.wasm by gzip, in base64. */
export const wasm: string
