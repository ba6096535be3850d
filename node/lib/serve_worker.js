import { FilesStore } from './stores/files.js'
import { UrlStore } from './stores/url.js'
import { serve } from './worker.js'

/**
 * Makes the Worker that it is called in one of the pool's.
 * @param {Function} [factory] core.mjs's default export, where it is embedded; else it is taken from beside this file
 */
export function serveWorker(factory) {
  serve({
    post: (message, transfer = []) => /** @type {any} */ (self).postMessage(message, transfer),
    listen: onMessage => self.addEventListener('message', event => onMessage(event.data)),
  }, {
    factory: async () => factory ?? (await import(new URL('./core/core.mjs', import.meta.url).href)).default,
    openStore: ({ kind, files, base, ...options }) => kind === 'url' ? new UrlStore(new URL(base), options) : new FilesStore(files, options),
  })
}
