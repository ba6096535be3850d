// The bill of materials that the package carries, CycloneDX 1.6: what is compiled into core.wasm and codecs.wasm, from
// cmake/deps/dependencies.json and toolchain.json, and what sigstore*.mjs are made of, from cmake/deps/sigstore.
// `node tools/sbom.mjs [folder of the wasm build]` prints it.
// It has no time and a serial number that follows from its content, so that two builds give the same bytes.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundled, sources, toolchain } from './notice.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))

/** @param {string} built  folder of the wasm build, which tells by which Emscripten it was made */
export function sbom(built) {
  const { name, version, description, license } = JSON.parse(readFileSync(join(root, 'node/package.json'), 'utf8'))
  const emscripten = readFileSync(join(built, 'emscripten-version.txt'), 'utf8').replace(/["\s]/g, '')
  const ref = `pkg:npm/${name}@${version}`
  const linkedIn = toolchain().map(part => linked(part, emscripten))
  const components = [...sources().map(pinned), ...linkedIn, ...bundled().map(ofNpm)]
  const bom = {
    metadata: {
      component: {
        type: 'library',
        'bom-ref': ref,
        name,
        version,
        description,
        licenses: [{ license: { id: license } }],
        purl: ref,
      },
    },
    components,
    dependencies: [
      { ref, dependsOn: components.map(one => one['bom-ref']) },
      ...components.map(one => ({ ref: one['bom-ref'] })),
    ],
  }
  const hex = createHash('sha256').update(JSON.stringify(bom)).digest('hex')
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuid(hex)}`,
    version: 1,
    ...bom,
  }
}

/** A release of others at its address, with its hash. */
function pinned(/** @type {import('./notice.mjs').Part} */ { name, title, version = '', licence, url, sha256 = '' }) {
  const purl = `pkg:generic/${title}@${version}?checksum=sha256:${sha256}&download_url=${encodeURIComponent(url)}`
  return {
    type: 'library',
    'bom-ref': name,
    name: title,
    version,
    licenses: licences(licence),
    purl,
    externalReferences: [{ type: 'distribution', url, hashes: [{ alg: 'SHA-256', content: sha256 }] }],
  }
}

/** A package of npm, with the hash of its tarball. */
function ofNpm(/** @type {import('./notice.mjs').Part} */ { name, version = '', licence, url, integrity = '' }) {
  const content = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')
  return {
    type: 'library',
    'bom-ref': name,
    name,
    version,
    licenses: licences(licence),
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    externalReferences: [{ type: 'distribution', url, hashes: [{ alg: 'SHA-512', content }] }],
  }
}

/** Emscripten, and the libraries that it brings; they have no version of their own there. */
function linked(/** @type {import('./notice.mjs').Part} */ { name, url, licence }, /** @type {string} */ emscripten) {
  const own = name === 'emscripten'
  return {
    type: own ? 'application' : 'library',
    'bom-ref': name,
    name,
    version: own ? emscripten : `of Emscripten ${emscripten}`,
    licenses: licences(licence),
    ...(own ? { purl: `pkg:github/emscripten-core/emscripten@${emscripten}` } : {}),
    externalReferences: [{ type: 'website', url }],
  }
}

/** A name of SPDX, or an expression of several. */
const licences = (/** @type {string} */ text) =>
  text.includes(' ') ? [{ expression: text }] : [{ license: { id: text } }]

/** Version 8 of RFC 9562: bits of one's own choice. */
const uuid = (/** @type {string} */ hex) =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = resolve(process.argv[2] ?? join(root, 'build/wasm'))
  process.stdout.write(`${JSON.stringify(sbom(built), null, 2)}\n`)
}
