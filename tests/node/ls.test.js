// `ls`: its document for every fixture, sums, depth, files, specs for TensorStore.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMap, fromPath, list, tensorstoreSpec } from '../../node/lib/index.js'
import { listText } from '../../node/lib/cli/list_text.js'
import { kMaxDepth, subtrees, subtreesJson } from '../../node/lib/commands/listing.js'
import { textOf } from './support/arrays.js'
import { casesIn } from './support/cases.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'
import { assertValid } from './support/schema.js'

const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
const two = join(fixtures, 'manager/zarr2_items/ckpt')
const layers = join(fixtures, 'damaged/base_zarr2/ckpt')
const groups = ['seed000', 'orbax', 'manager', 'v1', 'multiprocess', 'ocdbt', 'zarr', 'legacy', 'damaged']

for (const group of groups) {
  test(`${group}: the document fits its schema, and every sum is that of its leaves`, async () => {
    for (const { name, source } of casesIn(group)) {
      const { report: _, ...output } = await list(fromPath(source), {
        keys: true,
        versions: true,
        files: true,
        workers: 1,
      })
      assertValid('ls', output, name)
      for (const { item, key_path: path, leaves, parameters, nbytes } of output.subtrees) {
        const below =
          output.items
            .find(one => one.name === item)
            ?.leaves.filter(
              leaf =>
                (path.length === 0 || leaf.key_path.length > path.length) &&
                path.every((key, n) => leaf.key_path[n] === key),
            ) ?? []
        assert.deepEqual(
          [leaves, parameters, nbytes],
          [
            below.filter(leaf => !['None', 'Dict', 'List', 'Tuple', 'NamedTuple'].includes(leaf.dtype)).length,
            below.reduce((sum, { shape }) => sum + (shape ? shape.reduce((product, n) => product * n, 1) : 0), 0),
            below.reduce((sum, leaf) => sum + leaf.nbytes, 0),
          ],
          `${name} ${item}:${path}`,
        )
      }
      const inner = new Set(
        output.items.flatMap(item =>
          item.leaves.flatMap(leaf =>
            Array.from({ length: Math.max(1, leaf.key_path.length) }, (_, n) =>
              JSON.stringify([item.name, leaf.key_path.slice(0, n)]),
            ),
          ),
        ),
      )
      for (const item of output.items) inner.add(JSON.stringify([item.name, []]))
      assert.deepEqual(new Set(output.subtrees.map(one => JSON.stringify([one.item, one.key_path]))), inner, name)
    }
  })
}

test('two leaves for each Dense layer', async () => {
  const output = await list(fromPath(layers))
  const leaves = (/** @type {string[]} */ path) =>
    output.subtrees.find(one => one.key_path.join() === path.join())?.leaves
  assert.equal(leaves(['params', 'Dense_0']), 2)
  assert.equal(leaves(['params', 'Dense_1']), 2)
  assert.match(cli(['ls', layers]).stdout, /\n    Dense_0 +[\d.]+ \w+ +2 leaves, [\d,]+ parameters\n/)
})

test('--include and --exclude: the other leaves are neither listed nor counted, and that is said', () => {
  const whole = JSON.parse(cli(['ls', layers, '--json']).stdout)
  const all = whole.items.flatMap((/** @type {any} */ item) => item.leaves)
  const kernels = all.filter((/** @type {any} */ leaf) => leaf.key_path.at(-1) === 'kernel')
  const others = all.filter((/** @type {any} */ leaf) => leaf.key_path.at(-1) !== 'kernel')
  assert.ok(kernels.length > 0 && others.length > 0)
  for (const [option, expected] of /** @type {const} */ ([
    ['--include', kernels],
    ['--exclude', others],
  ])) {
    const { status, stdout, stderr } = cli(['ls', layers, '--json', option, '/**/kernel'])
    const { items, totals, subtrees: sums } = JSON.parse(stdout)
    assert.deepEqual(
      items.flatMap((/** @type {any} */ item) => item.leaves),
      expected,
      option,
    )
    const nbytes = expected.reduce((/** @type {number} */ sum, /** @type {any} */ leaf) => sum + leaf.nbytes, 0)
    assert.deepEqual([totals.nbytes, sums[0].nbytes], [nbytes, nbytes])
    assert.deepEqual([status, /left out/.test(stderr)], [3, true])
    assert.equal(cli(['ls', layers, option, '/**/kernel']).stdout.includes('kernel'), option === '--include')
  }
})

