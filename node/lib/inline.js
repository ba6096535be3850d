// leafsum as one piece: the same as browser.js, with the core inside the script and nothing to fetch. The rare codecs
// come with inline_codecs.js.
import factory from './core/core.mjs'
import { glue, wasm, worker } from './core/inline_core.js'
import { makeApi } from './api.js'
import { codecs, newBlobWorker, signatures, unpacked } from './host/embedded.js'
import { browserPlatform } from './host/platform_browser.js'

const platform = browserPlatform({
  modules: {
    core: { factory: async () => ({ default: factory }), wasm: () => unpacked(wasm) },
    get codecs() {
      return codecs.files
    },
    get trust() {
      return signatures.files
    },
  },
  get sigstore() {
    return signatures.sigstore
  },
  worker: () => newBlobWorker(`${worker}leafsum.serveWorker({core:${glue},codecs:${codecs.glue}})`),
  mayGoWithoutWorkers: true, // a policy may forbid those of a blob
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
