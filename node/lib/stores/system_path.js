// From the system's paths to keys, which have "/" between components, and back. Pure: `flavour` is node:path, or its
// `win32` or `posix` in tests.
import nodePath from 'node:path'

/**
 * @typedef {Pick<import('node:path').PlatformPath, 'sep' | 'parse' | 'isAbsolute' | 'relative' | 'resolve'>} Flavour
 */

/** @param {string} path @param {Flavour} [flavour] */
export const slashed = (path, flavour = nodePath) => (flavour.sep === '/' ? path : path.replaceAll('\\', '/'))

/** @param {string} directory @param {string} name @param {Flavour} [flavour] */
export const below = (directory, name, flavour = nodePath) =>
  directory.endsWith(flavour.sep) ? directory + name : directory + flavour.sep + name

/** The key of a place in a directory. @param {string} root @param {string} place @param {Flavour} [flavour] */
export const keyOf = (root, place, flavour = nodePath) => slashed(flavour.relative(root, place), flavour)

/** Components as the system takes them. @param {string} path @param {Flavour} [flavour] */
export const components = (path, flavour = nodePath) => path.split(flavour.sep === '/' ? '/' : /[\\/]/)

/**
 * A path with the place that it begins at; `..` is left as it stands, because a link may lie before it.
 * @param {string} path
 * @param {string} cwd
 * @param {Flavour} [flavour]
 * @returns {{ root: string, names: string[] }}
 */
export function startOf(path, cwd, flavour = nodePath) {
  // `C:x` lies in that drive's own current directory, which only the system knows.
  const isOfDrive = flavour.sep === '\\' && /^[a-z]:(?![\\/])/i.test(path)
  const whole = isOfDrive ? flavour.resolve(path) : flavour.isAbsolute(path) ? path : `${cwd}${flavour.sep}${path}`
  const { root } = flavour.parse(whole)
  return { root, names: components(whole.slice(root.length), flavour) }
}

const kDevices = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])([. ].*|$)/i

/**
 * Whether a key names what it says: for Windows "a\b", "a:b", "a." and "NUL" are a path, a stream, another file and a
 * device.
 * @param {string} key
 * @param {Flavour} [flavour]
 */
export const isPlain = (key, flavour = nodePath) =>
  flavour.sep === '/' || key.split('/').every(name => !/[\\:]|[. ]$/.test(name) && !kDevices.test(name))
