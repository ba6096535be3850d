// What a directory on disk holds, with the links in it that are followed.
import fs from 'node:fs'
import nodePath from 'node:path'
import { LeafsumError } from '../errors.js'
import { isFollowed, pathBelow } from './links.js'
import { below, slashed } from './system_path.js'
import { toStoreError } from './system_errors.js'

// Of entries that links list a second time. Two links in each of forty directories lead 2^40 ways to the last.
const kMaxRepeated = 50_000

/**
 * @typedef {Map<string, Buffer>} RawNames  names that are not UTF-8, by the escaped form that stands for them
 *
 * @typedef {object} Directory
 * @property {string} path  below the source
 * @property {string} [real]  real path; none where a name is not UTF-8
 * @property {string[]} way  where the links lie that lead to it
 *
 * @typedef {{ target: string, stat: import('node:fs').BigIntStats }} Target  its real path
 *
 * @param {string} root real path of a directory
 * @param {{ followLinks: boolean, stamps: import('./stamps.js').Stamps, rawNames: RawNames, file?: string }} how
 * stamps, rawNames:
 *   to be filled; file: of the directory this file alone is the source, with what Flax keeps beside it (`<file>_gda`)
 * @returns {{ bytes: number, others: import('./store.js').ListingEntry[], links: import('./store.js').Link[] }}  what
 * is no file; the files
 *   are the stamps'
 */
export function listDirectory(root, { followLinks, stamps, rawNames, file }) {
  /** @type {import('./store.js').ListingEntry[]} */
  const others = []
  let bytes = 0
  /** @type {import('./store.js').Link[]} */
  const links = []
  /** @type {Set<string>} directories that were listed behind a link */
  const behind = new Set()
  let repeated = 0
  /** @type {Map<string, Target | undefined>} what links lead to, by their real path */
  const seen = new Map()
  /** @type {Directory[]} */
  const todo = [{ path: '', real: root, way: [] }]
  for (let directory = todo.pop(); directory !== undefined; directory = todo.pop()) {
    const { path: parent, real, way } = directory
    const names = !parent && file !== undefined ? ownNames(root, file) : namesIn(root, parent, rawNames)
    if (names.length === 0 && parent) others.push([parent, 0, 'd'])
    if (way.length > 0 && real !== undefined) {
      if (behind.has(real)) repeated += names.length + 1
      else behind.add(real)
    }
    for (const name of names) {
      const path = parent ? `${parent}/${name}` : name
      const full = fullPath(root, path, rawNames)
      const placeOf = () => (real !== undefined && !rawNames.has(path) ? below(real, name) : undefined)
      let stat = fs.lstatSync(full, { bigint: true, throwIfNoEntry: false })
      let linked = way.length > 0
      if (stat?.isSymbolicLink()) {
        const place = placeOf()
        if (place !== undefined && !seen.has(place)) seen.set(place, lookBehind(place))
        const link = place === undefined ? undefined : seen.get(place)
        const inside = link && pathBelow(slashed(root), slashed(link.target))
        const isDirectory = link?.stat.isDirectory() ?? false
        if (
          !link ||
          !follows(root, [...way, /** @type {string} */ (real)], link, followLinks) ||
          (isDirectory && repeated > kMaxRepeated)
        ) {
          links.push({ path, isDirectory, followed: false, target: inside })
          others.push([path, 0, 'l'])
          continue
        }
        if (isDirectory) {
          links.push({ path, isDirectory, followed: true, target: inside })
          todo.push({ path, real: link.target, way: [...way, /** @type {string} */ (real)] })
          continue
        }
        stat = link.stat
        linked = true
      }
      if (stat?.isDirectory()) {
        todo.push({ path, real: placeOf(), way })
        continue
      }
      // Sockets, pipes and devices have no bytes to vouch for: reading one is refused, like one that is gone again.
      const size = stat?.isFile() ? stat.size : 0n
      stamps.add(path, {
        size,
        mtimeNs: stat?.mtimeNs ?? -1n,
        ctimeNs: stat?.ctimeNs ?? 0n,
        dev: stat?.dev ?? 0n,
        ino: stat?.ino ?? 0n,
        linked,
      })
      bytes += Number(size)
    }
  }
  return { bytes, others, links }
}

