// The way to a file or directory as the system goes it, and what lies in what by that.
import fs from 'node:fs'
import nodePath from 'node:path'
import { LeafsumError } from '../errors.js'
import { toStoreError } from './system_errors.js'
import { components, keyOf, slashed, startOf } from './system_path.js'

const kMaxLinks = 64 // more than any system follows

/**
 * The links that the system follows on the way to a file, each where it really lies, and the file itself. `..` is
 * what it is to the system: the directory above the place that a link led to.
 * @param {string} file that need not be there
 * @returns {string[]}
 */
function wayTo(file) {
  let { root: at, names } = startOf(file, process.cwd())
  const links = []
  while (names.length > 0) {
    const [name, ...rest] = names
    names = rest
    if (name === '' || name === '.') continue
    const place = name === '..' ? nodePath.dirname(at) : nodePath.join(at, name)
    if (!isLink(place, file)) {
      at = place
      continue
    }
    links.push(place)
    if (links.length > kMaxLinks) throw new LeafsumError('usage', `${file}: too many symbolic links`)
    const target = fs.readlinkSync(place)
    if (nodePath.isAbsolute(target)) {
      const start = startOf(target, '')
      at = start.root
      names = [...start.names, ...names]
    } else names = [...components(target), ...names]
  }
  return [...links, at]
}

/** What is not there yet is none. Where nobody may look, nothing is known of what lies in what. */
function isLink(/** @type {string} */ place, /** @type {string} */ file) {
  try {
    return fs.lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()
  } catch (error) {
    throw new LeafsumError('usage', `${file} cannot be reached: ${toStoreError(error).message}`)
  }
}

/**
 * What a directory is called, by its path and by what the system knows it as: a file system that takes upper case for
 * lower, or shows one directory at two places, gives it more paths than one.
 */
function namesOf(/** @type {string} */ place) {
  try {
    const stat = fs.statSync(place, { bigint: true })
    return stat.isDirectory() && stat.ino !== 0n ? [slashed(place), `${stat.dev}:${stat.ino}`] : [slashed(place)]
  } catch {
    return [slashed(place)] // it is not there yet, or out of reach
  }
}

/** A place and the directories that it lies in, innermost first. */
function enclosing(/** @type {string} */ place) {
  const all = [place]
  for (let at = place; nodePath.dirname(at) !== at; all.push(at)) at = nodePath.dirname(at)
  return all
}

/**
 * Of a directory that is there; links on the way to it count where they lie.
 * @param {string} path
 * @returns {import('./places.js').Places}
 */
export function placesOfPath(path) {
  const way = wayTo(path)
  const own = namesOf(way[way.length - 1])
  const around = way
    .flatMap((place, n) => enclosing(n < way.length - 1 ? nodePath.dirname(place) : place))
    .flatMap(namesOf)
  return { own, around: [...new Set(around)] }
}

/**
 * The path below a directory of a file, or of the link in the directory that leads to it; undefined where all of its
 * way lies elsewhere.
 * @param {string} file
 * @param {string} directory
 */
export function pathBelow(file, directory) {
  const own = namesOf(fs.realpathSync(directory))
  const way = wayTo(file)
  for (const [n, place] of way.entries()) {
    // A link lies where it lies; what it leads to comes later on the way.
    const isLink = n < way.length - 1
    const root = enclosing(isLink ? nodePath.dirname(place) : place).find(one =>
      namesOf(one).some(name => own.includes(name)),
    )
    if (root !== undefined) return keyOf(root, place)
  }
  return undefined
}
