import { openFiles } from '../stores/files.js'
import { serve } from './worker.js'

/** @import { Factory } from '../../../src/bindings/core.mjs' */

/**
 * Makes the Worker that it is called in one of the pool's.
 * @param {Factory} [factory] core.mjs's default export, where it is embedded; else it is taken from beside
 * this file
 * @param {Factory} [codecsFactory] codecs.mjs's, likewise
 */
export function serveWorker(factory, codecsFactory) {
  serve(
    {
      post: (message, transfer = []) => /** @type {any} */ (self).postMessage(message, transfer),
      listen: onMessage => self.addEventListener('message', event => onMessage(event.data)),
    },
    {
      load: async ({ module }, name) => ({
        factory:
          (name === 'core' ? factory : codecsFactory) ??
          (await import(new URL(`../core/${name}.mjs`, import.meta.url).href)).default,
        module,
      }),
      openStore: openFiles,
    },
  )
}
