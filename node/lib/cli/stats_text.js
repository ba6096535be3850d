// Statistics as people read them.
import { numberTextOf } from '../values/elements.js'
import { columns } from './render.js'
import { formatCount } from './sizes.js'

const kBarWidth = 40 // characters

/**
 * Least and greatest value as the texts that `cat` has for values; what JSON holds, and people read.
 * @param {string} dtype
 * @param {import('../index.js').Statistics} stats
 */
export const withTexts = (dtype, stats) => ({
  ...stats,
  min: extremeText(dtype, stats.min),
  max: extremeText(dtype, stats.max),
})

/**
 * @param {string} dtype
 * @param {import('../index.js').Statistics} stats
 */
export function statsText(dtype, stats) {
  const { histogram, ...told } = withTexts(dtype, stats)
  const counts = /** @type {const} */ (['count', 'finite', 'nan', 'inf', 'negative_inf', 'zeros'])
  const rows = counts.map(name => [name, told[name] === null ? null : formatCount(told[name])])
  rows.push(['min', told.min], ['max', told.max], ['mean', meanText(told.mean)], ['std', meanText(told.std)])
  const lines = columns(/** @type {string[][]} */ (rows.filter(row => row[1] !== null)))
  return `${lines.join('\n')}\n${histogram ? histogramText(histogram) : ''}`
}

/** A line for each bin, which begins with the number before it. */
function histogramText(/** @type {import('../index.js').StatisticsHistogram} */ { start, width, counts }) {
  const most = Math.max(...counts)
  const rows = counts.map((count, n) => [
    `${start + n * width}`,
    formatCount(count),
    '#'.repeat(Math.ceil((count / most) * kBarWidth)),
  ])
  return `histogram: values from each of these on, ${width} wide\n${columns(rows, [0, 1]).join('\n')}\n`
}

const extremeText = (/** @type {string} */ dtype, /** @type {number | bigint | string | null} */ value) =>
  value === null || typeof value === 'string' ? value : numberTextOf(dtype, value)

/** @returns {string | null} */
function meanText(/** @type {number | number[] | null} */ mean) {
  if (!Array.isArray(mean)) return mean === null ? null : String(mean)
  const [real, imaginary] = mean
  return `${real}${imaginary < 0 ? '' : '+'}${imaginary}j`
}
