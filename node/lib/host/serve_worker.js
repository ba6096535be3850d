import { LeafsumError } from '../errors.js'
import { BlobArchiveStore } from '../stores/archive/store.js'
import { started } from './core.js'
import { openFiles } from '../stores/files.js'
import { serve } from './worker.js'

/** @import { Factory } from '../../../src/bindings/core.mjs' */

/**
 * Makes the Worker that calls this function one of the pool's.
 * @param {{ core: Factory, codecs?: Factory }} factories  the default exports of core.mjs and codecs.mjs
 */
export function serveWorker(factories) {
  serve(
    {
      post: (message, transfer = []) => /** @type {any} */ (self).postMessage(message, transfer),
      listen: onMessage => self.addEventListener('message', event => onMessage(event.data)),
    },
    {
      async load({ module }, name) {
        const factory = name === 'trust' ? undefined : factories[name]
        if (!factory) throw new LeafsumError('environment', `${name}.mjs is not in this worker`)
        return { factory, module }
      },
      async openStore(spec) {
        if (spec.kind === 'files') return openFiles(spec)
        const { blob, module } = spec
        const code = { codecs: await started(/** @type {Factory} */ (factories.codecs), module), module }
        return new BlobArchiveStore(/** @type {any} */ (spec), blob, code)
      },
    },
  )
}
