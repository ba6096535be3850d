// node bench/javascript.mjs PLAIN_CHECKPOINT [--rounds 5] [--out FILE]
//
// What else decodes, hashes and reads zarr in JavaScript and WebAssembly, beside Leafsum: one thread, one process, in
// turn, over a checkpoint of plain zarr files that bench/make_checkpoint.py --plain has made. The peers' part is easy:
// they are told which files there are and check nothing. Digests must be the same, or there are no figures.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decompress } from 'fzstd'
import { createBLAKE3, createSHA256 } from 'hash-wasm'
import * as zarrita from 'zarrita'
import { FileSystemStore } from '@zarrita/storage'
import { ZSTDDecoder } from 'zstddec'
import { makeApi } from '../node/lib/api.js'
import { digest, fromMap, fromPath, list } from '../node/lib/index.js'
import { platform } from '../node/lib/host/platform_node.js'
import { commandLine, inTurn, machine, median, tell } from './timed.mjs'

const {
  positionals: [checkpoint],
  ...options
} = commandLine('node bench/javascript.mjs PLAIN_CHECKPOINT [--rounds N] [--out FILE]')

/** Leaves of chunks that are whole rows: their bytes one after another are the content. */
const leaves = (await list(fromPath(checkpoint))).items
  .flatMap(item => item.leaves)
  .map(leaf => {
    if (!leaf.document?.endsWith('.zarray'))
      throw Error('a checkpoint of plain zarr v2 files is wanted: make_checkpoint.py --plain')
    if (leaf.chunk_shape.slice(1).some((n, axis) => n !== leaf.shape[axis + 1]))
      throw Error('chunks are not whole rows')
    const name = dirname(leaf.document)
    const rows = Math.ceil(leaf.shape[0] / leaf.chunk_shape[0])
    const keys = Array.from({ length: rows }, (_, n) => [n, ...leaf.shape.slice(1).map(() => 0)].join('.'))
    return {
      name,
      path: JSON.stringify(leaf.key_path),
      dtype: leaf.dtype,
      nbytes: leaf.nbytes,
      chunk: leaf.nbytes / rows,
      files: keys.map(key => join(checkpoint, name, key)),
    }
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
const contents = Object.fromEntries(
  leaves.map(leaf => [leaf.name, leaf.files.map(file => zstd.decode(readFileSync(file), leaf.chunk))]),
)
const decodeAndHash = decode =>
  leaves.map(leaf =>
    hex(hash => {
      for (const file of leaf.files) hash.update(decode(readFileSync(file), leaf.chunk))
    }),
  )
const root = zarrita.root(new FileSystemStore(checkpoint))

const contenders = {
  'Leafsum digest (all is checked, too)': [
    leaves,
    async () => {
      const output = await digest(fromPath(checkpoint), { workers: 1 })
      const found = new Map(
        Object.values(output.items)
          .flatMap(item => item.leaves)
          .map(leaf => [JSON.stringify(leaf.key_path), leaf.digest.blake3]),
      )
      return leaves.map(leaf => found.get(leaf.path))
    },
  ],
  'zstddec, hash-wasm BLAKE3': [leaves, () => decodeAndHash((bytes, size) => zstd.decode(bytes, size))],
  'fzstd, hash-wasm BLAKE3': [leaves, () => decodeAndHash((bytes, size) => decompress(bytes, new Uint8Array(size)))],
  'zarrita, hash-wasm BLAKE3 (float32 leaves)': [
    floats,
    async () => {
      const digests = []
      for (const leaf of floats) {
        const { data } = await zarrita.get(await zarrita.open.v2(root.resolve(leaf.name), { kind: 'array' }))
        digests.push(hex(hash => hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))))
      }
      return digests
    },
  ],
  'hash-wasm BLAKE3 alone, of decoded bytes': [
    leaves,
    () => leaves.map(leaf => hex(hash => contents[leaf.name].forEach(bytes => hash.update(bytes)))),
  ],
}

