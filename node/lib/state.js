// What an interrupted `verify` keeps, so that the next run need not begin anew: which leaves were equal to which lockfile,
// bound to the lockfile's bytes and to every file's size, times and identity. Where any of these is another one, the
// state says nothing.
import { LeafsumError } from './errors.js'

/**
 * @typedef {[item: string, keyPath: string[]]} EqualLeaf
 * @typedef {{ read?: () => string | undefined, write: (text: string) => void, onResume?: (leaves: number | undefined) => void }} StateFile
 *   `read` where there may be one to go on from; `onResume` is told how many leaves it vouches for, nothing where it is of other files
 */

const kSaveEvery = 5000 // ms

/**
 * @param {StateFile} file
 * @param {import('./stores/store.js').Store} store already listed
 * @param {Uint8Array | undefined} lockfile
 * @param {Record<string, any>} scope options that decide what "equal" means
 */
export async function openState(file, store, lockfile, scope) {
  if (!lockfile) throw new LeafsumError('usage', 'a state belongs to a lockfile: give one')
  const identity = () => store.identity?.()
  const seen = identity()
  if (seen === undefined) throw new LeafsumError('usage', 'a state is for directories: this source cannot tell whether a file is still the same')
  const bound = { lock: await sha256(lockfile), files: await sha256(seen), scope: JSON.stringify(scope) }
  const resumed = resume(file, bound)
  let saved = performance.now()
  const save = (/** @type {string} */ equal) => {
    saved = performance.now()
    file.write(`${JSON.stringify({ leafsum_state: 1, ...bound }).slice(0, -1)},"equal":${equal}}\n`)
  }
  return { resumed, save, due: () => performance.now() - saved > kSaveEvery, unchanged: () => identity() === seen }
}

/** @returns {EqualLeaf[] | undefined} */
function resume(/** @type {StateFile} */ file, /** @type {Record<string, string>} */ bound) {
  const text = file.read?.()
  if (text === undefined) return undefined
  const state = parse(text)
  const isSame = Object.entries(bound).every(([name, value]) => state[name] === value)
  file.onResume?.(isSame ? state.equal.length : undefined)
  return isSame ? state.equal : undefined
}

function parse(/** @type {string} */ text) {
  try {
    const state = JSON.parse(text)
    if (state.leafsum_state === 1 && Array.isArray(state.equal)) return state
  } catch {}
  throw new LeafsumError('evidence', 'the state is refused: it is not one that leafsum wrote; remove it to begin anew')
}

async function sha256(/** @type {Uint8Array | string} */ content) {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', /** @type {any} */ (bytes)))
  return `sha256:${Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('')}`
}
