// The strict reader of lockfiles: malformed ones are generated from the published schema, one for each rule at each
// place of real lockfiles, and each is refused as evidence with a message that names the place. Rules that no schema
// can say (digests that do not follow, duplicates) stand below by hand; tests/unit/verify/lockfile_test.cc has every
// message.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMap, fromPath, lock, verify } from '../../node/lib/index.js'
import { cli } from './support/cli.js'
import { fixtures, scratch, vectors } from './support/places.js'
import { assertValid, isValid } from './support/schema.js'

const schema = JSON.parse(fs.readFileSync(new URL('../../node/schema/lockfile.schema.json', import.meta.url), 'utf8'))
const resolved = (/** @type {any} */ node) =>
  node.$ref ? { ...node, ...schema.$defs[node.$ref.split('/').at(-1)] } : node

/** @returns {Promise<any>} */
async function lockOf(/** @type {string} */ source, options = {}) {
  const { lockfile } = await lock(fromPath(source), { chunks: true, algorithms: ['blake3', 'sha256'], ...options })
  return JSON.parse(new TextDecoder().decode(lockfile ?? undefined))
}
const everyKind = await lockOf(join(vectors, 'lock_in_python/ckpt'))
const files = await lockOf(join(fixtures, 'hunt/custom_items/ckpt'), { files: true })
const steps = await lockOf(join(fixtures, 'manager/zarr2_items/ckpt'), { item: 'metrics' })

const refusal = async (/** @type {unknown} */ document) => {
  const lockfile = typeof document === 'string' ? document : JSON.stringify(document)
  try {
    await verify(fromMap({}), { lockfile })
  } catch (error) {
    const { code, message } = /** @type {any} */ (error)
    // An empty source is looked at only once the evidence was taken.
    return code === 'source' ? 'taken' : `${code} ${message}`
  }
  return 'taken'
}

/** The document with another value at a path; `undefined` takes the member away. */
function edited(/** @type {any} */ document, /** @type {(string | number)[]} */ path, /** @type {any} */ value) {
  const copy = structuredClone(document)
  const parent = path.slice(0, -1).reduce((node, key) => node[key], copy)
  const last = path[path.length - 1]
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return copy
}

const kByType = /** @type {Record<string, any[]>} */ ({
  string: [7, null, []],
  integer: ['1', -1, 1.5, 2 ** 53, null, []],
  object: ['', null, [], 1],
  array: ['', {}, 1],
})

/** Every way in which a value can break its schema: what is put in its place. */
function breaks(/** @type {any} */ node, /** @type {any} */ value) {
  if (node.const !== undefined) return [node.const + 1, String(node.const), null]
  if (node.enum) return [3, '1', null]
  if (node.oneOf) return ['', {}, true]
  const wrong = [...kByType[node.type]]
  if (node.pattern) {
    const near = ['', `${value}x`, `${value}=`, value.replace(/[a-f0-9]/, 'A'), value.slice(1)]
    wrong.push(...near.filter(text => !new RegExp(node.pattern).test(text)))
  }
  return wrong
}

/** Representatives: the first leaf of each set of members. */
function places(/** @type {any} */ leaves) {
  const seen = new Map()
  leaves.forEach((/** @type {any} */ leaf, /** @type {number} */ n) => {
    const kind = String(Object.keys(leaf))
    if (!seen.has(kind)) seen.set(kind, n)
  })
  return [...seen.values()]
}

/** @returns {Generator<{ path: (string | number)[], value: any, says: string }>} */
function* broken(/** @type {any} */ document, /** @type {any} */ node, /** @type {(string | number)[]} */ path) {
  node = resolved(node)
  const value = path.reduce((inner, key) => inner[key], document)
  const name = [...path].reverse().find(key => typeof key === 'string') ?? ''
  if (path.length)
    for (const wrong of breaks(node, value)) yield { path, value: wrong, says: node.const ? 'version' : String(name) }
  if (node.type === 'object') {
    if (node.additionalProperties === false) yield { path: [...path, 'zz'], value: 1, says: 'zz' }
    for (const member of node.required ?? []) yield { path: [...path, member], value: undefined, says: member }
    const named = Object.keys(value).filter(member => node.properties?.[member])
    for (const member of named) yield* broken(document, node.properties[member], [...path, member])
    // One of those that may have any name.
    for (const member of Object.keys(value)
      .filter(one => !named.includes(one))
      .slice(0, 1)) {
      yield* broken(document, node.additionalProperties, [...path, member])
    }
  }
  if (node.type === 'array' || (node.oneOf && Array.isArray(value))) {
    const items = resolved(node.items ?? node.oneOf[1].items)
    const chosen = items.type === 'object' ? places(value) : value.length ? [0] : []
    for (const n of chosen) yield* broken(document, items, [...path, n])
  }
}

