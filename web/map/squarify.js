/**
 * Rectangles whose areas are as given, as near to squares as they come: rows are filled along the shorter side for as
 * long as the worst of a row gets better (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000).
 *
 * @typedef {{ x: number, y: number, width: number, height: number }} Box
 *
 * @param {number[]} sizes above 0, the largest first
 * @param {Box} box
 * @returns {Box[]} in the order of the sizes
 */
export function squarify(sizes, box) {
  const scale = (box.width * box.height) / sizes.reduce((sum, size) => sum + size, 0)
  const areas = sizes.map(size => size * scale)
  /** @type {Box[]} */
  const boxes = []
  let rest = box
  for (let from = 0; from < areas.length; ) {
    const side = Math.min(rest.width, rest.height)
    let to = from + 1
    let sum = areas[from]
    while (
      to < areas.length &&
      worst(areas[from], areas[to], sum + areas[to], side) <= worst(areas[from], areas[to - 1], sum, side)
    )
      sum += areas[to++]
    rest = layRow(areas.slice(from, to), sum, rest, boxes)
    from = to
  }
  return boxes
}

/** The worst ratio of sides in a row of these, the largest and the smallest. @returns {number} */
function worst(
  /** @type {number} */ largest,
  /** @type {number} */ least,
  /** @type {number} */ sum,
  /** @type {number} */ side,
) {
  const thick = (sum * sum) / (side * side)
  return Math.max(largest / thick, thick / least)
}

/** @param {number[]} areas @param {number} sum @param {Box} box @param {Box[]} boxes @returns {Box} what is left */
function layRow(areas, sum, { x, y, width, height }, boxes) {
  if (width >= height) {
    const thick = height > 0 ? sum / height : 0
    let at = y
    for (const area of areas) {
      const long = thick > 0 ? area / thick : 0
      boxes.push({ x, y: at, width: thick, height: long })
      at += long
    }
    return { x: x + thick, y, width: Math.max(0, width - thick), height }
  }
  const thick = sum / width
  let at = x
  for (const area of areas) {
    boxes.push({ x: at, y, width: area / thick, height: thick })
    at += area / thick
  }
  return { x, y: y + thick, width, height: Math.max(0, height - thick) }
}
