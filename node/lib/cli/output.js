// Where results go: stdout, a file that is either the old one or the whole new one, or a pipe or device as it is.
import fs from 'node:fs'
import nodePath from 'node:path'
import { LeafsumError } from '../errors.js'
import { systemText } from './source.js'

/**
 * Looks before the work is done whether the file can be written at the end.
 * @param {string} file
 * @param {{ force: boolean }} options force: an existing file may be replaced
 */
export function checkWritable(file, { force }) {
  try {
    const stat = fs.lstatSync(file, { throwIfNoEntry: false })
    if (stat?.isDirectory()) throw cannot(file, 'it is a directory')
    if (isStream(file)) return fs.accessSync(file, fs.constants.W_OK)
    if (stat && !force) throw exists(file)
    fs.accessSync(nodePath.dirname(nodePath.resolve(file)), fs.constants.W_OK)
  } catch (error) {
    if (error instanceof LeafsumError) throw error
    throw cannot(file, isStream(file) ? systemText(error) : `its directory: ${systemText(error)}`)
  }
}

// Of this process; behind them may be a file, which is another's then.
const kDescriptors = /^\/(dev|proc\/[^/]+)\/(stdout|stderr|fd\/\d+)$/

/** A pipe, a device, /dev/stdout: it takes what is written, and no file must ever come in its place. */
function isStream(/** @type {string} */ file) {
  try {
    const stat = fs.statSync(file)
    return !stat.isDirectory() && (!stat.isFile() || kDescriptors.test(nodePath.resolve(file)))
  } catch {
    return false // it is not there, or out of reach: opening it says why
  }
}

/**
 * What is written must not be one of the files that were read, or are written too.
 * @param {{ file?: string, option: string }} written
 * @param {{ file?: string, is: string }[]} others
 */
export function refuseToOverwrite({ file, option }, others) {
  if (file === undefined || file === '-') return
  for (const { file: other, is } of others) {
    if (other !== undefined && other !== '-' && placesOf(file).some(place => placesOf(other).includes(place))) {
      throw new LeafsumError('usage', `${option} ${file} is ${is} itself: name another file`)
    }
  }
}

/** A name's own place and, where it is a link, its target's: replacing either changes what the name stands for. */
function placesOf(/** @type {string} */ file) {
  const real = (/** @type {string} */ path) => (fs.existsSync(path) ? fs.realpathSync(path) : path)
  const whole = nodePath.resolve(file)
  return [nodePath.join(real(nodePath.dirname(whole)), nodePath.basename(whole)), real(whole)]
}

/**
 * Under a temporary name in the same directory, then renamed: a reader sees nothing or everything.
 * @param {string} file
 * @param {string | Uint8Array | Iterable<string | Uint8Array>} content whole, or in pieces
 * @param {{ force: boolean, mode?: number }} options mode: of a file that is not there yet; a secret has 0o600
 */
export function writeAtomically(file, content, { force, mode = 0o666 }) {
  const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content
  if (isStream(file)) return writeInto(file, pieces)
  const target = nodePath.resolve(file)
  const temporary = nodePath.join(nodePath.dirname(target), `.${nodePath.basename(target)}.${process.pid}.tmp`)
  try {
    const fd = fs.openSync(temporary, 'wx', mode)
    try {
      for (const piece of pieces) fs.writeFileSync(fd, piece)
      fs.fsyncSync(fd)
    } finally {
      fs.closeSync(fd)
    }
    if (force) fs.renameSync(temporary, target)
    else linkNew(temporary, target)
  } catch (error) {
    if (/** @type {any} */ (error)?.code === 'EEXIST') throw exists(file)
    throw cannot(file, systemText(error))
  } finally {
    fs.rmSync(temporary, { force: true })
  }
}

function writeInto(/** @type {string} */ file, /** @type {Iterable<string | Uint8Array>} */ pieces) {
  try {
    const fd = fs.openSync(file, 'a') // what others wrote to the same file stays
    try {
      for (const piece of pieces) fs.writeFileSync(fd, piece)
    } finally {
      fs.closeSync(fd)
    }
  } catch (error) {
    throw cannot(file, systemText(error))
  }
}

/** A link, unlike a rename, fails where a file has come into being meanwhile. */
function linkNew(/** @type {string} */ temporary, /** @type {string} */ target) {
  try {
    fs.linkSync(temporary, target)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(/** @type {any} */ (error)?.code)) throw error
    if (fs.existsSync(target)) throw Object.assign(new Error(), { code: 'EEXIST' })
    fs.renameSync(temporary, target)
  }
}

const cannot = (/** @type {string} */ file, /** @type {string} */ why) =>
  new LeafsumError('usage', `cannot write ${file}: ${why}`)
const exists = (/** @type {string} */ file) => cannot(file, 'it exists: --force replaces it, -o FILE writes another')
