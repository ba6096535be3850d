// Reports and products as the API gives them: plain objects, every member of which everybody sees.

/** @typedef {{ report: string, output: string, lines: string }} Result  the core's texts */

/** @param {Result} result @returns {any} what a command without a product resolves to */
export const parseReport = ({ report }) => JSON.parse(report)

/**
 * What a command with a product resolves to: its report, and beside it the members of the document that it puts out.
 * @param {Result} result
 * @returns {any}
 */
export const parseProduct = result => ({ report: parseReport(result), ...JSON.parse(result.output) })

/**
 * The report's exact bytes, which the core wrote: no number in it is above 2^53 and no member is named by a checkpoint,
 * so nothing is lost or moved on the way through a value.
 * @param {any} report
 */
export const reportText = report => `${JSON.stringify(report)}\n`
