/**
 * A Worker's entry. Its first message says what it is: the one coordinator, which holds the Verifier and gets a
 * request, or one of the leaf workers, which gets a port to the coordinator and runs jobs (engine.js).
 */

import codecsFactory from '../build/wasm/codecs.mjs'
import factory from '../build/wasm/core.mjs'
import { compile } from '../node/lib/host/core.js'
import { FilesStore } from '../node/lib/stores/files.js'
import { serve } from '../node/lib/host/worker.js'
import { coordinate } from './coordinator.js'

/** @param {import('../node/lib/stores/store.js').StoreSpec} spec */
const openStore = ({ files, ...options }) => new FilesStore(files, options)

self.onmessage = async ({ data: { module, codecs, request, port } }) => {
  /** @type {import('../node/lib/host/platform.js').Platform['load']} */
  const load = async name =>
    name === 'codecs' ? { factory: codecsFactory, module: await compile(codecs, name) } : { factory, module }
  if (request) {
    const answer = await coordinate(load, request, request.sources.map(openStore))
    return self.postMessage({ answer })
  }
  serve(
    {
      post: (message, transfer = []) => port.postMessage(message, transfer),
      listen: onMessage => {
        port.onmessage = ({ data }) => onMessage(data)
      },
    },
    { load: (_, name) => load(name), openStore },
  )
}

// Whatever nobody caught is told, lest the page wait for ever.
self.onunhandledrejection = ({ reason }) => self.postMessage({ answer: { bug: reason?.message ?? String(reason) } })
