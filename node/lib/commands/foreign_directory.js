// A directory in which the core found no checkpoint: what it looks like instead, and what to name.
import { LeafsumError } from '../errors.js'
import { kForeign } from './foreign_formats.js'

const kShown = 5
const kMarks = /(^|\/)(_METADATA|_CHECKPOINT_METADATA|manifest\.ocdbt)$/

/**
 * @param {any} store  the source
 * @param {string} side  of two: "A" or "B", else ""
 * @returns {Promise<LeafsumError | undefined>} nothing where the store cannot be listed
 */
export async function foreignDirectory(store, side) {
  let paths
  try {
    paths = (await store.list?.())?.map((/** @type {any} */ [path]) => String(path))
  } catch {
    // What could be listed before can no longer be: the core's own words will do.
  }
  const name = store.name || side
  const where = name ? `${name}: ` : ''
  return paths && new LeafsumError('source', `${where}no checkpoint here: ${whatIsThere(paths, wayInto(store))}`)
}

/** What stands before a path of the source where the user names it: of an archive, one that lies in it. */
const wayInto = (/** @type {any} */ { contents, root }) => (contents ? `ARCHIVE!/${root ? `${root}/` : ''}` : '')

function whatIsThere(/** @type {string[]} */ paths, /** @type {string} */ way) {
  const deeper = [
    ...new Set(paths.filter(path => kMarks.test(path)).map(path => path.slice(0, Math.max(0, path.lastIndexOf('/'))))),
  ].filter((one, _, all) => one !== '' && !all.some(other => one.startsWith(`${other}/`)))
  if (deeper.length > 0)
    return `${deeper.length === 1 ? 'one lies deeper' : 'checkpoints lie deeper'}: name ${some(
      deeper.map(path => way + path),
      ' or ',
    )}`
  const names = paths.map(path => path.slice(path.lastIndexOf('/') + 1))
  for (const { name: pattern, like, instead } of kForeign) {
    const name = names.find(one => pattern?.test(one))
    if (name) return `this looks like ${like} (${name}); ${instead}`
  }
  if (paths.length === 0) return 'the directory is empty; name the directory that was given to the save'
  return `there is ${some(paths, ', ')}, and no _METADATA, manifest.ocdbt or zarr array; name the directory that was given to the save`
}

const some = (/** @type {string[]} */ names, /** @type {string} */ between) =>
  names.slice(0, kShown).join(between) + (names.length > kShown ? `${between}${names.length - kShown} more` : '')
