// A worker's side of the pool: hello with the Module, then one job at a time.
import { instantiate } from './core.js'
import { firstLine } from './errors.js'
import { runJob } from './job.js'
import { RemoteStore } from './stores/remote.js'

/**
 * @typedef {object} Port
 * @property {(message: any, transfer?: any[]) => void} post
 * @property {(onMessage: (message: any) => void) => void} listen
 *
 * @param {Port} port
 * @param {object} platform
 * @param {(hello: any) => Promise<Function>} platform.factory core.mjs's default export
 * @param {(spec: import('./stores/store.js').StoreSpec) => import('./stores/store.js').Store} platform.openStore
 * @param {() => any} [platform.sha256]
 */
export function serve(port, { factory, openStore, sha256 }) {
  /** @type {Promise<any>} */
  let core
  /** @type {import('./stores/store.js').Store[]} */
  let stores = []

  port.listen(async message => {
    try {
      if (message.type === 'hello') {
        core = factory(message).then(made => instantiate(made, message.module, sha256))
        stores = message.specs.map((/** @type {any} */ spec, /** @type {number} */ source) =>
          spec ? openStore(spec) : new RemoteStore(source, port.post))
        await core
      } else if (message.type === 'job') {
        const result = await runJob(await core, message.input, stores, { onProgress: bytes => port.post({ type: 'progress', bytes }) })
        port.post({ type: 'result', result }, [result.buffer])
      } else {
        for (const store of stores) if (store instanceof RemoteStore) store.receive(message)
      }
    } catch (error) {
      port.post({ type: 'crash', why: firstLine(error) })
    }
  })
}
