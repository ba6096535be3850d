/**
 * The tree of leaves: nested lists whose branches are filled when they are first opened, so that 100,000 leaves cost
 * what is looked at. A branch shows its children by the hundred.
 *
 * @typedef {object} Leaf
 * @property {string[]} key_path
 * @property {string} dtype
 * @property {number[] | null} shape
 * @property {number} nbytes
 *
 * @typedef {object} Branch
 * @property {string} name
 * @property {string} path from the root, as JSON
 * @property {Map<string, Branch>} children in the order of the leaves
 * @property {Leaf | null} leaf
 * @property {string} item of the leaf
 * @property {number} leaves in and below
 * @property {number} nbytes
 * @property {number} marked leaves with a finding, in and below
 */

import { make, show } from './dom.js'
import { count, formatBytes, formatShape, pointer, untrusted } from './text.js'
import { findingTexts, treeTexts } from './texts.js'

const pageOfChildren = 100
const rowsOpenAtFirst = 40
const matchesShown = 200

/**
 * @typedef {{name: string, leaves: Leaf[]}} Item
 * @typedef {Map<string, {code: string, severity: string}>} Marks by pointer with item
 *
 * @typedef {object} Look what a tree is shown by
 * @property {Marks} marks
 * @property {Map<string, boolean>} toggled what was opened and closed by hand, by path
 * @property {Set<Branch>} opened
 */

/**
 * @param {HTMLElement} container
 * @param {HTMLInputElement} filter
 */
export function createTree(container, filter) {
  /** @type {Item[]} */
  let items = []
  /** @type {Marks} */
  let marks = new Map()
  /** @type {Look['toggled']} */
  let toggled = new Map()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  filter.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(render, 150)
  })

  function render() {
    const wanted = filter.value.trim().toLowerCase()
    container.replaceChildren(wanted ? matches(items, wanted, marks) : tree(plant(items, marks), marks, toggled))
  }

  return {
    /** @param {Item[]} newItems */
    setItems(newItems) {
      items = newItems
      marks = new Map()
      toggled = new Map()
      filter.value = ''
      render()
    },
    /** Marks the leaves that findings speak of. @param {import('./causes.js').Finding[]} findings */
    setFindings(findings) {
      if (findings.length === 0 && marks.size === 0) return
      marks = new Map()
      for (const finding of findings) {
        if (!finding.key_path || finding.severity === 'info') continue
        const key = identity(finding.item, finding.key_path)
        if (!marks.has(key) || finding.severity === 'error') marks.set(key, finding)
      }
      render()
    },
  }
}

/** @param {string | null} item @param {string[]} keyPath */
function identity(item, keyPath) {
  return JSON.stringify([item ?? '', keyPath])
}

/** @param {Marks} marks @param {string} item @param {Leaf} leaf */
function markOf(marks, item, leaf) {
  return marks.size > 0 ? marks.get(identity(item, leaf.key_path)) : undefined
}

/** @param {string} name @param {string} path @returns {Branch} */
function branch(name, path) {
  return { name, path, children: new Map(), leaf: null, item: '', leaves: 0, nbytes: 0, marked: 0 }
}

/** @param {Item[]} items @param {Marks} marks @returns {Branch} */
function plant(items, marks) {
  const root = branch('', '')
  for (const item of items) {
    for (const leaf of item.leaves) {
      // A lone unnamed item needs no branch of its own.
      const path = item.name === '' ? leaf.key_path : [item.name, ...leaf.key_path]
      const marked = markOf(marks, item.name, leaf) ? 1 : 0
      let at = root
      grow(at, leaf, marked)
      for (const key of path) {
        let child = at.children.get(key)
        if (!child) at.children.set(key, (child = branch(key, at.path + JSON.stringify(key))))
        at = child
        grow(at, leaf, marked)
      }
      at.leaf = leaf
      at.item = item.name
    }
  }
  return root
}

/** @param {Branch} at @param {Leaf} leaf @param {number} marked */
function grow(at, leaf, marked) {
  at.leaves += 1
  at.nbytes += leaf.nbytes
  at.marked += marked
}

/** @param {Branch} root @param {Marks} marks @param {Look['toggled']} toggled */
function tree(root, marks, toggled) {
  const list = make('ul')
  if (root.leaf) list.append(leafRow(root.leaf, root.item, treeTexts.item, marks))
  const look = { marks, toggled, opened: openedAtFirst(root) }
  fill(list, root, look)
  return list
}

/**
 * Whole levels, as long as the tree stays within sight; below them the way to what has findings.
 * @param {Branch} root
 */
