// A small app that has the packed package installed, for every bundler to build: it verifies what is chosen.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { fromPath, lock } from '../../../node/lib/index.js'
import { installedApp } from '../../node/support/packed.js'
import { root } from './browser.js'

const html = `<!doctype html><link rel="icon" href="data:,">
<input type="file" webkitdirectory multiple><script type="module" src="./main.js"></script>
`

const script = imports => `${imports}
const input = document.querySelector('input')
globalThis.run = async (lockfile, workers) => {
  try {
    return (await verify(fromFiles(input.files), { lockfile, deep: true, workers, workersFrom: 0 })).verdict
  } catch (error) {
    return error.code + ': ' + error.message
  }
}
`
const imports = {
  leafsum: "import { fromFiles, verify } from 'leafsum'",
  inline: "import { fromFiles, verify } from 'leafsum/inline'\nimport 'leafsum/inline/codecs'",
}

/** The app as its author has it. @param {string} place an empty directory @param {'leafsum' | 'inline'} entry */
export function makeApps(place) {
  const installed = join(installedApp(place), 'node_modules')
  return Object.fromEntries(
    Object.entries(imports).map(([entry, text]) => {
      const app = join(place, entry)
      cpSync(installed, join(app, 'node_modules'), { recursive: true }) // vite serves no link that leads out of its root
      writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }\n')
      writeFileSync(join(app, 'main.js'), script(text))
      writeFileSync(join(app, 'index.html'), html)
      return [entry, app]
    }),
  )
}

/** The page where a bundler's output lies. @param {string} folder @param {string} [head] */
export const writePage = (folder, head = '') => writeFileSync(join(folder, 'index.html'), html.replace('>', `>${head}`))

/** Leaves that are jobs of their own, one of a codec of the second module; and the same with one byte changed. */
export async function makeCheckpoints(place) {
  const length = 4 << 20
  const arrays = { a: null, b: null, c: { id: 'gzip', level: 1 } }
  for (const which of ['intact', 'tampered']) {
    Object.entries(arrays).forEach(([name, compressor], n) => {
      const folder = join(place, which, name)
      mkdirSync(folder, { recursive: true })
      const shape = { zarr_format: 2, shape: [length], chunks: [length], dtype: '|u1' }
      const zarray = { ...shape, fill_value: null, order: 'C', filters: null, compressor }
      writeFileSync(join(folder, '.zarray'), JSON.stringify(zarray))
      const content = Buffer.alloc(length, n + 1)
      if (which === 'tampered' && name === 'a') content[77] ^= 1
      writeFileSync(join(folder, '0'), compressor ? gzipSync(content) : content)
    })
  }
  const { lockfile } = await lock(fromPath(join(place, 'intact')))
  return {
    intact: join(place, 'intact'),
    tampered: join(place, 'tampered'),
    lockfile: Buffer.from(lockfile).toString(),
  }
}

/** The lines of node/README.md under `<!-- name -->`. */
export function documented(name) {
  const text = readFileSync(join(root, 'node/README.md'), 'utf8')
  const block = new RegExp(`<!-- ${name} -->\\n\`\`\`sh\\n([^\`]*)\`\`\``).exec(text)
  if (!block) throw new Error(`node/README.md has no lines for ${name}`)
  return block[1]
}
