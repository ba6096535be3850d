/**
 * Leaves as a tree: branches with what lies below them. Planted once for a listing; marks come and go with results.
 *
 * @typedef {object} Leaf
 * @property {string[]} key_path
 * @property {string} dtype
 * @property {number[] | null} shape
 * @property {number} nbytes
 * @property {boolean} [isMissing] there is none here: a finding names it
 *
 * @typedef {object} Branch
 * @property {string} name
 * @property {string} path from the root, as JSON
 * @property {Branch | null} parent
 * @property {number} [folded] of one that holds repeated layers: how many
 * @property {Map<string, Branch>} children in the order of the leaves
 * @property {Leaf | null} leaf
 * @property {string} item of the leaf
 * @property {number} leaves in and below
 * @property {number} nbytes
 * @property {number} marked leaves with a finding, in and below
 *
 * @typedef {{name: string, leaves: Leaf[]}} Item
 * @typedef {{code: string, severity: string}} Mark
 */

import { fold } from './folding.js'

/** @param {string} name @param {string} path @param {Branch | null} parent @returns {Branch} */
function branch(name, path, parent) {
  return { name, path, parent, children: new Map(), leaf: null, item: '', leaves: 0, nbytes: 0, marked: 0 }
}

/** @param {Item[]} items @param {Map<string, Mark>} marks @returns {Branch} */
export function plant(items, marks) {
  const root = branch('', '', null)
  for (const item of items) {
    for (const leaf of item.leaves) {
      // A lone unnamed item needs no branch of its own.
      const path = item.name === '' ? leaf.key_path : [item.name, ...leaf.key_path]
      const marked = markOf(marks, item.name, leaf) ? 1 : 0
      let at = root
      grow(at, leaf, marked)
      for (const key of path) {
        let child = at.children.get(key)
        if (!child) at.children.set(key, (child = branch(key, at.path + JSON.stringify(key), at)))
        at = child
        grow(at, leaf, marked)
      }
      at.leaf = leaf
      at.item = item.name
    }
  }
  fold(root)
  return root
}

/**
 * With the leaves that findings miss.
 * @param {Item[]} items
 * @param {import('./causes.js').Finding[]} findings
 * @returns {Item[]}
 */
export function withMissing(items, findings) {
  const missing = findings.filter(({ code, key_path }) => code === 'missing-leaf' && key_path)
  if (missing.length === 0) return items
  const all = items.map(({ name, leaves }) => ({ name, leaves: [...leaves] }))
  for (const { item, key_path } of missing) {
    const name = item ?? ''
    let of = all.find(one => one.name === name)
    if (!of) all.push((of = { name, leaves: [] }))
    of.leaves.push({ key_path: key_path ?? [], dtype: '', shape: null, nbytes: 0, isMissing: true })
  }
  return all
}

/** @param {Branch} at @param {Leaf} leaf @param {number} marked */
function grow(at, leaf, marked) {
  at.leaves += 1
  at.nbytes += leaf.nbytes
  at.marked += marked
}

/** Of findings that speak of leaves, the worst of each. @param {import('./causes.js').Finding[]} findings */
export function marksOf(findings) {
  /** @type {Map<string, Mark>} */
  const marks = new Map()
  for (const finding of findings) {
    if (!finding.key_path || finding.severity === 'info') continue
    const key = identity(finding.item, finding.key_path)
    if (!marks.has(key) || finding.severity === 'error') marks.set(key, finding)
  }
  return marks
}

/** @param {string | null} item @param {string[]} keyPath */
const identity = (item, keyPath) => JSON.stringify([item ?? '', keyPath])

/** @param {Map<string, Mark>} marks @param {string} item @param {Leaf} leaf */
export function markOf(marks, item, leaf) {
  return marks.size > 0 ? marks.get(identity(item, leaf.key_path)) : undefined
}

const rowsOpenAtFirst = 40

/**
 * What is open before anybody opens anything: whole levels, as long as the tree stays within sight; below them the way
 * to what has findings.
 * @param {Branch} root
 */
export function openedAtFirst(root) {
  const opened = new Set()
  let rows = root.children.size
  for (let level = [root]; level.length > 0; ) {
    const next = level.flatMap(at => [...at.children.values()].filter(child => child.children.size > 0))
    const more = next.reduce((sum, at) => sum + at.children.size, 0)
    const open = rows + more <= rowsOpenAtFirst ? next : next.filter(at => at.marked > 0).slice(0, 5)
    for (const at of open) opened.add(at)
    rows += more
    level = open
  }
  return opened
}
