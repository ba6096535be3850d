// The commands in Node. The sources stand in index.js: the program loads the one that it is given.
import { makeApi } from './api.js'
import { platform } from './host/platform_node.js'

/** @type {(path: string | URL) => Promise<import('./stores/store.js').Store>} */
const openPath = async path => {
  const [{ fromPath }, { fileURLToPath }] = await Promise.all([import('./stores/path.js'), import('node:url')])
  return fromPath(typeof path === 'string' ? path : fileURLToPath(path))
}

export const {
  init,
  lock,
  verify,
  check,
  readers,
  diff,
  match,
  digest,
  list,
  metadata,
  read,
  openCheckpoint,
  rows,
  digests,
  verifyEvents,
  verifyBlob,
  explain,
  codes,
  sign,
  keygen,
  texts,
} = makeApi(platform, openPath)
