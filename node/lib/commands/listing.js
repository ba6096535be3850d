// What `ls` adds to the core's own document: sums of every subtree, and the directory's files.

/** Deeper subtrees are not summed one by one: a key path of a million elements would otherwise have a million sums. */
export const kMaxDepth = 64

// Text of all subtrees' key paths together: a path of n keys is written n times, once for each of its subtrees.
const kMaxPaths = 32 * 2 ** 20

const kEmptyNodes = ['None', 'Dict', 'List', 'Tuple', 'NamedTuple']

/** A leaf of a list or a template that is none: nothing is stored for it. */
export const isEmptyNode = (/** @type {{ dtype: string }} */ { dtype }) => kEmptyNodes.includes(dtype)

/**
 * @typedef {{ item: string, key_path: string[], leaves: number, parameters: bigint, nbytes: bigint }} Subtree
 *   leaves: with content; empty nodes do not count
 */

/**
 * Every inner node of the items' trees down to a depth, parents first, an item itself with an empty key path. Where
 * their key paths would be over 32 MiB of text it is less deep, the same for all.
 * @param {any[]} items as the core lists them: leaves in order of their key paths
 * @param {number} [depth]
 * @returns {Subtree[]}
 */
export function subtrees(items, depth) {
  const sums = new SubtreeSums(depth)
  for (const { name, leaves } of items) {
    sums.begin(name)
    sums.add(leaves)
  }
  return sums.finish()
}

/** The same, of leaves that come one after the other. */
export class SubtreeSums {
  /** @type {(Subtree & { length: number })[]} with the key path of their first leaf, of which they are so many keys */
  #found = []
  /** @type {(Subtree & { length: number })[]} */
  #open = []
  /** @type {string[]} */
  #before = []
  #shared = 0 // of `before`, what may be common
  /** @type {number[]} text of the key paths of each length, less one */
  #cost = []
  #item = ''
  #depth

  /** @param {number} [depth] */
  constructor(depth = kMaxDepth) {
    this.#depth = depth
  }

  /** What comes now is of this item. @param {string} item */
  begin(item) {
    this.#close(0)
    this.#item = item
    this.#before = []
    this.#shared = 0
    this.#start([], 0)
  }

  /** @param {any[]} leaves */
  add(leaves) {
    for (const leaf of leaves) {
      const { key_path: path, shape, nbytes } = leaf
      const parents = Math.max(0, Math.min(path.length - 1, this.#depth))
      let common = 0
      while (common < parents && common < this.#shared && this.#before[common] === path[common]) common++
      this.#before = path
      this.#shared = parents
      this.#close(common + 1)
      if (common < parents) this.#count(path, common, parents)
      for (let n = common; n < parents; n++) this.#start(path, n + 1)
      const subtree = this.#open[parents]
      if (!isEmptyNode(leaf)) subtree.leaves++
      subtree.nbytes += BigInt(nbytes)
      if (shape) subtree.parameters += elements(shape)
    }
  }

  /** @returns {Subtree[]} */
  finish() {
    this.#close(0)
    let sum = 0
    const over = this.#cost.findIndex(one => (sum += one) > kMaxPaths)
    const deepest = over < 0 ? this.#depth : over
    return this.#found
      .filter(({ length }) => length <= deepest)
      .map(({ length, ...subtree }) => ({ ...subtree, key_path: subtree.key_path.slice(0, length) }))
  }

  #start(/** @type {string[]} */ path, /** @type {number} */ length) {
    const subtree = { item: this.#item, key_path: path, length, leaves: 0, parameters: 0n, nbytes: 0n }
    this.#found.push(subtree)
    this.#open.push(subtree)
  }

  // A leaf is added to the innermost alone, and that, when it is whole, to its parent.
  #close(/** @type {number} */ depth) {
    while (this.#open.length > depth) {
      const { leaves, parameters, nbytes } = /** @type {Subtree} */ (this.#open.pop())
      const parent = this.#open.at(-1)
      if (!parent) return
      parent.leaves += leaves
      parent.parameters += parameters
      parent.nbytes += nbytes
    }
  }

  #count(/** @type {string[]} */ path, /** @type {number} */ common, /** @type {number} */ parents) {
    let length = this.#item.length
    for (let n = 0; n < parents; n++) {
      length += path[n].length + 3
      if (n >= common) this.#cost[n] = (this.#cost[n] ?? 0) + length
    }
  }
}

function elements(/** @type {number[]} */ shape) {
  const product = shape.reduce((n, extent) => n * extent, 1)
  return Number.isSafeInteger(product) ? BigInt(product) : shape.reduce((n, extent) => n * BigInt(extent), 1n)
}

/** Exact, however large the sums are. @param {Subtree[]} all */
export const subtreesJson = all =>
  `[${all
    .map(
      ({ item, key_path: path, leaves, parameters, nbytes }) =>
        `{"item":${JSON.stringify(item)},"key_path":${JSON.stringify(path)},"leaves":${leaves},"parameters":${parameters},"nbytes":${nbytes}}`,
    )
    .join(',')}]`

/** Their sums as numbers, which may be rounded. @param {Subtree[]} all  @returns {any[]} */
export const withNumbers = all =>
  all.map(one => ({ ...one, parameters: Number(one.parameters), nbytes: Number(one.nbytes) }))

const kKinds = /** @type {Record<string, string>} */ ({ f: 'file', d: 'directory', l: 'symlink' })

/**
 * The directory as it is listed, in order of the names' components; a directory of its own only where it is empty.
 * @param {import('../stores/store.js').ListingEntry[]} listing
 */
export function files(listing) {
  return listing
    .map(([path, size, kind]) => ({ path, size, kind: kKinds[kind], parts: path.split('/') }))
    .sort((a, b) => compareParts(a.parts, b.parts))
    .map(({ path, size, kind }) => ({ path, size, kind }))
}

function compareParts(/** @type {string[]} */ a, /** @type {string[]} */ b) {
  for (let n = 0; n < a.length && n < b.length; n++) {
    if (a[n] !== b[n]) return a[n] < b[n] ? -1 : 1
  }
  return a.length - b.length
}
