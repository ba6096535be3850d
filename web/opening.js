/** The Worker's side of sources: files as they are, members of an archive where they lie in it. */

import { described } from '../node/lib/stores/archive/contents.js'
import { openArchive } from '../node/lib/stores/archive/open.js'
import { BlobArchiveStore } from '../node/lib/stores/archive/store.js'
import { openFiles } from '../node/lib/stores/files.js'
import { gated } from './pausing.js'

/**
 * @typedef {import('../node/lib/host/platform.js').Platform['load']} Load
 * @typedef {import('../node/lib/stores/store.js').StoreSpec} StoreSpec
 * @typedef {import('./archives.js').Opened} Opened
 */

/**
 * What opens sources that are none of the user's files, by kind: the page for addresses has some.
 * @type {Record<string, (spec: StoreSpec, load: Load) => Promise<import('../node/lib/stores/store.js').Store>>}
 */
export const openers = {}

/**
 * @param {StoreSpec} spec of the page, or of the coordinator's own stores
 * @param {Load} load
 * @returns {Promise<any>} a store; one of an archive that nobody has opened before has `opened`
 */
export async function openSource(spec, load) {
  if (openers[spec.kind]) return gated(await openers[spec.kind](spec, load))
  if (spec.kind === 'files') return gated(openFiles(spec))
  if (spec.kind === 'blobArchive') return gated(await archiveStore(/** @type {any} */ (spec), spec.blob, load))
  const { archive, opened = await openedOf(archive, load) } = spec
  const store = await archiveStore(opened, archive, load)
  // What lies in it as it is is read as fast as files: as slices of one.
  const read = store.inWindows ? Object.assign(openFiles(store.spec()), { file: undefined }) : store
  return Object.assign(gated(read), described(opened), { opened: spec.opened ? undefined : opened })
}

/** @param {File} archive @param {Load} load @returns {Promise<Opened>} */
async function openedOf(archive, load) {
  const store = await openArchive(/** @type {any} */ ({ load }), archive)
  const { name, contents } = store
  return { name, contents, listing: store.list(), links: store.links(), remarks: store.findings() }
}

/** @param {Pick<Opened, 'name' | 'contents'>} opened @param {Blob} blob @param {Load} load */
async function archiveStore(opened, blob, load) {
  const { start, module } = await load('codecs')
  return new BlobArchiveStore(opened, blob, { codecs: /** @type {any} */ (await start()), module })
}
