/**
 * What is typed to find leaves: words, all of which must fit. A word is part of a name, a glob (`*` within a part of
 * the path, `**` across parts), a dtype, or a shape such as 8x4, [8, *] and scalar.
 *
 * @typedef {(name: string, leaf: import('./forest.js').Leaf) => boolean} Test name: in lower case
 */

/** @param {string} text @returns {Test} */
export function searchFor(text) {
  const tests = wordsOf(text.trim().toLowerCase()).map(testOf)
  return (name, leaf) => tests.every(test => test(name, leaf))
}

/** A shape may have spaces in it. @param {string} text */
const wordsOf = text => text.match(/\[[\d*,\s]*\]|\([\d*,\s]*\)|\d+(?:\s*×\s*(?:\d+|\*))+|\S+/g) ?? []

/** @param {string} word @returns {Test} */
function testOf(word) {
  const shape = shapeOf(word)
  const glob = /[*?]/.test(word) ? globOf(word) : null
  return (name, leaf) =>
    (glob ? glob.test(name) : name.includes(word)) ||
    leaf.dtype.toLowerCase() === word ||
    (shape !== null && hasShape(leaf.shape, shape))
}

/** @param {string} word @returns {(number | null)[] | null} null within it: any size */
function shapeOf(word) {
  if (word === 'scalar') return []
  const inside = /^[[(](.*)[\])]$/.exec(word)?.[1]
  const sizes = (inside ?? word).split(/[x×,]/).map(size => size.trim())
  if (inside?.trim() === '') return []
  if (sizes.at(-1) === '' && inside !== undefined) sizes.pop() // (8,)
  if ((inside === undefined && sizes.length < 2) || !sizes.every(size => /^(\d+|\*)$/.test(size))) return null
  return sizes.map(size => (size === '*' ? null : Number(size)))
}

/** @param {number[] | null} shape @param {(number | null)[]} wanted */
const hasShape = (shape, wanted) =>
  shape !== null &&
  shape.length === wanted.length &&
  wanted.every((size, axis) => size === null || size === shape[axis])

/** From the beginning of a part of the path to its end. @param {string} glob */
function globOf(glob) {
  const parts = glob.split(/(\*\*|\*|\?)/).map(part => {
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    return part.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
  })
  return new RegExp(`${/^[/*]/.test(glob) ? '^' : '(?:^|[/:])'}${parts.join('')}$`, 's')
}
