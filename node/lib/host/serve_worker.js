import { FilesStore } from '../stores/files.js'
import { serve } from './worker.js'

/**
 * Makes the Worker that it is called in one of the pool's.
 * @param {Function} [factory] core.mjs's default export, where it is embedded; else it is taken from beside this file
 * @param {Function} [codecsFactory] codecs.mjs's, likewise
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
      openStore: ({ kind, files, ...options }) => new FilesStore(files, options),
    },
  )
}
