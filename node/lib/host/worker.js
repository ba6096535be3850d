// A worker's side of the pool: hello with the Module, then one job at a time, which may bring the second Module.
import { instantiate, orOutOfMemory } from './core.js'
import { firstLine } from '../errors.js'
import { runJob } from './job.js'
import { RemoteStore } from '../stores/remote.js'
import { windowStores } from '../stores/window_store.js'

/** @import { Codecs } from '../../../src/bindings/core.mjs' */

/**
 *
 * @typedef {object} Port
 * @property {(message: any, transfer?: any[]) => void} post
 * @property {(onMessage: (message: any) => void) => void} listen
 *
 * @param {Port} port
 * @param {object} platform
 * @param {(hello: any, name: import('./core.js').ModuleName) => Promise<import('./platform.js').Loaded>} platform.load
 *   the module that the pool's side describes
 * @param {(spec: import('../stores/store.js').StoreSpec) => any} platform.openStore  a
 * store, or the promise of one
 * @param {import('./platform.js').Platform['sha256']} [platform.sha256]
 */
export function serve(port, { load, openStore, sha256 }) {
  /** @type {Promise<Codecs> | undefined} */
  let core
  /** @type {Promise<Codecs> | undefined} */
  let codecs
  /** @type {import('../stores/store.js').Store[]} */
  let stores = []
  /** @type {Promise<import('../stores/store.js').Store[]>} */
  let opened = Promise.resolve([])
  const ahead = new RemoteStore(0, port.post)

  const start = async (/** @type {any} */ hello, /** @type {import('./core.js').ModuleName} */ name) => {
    const { factory, module } = await load(hello, name)
    return instantiate(factory, module, sha256)
  }

  port.post({ type: 'ready' })
  port.listen(async message => {
    try {
      if (message.type === 'hello') {
        core = start(message, 'core')
        opened = Promise.all(
          message.specs.map((/** @type {any} */ spec, /** @type {number} */ source) =>
            spec ? openStore(spec) : new RemoteStore(source, port.post),
          ),
        )
        stores = await opened
        ;(await core).warmUp()
      } else if (message.type === 'job') {
        if (message.codecs) codecs ??= start(message.codecs, 'codecs')
        const module = await ((message.codecs && codecs) || core)
        const read = windowStores(await opened, message.windows ?? [], id => ahead.take(id))
        const result = await runJob(module, message.input, read, {
          onProgress: bytes => port.post({ type: 'progress', bytes }),
        })
        port.post({ type: 'result', result }, [result.buffer])
      } else {
        for (const store of [...stores, ahead]) if (store instanceof RemoteStore) store.receive(message)
      }
    } catch (error) {
      // A job's own says already where its memory ended; else it was the core that did not start, or did not warm up.
      const told = /** @type {any} */ (await orOutOfMemory(error, await core?.catch(() => undefined)))
      port.post({ type: 'crash', code: told?.code, why: told?.code ? told.message : firstLine(told) })
    }
  })
}
