// An array as numpy lays one out: nested brackets, columns under each other, the middle left out above 1000 elements.
// The elements are the shortest text that reads back (`1.0`, not numpy's rounded `1.`), so that nothing is rounded
// away.
import { textsOf } from '../values/elements.js'

const kThreshold = 1000
const kEdge = 3
const kMaxCells = 100_000 // of thirty axes of two elements each, nothing would be left out

/**
 * @param {string} dtype
 * @param {number[]} shape
 * @param {Uint8Array} bytes
 */
export function arrayText(dtype, shape, bytes) {
  const count = shape.reduce((a, b) => a * b, 1)
  if (shape.length === 0) return textsOf(dtype, bytes)[0]
  if (count === 0) return shape.length === 1 ? '[]' : `[] of shape (${shape.join(', ')})`
  const itemsize = bytes.length / count
  const edges = shape.map(size =>
    count > kThreshold && size > 2 * kEdge ? [...range(0, kEdge), -1, ...range(size - kEdge, size)] : range(0, size),
  )
  for (let axis = 0; axis < shape.length && edges.reduce((n, edge) => n * edge.length, 1) > kMaxCells; axis++) {
    if (shape[axis] > 1) edges[axis] = [0, -1]
  }
  /** @type {Map<number, string>} */
  const cells = new Map()
  collect(0, 0)
  const align = alignmentOf([...cells.values()])
  return layOut(0, 0)

  function collect(/** @type {number} */ axis, /** @type {number} */ flat) {
    if (axis === shape.length) {
      cells.set(flat, textsOf(dtype, bytes.subarray(flat * itemsize, (flat + 1) * itemsize))[0])
      return
    }
    for (const n of edges[axis]) if (n >= 0) collect(axis + 1, flat * shape[axis] + n)
  }

  /** @returns {string} */
  function layOut(/** @type {number} */ axis, /** @type {number} */ flat) {
    if (axis === shape.length) return align(/** @type {string} */ (cells.get(flat)))
    const parts = edges[axis].map(n => (n < 0 ? '...' : layOut(axis + 1, flat * shape[axis] + n)))
    const last = axis === shape.length - 1
    const indent = ' '.repeat(axis + 1)
    if (!last) return `[${parts.join('\n'.repeat(shape.length - axis - 1) + indent)}]`
    return `[${wrapped(parts, indent)}]`
  }
}

/**
 * Under each other by their ends, or, where they are fractions, by their points.
 * @param {string[]} texts
 * @returns {(text: string) => string}
 */
function alignmentOf(texts) {
  const whole = (/** @type {string} */ text) => (kFraction.test(text) ? text.indexOf('.') : text.length)
  const byPoint = texts.every(text => !/e/i.test(text)) && texts.some(text => kFraction.test(text))
  if (!byPoint) {
    const width = widest(texts, text => text.length)
    return text => text.padStart(width)
  }
  const left = widest(texts, whole)
  const right = widest(texts, text => text.length - whole(text))
  return text => (' '.repeat(left - whole(text)) + text).padEnd(left + right)
}

const kFraction = /^-?\d+\.\d*$/
const widest = (/** @type {string[]} */ texts, /** @type {(text: string) => number} */ lengthOf) =>
  texts.reduce((most, text) => Math.max(most, lengthOf(text)), 0)

/** Lines of at most 75 columns, as numpy's default. */
function wrapped(/** @type {string[]} */ parts, /** @type {string} */ indent) {
  const lines = ['']
  for (const part of parts) {
    const line = lines[lines.length - 1]
    if (line && indent.length + line.length + 1 + part.length > 74) lines.push(part)
    else lines[lines.length - 1] = line ? `${line} ${part}` : part
  }
  return lines.map((line, n) => (n + 1 < lines.length ? line.trimEnd() : line)).join(`\n${indent}`)
}

const range = (/** @type {number} */ from, /** @type {number} */ to) =>
  Array.from({ length: to - from }, (_, n) => from + n)