for (const [about, document] of Object.entries({ everyKind, steps, files })) {
  test(`${about}: one malformed lockfile for each rule of the schema at each place`, async () => {
    assertValid('lockfile', document)
    assert.equal(await refusal(document), 'taken')
    let count = 0
    for (const { path, value, says } of broken(document, schema, [])) {
      const malformed = edited(document, path, value)
      if (JSON.stringify(malformed) === JSON.stringify(document)) continue
      const message = await refusal(malformed)
      const what = `${path.join('.')} = ${JSON.stringify(value)}: ${message}`
      assert.match(message, /^evidence lockfile refused: lockfile: [^\n]+$/, what)
      // What is wrong is named, or the item or leaf that it is in.
      assert.ok(message.includes(says) || path.some(key => typeof key === 'string' && message.includes(key)), what)
      assert.equal(isValid('lockfile', malformed), false, what)
      count++
    }
    assert.ok(count > 50, String(count))
  })
}

test('what no schema can say', async () => {
  const leaves = everyKind.items[''].leaves
  const at = (/** @type {(leaf: any) => boolean} */ which) => ['items', '', 'leaves', leaves.findIndex(which)]
  const array = at(leaf => leaf.stored && leaf.nbytes > 0)
  const big = at(leaf => leaf.blocks)
  const text = JSON.stringify(everyKind)
  const leaf = JSON.stringify(leaves[array[3]])
  const digest = leaves[array[3]].digest.blake3
  const other = digest.replace(/^./, (/** @type {string} */ c) => (c === '0' ? '1' : '0'))
  const rules = /** @type {[any, RegExp][]} */ ([
    [text.slice(0, -1), /JSON/],
    [`${text}{}`, /JSON/],
    [`\ufeff${text}`, /byte order mark/],
    ['', /JSON/],
    ['[]', /must be an object/],
    [text.replace('{', '{"leafsum":1,'), /duplicate member "leafsum"/],
    [text.replace('"digest":{', `"digest":{"blake3":"${digest}",`), /duplicate member "blake3"/],
    [
      text.replace('"items":{', () => `"items":{"":${JSON.stringify(everyKind.items[''])},`),
      /duplicate (member|item) ""/,
    ],
    [text.replace(leaf, () => `${leaf},${leaf}`), /duplicate leaf/],
    [text.replace(digest, other), /"fingerprint" does not follow from the item's leaves/],
    [edited(everyKind, ['fingerprint'], `leafsum1:${'0'.repeat(64)}`), /"fingerprint" does not follow from the items'/],
    [
      edited(everyKind, [...array, 'nbytes'], leaves[array[3]].nbytes + 1),
      /"nbytes" is not product\(shape\) \* itemsize/,
    ],
    [edited(everyKind, [...array, 'dtype'], 'float33'), /unknown dtype "float33"/],
    [edited(everyKind, [...array, 'shape'], null), /has a shape/],
    [edited(everyKind, [...array, 'shape'], [2 ** 32, 2 ** 32]), /2\^64 or more/],
    [edited(everyKind, [...array, 'prng_impl'], 'fry'), /"prng_impl" on a leaf that is not uint32/],
    [edited(everyKind, [...array, 'key_types'], []), /"key_types" must have one number for each element/],
    [edited(everyKind, [...array, 'blocks'], ''), /"blocks" on content of 4 MiB or less/],
    [edited(everyKind, [...array, 'chunks'], 'AAAA'), /"chunks" must have 32 bytes for every chunk/],
    [
      edited(
        everyKind,
        [...big, 'blocks'],
        leaves[big[3]].blocks.replace(/^./, (/** @type {string} */ c) => (c === 'A' ? 'B' : 'A')),
      ),
      /"blocks" do not merge/,
    ],
    [edited(everyKind, [...big, 'blocks'], 'A'.repeat(43) + '='), /"blocks" must have 32 bytes for every 4 MiB/],
    [
      edited(everyKind, [...at(one => one.dtype === 'string'), 'stored'], `blake3:${digest}`),
      /"stored" on a leaf that is not an array/,
    ],
    [
      edited(everyKind, [...at(one => one.dtype === 'None'), 'digest'], { blake3: digest }),
      /an empty node has no digest/,
    ],
    [edited(files, ['files', 1], files.files[0]), /duplicate file/],
    ...['', '/etc/passwd', '../x', 'a/../b', 'a//b', './a', 'C:x', 'a\\b'].map(
      path =>
        /** @type {[any, RegExp]} */ ([
          edited(files, ['files', 0, 'path'], path),
          /"path" must be a path below the source/,
        ]),
    ),
    [edited(files, ['files', 0, 'digest', 'sha256'], digest), /unknown member "sha256"/],
    [edited(everyKind, ['items'], {}), /no leaf has content|does not follow/],
  ])
  for (const [document, message] of rules) {
    const said = await refusal(document)
    assert.match(said, /^evidence lockfile refused: lockfile: /)
    assert.match(said, message)
  }
})

test('the program: exit code 2, one line, nothing on stdout', t => {
  const file = join(scratch(t), 'bad.json')
  fs.writeFileSync(file, JSON.stringify(edited(everyKind, ['leafsum'], 2)))
  const { status, stdout, stderr } = cli(['verify', join(vectors, 'lock_in_python/ckpt'), '--lock', file])
  assert.deepEqual([status, stdout], [2, ''])
  assert.match(stderr, /^leafsum: lockfile refused: [\w.]+: [^\n]*version[^\n]*\n$/)
})
