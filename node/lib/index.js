// leafsum for Node.js.
export {
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
} from './api_node.js'
export { Checkpoint } from './commands/checkpoint.js'
export { LeafsumError } from './errors.js'
export { fromPath } from './stores/path.js'
export { fromFiles, fromDataTransfer, fromDirectoryHandle, fromEntry } from './stores/files.js'
export { fromMap } from './stores/map.js'
export { fromUrl } from './stores/url.js'
export { tensorstoreSpec } from './commands/tensorstore_spec.js'
