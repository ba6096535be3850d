// The commands in Node. The sources stand in index.js: the program loads the one that it is given.
import { makeApi } from './api.js'
import { platform } from './host/platform_node.js'

/** @type {(path: string | URL) => Promise<import('./stores/store.js').Store>} */
const openPath = async path => {
  const [{ existsSync, statSync }, { fileURLToPath }, { archiveOf }] = await Promise.all([
    import('node:fs'),
    import('node:url'),
    import('./stores/archive/names.js'),
  ])
  const name = typeof path === 'string' ? path : fileURLToPath(path)
  const archive = archiveOf(name, existsSync)
  if (archive && statSync(archive.archive, { throwIfNoEntry: false })?.isFile())
    return fromArchive(archive.archive, { inner: archive.inner })
  return (await import('./stores/path.js')).fromPath(name)
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
  fromArchive,
  explain,
  codes,
  sign,
  keygen,
  texts,
} = makeApi(platform, openPath)
