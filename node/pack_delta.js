// codecs.wasm has much of core.wasm's code: as what differs from it, it takes half. lib/host/embedded.js puts it
// together.

const kSeed = 8 // bytes that are looked up
const kLeast = 12 // a shorter copy takes more than its bytes do, once both are compressed
const kMostPlaces = 64 // of one seed

/**
 * Numbers as LEB128: how many bytes of copies follow, then of each copy how many new bytes stand before it, its length
 * and how far behind the end of the last one it begins in `from` (zigzag); then all new bytes.
 * @param {Buffer} from
 * @param {Buffer} to
 */
export function delta(from, to) {
  const places = seeds(from)
  /** @type {number[]} */
  const copies = []
  const fresh = []
  let done = 0 // of `to`
  let end = 0 // of the last copy, in `from`
  for (let at = 0; at + kSeed <= to.length; ) {
    const copy = longest(places.get(to.latin1Slice(at, at + kSeed)) ?? [], end + at - done, from, to, at)
    if (copy.length < kLeast) {
      at++
      continue
    }
    const back = sameBefore(from, copy.begin, to, at, at - done)
    const begin = copy.begin - back
    fresh.push(to.subarray(done, at - back))
    number(copies, at - back - done)
    number(copies, copy.length + back)
    number(copies, begin < end ? 2 * (end - begin) - 1 : 2 * (begin - end))
    end = copy.begin + copy.length
    at = done = at + copy.length
  }
  /** @type {number[]} */
  const head = []
  number(head, copies.length)
  return Buffer.concat([Buffer.from(head), Buffer.from(copies), ...fresh, to.subarray(done)])
}

function seeds(/** @type {Buffer} */ bytes) {
  /** @type {Map<string, number[]>} */
  const places = new Map()
  for (let at = 0; at + kSeed <= bytes.length; at++) {
    const seed = bytes.latin1Slice(at, at + kSeed)
    const some = places.get(seed)
    if (!some) places.set(seed, [at])
    else if (some.length < kMostPlaces) some.push(at)
  }
  return places
}

/** The longest copy that begins at one of the places, or goes on where the last one would. */
function longest(
  /** @type {number[]} */ places,
  /** @type {number} */ next,
  /** @type {Buffer} */ from,
  /** @type {Buffer} */ to,
  /** @type {number} */ at,
) {
  let best = { begin: 0, length: 0 }
  for (const begin of [next, ...places]) {
    let length = 0
    while (at + length < to.length && begin + length < from.length && from[begin + length] === to[at + length]) length++
    if (length > best.length) best = { begin, length }
  }
  return best
}

function sameBefore(
  /** @type {Buffer} */ from,
  /** @type {number} */ begin,
  /** @type {Buffer} */ to,
  /** @type {number} */ at,
  /** @type {number} */ most,
) {
  let back = 0
  while (back < Math.min(most, begin) && from[begin - back - 1] === to[at - back - 1]) back++
  return back
}

function number(/** @type {number[]} */ out, /** @type {number} */ value) {
  for (; value > 0x7f; value >>>= 7) out.push((value & 0x7f) | 0x80)
  out.push(value)
}
