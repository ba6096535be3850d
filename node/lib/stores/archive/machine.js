// What reads an archive is written once, for hosts that read at once and for those that wait: as generators, which
// yield the range of bytes that they want next and are given it.

/**
 * @typedef {{ offset: number, length: number }} Range
 */

/**
 * @template T
 * @typedef {Generator<Range, T, Uint8Array>} Reading  given fewer bytes only where the archive ends
 */

/**
 * @template T
 * @param {Reading<T>} reading
 * @param {(want: Range) => Uint8Array} read
 * @returns {T}
 */
export function now(reading, read) {
  let step = reading.next()
  while (!step.done) step = reading.next(read(step.value))
  return step.value
}

/**
 * @template T
 * @param {Reading<T>} reading
 * @param {(want: Range) => Promise<Uint8Array>} read
 * @returns {Promise<T>}
 */
export async function later(reading, read) {
  let step = reading.next()
  while (!step.done) step = reading.next(await read(step.value))
  return step.value
}
