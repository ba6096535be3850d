/**
 * A Worker's entry. Its first message says what it is: the one coordinator, which holds the Verifier and gets a
 * request, or one of the leaf workers, which gets a port to the coordinator and runs jobs (engine.js).
 */

// The bundler takes these from where they are built (build.mjs).
import codecsFactory from '../src/bindings/codecs.mjs'
import factory from '../src/bindings/core.mjs'
import trustFactory from '../src/bindings/trust.mjs'
import { messageOf } from '../node/lib/errors.js'
import { compile, loadedOnce } from '../node/lib/host/core.js'
import { serve } from '../node/lib/host/worker.js'
import { coordinate } from './coordinator.js'
import { openSource } from './opening.js'
import { setPaused } from './pausing.js'

export { openers } from './opening.js'

/**
 * @typedef {object} First
 * @property {WebAssembly.Module} module
 * @property {BufferSource} codecs
 * @property {BufferSource} [trust] where a signature is asked about
 * @property {import('./engine.js').Request} [request] of the coordinator
 * @property {MessagePort} port of a leaf worker
 * @property {boolean} [pause] of every later message: whether new reads wait
 */

self.onmessage = async (/** @type {MessageEvent<First>} */ { data }) => {
  const { module, codecs, trust, request, port, pause } = data
  if (pause !== undefined) return setPaused(pause)
  const { load } = loadedOnce(async name => {
    if (name === 'codecs') return { factory: codecsFactory, module: await compile(codecs, name) }
    if (name === 'core') return { factory, module }
    return { factory: /** @type {any} */ (trustFactory), module: await compile(trust ?? new Uint8Array(), name) }
  })
  if (request) return self.postMessage({ answer: await coordinate(load, request) })
  serve(
    {
      post: (message, transfer = []) => port.postMessage(message, transfer),
      listen: onMessage => {
        port.onmessage = ({ data }) => onMessage(data)
      },
    },
    { load: (_, name) => load(name), openStore: spec => openSource(spec, load) },
  )
}

// Whatever nobody caught is told, lest the page wait for ever.
self.onunhandledrejection = ({ reason }) => self.postMessage({ answer: { bug: messageOf(reason) } })
