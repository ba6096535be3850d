// A Report as the API gives it: the core's own, and beside its members the exact texts and what the command puts out.

/** @typedef {{ report: string, output: string, lines: string }} Result  the core's texts */

/**
 * The Report, and beside its own members, not enumerable: `text`, its exact bytes, and what the command puts out.
 * @param {Result} result
 */
export function parseReport({ report, output, lines }) {
  return withOutput(JSON.parse(report), { report, output, lines }, output ? JSON.parse(output) : undefined)
}

/**
 * @param {any} parsed
 * @param {{ report: string, output: string | (() => string), lines: string }} texts
 * @param {any} value
 */
export function withOutput(parsed, { report, output, lines }, value) {
  return Object.defineProperties(parsed, {
    text: { value: report },
    output: { value },
    outputText: typeof output === 'string' ? { value: output } : { get: output },
    lines: { value: lines },
  })
}
