// A worker's own view of an archive that another thread has opened, in Node.
import { started } from '../../host/core.js'
import { ArchiveFile } from './file.js'
import { ArchiveStore } from './store.js'

/**
 * @param {import('../store.js').StoreSpec} spec  of an ArchiveStore
 * @param {() => Promise<import('../../../../src/bindings/core.mjs').Factory>} factory  of codecs
 */
export async function reopenArchive({ contents, file, module }, factory) {
  const isPlain = !contents.compressed && ![...contents.places.values()].some(({ packed }) => packed !== undefined)
  const codecs = isPlain ? undefined : await started(await factory(), module)
  return new ArchiveStore(contents, new ArchiveFile(file), { codecs, module })
}
