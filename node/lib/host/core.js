// Brings core.wasm, codecs.wasm or trust.wasm to life. Compiled once; every worker makes its own instance of the same
// Module.
import { LeafsumError, bug, firstLine } from '../errors.js'

/** @import { Codecs, Core, Factory, Sha256 } from '../../../src/bindings/core.mjs' */

// (module (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt)): valid only where 128-bit SIMD is.
const kSimdProbe = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  10,
  1,
  8,
  0,
  65,
  0,
  253,
  15,
  253,
  98,
  11,
)

/** @param {(bytes: BufferSource) => boolean} [validate] */
export function requireSimd(validate = WebAssembly.validate) {
  if (validate(kSimdProbe)) return
  throw new LeafsumError(
    'environment',
    'this JavaScript engine has no WebAssembly SIMD, which leafsum needs: ' +
      'use Node 18 or later, Chrome 91, Firefox 89, Safari 16.4 or later',
  )
}

/**
 * @typedef {'core' | 'codecs' | 'trust'} ModuleName codecs: LeafJob alone, with the codecs that core does without;
 * trust: signatures
 *
 * @param {BufferSource} bytes
 * @param {ModuleName} [name]
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compile(bytes, name = 'core') {
  requireSimd()
  try {
    return await WebAssembly.compile(bytes)
  } catch (error) {
    throw new LeafsumError('environment', `${name}.wasm does not compile: ${firstLine(error)}`, { cause: error })
  }
}

/**
 * Loads each module once. After `forget` (`init` named another place for the modules) it is loaded anew.
 * @param {(name: ModuleName) => Promise<import('./platform.js').Loaded>} load
 */
export function loadedOnce(load) {
  /** @type {Map<ModuleName, Promise<import('./platform.js').Startable>>} */
  const loaded = new Map()
  return {
    load(/** @type {ModuleName} */ name = 'core') {
      let one = loaded.get(name)
      if (!one) {
        loaded.set(name, (one = load(name).then(startable)))
        // A load that failed is tried again the next time.
        one.catch(() => loaded.get(name) === one && loaded.delete(name))
      }
      return one
    },
    forget: () => loaded.clear(),
  }
}

/**
 * @param {Factory} factory the default export of core.mjs or codecs.mjs
 * @param {WebAssembly.Module} module
 * @param {() => Sha256} [sha256] a faster SHA-256 of the host
 * @returns {Promise<Core | Codecs>}
 */
export async function instantiate(factory, module, sha256) {
  const core = await started(factory, module)
  const { subtle } = globalThis.crypto ?? {}
  if (sha256) core.setSha256(sha256)
  else if (subtle)
    core.useWebCrypto((/** @type {Uint8Array} */ view) => subtle.digest('SHA-256', /** @type {BufferSource} */ (view)))
  return core
}

/**
 * An instance of its own for whoever asks, as the module leaves it.
 * @param {import('./platform.js').Loaded} loaded
 * @returns {import('./platform.js').Startable}
 */
export const startable = loaded => ({ ...loaded, start: () => started(loaded.factory, loaded.module) })

/**
 * @param {Factory} factory
 * @param {WebAssembly.Module} module
 * @returns {ReturnType<Factory>}
 */
export function started(factory, module) {
  return new Promise((resolve, reject) => {
    const refuse = async (/** @type {unknown} */ error) =>
      reject(bug('the core does not start', await orOutOfMemory(error)))
    const made = factory({
      // Emscripten's own way would swallow a failed instantiation and never settle.
      instantiateWasm(imports, receive) {
        WebAssembly.instantiate(module, imports)
          .then(instance => receive(instance, module))
          .catch(refuse)
        return {}
      },
      print() {},
      printErr() {},
    })
    made.then(resolve, refuse)
  })
}

/**
 * What is to be thrown in place of an error: another where memory was the cause. The words are loaded where they are
 * needed.
 * @param {unknown} error
 * @param {Codecs} [core]  in which it was thrown
 * @param {string} [path]  the file whose bytes the core had last
 * @returns {Promise<unknown>}
 */
export async function orOutOfMemory(error, core, path) {
  if (error instanceof LeafsumError) return error
  return import('./out_of_memory.js').then(
    ({ outOfMemory }) => outOfMemory(error, core, path),
    () => error,
  )
}
