/** A Worker's entry: it is the one coordinator, or one of the leaf workers, as its first message says (engine.js). */

import factory from '../build/wasm/core.mjs'
import { instantiate } from '../node/lib/core.js'
import { FilesStore } from '../node/lib/stores/files.js'
import { coordinate } from './coordinator.js'
import { serveJobs } from './leaf_worker.js'

self.onmessage = async ({ data }) => {
  try {
    const core = await instantiate(factory, data.module)
    const stores = (data.request?.sources ?? data.sources).map(({ files, ...options }) => new FilesStore(files, options))
    if (data.role === 'leaf') serveJobs(core, stores, data.port)
    else self.postMessage(await coordinate(core, stores, data))
  } catch (error) {
    self.postMessage({ bug: error?.message ?? String(error) })
  }
}
