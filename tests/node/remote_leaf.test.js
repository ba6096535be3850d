// One leaf of a large checkpoint behind plain HTTP: its own chunks, the b-tree nodes on its path and the names, nothing
// else.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { digest, fromPath, fromUrl, list, lock, openCheckpoint, read, verify } from '../../node/lib/index.js'
import { start } from './support/cli.js'
import { serve } from './support/http.js'
import { writeOcdbt } from './support/ocdbt.js'
import { fixtures, scratch } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

/** @typedef {import('./support/ocdbt.js').Node} Node */

// What a flat OCDBT item is asked for whoever reads it
const kNames = ['_CHECKPOINT_METADATA', '_METADATA', 'checkpoint', 'manifest.ocdbt']
const kListing = 2 // requests for the server's own listing, or one of ours: not where one leaf is read
const kChunk = 300
const json = (/** @type {unknown} */ value) => new TextEncoder().encode(JSON.stringify(value))
const bytesOf = (/** @type {number} */ n) => Uint8Array.from({ length: kChunk }, (_, i) => i * 7 + n)

/**
 * A tree of five levels, and an older generation of fewer with other values; a key that no leaf accounts for.
 * @param {import('node:test').TestContext} t
 */
function tall(t) {
  const root = scratch(t)
  // Some names begin like others, or with what is less than "." behind them.
  const names = [...Array.from({ length: 24 }, (_, n) => `layer_${n}`), 'layer_1/!', 'layer_1/b', 'é', 'note']
  /** @type {Record<string, any>} */
  const tree = {}
  for (const name of names) {
    tree[`('params', ${JSON.stringify(name).replaceAll('"', "'")})`] = {
      key_metadata: [
        { key: 'params', key_type: 2 },
        { key: name, key_type: 2 },
      ],
      value_metadata: { value_type: name === 'note' ? 'string' : 'np.ndarray', skip_deserialize: false },
    }
  }
  fs.writeFileSync(
    join(root, '_METADATA'),
    JSON.stringify({
      tree_metadata: tree,
      use_ocdbt: true,
      use_zarr3: false,
      store_array_data_equal_to_fill_value: true,
    }),
  )
  fs.writeFileSync(join(root, '_strings.json'), JSON.stringify({ 'params.note': 'a text' }))
  const generation = (/** @type {number} */ seed, /** @type {number} */ chunks) =>
    names.flatMap((name, n) =>
      name === 'note'
        ? []
        : [
            [
              `params.${name}/.zarray`,
              json({
                chunks: [kChunk],
                compressor: null,
                dtype: '|u1',
                fill_value: null,
                filters: null,
                order: 'C',
                shape: [kChunk * chunks],
                zarr_format: 2,
              }),
            ],
            ...Array.from({ length: chunks }, (_, c) => [`params.${name}/${c}`, bytesOf(seed + n * 10 + c)]),
          ],
    )
  const extra = [['zz/.zarray', bytesOf(3)]]
  const [older, newer] = writeOcdbt(root, /** @type {any} */ ([generation(1, 1), [...generation(2, 3), ...extra]]))
  assert.equal(newer.at(-1)?.height, 4)
  return { root, names: names.slice(0, -1), older, newer, chunks: 3 }
}

/** Nodes with keys that an array of this name can have, and those above them. A name may begin with another one. */
function pathTo(/** @type {Node[]} */ nodes, /** @type {string} */ name) {
  const prefix = `params.${name}/`
  return nodes
    .filter(({ keys }) => keys.some(key => key.startsWith(prefix) && key >= `${prefix}.zarray`))
    .map(({ file }) => file)
}

const pathsOf = (/** @type {{ url?: string }[]} */ asked) =>
  asked.map(({ url }) => decodeURIComponent(url ?? '').slice(1))
const isValue = (/** @type {string} */ path) => path.startsWith('d/value_')

