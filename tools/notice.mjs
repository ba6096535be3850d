// node/NOTICE: the licences of everything that is compiled into the product, each with its heading. What
// cmake/deps/dependencies.json pins, what Emscripten links of its own (cmake/deps/toolchain.json), and the packages
// that node/pack_sigstore.js makes modules of (cmake/deps/sigstore).
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const readJson = (/** @type {string} */ file) => JSON.parse(readFileSync(root + file, 'utf8'))

/**
 * @typedef {{ name: string, title: string, version?: string, licence: string, file: string, url: string,
 *   sha256?: string, integrity?: string }} Part
 */

/** Sources that the product is linked with. @returns {Part[]} */
export const sources = () =>
  Object.entries(readJson('cmake/deps/dependencies.json'))
    .filter(([, row]) => row.licence_file)
    .map(([name, row]) => {
      const { licence_file: licence, folder, title = name } = row
      return { ...row, name, title, file: licence.startsWith('cmake/') ? licence : `build/deps/${folder}/${licence}` }
    })

/** What Emscripten links besides; of the version that it comes with. @returns {Part[]} */
export const toolchain = () =>
  Object.entries(readJson('cmake/deps/toolchain.json')).map(([name, row]) => ({ ...row, name, file: row.licence_file }))

const kLeftOut = ['@freedomofpress/tuf-browser'] // it would fetch roots
// Its package.json says MIT; its LICENSE, and the head of each file, Apache-2.0.
const kLicences = /** @type {Record<string, string>} */ ({ '@freedomofpress/sigstore-browser': 'Apache-2.0' })

/** Packages of npm whose code is in lib/core/sigstore*.mjs. @returns {Part[]} */
export const bundled = () =>
  Object.entries(readJson('cmake/deps/sigstore/package-lock.json').packages)
    .map(([path, row]) => ({ name: path.replace('node_modules/', ''), path, row }))
    .filter(({ name }) => name && !kLeftOut.includes(name))
    .map(({ name, path, row: { version, license, integrity } }) => ({
      name,
      title: name,
      version,
      licence: kLicences[name] ?? license,
      file: `build/deps/sigstore/${path}/LICENSE`,
      url: `https://www.npmjs.com/package/${name}`,
      integrity,
    }))

/** One licence with the parts that are under it; its text is undefined where cmake/setup.sh has not unpacked it. */
export function sections() {
  const groups = /** @type {Map<string, Part[]>} */ (new Map())
  for (const part of [...toolchain(), ...sources(), ...bundled()])
    groups.set(part.file, [...(groups.get(part.file) ?? []), part])
  return [...groups].map(([file, parts]) => {
    const titles = parts.map(({ title, version }) => [title, version].filter(Boolean).join(' ')).join(', ')
    const heading = `${titles} (${parts[0].licence})`
    const text = existsSync(root + file) ? `${kLine}\n${heading}\n${kLine}\n\n${textOf(file)}\n` : undefined
    return { heading, text }
  })
}

const kLine = '='.repeat(80)
const textOf = (/** @type {string} */ file) => readFileSync(root + file, 'utf8').trim()

export const kHead = `Leafsum is licensed under the Apache License 2.0 (LICENSE).

core.wasm, codecs.wasm and trust.wasm with their .mjs, sigstore.mjs and sigstore_digest.mjs, and the page, which holds
core and codecs, contain code of the projects below.
`
