// The table of readers: each row names an experiment, and the answers of both versions of Orbax are kept.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, fromMap, fromPath, metadata, readers } from '../../node/lib/index.js'
import { fixtures } from './support/places.js'

const read = (/** @type {string} */ path) => fs.readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const answers = ['0.11.37', '0.12.8'].map(version => JSON.parse(read(`tests/vectors/readers/orbax-${version}.json`)))

test('every experiment that a row names was asked of both versions', () => {
  const ids = [...read('src/readers/entry_points.cc').matchAll(/"([a-z0-9]+\.[a-z0-9-]+)"\}/g)].map(match => match[1])
  assert.ok(ids.length >= 5, ids.join())
  for (const id of ids) for (const one of answers) assert.ok(JSON.stringify(one).includes(`"${id}"`), id)
})

test('every kind of experiment that the README names is there', () => {
  const kinds = [...read('src/readers/README.md').matchAll(/`(\w+)\.\*`/g)].map(match => match[1])
  assert.ok(kinds.length >= 6, kinds.join())
  for (const kind of kinds) assert.ok(JSON.stringify(answers[1]).includes(`"${kind}.`), kind)
})

test('check --readers: a row for each reader, and AUTO is one of them', async () => {
  const source = join(fixtures, 'v1/checkpointables/ckpt')
  const { report, rows } = await readers(fromPath(source))
  const load = (/** @type {string} */ versions) =>
    rows.find((/** @type {any} */ row) => row.reader === 'v1 load' && row.versions === versions)
  assert.deepEqual([load('0.11.37').takes, load('0.12.8').takes], [['dataset/ as a tree'], ['state/ as a tree']])
  for (const row of rows) assert.equal(row.takes.length > 0, row.raises === null, JSON.stringify(row))
  assert.deepEqual((await metadata(fromPath(source))).auto, { documented: 'dataset', orbax_0_12_8: 'state' })
  assert.deepEqual(report, await check(fromPath(source)))
})

test('check --readers: v1 reads items without _CHECKPOINT_METADATA, as the experiments say', async () => {
  const document = new TextEncoder().encode('{"tree_metadata": {}, "use_zarr3": false}')
  const source = fromMap({ 'model/_METADATA': document, 'cfg/_METADATA': document })
  const rows = (await readers(source)).rows.filter((/** @type {any} */ row) => row.reader.startsWith('v1 '))
  for (const [at, version] of ['0.11.37', '0.12.8'].entries()) {
    const real = answers[at].experiments['composite.without-checkpoint-metadata'].answers
    assert.deepEqual([real['v1.load'], real['v1.load_checkpointables']], ['B', '{cfg: B, model: A}'])
    const ours = rows.filter((/** @type {any} */ row) => row.versions === version)
    assert.deepEqual(
      ours.map((/** @type {any} */ row) => row.takes),
      [['cfg/ as a tree'], ['cfg/ as a tree', 'model/ as a tree']],
    )
  }
})
