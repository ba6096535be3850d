// The word that was meant, where one is near.

const kFar = 3
const kLongest = 80

/**
 * `: did you mean verify?`, or nothing.
 * @param {string} word
 * @param {Iterable<string>} known
 * @param {string} [prefix]  of what is shown
 */
export function didYouMean(word, known, prefix = '') {
  const near = nearest(word, known)
  return near === undefined ? '' : `: did you mean ${prefix}${near}?`
}

/**
 * The nearest of the words known: by few edits, or the one that goes on where this one ends.
 * @param {string} word
 * @param {Iterable<string>} known
 * @returns {string | undefined}
 */
export function nearest(word, known) {
  if (word === '' || word.length > kLongest) return undefined
  const lower = word.toLowerCase()
  const farthest = Math.min(kFar, Math.ceil(word.length / 3))
  let best
  let least = farthest + 1
  for (const one of known) {
    if (one.length > kLongest) continue
    const edits = distance(lower, one.toLowerCase())
    // `--allow` is near to `--allow-missing`, farther than any word of a few edits.
    const far = word.length > 2 && one.toLowerCase().startsWith(lower) ? Math.min(edits, farthest) : edits
    if (far < least) [best, least] = [one, far]
  }
  return best
}

/** Edits between two words: letters put in, left out, changed, or two that changed places. */
function distance(/** @type {string} */ a, /** @type {string} */ b) {
  let before = /** @type {number[]} */ ([])
  let row = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        next[j] = Math.min(next[j], before[j - 2] + 1)
    }
    ;[before, row] = [row, next]
  }
  return row[b.length]
}
