// What an interrupted deletion or save leaves beside a step, and checkpoints that lie deeper: no reader of the source
// takes it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromPath, lock, verify } from '../../node/lib/index.js'
import { fixtures, scratch } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

const ocdbt = join(fixtures, 'orbax/zarr2_pytree_nested/ckpt')
const plain = join(fixtures, 'orbax/zarr2_plain/ckpt')
const flax = join(fixtures, 'hunt/flax_gda/ckpt') // checkpoint_10, its arrays in checkpoint_10_gda

/** @typedef {(name: string) => string} At */
const steps =
  (/** @type {string} */ tree, /** @type {string[]} */ ...names) =>
  (/** @type {At} */ at) =>
    names.forEach(name => fs.cpSync(tree, at(name), { recursive: true }))
const keepOnly =
  (/** @type {string} */ directory, /** @type {string[]} */ ...names) =>
  (/** @type {At} */ at) => {
    for (const name of fs.readdirSync(at(directory)))
      if (!names.includes(name)) fs.rmSync(at(`${directory}/${name}`), { recursive: true })
  }

/** @type {[what: string, make: (at: At) => void, change: (at: At) => void, exit: number, code?: string][]} */
const kRows = [
  ['a step of which the manifest is left', steps(ocdbt, '2', '10'), keepOnly('2', 'manifest.ocdbt'), 0],
  [
    'a step of which the store is left',
    steps(ocdbt, 'checkpoint_2', 'checkpoint_10'),
    keepOnly('checkpoint_2', 'manifest.ocdbt', 'd'),
    0,
  ],
  ['a step of which an array is left', steps(plain, '2', '10'), keepOnly('2', 'step'), 0],
  [
    'the newest step, of which the manifest is left',
    steps(ocdbt, '2', '10'),
    at => {
      steps(ocdbt, '11')(at)
      keepOnly('11', 'manifest.ocdbt')(at)
    },
    3,
    'newer-step',
  ],
  [
    'a bare store of another name beside the steps',
    steps(ocdbt, '2', '10'),
    at => {
      steps(ocdbt, 'other')(at)
      keepOnly('other', 'manifest.ocdbt', 'd')(at)
    },
    1,
  ],
  [
    "Flax's arrays without their file",
    steps(flax, '.'),
    at => fs.cpSync(at('checkpoint_10_gda'), at('checkpoint_9_gda'), { recursive: true }),
    0,
  ],
  ["Flax's temporary file", steps(flax, '.'), at => fs.cpSync(at('checkpoint_10'), at('checkpoint_tmp')), 0],
  ["a tree in Flax's temporary directory", steps(ocdbt, 'checkpoint_2'), steps(ocdbt, 'checkpoint_tmp'), 1],
]

for (const [what, make, change, exit, code] of kRows) {
  test(what, async t => {
    const at = (/** @type {string} */ name) => join(root, name)
    const root = join(scratch(t), 'ckpt')
    make(at)
    const { report: locked, lockfile } = await lock(fromPath(root))
    assert.equal(locked.exit_code, 0, reportText(locked))
    change(at)
    const report = await verify(fromPath(root), { lockfile: /** @type {Uint8Array} */ (lockfile) })
    assert.equal(report.exit_code, exit, reportText(report))
    if (code)
      assert.ok(
        report.findings.some(one => one.code === code),
        reportText(report),
      )
  })
}

test('checkpoints two directories down, each with _CHECKPOINT_METADATA, are items', async t => {
  const repository = scratch(t)
  for (const name of ['small', 'large']) fs.cpSync(plain, join(repository, 'checkpoints', name), { recursive: true })
  const { report, lockfile } = await lock(fromPath(repository))
  assert.equal(report.exit_code, 0, reportText(report))
  assert.deepEqual(Object.keys(JSON.parse(new TextDecoder().decode(lockfile)).items), [
    'checkpoints/large',
    'checkpoints/small',
  ])
  const handlers = join(repository, 'checkpoints/small/_CHECKPOINT_METADATA')
  fs.writeFileSync(
    handlers,
    fs
      .readFileSync(handlers, 'utf8')
      .replace(/"orbax[^"]*Handler"/, '"orbax.checkpoint._src.handlers.json_checkpoint_handler.JsonCheckpointHandler"'),
  )
  assert.equal((await verify(fromPath(repository), { lockfile: /** @type {Uint8Array} */ (lockfile) })).exit_code, 1)
})