/** @type {Map<string, string>} */
const known = new Map()
const seconds = Object.fromEntries(
  Object.entries(contenders).map(([name, [some, run]]) => [
    name,
    async () => {
      const start = performance.now()
      const digests = await run()
      const took = (performance.now() - start) / 1000
      some.forEach((leaf, n) => {
        if ((known.get(leaf.name) ?? digests[n]) !== digests[n]) throw Error(`${name}: ${leaf.name} has another digest`)
        known.set(leaf.name, digests[n])
      })
      return took
    },
  ]),
)
await inTurn(seconds, 1) // warms up
const runs = await inTurn(seconds, options.rounds)
const rate = Object.fromEntries(
  Object.entries(runs).map(([name, list]) => {
    const bytes = contenders[name][0].reduce((sum, leaf) => sum + leaf.nbytes, 0)
    return [name, bytes / 1e9 / median(list)]
  }),
)
const [ours] = Object.values(rate)

/**
 * Many small leaves, as a host without an engine of its own for SHA-256 hashes them, beside one engine for one after
 * another.
 */
const small = Array.from({ length: 512 }, (_, n) => new Uint8Array(256 << 10).map((_, at) => at * (n + 1)))
const document = new TextEncoder().encode(
  JSON.stringify({
    zarr_format: 2,
    shape: [small[0].length],
    chunks: [small[0].length],
    dtype: '|u1',
    compressor: null,
    fill_value: 0,
    order: 'C',
    filters: null,
  }),
)
const store = new Map(
  small.flatMap((bytes, n) => [
    [`${n}/.zarray`, document],
    [`${n}/0`, bytes],
  ]),
)
const browserLike = makeApi({ ...platform, sha256: undefined })
const sha256 = await createSHA256()
const leafsum = async algorithms => {
  const start = performance.now()
  const output = await browserLike.digest(fromMap(store), { workers: 1, algorithms })
  return {
    took: performance.now() - start,
    digests: new Map(output.items[''].leaves.map(leaf => [leaf.key_path[0], leaf.digest.sha256])),
  }
}
const hashed = await inTurn(
  {
    without: () => leafsum(['blake3']),
    with: () => leafsum(['blake3', 'sha256']),
    peer: () => {
      const start = performance.now()
      const digests = new Map(small.map((bytes, n) => [String(n), sha256.init().update(bytes).digest('hex')]))
      return { took: performance.now() - start, digests }
    },
  },
  options.rounds,
)
const theirs = hashed.peer[0].digests
for (const { digests } of hashed.with) {
  for (const [name, digest] of theirs) if (digests.get(name) !== digest) throw Error(`leaf ${name} has another SHA-256`)
}
const took = Object.fromEntries(Object.entries(hashed).map(([name, all]) => [name, median(all, run => run.took)]))
const mbs = ms => ((small.length * small[0].length) / 1e3 / ms).toFixed(0)
const { dependencies } = JSON.parse(readFileSync(fileURLToPath(new URL('package.json', import.meta.url)), 'utf8'))
const lines = [
  `${(leaves.reduce((sum, leaf) => sum + leaf.nbytes, 0) / 1e9).toFixed(2)} GB of values in ${leaves.flatMap(leaf => leaf.files).length} zarr v2 chunks, one thread, median of ${options.rounds} rounds, ${machine}, Node ${process.version}; ${Object.entries(
    dependencies,
  )
    .map(one => one.join(' '))
    .join(', ')}`,
  '',
  '| what | GB/s of values | Leafsum is so many times as fast |',
  '|---|---|---|',
  ...Object.entries(rate).map(([name, gbs]) => `| ${name} | ${gbs.toFixed(2)} | ${(ours / gbs).toFixed(2)} |`),
  '',
  `SHA-256 of ${small.length} leaves of ${small[0].length >> 10} KiB where the host has no engine: ${mbs(took.with - took.without)} MB/s (what it adds to a digest), hash-wasm ${mbs(took.peer)} MB/s: ${(took.peer / (took.with - took.without)).toFixed(2)} times as fast`,
]
tell(lines, options.out)
