// The members of an archive as a directory: one top directory is stripped, and links lead where they would lead once
// all is unpacked.
import { LeafsumError } from '../../errors.js'
import { isFollowed, pathBelow } from '../links.js'

const kMaxLinks = 40 // that lead to each other, as the system has it
const kMaxRepeated = 50_000 // of entries that links list a second time
const kListed = 12 // names in a message

/**
 * @typedef {import('./indexing.js').Member} Member
 * @typedef {import('./indexing.js').Remark} Remark
 * @typedef {Map<string, Node>} Directory
 * @typedef {Directory | Member} Node
 *
 * @typedef {object} Tree
 * @property {string} root  of the archive, the directory that is the source
 * @property {[path: string, member: Member][]} files
 * @property {import('../store.js').ListingEntry[]} others  what is no file
 * @property {import('../store.js').Link[]} links
 */

/**
 * @param {Member[]} members
 * @param {Remark[]} remarks  to be added to
 * @param {{ inner?: string, followLinks?: boolean }} options
 * @returns {Tree}
 */
export function treeOf(members, remarks, { inner, followLinks = false }) {
  const top = directoriesOf(members)
  const root = inner === undefined ? singleTop(top) : named(top, inner)
  const tree = list(top, root, followLinks)
  const doubled = new Set(remarks.filter(({ code }) => code === 'duplicate-member').map(({ file }) => file))
  tree.files = tree.files.map(([path, member]) => [
    path,
    member.kind === 'hardlink' ? linked(top, member, doubled) : member,
  ])
  for (const remark of remarks) {
    if (root && remark.file?.startsWith(`${root}/`)) remark.file = remark.file.slice(root.length + 1)
  }
  return tree
}

function directoriesOf(/** @type {Member[]} */ members) {
  /** @type {Directory} */
  const top = new Map()
  for (const member of members) {
    const names = member.path.split('/')
    const last = member.kind === 'directory' ? undefined : names.pop()
    const directory = inDirectory(top, names)
    if (directory && last !== undefined) directory.set(last, member)
  }
  return top
}

/** Undefined in what is no directory, of which the index has told. */
function inDirectory(/** @type {Directory} */ top, /** @type {string[]} */ names) {
  let at = top
  for (const name of names) {
    if (name === '') continue
    let below = at.get(name)
    if (!below) at.set(name, (below = new Map()))
    if (!(below instanceof Map)) return undefined
    at = below
  }
  return at
}

/** What macOS puts beside the files (AppleDouble) is none of them. */
const isOfMacOS = (/** @type {string} */ name) => name === '__MACOSX' || name.startsWith('._')

function singleTop(/** @type {Directory} */ top) {
  const names = [...top.keys()].filter(name => !isOfMacOS(name))
  return names.length === 1 && top.get(names[0]) instanceof Map ? names[0] : ''
}

function named(/** @type {Directory} */ top, /** @type {string} */ inner) {
  const names = inner.split('/').filter(name => name !== '' && name !== '.')
  let at = top
  for (const [n, name] of names.entries()) {
    const below = at.get(name)
    if (!(below instanceof Map)) {
      const there = [...at].filter(([, node]) => node instanceof Map).map(([one]) => one)
      const where = n === 0 ? 'the archive' : `"${names.slice(0, n).join('/')}"`
      throw new LeafsumError(
        'source',
        `the archive has no directory "${inner}": ${where} holds ${there.length === 0 ? 'no directory' : shown(there)}`,
      )
    }
    at = below
  }
  return names.join('/')
}

const shown = (/** @type {string[]} */ names) =>
  names
    .slice(0, kListed)
    .map(name => JSON.stringify(name))
    .join(', ') + (names.length > kListed ? ` and ${names.length - kListed} more` : '')

/**
 * Real paths begin with "/", the archive's own top.
 * @param {Directory} top
 * @param {string} root
 * @param {boolean} everywhere
 * @returns {Tree}
 */
