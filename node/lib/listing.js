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
    // A leaf is added to the innermost alone, and that, when it is whole, to its parent.
    const close = (/** @type {number} */ depth) => {
      while (open.length > depth) {
        const { leaves, parameters, nbytes } = /** @type {Subtree} */ (open.pop())
        const parent = open.at(-1)
        if (!parent) return
        parent.leaves += leaves
        parent.parameters += parameters
        parent.nbytes += nbytes
      }
    }
    walk(leaves, deepest, (leaf, parents, common) => {
      close(common + 1)
      for (let n = common; n < parents; n++) open.push(start(leaf.key_path.slice(0, n + 1)))
      const subtree = open[parents]
      if (!kEmptyNodes.includes(leaf.dtype)) subtree.leaves++
      subtree.nbytes += BigInt(leaf.nbytes)
      if (leaf.shape) subtree.parameters += elements(leaf.shape)
    })
    close(0)
  }
  return found
}

function elements(/** @type {number[]} */ shape) {
  const product = shape.reduce((n, extent) => n * extent, 1)
  return Number.isSafeInteger(product) ? BigInt(product) : shape.reduce((n, extent) => n * BigInt(extent), 1n)
}

/** Each leaf with the number of its parents down to a depth, and how many of these it has in common with the leaf before. */
function walk(/** @type {any[]} */ leaves, /** @type {number} */ depth, /** @type {(leaf: any, parents: number, common: number) => void} */ visit) {
  /** @type {string[]} */
  let before = []
  let shared = 0 // of `before`, what may be common
  for (const leaf of leaves) {
    const path = leaf.key_path
    const parents = Math.max(0, Math.min(path.length - 1, depth))
    let common = 0
    while (common < parents && common < shared && before[common] === path[common]) common++
    visit(leaf, parents, common)
    before = path
    shared = parents
  }
}

/** How deep subtrees can be told within kMaxPaths. */
function depthWithin(/** @type {any[]} */ items, /** @type {number} */ depth) {
  /** @type {number[]} */
  const cost = []
  for (const { name, leaves } of items) {
    walk(leaves, depth, ({ key_path: path }, parents, common) => {
      if (common === parents) return
      let length = name.length
      for (let n = 0; n < parents; n++) {
        length += path[n].length + 3
        if (n >= common) cost[n] = (cost[n] ?? 0) + length
      }
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
