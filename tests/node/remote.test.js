// How many requests a checkpoint behind plain HTTP takes: never a time, always a count, held against what the
// checkpoint has.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, diff, digest, fromPath, fromUrl, list, lock, read, verify } from '../../node/lib/index.js'
import { serve } from './support/http.js'
import { writeOcdbt } from './support/ocdbt.js'
import { fixtures, scratch } from './support/places.js'

/**
 * Chunks of all leaves, b-tree nodes of all stores (a generation's reference tells the height: at least one on each
 * level).
 */
async function shapeOf(/** @type {string} */ root) {
  const output = await list(fromPath(root), { versions: true })
  const leaves = output.items.flatMap((/** @type {any} */ item) => item.leaves)
  const chunks = leaves.reduce((/** @type {number} */ sum, /** @type {any} */ leaf) => sum + (leaf.chunks ?? 0), 0)
  const nodes = output.items.reduce(
    (/** @type {number} */ sum, /** @type {any} */ item) =>
      sum + (item.versions ? item.versions.at(-1).root_height + 1 : 0),
    0,
  )
  return { chunks, nodes }
}

const kModes = [1, 2].flatMap(workers => [false, true].map(deep => ({ workers, workersFrom: 0, deep })))

// _METADATA, manifest.ocdbt, _CHECKPOINT_METADATA; checkpoint, _sharding, the first process's record and that of one
// that is not there.
const kNames = 7

test('an OCDBT checkpoint takes at most chunks + nodes + names requests, whoever hashes; where values lie beside each other fewer', async t => {
  const names = Object.entries({
    'multiprocess/zarr2_2x4': 3,
    'multiprocess/zarr3_4x2': 3,
    'orbax/zarr2_many_leaves': 3,
    'orbax/zarr3_many_data_files': kNames,
  })
  for (const [name, besides] of names) {
    const root = join(fixtures, name, 'ckpt')
    const { chunks, nodes } = await shapeOf(root)
    const { lockfile } = await lock(fromPath(root))
    const { url, asked } = await serve(t, root)
    for (const mode of kModes) {
      asked.length = 0
      assert.equal((await verify(fromUrl(url), { lockfile, ...mode })).verdict, 'VERIFIED')
      assert.ok(
        asked.length <= chunks + nodes + besides,
        `${name}: ${asked.length} requests, ${chunks} chunks, ${nodes} nodes`,
      )
    }
  }
})

