// Ranges of one file that lie beside each other are one read, where each read costs the way there and back.

export const kGap = 64 << 10 // bytes that nobody wants, which take less time than another request

/**
 * @template {{ offset: number, length: number }} T
 * @param {T[]} ranges of one file, in any order; they may overlap
 * @param {number} most bytes of one read; a longer range is a read alone
 * @returns {{ offset: number, length: number, parts: T[] }[]} by offset
 */
export function merge(ranges, most) {
  /** @type {{ offset: number, length: number, parts: T[] }[]} */
  const reads = []
  for (const range of [...ranges].sort((a, b) => a.offset - b.offset)) {
    const last = reads.at(-1)
    const length = last && Math.max(last.length, range.offset + range.length - last.offset)
    if (last && length !== undefined && length <= most && range.offset <= last.offset + last.length + kGap) {
      last.length = length
      last.parts.push(range)
    } else {
      reads.push({ offset: range.offset, length: range.length, parts: [range] })
    }
  }
  return reads
}

/**
 * How many begin at or before an offset.
 * @template T
 * @param {T[]} ranges sorted by where they begin
 * @param {number} offset
 * @param {(range: T) => number} beginOf
 */
export function beginningBy(ranges, offset, beginOf) {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (beginOf(ranges[middle]) <= offset) low = middle + 1
    else high = middle
  }
  return low
}

/** Pieces that follow each other as one; without a copy where there is one alone. */
export function joined(/** @type {Uint8Array[]} */ parts) {
  if (parts.length === 1) return parts[0]
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** At most `size` holders at once, first come, first served. */
export function gate(/** @type {number} */ size) {
  /** @type {(() => void)[]} */
  const waiting = []
  return {
    enter() {
      if (size-- > 0) return
      return new Promise(resolve => waiting.push(() => resolve(undefined)))
    },
    leave() {
      size++
      waiting.shift()?.()
    },
  }
}
