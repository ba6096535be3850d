// `npm pack` takes only what lies in this folder: core and codecs come from the wasm build, the licence from the
// root, and the bill of materials is written.
// With --clean, afterwards, they go again: a copy left behind would hide every later build.
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = new URL('./', import.meta.url)
const core = new URL('lib/core/', here)
const licence = new URL('LICENSE', here)
const materials = new URL('sbom.cdx.json', here)

if (process.argv.includes('--clean')) {
  rmSync(core, { recursive: true, force: true })
  rmSync(licence, { force: true })
  rmSync(materials, { force: true })
} else {
  const build = fileURLToPath(new URL('../build/wasm/', here))
  for (const file of ['core.mjs', 'core.wasm', 'codecs.mjs', 'codecs.wasm', 'trust.mjs', 'trust.wasm']) {
    if (existsSync(join(build, file))) continue
    process.stderr.write(`${file} is not built: cmake --preset wasm && cmake --build --preset wasm\n`)
    process.exit(1)
  }
  const { coreFiles } = await import('./pack_core.js')
  mkdirSync(core, { recursive: true })
  for (const [file, bytes] of await coreFiles(build)) writeFileSync(new URL(file, core), bytes)
  copyFileSync(new URL('../LICENSE', here), licence)
  const { sbom } = await import('../tools/sbom.mjs')
  writeFileSync(materials, `${JSON.stringify(sbom(build), null, 2)}\n`)
}
