// What a rejected promise can be. A broken checkpoint is none of these: it is a Report.

/**
 * @typedef {'usage' | 'source' | 'evidence' | 'environment' | 'bug'} ErrorCode
 * usage: options that make no sense; source: no such source, step or item; evidence: a lockfile that cannot be
 * trusted to be one; environment: no wasm SIMD, no core, no memory; bug: ours.
 */
export class LeafsumError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {string} message
   * @param {ErrorOptions & { misnamed?: import('./types/host.js').Misnamed }} [options]
   */
  constructor(code, message, options) {
    super(message, options)
    this.name = 'LeafsumError'
    /** @type {ErrorCode} */
    this.code = code
    if (options?.misnamed) this.misnamed = options.misnamed
  }
}

/**
 * A fault of ours, told in one line. Neither source text nor a stack of minified code is ever shown.
 * @param {string} what
 * @param {unknown} [cause]
 */
export function bug(what, cause) {
  if (cause instanceof LeafsumError) return cause
  const why = cause === undefined ? '' : `: ${firstLine(cause)}`
  return new LeafsumError('bug', `${what}${why}. This is a bug in leafsum, please report it`, { cause })
}

/** @param {unknown} error */
export const messageOf = error => (error instanceof Error ? error.message : String(error))

/** @param {unknown} error */
export function firstLine(error) {
  return messageOf(error).split('\n', 1)[0].slice(0, 200)
}