function list(top, root, everywhere) {
  const start = root ? `/${root}` : '/'
  /** @type {Tree} */
  const tree = { root, files: [], others: [], links: [] }
  const behind = new Set()
  let repeated = 0
  /** @type {{ path: string, real: string, way: string[] }[]} */
  const todo = [{ path: '', real: start, way: [] }]
  for (let next = todo.pop(); next; next = todo.pop()) {
    const { path: parent, real, way } = next
    const directory = /** @type {Directory} */ (resolve(top, real)?.node)
    if (directory.size === 0 && parent) tree.others.push([parent, 0, 'd'])
    if (way.length > 0) {
      if (behind.has(real)) repeated += directory.size + 1
      else behind.add(real)
    }
    for (const name of [...directory.keys()].sort()) {
      const node = /** @type {Node} */ (directory.get(name))
      const path = parent ? `${parent}/${name}` : name
      const place = real === '/' ? `/${name}` : `${real}/${name}`
      if (node instanceof Map) todo.push({ path, real: place, way })
      else if (node.kind !== 'symlink') tree.files.push([path, node])
      else {
        const link = resolve(top, place)
        const isDirectory = link?.node instanceof Map
        const target = link && pathBelow(start, link.real)
        const around = [...way, real]
        const kind = isDirectory ? 'directory' : link?.node && !(link.node instanceof Map) ? 'file' : 'other'
        const follows =
          link &&
          isFollowed({ root: start, way: around, target: link.real, kind, everywhere }) &&
          !(isDirectory && repeated > kMaxRepeated)
        if (!follows) {
          tree.links.push({ path, isDirectory, followed: false, target })
          tree.others.push([path, 0, 'l'])
        } else if (isDirectory) {
          tree.links.push({ path, isDirectory, followed: true, target })
          todo.push({ path, real: link.real, way: around })
        } else tree.files.push([path, /** @type {Member} */ (link.node)])
      }
    }
  }
  return tree
}

/**
 * What is at a path, links followed; undefined for nothing, and for what lies outside of the archive.
 * @param {Directory} top
 * @param {string} path
 * @returns {{ real: string, node: Node } | undefined}
 */
function resolve(top, path) {
  let names = path.split('/').reverse()
  /** @type {[name: string, node: Node][]} */
  const way = []
  const here = () => (way.length > 0 ? way[way.length - 1][1] : top)
  for (let links = 0; names.length > 0; ) {
    const name = /** @type {string} */ (names.pop())
    if (name === '' || name === '.') continue
    if (name === '..') {
      if (way.length === 0) return undefined
      way.pop()
      continue
    }
    const at = here()
    const node = at instanceof Map ? at.get(name) : undefined
    if (!node) return undefined
    if (!(node instanceof Map) && node.kind === 'symlink') {
      if (++links > kMaxLinks || node.target === '' || node.target.startsWith('/')) return undefined
      names = [...names, ...node.target.split('/').reverse()]
    } else way.push([name, node])
  }
  return { real: `/${way.map(([name]) => name).join('/')}`, node: here() }
}

/** A hard link is the file that it names, by its path in the archive. */
function linked(
  /** @type {Directory} */ top,
  /** @type {Member} */ link,
  /** @type {Set<string | undefined>} */ doubled,
) {
  let member = link
  for (let n = 0; n < kMaxLinks && member.kind === 'hardlink'; n++) {
    // Which of the two it was then, only who unpacks in order knows.
    if (doubled.has(member.target)) return refused(link, 'a hard link to a member that the archive has more than once')
    const node = member.target.startsWith('/') ? undefined : resolve(top, `/${member.target}`)?.node
    if (!node || node instanceof Map) break
    member = node
  }
  return member.kind === 'file' ? member : refused(link, 'a hard link to what is no file of the archive')
}

const refused = (/** @type {Member} */ member, /** @type {string} */ refusal) => ({ ...member, size: 0, refusal })
