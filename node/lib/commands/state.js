// What an interrupted `verify` keeps, so that the next run can continue: which leaves were equal to which lockfile,
// bound to the lockfile's bytes and to the size, times and identity of every file, or its ETag. If any of these has
// changed, the state says nothing. An ETag is only the server's word, and another file could have the same one, so it
// only bridges an interruption: a finished run is not continued, and the headline says what rests on ETags.
import { LeafsumError } from '../errors.js'
import { hexOf } from '../values/hex.js'

/**
 * @typedef {[item: string, keyPath: string[]]} EqualLeaf
 * @typedef {{ read?: () => string | undefined, write: (text: string) => void, onResume?: (leaves: number | undefined,
 * isFinished?: boolean) => void }} StateFile
 *   `read` where there may be one to go on from; `onResume` is told how many leaves it vouches for, nothing where it is
 *   of other files, or `isFinished`
 */

const kSaveEvery = 5000 // ms

/**
 * @param {StateFile} file
 * @param {import('../stores/store.js').Store} store already listed, where it can be
 * @param {Uint8Array | undefined} lockfile
 * @param {Record<string, any>} scope options that decide what "equal" means
 */
export async function openState(file, store, lockfile, scope) {
  if (typeof file?.write !== 'function')
    throw new LeafsumError('usage', 'state: an object with a function write is wanted')
  if (!lockfile) throw new LeafsumError('usage', 'a state belongs to a lockfile: give one')
  const witness = await witnessOf(store)
  const bound = { lock: await sha256(lockfile), scope: JSON.stringify(scope) }
  const resumed = await resume(file, bound, witness)
  let saved = performance.now()
  const save = (/** @type {string} */ equal, finished = false) => {
    saved = performance.now()
    file.write(
      `${JSON.stringify({ leafsum_state: 1, ...bound, finished, files: witness.files() }).slice(0, -1)},"equal":${equal}}\n`,
    )
  }
  return { resumed, byTags: witness.byTags, save, due: () => performance.now() - saved > kSaveEvery }
}

/**
 * What tells that files are still the same: of a directory one digest over all that its listing shows, of a server the
 * ETag of each file that it was asked for; null where it gave none, and then the state vouches for nothing.
 * @typedef {{ byTags: boolean, files: () => unknown, holds: (files: unknown) => boolean | Promise<boolean> }} Witness
 * @returns {Promise<Witness>}
 */
async function witnessOf(/** @type {import('../stores/store.js').Store} */ store) {
  const identity = store.identity?.()
  if (identity !== undefined) {
    const seen = await sha256(identity)
    return { byTags: false, files: () => seen, holds: files => files === seen }
  }
  if (store.tags && store.hasTags) {
    const { tags, hasTags } = store
    return {
      byTags: true,
      files: () => tags.call(store) ?? null,
      holds: files => isTags(files) && hasTags.call(store, files),
    }
  }
  throw new LeafsumError(
    'usage',
    'a state is for directories and URLs: this source cannot tell whether a file is still the same',
  )
}

/** @returns {files is import('../stores/store.js').Tag[]} */
function isTags(/** @type {unknown} */ files) {
  return (
    Array.isArray(files) &&
    files.length > 0 &&
    files.every(one => Array.isArray(one) && one.length === 2 && one.every(text => typeof text === 'string'))
  )
}

/** @returns {Promise<EqualLeaf[] | undefined>} */
async function resume(
  /** @type {StateFile} */ file,
  /** @type {Record<string, string>} */ bound,
  /** @type {Witness} */ witness,
) {
  const text = file.read?.()
  if (text === undefined) return undefined
  const state = parse(text)
  const isOurs = Object.entries(bound).every(([name, value]) => state[name] === value)
  if (isOurs && witness.byTags && state.finished !== false) {
    file.onResume?.(undefined, true)
    return undefined
  }
  const isSame = isOurs && (await witness.holds(state.files))
  file.onResume?.(isSame ? state.equal.length : undefined)
  return isSame ? state.equal : undefined
}

function parse(/** @type {string} */ text) {
  try {
    const state = JSON.parse(text)
    if (state.leafsum_state === 1 && Array.isArray(state.equal) && state.equal.every(isLeaf)) return state
  } catch {}
  throw new LeafsumError('evidence', 'the state is refused: it is not one that leafsum wrote; remove it to begin anew')
}

const isLeaf = (/** @type {any} */ row) =>
  Array.isArray(row) &&
  row.length === 2 &&
  typeof row[0] === 'string' &&
  Array.isArray(row[1]) &&
  row[1].every(key => typeof key === 'string')

async function sha256(/** @type {Uint8Array | string} */ content) {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', /** @type {any} */ (bytes)))
  return `sha256:${hexOf(digest)}`
}