test('a leaf costs its chunks, the nodes on its path and four names, each once; its values are those of the directory', async t => {
  const { root, names, older, newer } = tall(t)
  const { url, asked } = await serve(t, root)
  for (const [generation, nodes, chunks] of /** @type {const} */ ([
    [undefined, newer, 3],
    [1, older, 1],
  ])) {
    for (const name of names) {
      asked.length = 0
      const there = await read(fromUrl(url), ['params', name], undefined, { generation })
      const paths = pathsOf(asked)
      assert.deepEqual(paths.filter(path => !isValue(path)).sort(), [...kNames, ...pathTo(nodes, name)].sort(), name)
      assert.equal(paths.filter(isValue).length, chunks)
      const here = await read(fromPath(root), ['params', name], undefined, { generation })
      assert.deepEqual(there.bytes, here.bytes)
      assert.equal(there.bytes?.length, kChunk * chunks)
      assert.equal(there.report.exit_code, 0)
      assert.match(there.report.headline, /has no listing: .*nor keys of no leaf/)
    }
  }
})

test('a slice costs the chunks that it takes; whatever the leaf is called, it is the same one', async t => {
  const { root, newer } = tall(t)
  const { url, asked } = await serve(t, root)
  const leaf = ['params', 'layer_7']
  const { bytes } = await read(fromPath(root), leaf, '300:310')
  for (const [name, slice] of /** @type {const} */ ([
    [leaf, '300:310'],
    ['/params/layer_7', '300:310'],
    ['params.layer_7', '300:310'],
    [':/params/layer_7', '300:310'],
    ['/params/layer_7[300:310]', undefined],
    ['params.layer_7[300:310]', undefined],
  ])) {
    asked.length = 0
    assert.deepEqual((await read(fromUrl(url), /** @type {any} */ (name), slice)).bytes, bytes)
    assert.equal(asked.length, kNames.length + pathTo(newer, 'layer_7').length + 1)
  }
  await assert.rejects(read(fromUrl(url), 'layer_7'), { code: 'usage', message: /there is no leaf/ })
})

test('the command line, a lockfile and a checkpoint that was opened cost no more', async t => {
  const { root, newer } = tall(t)
  const { url, asked } = await serve(t, root)
  const most = kNames.length + pathTo(newer, 'layer_11').length + 3
  const { child, done } = start(['cat', url, '/params/layer_11[0:3]'])
  let shown = ''
  child.stdout?.on('data', data => {
    shown += data
  })
  assert.equal((await done).status, 0)
  assert.equal(shown, `[${[...((await read(fromPath(root), '/params/layer_11', '0:3')).bytes ?? [])].join(' ')}]\n`)
  assert.equal(asked.length, most - 2)

  const { lockfile } = await lock(fromPath(root), { allowExtra: true })
  asked.length = 0
  assert.equal((await read(fromUrl(url), '/params/layer_11', undefined, { lockfile })).report.exit_code, 0)
  assert.equal(asked.length, most)

  const checkpoint = await openCheckpoint(fromUrl(url))
  asked.length = 0
  assert.ok((await checkpoint.read('/params/layer_11')).bytes)
  assert.equal(asked.length, most)
})

