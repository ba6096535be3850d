// leafsum for browsers: the same commands over files that a page was given.
import { makeApi } from './api.js'
import { platform } from './host/platform_browser.js'

export const { init, lock, verify, check, diff, match, digest, list, metadata, read, openCheckpoint, explain, codes } =
  makeApi(platform)
export { Checkpoint } from './commands/checkpoint.js'
export { LeafsumError } from './errors.js'
export { serveWorker } from './host/serve_worker.js'
export { fromFiles, fromDataTransfer, fromDirectoryHandle, fromEntry } from './stores/files.js'
export { fromMap } from './stores/map.js'
export { fromUrl } from './stores/url.js'
export { tensorstoreSpec } from './commands/tensorstore_spec.js'
