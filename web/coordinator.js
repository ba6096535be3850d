/** The coordinator runs the same commands as Node does, over the page's files and with the page's Workers. */

import { makeApi } from '../node/lib/api.js'
import { LeafsumError, messageOf } from '../node/lib/errors.js'
import { reportText } from '../node/lib/report.js'
import { inspect, optionsOf } from './inspecting.js'
import { openSource } from './opening.js'
import { look } from './panel/look.js'
import { Sha256 } from './sha256.js'
import { kindOf } from './sorting.js'

const kTellEvery = 200 // ms; to draw the page takes processor time that hashing could have

/**
 * @param {import('../node/lib/host/platform.js').Platform['load']} load
 * @param {import('./engine.js').Request} request
 * @returns {Promise<import('./engine.js').Answer>}
 */
export async function coordinate(load, request) {
  try {
    if (request.files) return { kinds: await Promise.all(request.files.map(kindOf)) }
    const stores = await Promise.all(request.sources.map(spec => openSource(spec, load)))
    return { ...(await answerOf(load, request, stores)), opened: stores.map(store => store.opened) }
  } catch (error) {
    return failureOf(error)
  }
}

/** @param {unknown} error @returns {import('./engine.js').Answer} */
function failureOf(error) {
  const refused = error instanceof LeafsumError && error.code !== 'bug' && error.code !== 'environment'
  return refused ? { refused: error.message } : { bug: messageOf(error) }
}

/**
 * @param {import('../node/lib/host/platform.js').Platform['load']} load
 * @param {import('./engine.js').Request} request
 * @param {import('../node/lib/stores/store.js').Store[]} stores
 * @returns {Promise<import('./engine.js').Answer>}
 */
async function answerOf(load, { command, options: asked, ...given }, stores) {
  const host = platform(load)
  const api = makeApi(host)
  let told = 0
  const onProgress = (/** @type {import('../node/lib/index.js').Progress} */ progress) => {
    const now = performance.now()
    if (now - told < kTellEvery) return
    told = now
    self.postMessage({ progress })
  }
  const [first, second] = stores
  try {
    const options = { ...asked, onProgress, ...(await optionsOf(given, first)) }
    if (command === 'inspect') return await inspect(api, host, options)
    if (command === 'look') return await look(api, first, options)
    if (command === 'lock') {
      const { report, lockfile } = await api.lock(first, options)
      return { report, text: reportText(report), lockfile: lockfile ?? undefined }
    }
    if (command === 'verify' || command === 'check') {
      const report = await api[command](first, options)
      return { report, text: reportText(report) }
    }
    const { report, ...output } = await (command === 'diff'
      ? api.diff(first, second, options)
      : api.list(first, options))
    return { report, text: reportText(report), output }
  } catch (error) {
    return failureOf(error) // what was opened is kept all the same
  }
}

/**
 * Workers are asked of the page, which the policy allows to start them.
 * @param {import('../node/lib/host/platform.js').Platform['load']} load
 * @returns {import('../node/lib/host/platform.js').Platform}
 */
function platform(load) {
  return {
    defaultWorkers: 1,
    poolFrom: 1, // this thread reads ahead
    canPost: () => true,
    fileSha256: () => new Sha256(),
    configure() {},
    load,
    startWorker() {
      const { port1, port2 } = new MessageChannel()
      self.postMessage({ wanted: port2 }, { transfer: [port2] })
      return {
        // A Module does not pass a MessagePort in Chromium; the page has given both to the worker already.
        post: ({ module, codecs, ...message }, transfer = []) => {
          const specs = message.specs?.map((/** @type {any} */ spec) => spec && { ...spec, module: undefined })
          port1.postMessage({ ...message, ...(specs && { specs }), ...(codecs && { codecs: true }) }, transfer)
        },
        listen: onMessage => {
          port1.onmessage = ({ data }) => onMessage(data)
        },
        terminate() {}, // the page ends all of them with the run
      }
    },
  }
}