function openedAtFirst(root) {
  const opened = new Set()
  let rows = root.children.size
  for (let level = [root]; level.length > 0; ) {
    const next = level.flatMap(at => [...at.children.values()].filter(child => child.children.size > 0))
    const more = next.reduce((sum, at) => sum + Math.min(at.children.size, pageOfChildren), 0)
    const open = rows + more <= rowsOpenAtFirst ? next : next.filter(at => at.marked > 0).slice(0, 5)
    for (const at of open) opened.add(at)
    rows += more
    level = open
  }
  return opened
}

/**
 * Appends children of `at` from number `start` on, and a button for those that remain.
 * @param {HTMLUListElement} list
 * @param {Branch} at
 * @param {Look} look
 */
function fill(list, at, look, start = 0) {
  const children = [...at.children.values()]
  for (const child of children.slice(start, start + pageOfChildren)) list.append(row(child, look))
  const rest = children.length - start - pageOfChildren
  if (rest <= 0) return
  const more = make(
    'li',
    { class: 'more' },
    make(
      'button',
      {
        type: 'button',
        class: 'quiet',
        onclick: () => {
          more.remove()
          fill(list, at, look, start + pageOfChildren)
          list.children[start + pageOfChildren]?.querySelector('button')?.focus()
        },
      },
      findingTexts.showMore(Math.min(rest, pageOfChildren), rest),
    ),
  )
  list.append(more)
}

/** @param {Branch} at @param {Look} look @returns {HTMLLIElement} */
function row(at, look) {
  const { marks, toggled, opened } = look
  if (at.leaf && at.children.size === 0) return leafRow(at.leaf, at.item, untrusted(at.name), marks)
  const list = make('ul', { hidden: true })
  const leaves = make('span', { class: 'facts' }, count(at.leaves, 'leaf', 'leaves'))
  const onclick = () => toggled.set(at.path, toggle(Boolean(list.hidden)))
  const button = make(
    'button',
    { type: 'button', class: 'branch', 'aria-expanded': 'false', onclick },
    make('span', {}, untrusted(at.name), ' ', leaves),
  )
  const first = make('span', {}, button)
  if (at.marked > 0) first.append(badge(treeTexts.marked(at.marked), 'error'))
  let filled = false

  /** @param {boolean} open */
  function toggle(open) {
    if (open && !filled) {
      filled = true
      if (at.leaf) list.append(leafRow(at.leaf, at.item, treeTexts.node, marks))
      fill(list, at, look)
    }
    show(list, open)
    button.setAttribute('aria-expanded', String(open))
    return open
  }

  if (toggled.get(at.path) ?? opened.has(at)) toggle(true)
  const cells = [
    first,
    make('span', { class: 'dtype' }),
    make('span', { class: 'shape' }),
    make('span', { class: 'bytes' }, formatBytes(at.nbytes)),
  ]
  return make('li', {}, make('div', { class: 'node group' }, ...cells), list)
}

/** @param {Leaf} leaf @param {string} item @param {string | Node} name @param {Marks} marks */
function leafRow(leaf, item, name, marks) {
  const first = make('span', { class: 'leaf-name' }, name)
  const mark = markOf(marks, item, leaf)
  if (mark) first.append(badge(mark.code, mark.severity))
  return make(
    'li',
    {},
    make(
      'div',
      { class: 'node' },
      first,
      make('span', { class: 'dtype' }, untrusted(leaf.dtype)),
      make('span', { class: 'shape' }, formatShape(leaf.shape)),
      make('span', { class: 'bytes' }, leaf.nbytes > 0 ? formatBytes(leaf.nbytes) : ''),
    ),
  )
}

/** @param {string} text @param {string} severity */
function badge(text, severity) {
  return make('span', { class: severity === 'error' ? 'badge' : 'badge note' }, text)
}

/** @param {Item[]} items @param {string} wanted @param {Marks} marks */
function matches(items, wanted, marks) {
  const list = make('ul')
  let found = 0
  for (const item of items) {
    for (const leaf of item.leaves) {
      const path = pointer(leaf.key_path, item.name)
      if (!path.toLowerCase().includes(wanted) && leaf.dtype.toLowerCase() !== wanted) continue
      found += 1
      if (found <= matchesShown) list.append(leafRow(leaf, item.name, untrusted(path), marks))
    }
  }
  const said = found > matchesShown ? treeTexts.first(matchesShown, found) : treeTexts.found(found)
  list.append(make('li', { class: 'more facts', role: 'status' }, said))
  return list
}
