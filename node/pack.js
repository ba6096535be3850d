// `npm pack` takes only what lies in this folder: the core comes from the wasm build, the licence from the root.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'

const here = new URL('./', import.meta.url)
mkdirSync(new URL('lib/core/', here), { recursive: true })
for (const file of ['core.mjs', 'core.wasm']) {
  const from = new URL(`../build/wasm/${file}`, here)
  if (!existsSync(from)) throw new Error(`${file} is not built: cmake --preset wasm && cmake --build --preset wasm`)
  copyFileSync(from, new URL(`lib/core/${file}`, here))
}
const licence = new URL('../LICENSE', here)
if (existsSync(licence)) copyFileSync(licence, new URL('LICENSE', here))
