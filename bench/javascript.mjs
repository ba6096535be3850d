// node bench/javascript.mjs PLAIN_CHECKPOINT [--rounds 5] [--out FILE]
//
// What else decodes, hashes and reads zarr in JavaScript and WebAssembly, beside Leafsum: one thread, one process, in turn, over
// a checkpoint of plain zarr files that bench/make_checkpoint.py --plain has made. The peers' part is easy: they are told which
// files there are and check nothing. Digests must be the same, or there are no figures.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decompress } from 'fzstd'
import { createBLAKE3 } from 'hash-wasm'
import * as zarrita from 'zarrita'
import { FileSystemStore } from '@zarrita/storage'
import { ZSTDDecoder } from 'zstddec'
import { digest, fromPath, list } from '../node/lib/index.js'
import { commandLine, inTurn, machine, median, tell } from './timed.mjs'

const { positionals: [checkpoint], ...options } = commandLine('node bench/javascript.mjs PLAIN_CHECKPOINT [--rounds N] [--out FILE]')

/** Leaves of chunks that are whole rows: their bytes one after another are the content. */
const leaves = (await list(fromPath(checkpoint))).output.items.flatMap(item => item.leaves).map(leaf => {
  if (!leaf.document?.endsWith('.zarray')) throw Error('a checkpoint of plain zarr v2 files is wanted: make_checkpoint.py --plain')
  if (leaf.chunk_shape.slice(1).some((n, axis) => n !== leaf.shape[axis + 1])) throw Error('chunks are not whole rows')
  const name = dirname(leaf.document)
  const rows = Math.ceil(leaf.shape[0] / leaf.chunk_shape[0])
  const keys = Array.from({ length: rows }, (_, n) => [n, ...leaf.shape.slice(1).map(() => 0)].join('.'))
  return { name, path: JSON.stringify(leaf.key_path), dtype: leaf.dtype, nbytes: leaf.nbytes, chunk: leaf.nbytes / rows, files: keys.map(key => join(checkpoint, name, key)) }
})
const floats = leaves.filter(leaf => leaf.dtype === 'float32') // zarrita does not know bfloat16

const zstd = new ZSTDDecoder()
await zstd.init()
const blake3 = await createBLAKE3()
const hex = (/** @type {(hash: typeof blake3) => void} */ feed) => {
  blake3.init()
  feed(blake3)
  return blake3.digest('hex')
}
/** @type {Record<string, Uint8Array[]>} kept for what hashes alone */
const contents = Object.fromEntries(leaves.map(leaf => [leaf.name, leaf.files.map(file => zstd.decode(readFileSync(file), leaf.chunk))]))
const decodeAndHash = decode => leaves.map(leaf => hex(hash => {
  for (const file of leaf.files) hash.update(decode(readFileSync(file), leaf.chunk))
}))
const root = zarrita.root(new FileSystemStore(checkpoint))

const contenders = {
  'Leafsum digest (all is checked, too)': [leaves, async () => {
    const { output } = await digest(fromPath(checkpoint), { workers: 1 })
    const found = new Map(Object.values(output.items).flatMap(item => item.leaves).map(leaf => [JSON.stringify(leaf.key_path), leaf.digest.blake3]))
    return leaves.map(leaf => found.get(leaf.path))
  }],
  'zstddec, hash-wasm BLAKE3': [leaves, () => decodeAndHash((bytes, size) => zstd.decode(bytes, size))],
  'fzstd, hash-wasm BLAKE3': [leaves, () => decodeAndHash((bytes, size) => decompress(bytes, new Uint8Array(size)))],
  'zarrita, hash-wasm BLAKE3 (float32 leaves)': [floats, async () => {
    const digests = []
    for (const leaf of floats) {
      const { data } = await zarrita.get(await zarrita.open.v2(root.resolve(leaf.name), { kind: 'array' }))
      digests.push(hex(hash => hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))))
    }
    return digests
  }],
  'hash-wasm BLAKE3 alone, of decoded bytes': [leaves, () => leaves.map(leaf => hex(hash => contents[leaf.name].forEach(bytes => hash.update(bytes))))],
}

/** @type {Map<string, string>} */
const known = new Map()
const seconds = Object.fromEntries(Object.entries(contenders).map(([name, [some, run]]) => [name, async () => {
  const start = performance.now()
  const digests = await run()
  const took = (performance.now() - start) / 1000
  some.forEach((leaf, n) => {
    if ((known.get(leaf.name) ?? digests[n]) !== digests[n]) throw Error(`${name}: ${leaf.name} has another digest`)
    known.set(leaf.name, digests[n])
  })
  return took
}]))
await inTurn(seconds, 1) // warms up
const runs = await inTurn(seconds, options.rounds)
const rate = Object.fromEntries(Object.entries(runs).map(([name, list]) => {
  const bytes = contenders[name][0].reduce((sum, leaf) => sum + leaf.nbytes, 0)
  return [name, bytes / 1e9 / median(list)]
}))
const [ours] = Object.values(rate)
const { dependencies } = JSON.parse(readFileSync(fileURLToPath(new URL('package.json', import.meta.url)), 'utf8'))
const lines = [
  `${(leaves.reduce((sum, leaf) => sum + leaf.nbytes, 0) / 1e9).toFixed(2)} GB of values in ${leaves.flatMap(leaf => leaf.files).length} zarr v2 chunks, one thread, median of ${options.rounds} rounds, ${machine}, Node ${process.version}; ${Object.entries(dependencies).map(one => one.join(' ')).join(', ')}`,
  '',
  '| what | GB/s of values | Leafsum is so many times as fast |',
  '|---|---|---|',
  ...Object.entries(rate).map(([name, gbs]) => `| ${name} | ${gbs.toFixed(2)} | ${(ours / gbs).toFixed(2)} |`),
]
tell(lines, options.out)
