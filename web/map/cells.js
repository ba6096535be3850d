/**
 * What a treemap shows of a tree: branches are opened, the largest first, for as long as their parts can be seen.
 *
 * @typedef {import('../forest.js').Branch} Branch
 * @typedef {import('./squarify.js').Box} Box
 *
 * @typedef {object} Cell
 * @property {Branch} branch a leaf's, one that is not opened, or of `others` the one that they are in
 * @property {number} others how many of its smallest parts this is; 0: it is the branch itself
 * @property {Branch[]} parts these, or the branch itself
 * @property {number} leaves
 * @property {number} nbytes
 * @property {number} marked
 * @property {Box} box
 */

import { squarify } from './squarify.js'

const mostCells = 120
const leastArea = 900 // px² that the parts of a branch must have between them
const mostParts = 48

/** @param {Branch} root @param {number} width @param {number} height @returns {Cell[]} from the upper left on */
export function cellsOf(root, width, height) {
  const whole = cellOf(root, { x: 0, y: 0, width, height })
  /** @type {Cell[]} */
  const cells = []
  /** @type {Cell[]} that may be opened */
  const open = [whole]
  while (open.length > 0) {
    open.sort((a, b) => a.nbytes - b.nbytes)
    const at = /** @type {Cell} */ (open.pop())
    const parts = partsOf(at)
    const area = (at.box.width * at.box.height) / Math.max(1, parts.length)
    if (parts.length === 0 || area < leastArea || cells.length + open.length + parts.length > mostCells) cells.push(at)
    else for (const part of parts) (part.others || part.branch.children.size === 0 ? cells : open).push(part)
  }
  return cells.sort((a, b) => a.box.y - b.box.y || a.box.x - b.box.x)
}

/** What has no bytes has a sliver, so that what is missing is seen. */
const sizeOf = (/** @type {Branch} */ { nbytes, marked }, /** @type {number} */ total) =>
  nbytes > 0 ? nbytes : marked > 0 ? total / 8 : 0

/** @param {Branch} branch @param {Box} box @returns {Cell} */
const cellOf = (branch, box) => ({
  branch,
  others: 0,
  parts: [branch],
  leaves: branch.leaves,
  nbytes: branch.nbytes,
  marked: branch.marked,
  box,
})

/** @param {Cell} cell @returns {Cell[]} */
function partsOf({ branch, others, nbytes, box }) {
  if (others || branch.children.size === 0) return []
  const total = Math.max(1, nbytes)
  const all = [...branch.children.values()].filter(child => sizeOf(child, total) > 0)
  all.sort((a, b) => sizeOf(b, total) - sizeOf(a, total))
  const shown = all.length > mostParts ? all.slice(0, mostParts - 1) : all
  const rest = all.slice(shown.length)
  /** @type {Cell[]} */
  const cells = shown.map(child => cellOf(child, box))
  const sizes = shown.map(child => sizeOf(child, total))
  if (rest.length > 0) {
    const sum = (/** @type {'leaves' | 'nbytes' | 'marked'} */ what) => rest.reduce((n, one) => n + one[what], 0)
    const cell = {
      branch,
      others: rest.length,
      parts: rest,
      leaves: sum('leaves'),
      nbytes: sum('nbytes'),
      marked: sum('marked'),
      box,
    }
    const size = rest.reduce((n, one) => n + sizeOf(one, total), 0)
    const at = sizes.findIndex(other => other < size)
    cells.splice(at < 0 ? cells.length : at, 0, cell)
    sizes.splice(at < 0 ? sizes.length : at, 0, size)
  }
  const boxes = sizes.length > 0 ? squarify(sizes, box) : []
  return cells.map((cell, n) => ({ ...cell, box: boxes[n] }))
}
