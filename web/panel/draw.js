/** A slice as a map, a histogram as bars: pictures of what stands beside them in words. */

const space = 'http://www.w3.org/2000/svg'

/** @param {string} tag @param {Record<string, string | number>} attributes */
function svg(tag, attributes) {
  const made = document.createElementNS(space, tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  return made
}

/**
 * Bars, each with its count and range as a title.
 * @param {{ start: number, width: number, counts: number[] }} histogram
 * @param {string} label
 */
export function bars({ start, width, counts }, label) {
  const most = Math.max(...counts)
  const picture = svg('svg', {
    viewBox: `0 0 ${counts.length} 32`,
    preserveAspectRatio: 'none',
    role: 'img',
    class: 'bars',
  })
  picture.setAttribute('aria-label', label)
  counts.forEach((count, n) => {
    const height = count === 0 ? 0 : Math.max(0.6, (count / most) * 32)
    const bar = svg('rect', { x: n + 0.05, y: 32 - height, width: 0.9, height })
    const title = svg('title', {})
    title.textContent = `${start + n * width} … ${start + (n + 1) * width}: ${count}`
    bar.append(title)
    picture.append(bar)
  })
  return picture
}

/**
 * From blue over white to orange, white at 0; what is no number is grey, and crossed by the page's own background.
 * @param {import('./look.js').Look['map'] & {}} map
 * @param {string} label
 */
export function heatMap({ rows, columns, values }, label) {
  const canvas = document.createElement('canvas')
  canvas.width = columns
  canvas.height = rows
  canvas.className = 'heat'
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', label)
  canvas.style.setProperty('aspect-ratio', `${columns} / ${rows}`)
  const context = canvas.getContext('2d')
  if (!context) return canvas
  const image = context.createImageData(columns, rows)
  const greatest = values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0)
  values.forEach((value, n) => image.data.set(colour(value, greatest || 1), 4 * n))
  context.putImageData(image, 0, 0)
  return canvas
}

const white = [247, 247, 245]
const ends = { low: [28, 92, 171], high: [196, 88, 12] }

/** @returns {number[]} */
function colour(/** @type {number} */ value, /** @type {number} */ greatest) {
  if (Number.isNaN(value)) return [120, 120, 120, 255]
  const share = Math.min(1, Math.abs(value) / greatest)
  const end = value < 0 ? ends.low : ends.high
  return [...white.map((from, n) => Math.round(from + (end[n] - from) * Math.sqrt(share))), 255]
}