test('--depth sums what lies below, and lists no leaf of it', () => {
  const [whole, flat, none] = [[], ['--depth', '1'], ['--depth', '0']].map(more => cli(['ls', layers, ...more]))
  assert.deepEqual([whole.status, flat.status, none.status], [0, 0, 0])
  assert.match(whole.stdout, /kernel/)
  assert.match(flat.stdout, /\n  params +[\d.]+ \w+ +\d+ leaves, [\d,]+ parameters\n/)
  assert.doesNotMatch(flat.stdout, /kernel|Dense/)
  assert.match(none.stdout, /^\.  pytree\n\n\d+ leaves, /)
  const totals = (/** @type {string} */ text) => text.trimEnd().split('\n').at(-1)
  assert.equal(totals(flat.stdout), totals(whole.stdout))
  const document = JSON.parse(cli(['ls', layers, '--depth', '1', '--json']).stdout)
  assertValid('ls', document)
  assert.ok(document.subtrees.every((/** @type {any} */ one) => one.key_path.length <= 1))
  assert.ok(document.items[0].leaves.some((/** @type {any} */ leaf) => leaf.key_path.length > 1))
})

test('a key path of a hundred thousand elements is summed to a depth', () => {
  const path = Array.from({ length: 100_000 }, (_, n) => `${n}`)
  const found = subtrees([
    { name: '', leaves: [{ key_path: path, dtype: 'int8', shape: [2 ** 40, 2 ** 40], nbytes: 3 }] },
  ])
  assert.equal(found.length, kMaxDepth + 1)
  assert.equal(found[0].parameters, 2n ** 80n)
})

test('long and deep key paths are listed in little more than their own length', () => {
  const wide = Array.from({ length: 2500 }, (_, n) => [
    `${n}`,
    ...Array.from({ length: 63 }, (_, level) => `${level}`.padEnd(100, 'k')),
  ])
  const deep = [Array.from({ length: 30_000 }, (_, n) => `${n}`), ['a', 'b', 'c']]
  const mixed = [['a'.repeat(100_000), 'x'], ...Array.from({ length: 10_000 }, (_, n) => [`${n}`, 'x'])]
  for (const paths of [wide, deep, mixed]) {
    const leaves = paths.map(path => ({ key_path: path, dtype: 'int8', shape: [2], nbytes: 2 }))
    const items = [{ name: '', kind: 'pytree', leaves }]
    const found = subtrees(items)
    const json = subtreesJson(found)
    assert.ok(json.length < 100 << 20, String(json.length))
    assert.deepEqual([found[0].leaves, found[0].parameters], [paths.length, 2n * BigInt(paths.length)])
    const document = /** @type {any} */ ({
      head: { items, totals: { leaves: 1, parameters: 1, nbytes: 1 } },
      rows: () => [leaves],
    })
    const text = textOf(
      listText(
        document,
        /** @type {any} */ ({ paint: (/** @type {string} */ _, /** @type {string} */ one) => one, options: {} }),
      ),
    )
    const keys = paths.reduce((sum, path) => sum + path.reduce((n, key) => n + key.length, 0), 0)
    assert.ok(text.length < keys + 64 * paths.length * 400 + 30_000 * 600, `${text.length} of ${keys}`)
    // The sum beside a name is that of its own subtree.
    assert.match(
      text,
      paths === deep
        ? /\n {4}b +2 B +1 leaf, 2 parameters\n/
        : paths === mixed
          ? /\n  9999 +2 B +1 leaf, 2 parameters\n/
          : /\n  2499 +2 B +1 leaf, 2 parameters\n/,
    )
  }
})

