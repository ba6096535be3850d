// What the inline entries share: modules and workers out of text that is part of the script.
import { LeafsumError } from '../errors.js'

/**
 * Filled by inline_codecs.js.
 * @type {{ files?: import('./platform_browser.js').ModuleFiles, glue: string }}
 */
export const codecs = { glue: 'null' }

/**
 * Filled by inline_trust.js.
 * @type {{
 *   sigstore?: import('../trust/identity/library.js').Libraries,
 *   files?: import('./platform_browser.js').ModuleFiles,
 * }}
 */
export const signatures = {}

/** @param {string} base64  a module, compressed by gzip, in base64 */
export async function unpacked(base64) {
  if (!globalThis.DecompressionStream)
    throw new LeafsumError(
      'environment',
      "this JavaScript engine has no DecompressionStream, which 'leafsum/inline' needs: use Chrome 80, Firefox 113, " +
        'Safari 16.4, Node 18 or later',
    )
  const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/**
 * Puts together again a module that node/pack_delta.js stored as its difference from another.
 * @param {Uint8Array} from  the other module
 * @param {Uint8Array} delta
 */
export function patched(from, delta) {
  let at = 0
  const number = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = delta[at++]
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  /** @type {Uint8Array[]} */
  const pieces = []
  const copiesEnd = number() + at
  let fresh = copiesEnd
  let end = 0
  while (at < copiesEnd) {
    pieces.push(delta.subarray(fresh, (fresh += number())))
    const length = number()
    const step = number()
    const begin = end + (step & 1 ? -(step + 1) / 2 : step / 2)
    pieces.push(from.subarray(begin, (end = begin + length)))
  }
  return new Blob(/** @type {any} */ ([...pieces, delta.subarray(fresh)])).arrayBuffer()
}

/** @param {string} script  a classic script, no module */
export function newBlobWorker(script) {
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  try {
    const worker = new Worker(url)
    // The worker's first message or error shows that its script was loaded: the URL has served.
    for (const event of ['message', 'error'])
      worker.addEventListener(event, () => URL.revokeObjectURL(url), { once: true })
    return worker
  } catch (error) {
    URL.revokeObjectURL(url)
    throw error
  }
}
