/** The coordinator runs the same commands as Node does, over the page's files and with the page's Workers. */

import { makeApi } from '../node/lib/api.js'
import { parseSums } from '../node/lib/commands/sums.js'
import { LeafsumError, messageOf } from '../node/lib/errors.js'
import { reportText } from '../node/lib/report.js'
import { fromMap } from '../node/lib/stores/map.js'
import { look } from './panel/look.js'
import { Sha256 } from './sha256.js'

const kTellEvery = 200 // ms; to draw the page takes processor time that hashing could have

/**
 * @param {import('../node/lib/host/platform.js').Platform['load']} load
 * @param {import('./engine.js').Request} request
 * @param {import('../node/lib/stores/store.js').Store[]} stores
 * @returns {Promise<import('./engine.js').Answer>}
 */
export async function coordinate(load, { command, options, evidence }, stores) {
  const api = makeApi(platform(load))
  let told = 0
  options.onProgress = (/** @type {import('../node/lib/index.js').Progress} */ progress) => {
    const now = performance.now()
    if (now - told < kTellEvery) return
    told = now
    self.postMessage({ progress })
  }
  try {
    if (evidence) Object.assign(options, await optionsOf(evidence))
    if (command === 'inspect') return { facts: await factsOf(api, options) }
    const [first, second] = stores
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
    const refused = error instanceof LeafsumError && error.code !== 'bug' && error.code !== 'environment'
    return refused ? { refused: error.message } : { bug: messageOf(error) }
  }
}

/** @param {import('./engine.js').SentEvidence} evidence @returns {Promise<Record<string, unknown>>} */
async function optionsOf({ kind, file, inside, cameWithSource, fingerprint }) {
  if (!file) return { fingerprint }
  const bytes = new Uint8Array(await file.arrayBuffer())
  // Sums know where they lay, else they would have to name themselves.
  if (kind === 'sums') return { sums: bytes, sumsPath: inside }
  return { lockfile: bytes, lockfileName: file.name, lockfileCameWithSource: cameWithSource }
}

/**
 * What is in the evidence, as the core reads it: all leaves of a lockfile are missing in a source that has nothing.
 * @param {ReturnType<typeof makeApi>} api
 * @param {Record<string, any>} options
 * @returns {Promise<import('./engine.js').Facts>}
 */
async function factsOf(api, options) {
  if (options.sums) return { files: parseSums(options.sums).size }
  const { lock, leaves } = await api.verify(fromMap({}), options)
  return { step: lock?.step, leaves: leaves.missing, fingerprint: lock?.fingerprint }
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
        post: ({ module, codecs, ...message }, transfer = []) =>
          port1.postMessage({ ...message, ...(codecs && { codecs: true }) }, transfer),
        listen: onMessage => {
          port1.onmessage = ({ data }) => onMessage(data)
        },
        terminate() {}, // the page ends all of them with the run
      }
    },
  }
}