/**
 * Where a path that is not listed leads, and whether every link on its way is followed; undefined where none lies
 * there.
 * @param {string} root
 * @param {string} path
 * @param {boolean} followLinks
 * @returns {{ target: string, followed: boolean } | undefined}
 */
export function behindLinks(root, path, followLinks) {
  const way = []
  let target = root
  for (const name of path.split('/')) {
    const place = below(target, name)
    if (!fs.lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) {
      target = place
      continue
    }
    way.push(target)
    const link = lookBehind(place)
    if (!link || !follows(root, way, link, followLinks)) return { target: place, followed: false }
    target = link.target
  }
  return way.length > 0 ? { target, followed: true } : undefined
}

/**
 * What a link leads to; nothing where that is nothing.
 * @param {string} place
 * @returns {Target | undefined}
 */
function lookBehind(place) {
  try {
    const bytes = fs.realpathSync.native(place, { encoding: 'buffer' })
    const target = bytes.toString()
    return Buffer.from(target).equals(bytes) ? { target, stat: fs.lstatSync(target, { bigint: true }) } : undefined
  } catch {
    return undefined
  }
}

function follows(
  /** @type {string} */ root,
  /** @type {string[]} */ way,
  /** @type {Target} */ { target, stat },
  /** @type {boolean} */ everywhere,
) {
  const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other'
  return isFollowed({
    root: slashed(root),
    way: way.map(place => slashed(place)),
    target: slashed(target),
    kind,
    everywhere,
  })
}

/**
 * Sorted: which links are followed does not depend on the order of the system.
 * @returns {string[]}
 */
function namesIn(/** @type {string} */ root, /** @type {string} */ directory, /** @type {RawNames} */ rawNames) {
  const full = fullPath(root, directory, rawNames)
  try {
    const names = fs.readdirSync(full)
    // What is no UTF-8 reads as U+FFFD. Buffers of all names would be twice the listing.
    return (names.some(name => name.includes('\ufffd')) ? oddNames(full, directory, rawNames) : names).sort()
  } catch (error) {
    const where = directory ? `the directory ${JSON.stringify(directory)} of the source` : nodePath.basename(root)
    const { message } = toStoreError(error)
    const next = message === 'permission denied' ? ': every directory of a checkpoint must be open to you' : ''
    throw new LeafsumError('source', `cannot list ${where}: ${message}${next}`)
  }
}

const ownNames = (/** @type {string} */ root, /** @type {string} */ file) =>
  fs.existsSync(below(root, `${file}_gda`)) ? [file, `${file}_gda`] : [file]

function oddNames(
  /** @type {string | Buffer} */ full,
  /** @type {string} */ directory,
  /** @type {RawNames} */ rawNames,
) {
  const names = new Set()
  const odd = []
  for (const name of fs.readdirSync(full, { encoding: 'buffer' })) {
    const text = name.toString()
    if (Buffer.from(text).equals(name)) names.add(text)
    else odd.push(name)
  }
  for (const name of odd.sort(Buffer.compare)) {
    let text = escapeBytes(name)
    while (names.has(text)) text += '~'
    names.add(text)
    rawNames.set(directory ? `${directory}/${text}` : text, name)
  }
  return [...names]
}

/** @returns {string | Buffer} */
export function fullPath(/** @type {string} */ root, /** @type {string} */ path, /** @type {RawNames} */ rawNames) {
  if (path === '') return root
  if (rawNames.size === 0) return `${root}/${path}`
  /** @type {Uint8Array[]} */
  const parts = [Buffer.from(root)]
  let walked = ''
  for (const part of path.split('/')) {
    walked = walked ? `${walked}/${part}` : part
    parts.push(Buffer.from('/'), rawNames.get(walked) ?? Buffer.from(part))
  }
  return Buffer.concat(parts)
}

/** Bytes that are no UTF-8 as \xff; a backslash never stands in a name that means something to a checkpoint. */
function escapeBytes(/** @type {Buffer} */ name) {
  return Array.from(name, byte =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`,
  ).join('')
}
