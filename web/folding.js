/**
 * Repeated layers: children that are called alike but for a number, and are alike below, become one branch that holds
 * them. `layers_0 … layers_31 × 32`
 */

/** @typedef {import('./forest.js').Branch} Branch */

const foldFrom = 4 // fewer are as easily seen one by one
const deepest = 100 // levels that are compared; whoever nests deeper means no layers

/** Folds all that is below. @param {Branch} root */
export function fold(root) {
  const kinds = new Kinds()
  /** @type {Branch[]} */
  const open = [root]
  for (let at = open.pop(); at; at = open.pop()) {
    open.push(...at.children.values())
    foldChildren(at, kinds)
  }
}

/** @param {Branch} at @param {Kinds} kinds */
function foldChildren(at, kinds) {
  if (at.children.size < foldFrom) return
  /** @type {Map<string, Branch[]>} */
  const alike = new Map()
  for (const child of at.children.values()) {
    const stem = /^(.*?)\d{1,9}$/.exec(child.name)?.[1]
    if (stem === undefined || child.children.size === 0) continue
    const key = JSON.stringify([stem, kinds.of(child)])
    const others = alike.get(key)
    if (others) others.push(child)
    else alike.set(key, [child])
  }
  const folds = new Map([...alike.values()].filter(all => all.length >= foldFrom).map(all => [all[0], all]))
  if (folds.size === 0) return
  const folded = new Set([...folds.values()].flat())
  const children = [...at.children.values()]
  at.children.clear()
  for (const [n, child] of children.entries()) {
    const all = folds.get(child)
    // By number from here on: a fold has no name that no other child can have.
    if (all) at.children.set(String(n), together(at, all))
    else if (!folded.has(child)) at.children.set(String(n), child)
  }
}

const numberOf = (/** @type {Branch} */ { name }) => Number(/\d+$/.exec(name)?.[0])

/** @param {Branch} parent @param {Branch[]} all @returns {Branch} */
function together(parent, all) {
  all.sort((a, b) => numberOf(a) - numberOf(b))
  const sum = (/** @type {'leaves' | 'nbytes' | 'marked'} */ what) => all.reduce((total, one) => total + one[what], 0)
  const branch = {
    name: `${all[0].name} … ${all[all.length - 1].name}`,
    folded: all.length,
    path: `${all[0].path}…`,
    parent,
    children: new Map(all.map(one => [one.name, one])),
    leaf: null,
    item: '',
    leaves: sum('leaves'),
    nbytes: sum('nbytes'),
    marked: sum('marked'),
  }
  for (const one of all) one.parent = branch
  return branch
}

/** A number for each shape of tree: names, dtypes and shapes of all that is below. */
class Kinds {
  /** @type {Map<string, number>} */
  #numbers = new Map()
  /** @type {Map<Branch, number>} */
  #known = new Map()
  #deep = 0 // each of its own

  /** @param {Branch} branch @returns {number} */
  of(branch, depth = 0) {
    const known = this.#known.get(branch)
    if (known !== undefined) return known
    const { leaf, children } = branch
    if (depth > deepest) return --this.#deep
    const below = [...children.values()].map(child => [child.name, this.of(child, depth + 1)])
    const kind = JSON.stringify([leaf && [leaf.dtype, leaf.shape], below])
    const number = this.#numbers.get(kind) ?? this.#numbers.size
    this.#numbers.set(kind, number)
    this.#known.set(branch, number)
    return number
  }
}
