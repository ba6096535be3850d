// Makes a Module of core.wasm or codecs.wasm from whatever `init` or an entry gave for it: bytes, a URL, a Response …
import { compile } from './core.js'
import { LeafsumError, firstLine } from '../errors.js'

/**
 * @typedef {URL | string | Response | BufferSource | WebAssembly.Module} WasmSource  a string is a URL
 *
 * @param {WasmSource | Promise<WasmSource>} given
 * @param {import('./core.js').ModuleName} name
 * @param {(url: URL | string) => Promise<BufferSource | Response>} [open]  how a host reads what is at a URL
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compiled(given, name, open = fetch) {
  const source = await asked(given, name, 'what was given')
  if (source instanceof WebAssembly.Module) return source
  const isPlace = typeof source === 'string' || source instanceof URL
  const answer = isPlace ? await asked(open(source), name, source) : source
  const isResponse = answer instanceof Response
  const from = isPlace ? source : (isResponse && answer.url) || 'what was given'
  if (isResponse && !answer.ok) throw notLoaded(name, from, `the server said ${answer.status}`)
  const bytes = isResponse ? await asked(answer.arrayBuffer(), name, from) : answer
  if (!(bytes instanceof ArrayBuffer || ArrayBuffer.isView(bytes)))
    throw new LeafsumError('usage', `init: ${name}.wasm: a URL, a Response, bytes or a WebAssembly.Module is wanted`)
  if (!isWasm(bytes)) throw notLoaded(name, from, 'what is there is not WebAssembly')
  return compile(bytes, name)
}

/**
 * @template T
 * @param {T | Promise<T>} promise
 * @param {string} name
 * @param {URL | string} from
 */
async function asked(promise, name, from) {
  try {
    return await promise
  } catch (error) {
    throw error instanceof LeafsumError ? error : notLoaded(name, from, firstLine(error), error)
  }
}

/** A server's page that says "not found" with status 200 is no module. */
function isWasm(/** @type {BufferSource} */ bytes) {
  const [a, b, c, d] = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes)
  return a === 0 && b === 0x61 && c === 0x73 && d === 0x6d
}

function notLoaded(
  /** @type {string} */ name,
  /** @type {URL | string} */ from,
  /** @type {string} */ why,
  /** @type {unknown} */ cause = undefined,
) {
  return new LeafsumError(
    'environment',
    `${name}.wasm could not be loaded from ${from}: ${why}. Put the package's lib/core/${name}.wasm there, say where ` +
      `it is with init({ ${name === 'core' ? 'wasm' : name} }), or import from 'leafsum/inline', which needs no other file`,
    { cause },
  )
}
