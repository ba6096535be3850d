// leafsum for browsers: the same commands over files that a page was given.
import { makeApi } from './api.js'
import { browserPlatform } from './host/platform_browser.js'

// Literals, each of them: bundlers look for these very forms, and a copy of lib/core and worker.js beside the bundle is
// found where none has looked.
const platform = browserPlatform({
  modules: {
    core: {
      factory: () => import('./core/core.mjs'),
      wasm: () => new URL('./core/core.wasm', import.meta.url),
    },
    codecs: {
      factory: () => import('./core/codecs.mjs'),
      wasm: () => new URL('./core/codecs.wasm', import.meta.url),
    },
    trust: {
      factory: () => import('./core/trust.mjs'),
      wasm: () => new URL('./core/trust.wasm', import.meta.url),
    },
  },
  sigstore: {
    library: () => import('./core/sigstore.mjs'),
    digests: () => import('./core/sigstore_digest.mjs'),
  },
  worker: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
})

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
} = makeApi(platform)
export { Checkpoint } from './commands/checkpoint.js'
export { LeafsumError } from './errors.js'
export { fromFiles, fromDataTransfer, fromDirectoryHandle, fromEntry } from './stores/files.js'
export { fromMap } from './stores/map.js'
export { fromUrl } from './stores/url.js'
export { tensorstoreSpec } from './commands/tensorstore_spec.js'
