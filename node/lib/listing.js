// What `ls` adds to the core's own document: sums of every subtree, and the directory's files.

/** Deeper subtrees are not summed one by one: a key path of a million elements would otherwise have a million sums. */
export const kMaxDepth = 64

// Text of all subtrees' key paths together: a path of n keys is written n times, once for each of its subtrees.
const kMaxPaths = 32 * 2 ** 20

const kEmptyNodes = ['None', 'Dict', 'List', 'Tuple', 'NamedTuple']

/**
 * @typedef {{ item: string, key_path: string[], leaves: number, parameters: bigint, nbytes: bigint }} Subtree
 *   leaves: with content; empty nodes do not count
 */

/**
 * Every inner node of the items' trees down to a depth, parents first, an item itself with an empty key path. Where their key
 * paths would be over 32 MiB of text it is less deep, the same for all.
 * @param {any[]} items as the core lists them: leaves in order of their key paths
 * @param {number} [depth]
 * @returns {Subtree[]}
 */
export function subtrees(items, depth = kMaxDepth) {
  /** @type {Subtree[]} */
  const found = []
  const deepest = depthWithin(items, depth)
  for (const { name: item, leaves } of items) {
    const start = (/** @type {string[]} */ path) => {
      const subtree = { item, key_path: path, leaves: 0, parameters: 0n, nbytes: 0n }
      found.push(subtree)
      return subtree
    }
    /** @type {Subtree[]} */
    const open = [start([])]
    walk(leaves, deepest, (leaf, parents, common) => {
      open.length = common + 1
      for (let n = common; n < parents.length; n++) open.push(start(parents.slice(0, n + 1)))
      const parameters = leaf.shape ? leaf.shape.reduce((/** @type {bigint} */ n, /** @type {number} */ extent) => n * BigInt(extent), 1n) : 0n
      const nbytes = BigInt(leaf.nbytes)
      for (const subtree of open) {
        if (!kEmptyNodes.includes(leaf.dtype)) subtree.leaves++
        subtree.nbytes += nbytes
        subtree.parameters += parameters
      }
    })
  }
  return found
}

/** Each leaf with its parents down to a depth, and how many of these it has in common with the leaf before. */
function walk(/** @type {any[]} */ leaves, /** @type {number} */ depth, /** @type {(leaf: any, parents: string[], common: number) => void} */ visit) {
  /** @type {string[]} */
  let before = []
  for (const leaf of leaves) {
    const parents = leaf.key_path.slice(0, Math.max(0, Math.min(leaf.key_path.length - 1, depth)))
    let common = 0
    while (common < Math.min(parents.length, before.length) && before[common] === parents[common]) common++
    visit(leaf, parents, common)
    before = parents
  }
}

/** How deep subtrees can be told within kMaxPaths. */
function depthWithin(/** @type {any[]} */ items, /** @type {number} */ depth) {
  /** @type {number[]} */
  const cost = []
  for (const { name, leaves } of items) {
    walk(leaves, depth, (_, parents, common) => {
      let length = name.length
      parents.forEach((key, n) => {
        length += key.length + 3
        if (n >= common) cost[n] = (cost[n] ?? 0) + length
      })
    })
  }
  let sum = 0
  const over = cost.findIndex(one => (sum += one) > kMaxPaths)
  return over < 0 ? depth : over
}

/** Exact, however large the sums are. @param {Subtree[]} all */
export const subtreesJson = all => `[${all.map(({ item, key_path: path, leaves, parameters, nbytes }) =>
  `{"item":${JSON.stringify(item)},"key_path":${JSON.stringify(path)},"leaves":${leaves},"parameters":${parameters},"nbytes":${nbytes}}`).join(',')}]`

/** Zarrita's stores may give bare names, without sizes: those are of no use. @param {any} listing */
export const isListing = listing => Array.isArray(listing) && listing.every(entry => Array.isArray(entry) && entry.length === 3)

const kKinds = /** @type {Record<string, string>} */ ({ f: 'file', d: 'directory', l: 'symlink' })

/**
 * The directory as it is listed, in order of the names' components; a directory of its own only where it is empty.
 * @param {import('./stores/store.js').ListingEntry[]} listing
 */
export function files(listing) {
  return listing.map(([path, size, kind]) => ({ path, size, kind: kKinds[kind], parts: path.split('/') }))
    .sort((a, b) => compareParts(a.parts, b.parts))
    .map(({ path, size, kind }) => ({ path, size, kind }))
}

function compareParts(/** @type {string[]} */ a, /** @type {string[]} */ b) {
  for (let n = 0; n < a.length && n < b.length; n++) {
    if (a[n] !== b[n]) return a[n] < b[n] ? -1 : 1
  }
  return a.length - b.length
}