test('which names are asked for: four, and three more where records are compared', async t => {
  const root = join(fixtures, 'orbax/zarr3_many_data_files/ckpt')
  const output = await list(fromPath(root))
  const leaf = output.items[0].leaves[0].key_path
  const { lockfile } = await lock(fromPath(root))
  const { url, asked } = await serve(t, root)
  const listing = ['', 'index.json'] // the server's own, or one of ours: not where one leaf is read
  const four = ['_CHECKPOINT_METADATA', '_METADATA', 'checkpoint', 'manifest.ocdbt']
  const seven = [...four, '_sharding', 'array_metadatas/process_0', 'array_metadatas/process_1']
  for (const [names, run] of /** @type {[string[], (source: any) => Promise<any>][]} */ ([
    [[...listing, ...four], list],
    [[...listing, ...four], digest],
    [four, source => read(source, leaf)],
    [seven, source => read(source, leaf, undefined, { lockfile })],
    [[...listing, ...seven], check],
    [[...listing, ...seven], lock],
    [[...listing, ...seven], source => verify(source, { lockfile })],
  ])) {
    asked.length = 0
    await run(fromUrl(url))
    assert.deepEqual(
      asked
        .map(({ url }) => (url ?? '').slice(1))
        .filter(path => !/(^|\/)d\//.test(path))
        .sort(),
      [...names].sort(),
    )
  }
})

test('nothing is asked for twice: no document, no node, no chunk, not by a worker either', async t => {
  for (const name of ['multiprocess/zarr2_2x4', 'orbax/plain_sharded', 'v1/save', 'v1/zarr2_plain']) {
    const root = join(fixtures, name, 'ckpt')
    const { lockfile } = await lock(fromPath(root))
    const { url, asked } = await serve(t, root)
    for (const mode of kModes) {
      asked.length = 0
      assert.equal((await verify(fromUrl(url), { lockfile, ...mode })).verdict, 'VERIFIED')
      const asks = asked.map(({ method, url, headers }) => `${method} ${url} ${headers.range}`)
      assert.deepEqual(
        asks.filter((one, i) => asks.indexOf(one) !== i),
        [],
        name,
      )
      assert.ok(
        asked.every(({ method }) => method === 'GET'),
        name,
      )
    }
  }
})

test('what differs is not asked for once more to say how, nor chunk by chunk', async t => {
  const sides = [0, 1].map(side => {
    const root = scratch(t)
    const document = {
      chunks: [300],
      compressor: null,
      dtype: '|u1',
      fill_value: null,
      filters: null,
      order: 'C',
      shape: [300 * 40],
      zarr_format: 2,
    }
    writeOcdbt(
      root,
      [
        [
          ['w/.zarray', new TextEncoder().encode(JSON.stringify(document))],
          ...Array.from(
            { length: 40 },
            (_, n) => /** @type {[string, Uint8Array]} */ ([`w/${n}`, new Uint8Array(300).fill(n + side)]),
          ),
        ],
      ],
      { leaf: 50, together: true },
    )
    return root
  })
  const servers = await Promise.all(sides.map(root => serve(t, root)))
  const urls = () => servers.map(({ url }) => fromUrl(url))
  for (const run of [
    (/** @type {any[]} */ [a, b]) => diff(a, b, { values: true }),
    async (/** @type {any[]} */ [a, b]) => ({ report: await verify(b, { against: a }) }),
  ]) {
    for (const { asked } of servers) asked.length = 0
    const there = await run(urls())
    const here = await run(sides.map(root => fromPath(root)))
    assert.equal(there.report.verdict, 'MISMATCH')
    assert.deepEqual(there.report.findings, here.report.findings)
    assert.deepEqual({ ...there, report: null }, { ...here, report: null })
    for (const { asked } of servers) assert.equal(asked.filter(({ url }) => url === '/d/values').length, 1)
  }
})

test('a checkpoint that says what is in it is asked for that alone', async t => {
  const root = join(fixtures, 'v1/save/ckpt')
  const { url, asked } = await serve(t, root)
  assert.equal((await lock(fromUrl(url))).report.exit_code, 0)
  const wrong = asked.map(({ url }) => (url ?? '').slice(1)).filter(path => !fs.existsSync(join(root, path)))
  // What makes another item of it, what Orbax would read besides, and the first process that wrote nothing.
  assert.deepEqual(wrong.sort(), [
    '_CHECKPOINT_DELETION',
    '_METADATA',
    'index.json',
    'manifest.ocdbt',
    'state/array_metadatas/process_1',
    'state/checkpoint',
  ])
})

test('a locked item that the checkpoint does not name is looked for', async t => {
  const root = scratch(t)
  fs.cpSync(join(fixtures, 'v1/checkpointables/ckpt'), root, { recursive: true })
  const { lockfile } = await lock(fromPath(root))
  const file = join(root, '_CHECKPOINT_METADATA')
  const metadata = JSON.parse(fs.readFileSync(file, 'utf8'))
  delete metadata.item_handlers.ema
  fs.writeFileSync(file, JSON.stringify(metadata))
  const { url } = await serve(t, root)
  assert.equal((await verify(fromUrl(url), { lockfile })).verdict, (await verify(fromPath(root), { lockfile })).verdict)
})

test("a leaf that is read costs nothing twice, and no other leaf's chunks", async t => {
  const root = join(fixtures, 'multiprocess/zarr2_2x4/ckpt')
  const { chunks } = await shapeOf(root)
  const output = await list(fromPath(root))
  const largest = output.items[0].leaves.sort((/** @type {any} */ a, /** @type {any} */ b) => b.chunks - a.chunks)[0]
  const { url, asked } = await serve(t, root)
  const there = await read(fromUrl(url), largest.key_path)
  const here = await read(fromPath(root), largest.key_path)
  assert.deepEqual(there.bytes, here.bytes)
  const asks = asked.map(({ url, headers }) => `${url} ${headers.range}`)
  assert.equal(new Set(asks).size, asks.length)
  assert.ok(asks.filter(one => one.includes('/d/')).length <= largest.chunks + 1 && largest.chunks < chunks)
})

test('a long value is one request, whatever reads it, and a server that breaks off is asked for the rest', async t => {
  const root = scratch(t)
  const bytes = new Uint8Array(20 << 20).map((_, i) => (i * 31) >> 7)
  fs.mkdirSync(join(root, 'big'))
  fs.writeFileSync(
    join(root, '_METADATA'),
    JSON.stringify({
      tree_metadata: {
        "('big',)": {
          key_metadata: [{ key: 'big', key_type: 2 }],
          value_metadata: { value_type: 'np.ndarray', skip_deserialize: false },
        },
      },
      use_ocdbt: false,
    }),
  )
  fs.writeFileSync(
    join(root, 'big/.zarray'),
    JSON.stringify({
      chunks: [bytes.length],
      compressor: null,
      dtype: '|u1',
      fill_value: null,
      filters: null,
      order: 'C',
      shape: [bytes.length],
      zarr_format: 2,
    }),
  )
  fs.writeFileSync(join(root, 'big/0'), bytes)
  const { lockfile } = await lock(fromPath(root))
  let breaks = false
  const { url, asked } = await serve(t, root, (request, response) => {
    const range = /^bytes=0-(\d+)$/.exec(request.headers.range ?? '')
    if (!breaks || !range || Number(range[1]) + 1 < bytes.length || !request.url?.endsWith('/0')) return false
    response.writeHead(206, {
      'content-length': bytes.length,
      'content-range': `bytes 0-${range[1]}/${bytes.length}`,
      etag: asTag(join(root, 'big/0')),
    })
    response.write(bytes.subarray(0, 5 << 20), () => response.destroy())
    return true
  })
  for (const mode of kModes) {
    asked.length = 0
    breaks = false
    assert.equal((await verify(fromUrl(url), { lockfile, ...mode })).verdict, 'VERIFIED')
    // One asks whether it is there and how large it is.
    assert.equal(asked.filter(({ url }) => url === '/big/0').length, 2)
    breaks = true
    assert.equal((await verify(fromUrl(url), { lockfile, ...mode })).verdict, 'VERIFIED')
  }
})

function asTag(/** @type {string} */ file) {
  const { mtimeMs, size } = fs.statSync(file)
  return `"${mtimeMs}-${size}"`
}