test('--files is the directory', t => {
  const copy = join(scratch(t), 'ckpt')
  fs.cpSync(baseline, copy, { recursive: true })
  fs.mkdirSync(join(copy, 'empty'))
  fs.symlinkSync('/etc/passwd', join(copy, 'link'))
  fs.writeFileSync(join(copy, 'odd\x1b[31m'), 'x')
  const { files } = JSON.parse(cli(['ls', copy, '--files', '--json']).stdout)
  const own = /** @type {string[]} */ (fs.readdirSync(copy, { recursive: true })).filter(
    name => !fs.lstatSync(join(copy, name)).isDirectory(),
  )
  assert.deepEqual(files.map((/** @type {any} */ file) => file.path).sort(), [...own, 'empty'].sort())
  for (const { path, size, kind } of files) {
    if (kind === 'file') assert.equal(size, fs.statSync(join(copy, path)).size, path)
    assert.equal(kind, path === 'empty' ? 'directory' : path === 'link' ? 'symlink' : 'file')
  }
  const { stdout } = cli(['ls', copy, '--files'])
  assert.match(stdout, /\n  d\/ +[\d.]+ \w+  1 file\n    [0-9a-f]{32} /)
  assert.match(stdout, /\n  empty\/ .*directory\n/)
  assert.ok(stdout.includes('odd\\u001b[31m'))
  const folded = cli(['ls', copy, '--files', '--depth', '1']).stdout
  assert.match(folded, /\n  ocdbt\.process_0\/ +[\d.]+ \w+  5 files\n  odd/)
  assert.doesNotMatch(folded, /[0-9a-f]{32}/)
})

test('a source without a listing has no files to list', async () => {
  const { get, getRange } = fromMap({ w: new Uint8Array() })
  await assert.rejects(list({ get, getRange }, { files: true }), { code: 'usage', message: /no listing/ })
})

test('--spec: driver, place and path for each layout', async () => {
  const spec = (/** @type {string} */ source, /** @type {string[]} */ ...more) =>
    JSON.parse(cli(['ls', source, '--spec', ...more]).stdout)
  assert.deepEqual(spec(baseline, '/params/bias'), {
    driver: 'zarr',
    kvstore: { driver: 'ocdbt', base: { driver: 'file', path: `${baseline}/` }, path: 'params.bias/' },
  })
  assert.deepEqual(spec(baseline, 'params.bias', '--json'), spec(baseline, ':/params/bias'))
  const plain = join(fixtures, 'orbax/plain_slash_keys/ckpt')
  const output = await list(fromPath(plain))
  const leaf = output.items[0].leaves.find(one => one.document?.split('/').length === 3)
  assert.ok(leaf)
  const { driver, kvstore } = tensorstoreSpec(output, leaf.key_path.join('.'), { driver: 'file', path: 'x/' })
  assert.deepEqual([driver, kvstore], ['zarr', { driver: 'file', path: `x/${leaf.key_path.join('.')}/` }])
  const inner = spec(two, 'state:/params/Dense_0/kernel')
  assert.match(inner.kvstore.base.path, /zarr2_items\/ckpt\/\d+\/state\/$/)
  assert.equal(spec(baseline, '/params/bias', '--generation', '1').kvstore.version, 1)
})

test('--spec: no such leaf, more than one, one that is no array', () => {
  const refused = (/** @type {string[]} */ args, /** @type {RegExp} */ message) => {
    const { status, stdout, stderr } = cli(['ls', ...args])
    assert.deepEqual([status, stdout], [2, ''])
    assert.match(stderr, message)
  }
  refused([baseline, '--spec', '/params/none'], /there is no leaf \/params\/none: leaves are named as/)
  refused([two, '--spec', 'metrics:'], /is not a zarr array \(json\)/)
  refused([two, '--all-steps', '--spec', '/params/Dense_0/kernel'], /names \d+ leaves: /)
  refused([baseline, '--spec', '/params/bias', '--files'], /exclude each other/)
})