test('--include: for the leaves that are left what a whole walk gives, and what was not looked at is said', async t => {
  const { root, newer } = tall(t)
  const { url, asked } = await serve(t, root)
  const { lockfile } = await lock(fromPath(root))
  assert.ok(lockfile)
  const include = ['/params/layer_1', '/params/layer_2?']
  const taken = ['layer_1', 'layer_20', 'layer_21', 'layer_22', 'layer_23']
  const path = new Set(taken.flatMap(name => pathTo(newer, name)))
  // A comparison is narrowed; what lists or digests leaves is not whole.
  for (const [run, names, exit] of /** @type {const} */ ([
    [
      async (/** @type {any} */ source) => ({ report: await verify(source, { lockfile, include }) }),
      kNames.length + kListing,
      0,
    ],
    [(/** @type {any} */ source) => digest(source, { include }), kNames.length + kListing, 3],
    [(/** @type {any} */ source) => list(source, { include }), kNames.length + kListing, 3],
  ])) {
    asked.length = 0
    const { report: there, ...product } = await run(fromUrl(url))
    const { report: here, ...expected } = await run(fromPath(root))
    assert.equal(there.exit_code, exit)
    assert.deepEqual(there.scope, here.scope)
    assert.deepEqual(there.leaves, here.leaves)
    assert.deepEqual(/** @type {any} */ (product).items, /** @type {any} */ (expected).items)
    assert.equal(
      there.findings.some(one => one.code === 'skipped'),
      exit === 3,
    )
    assert.ok(!there.findings.some(one => one.code === 'unclaimed-key') && /nor keys of no leaf/.test(there.headline))
    const paths = pathsOf(asked)
    assert.deepEqual(paths.filter(one => /leaf|interior/.test(one)).sort(), [...path].sort())
    assert.equal(paths.filter(one => !/^d\//.test(one)).length, names)
    assert.ok(paths.filter(isValue).length <= taken.length * 3)
  }
})

test('where nothing is left out everything is looked at, whatever the patterns are', async t => {
  const { root } = tall(t)
  const { url, asked } = await serve(t, root)
  const { lockfile } = await lock(fromPath(root))
  const plain = await verify(fromUrl(url), { lockfile })
  const requests = asked.length
  asked.length = 0
  for (const filter of [{ include: ['/**'] }, { include: ['/params/*', '/params/layer_1'] }]) {
    asked.length = 0
    const { scope, findings, leaves } = await verify(fromUrl(url), { lockfile, ...filter })
    assert.deepEqual([findings, leaves], [plain.findings, plain.leaves])
    assert.deepEqual(scope, { ...filter, items_left_out: 0, leaves_left_out: 0 })
    assert.equal(asked.length, requests)
    assert.equal((await verify(fromUrl(url), { lockfile, strict: true, ...filter })).verdict, 'MISMATCH')
  }
  assert.ok(plain.findings.some(one => one.code === 'unclaimed-key'))
  assert.doesNotMatch(plain.headline, /nor keys/)
})

test('damage on the path is found, damage elsewhere does not matter', async t => {
  const { root, newer } = tall(t)
  const { lockfile } = await lock(fromPath(root))
  const { bytes } = await read(fromPath(root), '/params/layer_5')
  const { url } = await serve(t, root)
  const path = pathTo(newer, 'layer_5')
  for (const { file } of newer) {
    const whole = fs.readFileSync(join(root, file))
    const damaged = Buffer.from(whole)
    damaged[whole.length >> 1] ^= 1
    for (const change of [
      () => fs.writeFileSync(join(root, file), damaged),
      () => fs.rmSync(join(root, file)),
      () => fs.writeFileSync(join(root, file), whole.subarray(0, 9)),
    ]) {
      change()
      const { report, bytes: got } = await read(fromUrl(url), '/params/layer_5')
      const verified = await verify(fromUrl(url), { lockfile, include: ['/params/layer_5'] })
      if (path.includes(file)) {
        assert.equal(report.exit_code, 1)
        assert.equal(got, null)
        assert.ok(
          report.findings.some(one => one.file === file),
          reportText(report),
        )
        assert.equal(verified.verdict, 'MISMATCH')
      } else {
        assert.equal(report.exit_code, 0)
        assert.deepEqual(got, bytes)
        assert.equal(verified.verdict, 'VERIFIED')
      }
    }
    fs.writeFileSync(join(root, file), whole)
  }
})

test('a chunk that is missing is missed, and a leaf that the tree names and the store has not', async t => {
  const { root, newer } = tall(t)
  const { url } = await serve(t, root)
  const file = join(root, '_METADATA')
  const metadata = JSON.parse(fs.readFileSync(file, 'utf8'))
  metadata.tree_metadata["('gone',)"] = {
    key_metadata: [{ key: 'gone', key_type: 2 }],
    value_metadata: { value_type: 'np.ndarray', skip_deserialize: false },
  }
  metadata.use_zarr3 = true
  fs.writeFileSync(file, JSON.stringify(metadata))
  // Of one array alone nothing is said of all.
  const { report: other } = await digest(fromUrl(url), { include: ['/params/layer_3'] })
  assert.deepEqual(
    other.findings.filter(one => one.severity === 'error').map(one => [one.code, one.key_path]),
    [['invalid', ['params', 'layer_3']]],
  )
  metadata.use_zarr3 = false
  fs.writeFileSync(file, JSON.stringify(metadata))
  const { report: gone } = await digest(fromUrl(url), { include: ['/gone'] })
  assert.deepEqual(
    gone.findings.filter(one => one.severity === 'error').map(one => one.code),
    ['missing-leaf'],
  )
  assert.ok(newer.length > 20)
})

test('a text costs no more than its file and the way to where an array of its name would be', async t => {
  const { root } = tall(t)
  const { url, asked } = await serve(t, root)
  const { bytes } = await read(fromUrl(url), '/params/note')
  assert.equal(new TextDecoder().decode(bytes ?? undefined), 'a text')
  assert.deepEqual(
    pathsOf(asked)
      .filter(path => !path.startsWith('d/'))
      .sort(),
    [...kNames, '_strings.json'].sort(),
  )
  assert.ok(asked.length <= kNames.length + 1 + 5)
})

test('a leaf of one item costs nothing of the others', async t => {
  const root = join(fixtures, 'v1/checkpointables/ckpt')
  const { url, asked } = await serve(t, root)
  const output = await list(fromPath(root))
  const ema = output.items.find((/** @type {any} */ item) => item.name === 'ema')
  const leaf = ema.leaves.find((/** @type {any} */ one) => one.chunks)
  const { bytes } = await read(fromUrl(url), leaf.key_path, undefined, { item: 'ema' })
  assert.deepEqual(bytes, (await read(fromPath(root), leaf.key_path, undefined, { item: 'ema' })).bytes)
  assert.deepEqual(
    pathsOf(asked).filter(path => path.startsWith('state/') && path.includes('/d/')),
    [],
  )
})

test('a plain layout is asked for the document and the chunks of the leaf alone', async t => {
  const root = join(fixtures, 'orbax/plain_sharded/ckpt')
  const { url, asked } = await serve(t, root)
  const output = await list(fromPath(root))
  for (const leaf of output.items[0].leaves.filter((/** @type {any} */ one) => one.chunks)) {
    asked.length = 0
    assert.deepEqual((await read(fromUrl(url), leaf.key_path)).bytes, (await read(fromPath(root), leaf.key_path)).bytes)
    const directory = leaf.document.slice(0, leaf.document.lastIndexOf('/') + 1)
    const paths = pathsOf(asked)
    assert.deepEqual(paths.filter(path => !path.startsWith(directory)).sort(), kNames)
    assert.equal(new Set(paths).size, 1 + leaf.chunks + kNames.length)
  }
})

test("over HTTP every leaf that is read alone is the directory's", async t => {
  const { url } = await serve(t, fixtures)
  for (const name of [
    'v1/save',
    'v1/zarr2_plain',
    'multiprocess/zarr3_4x2',
    'orbax/zarr2_odd_keys',
    'orbax/plain_zarr2_odd_keys',
    'orbax/zarr2_slash_keys',
    'orbax/zarr2_pytree_nested',
  ]) {
    const root = join(fixtures, name, 'ckpt')
    const output = await list(fromPath(root))
    const leaves = output.items.flatMap((/** @type {any} */ item) =>
      item.leaves.map((/** @type {any} */ leaf) => ({ item: item.name, ...leaf })),
    )
    for (const { item, key_path: path } of leaves.filter((/** @type {any} */ leaf) => leaf.nbytes)) {
      const there = await read(fromUrl(`${url}${name}/ckpt`), path, undefined, { item: item || undefined })
      const here = await read(fromPath(root), path, undefined, { item: item || undefined })
      assert.deepEqual(there.bytes, here.bytes, `${name} ${path}`)
      assert.equal(there.report.exit_code, here.report.exit_code)
    }
  }
})

test('over HTTP a name names the leaf that it names in the directory, or is refused alike', async t => {
  const { url } = await serve(t, fixtures)
  const outcome = (/** @type {any} */ source, /** @type {string} */ name) =>
    read(source, name).then(
      ({ item, key_path, bytes }) => ({ item, key_path, bytes }),
      error => error.message,
    )
  for (const name of ['v1/checkpointables', 'orbax/zarr2_odd_keys', 'orbax/zarr2_slash_keys']) {
    const root = join(fixtures, name, 'ckpt')
    const output = await list(fromPath(root))
    const leaves = output.items.flatMap((/** @type {any} */ item) =>
      item.leaves.map((/** @type {any} */ leaf) => ({ item: item.name, ...leaf })),
    )
    const names = leaves.flatMap(({ item, key_path: path }) => [
      path.join('.'),
      `${item}:${path.join('.')}`,
      `${path.join('.')}[0]`,
    ])
    for (const one of ['', '/', 'state:', '\ud800', '*', '/**', ...names]) {
      assert.deepEqual(
        await outcome(fromUrl(`${url}${name}/ckpt`), one),
        await outcome(fromPath(root), one),
        `${name} ${one}`,
      )
    }
  }
})
