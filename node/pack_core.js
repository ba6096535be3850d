// The files of lib/core: both modules with their glue, the same once more as text for lib/inline.js, and Sigstore's
// libraries. The only code of the package that a machine writes; esbuild and zopfli come from tests/package.json, which
// cmake/setup.sh installs.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { delta } from './pack_delta.js'
import { sigstoreModules } from './pack_sigstore.js'

const require = createRequire(new URL('../tests/package.json', import.meta.url))
const lib = fileURLToPath(new URL('lib/', import.meta.url))
// What has WebAssembly SIMD has this. The workers' text meets no other compiler.
const target = 'es2020'

/**
 * @param {string} build  the folder of the wasm build
 * @returns {Promise<Map<string, string | Uint8Array>>} by name
 */
export async function coreFiles(build) {
  const read = (/** @type {string} */ name) => readFileSync(join(build, name))
  const [core, codecs, trust] = ['core.wasm', 'codecs.wasm', 'trust.wasm'].map(read)
  const glue = await glueFunction(read('core.mjs').toString())
  const codecsGlue = await glueFunction(read('codecs.mjs').toString())
  const trustGlue = await glueFunction(read('trust.mjs').toString())
  const inlineTrust = await kept(build, [trust], () => zopfli(trust))
  const inlineCore = await kept(build, [core], () => zopfli(core))
  const inlineCodecs = await kept(build, [core, codecs], () => zopfli(delta(core, codecs)))
  return new Map(
    /** @type {[string, string | Uint8Array][]} */ ([
      ['core.wasm', core],
      ['core.mjs', `export default ${glue}\n`],
      ['codecs.wasm', codecs],
      ['codecs.mjs', `export default ${codecsGlue}\n`],
      ...(await sigstoreModules()),
      ['trust.wasm', trust],
      ['trust.mjs', `export default ${trustGlue}\n`],
      ['inline_trust.js', text('wasm', inlineTrust.toString('base64'))],
      // In this order the tarball has the two glues near enough to each other that the second takes next to nothing.
      ['inline_codecs.js', text('wasm', inlineCodecs.toString('base64')) + text('glue', codecsGlue)],
      [
        'inline_core.js',
        text('glue', glue) + text('worker', await workerProgram()) + text('wasm', inlineCore.toString('base64')),
      ],
    ]),
  )
}

const text = (/** @type {string} */ name, /** @type {string} */ value) =>
  `export const ${name} = ${JSON.stringify(value)}\n`

/**
 * Emscripten's module as one function without a word from outside: a Worker's text can be made of it. It would form a
 * URL beside itself, but is always handed the Module.
 */
async function glueFunction(/** @type {string} */ glue) {
  const { transform } = require('esbuild')
  const wrapped = glue.replace(/^export default (\w+);?\s*$/m, 'return $1(options)')
  if (wrapped === glue) throw new Error("this Emscripten's glue ends otherwise: look at pack_core.js")
  const { code } = await transform(`glue = function (options) {\n${wrapped}\n}`, {
    target,
    minify: true,
    define: { 'import.meta.url': '"https://core.invalid/"' },
  })
  return code.trim().replace(/^glue=(.*);$/s, '($1)')
}

/** A classic script that leaves `leafsum.serveWorker`. */
async function workerProgram() {
  const { build } = require('esbuild')
  const entry = join(lib, 'host/serve_worker.js')
  const options = { entryPoints: [entry], bundle: true, write: false, minify: true }
  const { outputFiles } = await build({ ...options, target, format: 'iife', globalName: 'leafsum' })
  return outputFiles[0].text.trim()
}

/** Smaller than zlib's by a twentieth, which pays for the worker's copy of the glue. @returns {Promise<Buffer>} */
function zopfli(/** @type {Uint8Array} */ bytes) {
  const { gzip } = require('@gfx/zopfli')
  return new Promise((resolve, reject) => {
    gzip(bytes, { numiterations: 5 }, (/** @type {unknown} */ error, /** @type {Uint8Array} */ gz) =>
      error ? reject(error) : resolve(Buffer.from(gz)),
    )
  })
}

/**
 * What takes seconds is made once, and kept beside the build by all that it is made of: these files' code too.
 * @param {string} build
 * @param {Uint8Array[]} of
 * @param {() => Promise<Buffer>} make
 */
async function kept(build, of, make) {
  const hash = createHash('sha256').update(require('@gfx/zopfli/package.json').version)
  for (const file of ['pack_core.js', 'pack_delta.js']) hash.update(readFileSync(new URL(file, import.meta.url)))
  for (const bytes of of) hash.update(bytes)
  const folder = join(build, '../packed')
  const file = join(folder, `${hash.digest('hex')}.gz`)
  if (existsSync(file)) return readFileSync(file)
  const made = await make()
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${file}.${process.pid}`, made)
  renameSync(`${file}.${process.pid}`, file) // another may be packing
  return made
}
