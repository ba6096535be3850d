// node examples/own_store.mjs CHECKPOINT: any object with zarrita's `get` and `getRange` is a source.
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { digest } from '../node/lib/index.js'

const [directory] = process.argv.slice(2)
const names = await readdir(directory, { recursive: true })
const sizes = await Promise.all(names.map(async name => [name, await stat(join(directory, name))]))

const store = {
  list: () => sizes.filter(([, one]) => one.isFile()).map(([name, one]) => [name, one.size, 'f']),
  get: key => store.getRange(key, { offset: 0, length: sizes.find(([name]) => `/${name}` === key)?.[1].size ?? 0 }),
  async getRange(key, { offset, length }) {
    const file = await open(join(directory, key))
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  },
}

const { report, fingerprint, items } = await digest(store)
for (const { key_path: path, digest: of } of items[''].leaves) console.log(`${of?.blake3}  /${path.join('/')}`)
console.log(fingerprint)
process.exitCode = report.exit_code
