// Roots, and what lies in them beside the steps: what a reader of the root would take, and what none looks at.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, fromPath, lock, verify } from '../../node/lib/index.js'
import { fixtures, scratch } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

const root = join(fixtures, 'manager/single_item_prefixed/ckpt') // two steps, each with _CHECKPOINT_METADATA
const flat = join(fixtures, 'orbax/zarr2_plain/ckpt')
const prng = join(fixtures, 'orbax/zarr2_prng_keys/ckpt')
const kTensorFlow = 'model_checkpoint_path: "ckpt-1"\n'

/** A copy that something was done to, with the lockfile of the original. */
async function changed(
  /** @type {import('node:test').TestContext} */ t,
  /** @type {string} */ original,
  /** @type {(at: (name: string) => string) => void} */ change,
) {
  const copy = join(scratch(t), 'ckpt')
  fs.cpSync(original, copy, { recursive: true })
  const { lockfile } = await lock(fromPath(copy))
  change(name => join(copy, name))
  return verify(fromPath(copy), { lockfile: /** @type {Uint8Array} */ (lockfile) })
}
const plant = (/** @type {string} */ at) => {
  fs.cpSync(flat, at, { recursive: true })
  fs.rmSync(join(at, '_CHECKPOINT_METADATA'), { force: true })
}
const unmark = (/** @type {(name: string) => string} */ at) => {
  for (const step of fs.readdirSync(at('.'))) fs.rmSync(at(`${step}/_CHECKPOINT_METADATA`), { force: true })
}

/**
 * @type {[what: string, original: string, change: (at: (name: string) => string) => void, exit: number, code?:
 * string][]}
 */
const kRows = [
  [
    'links to its own steps',
    root,
    at => {
      for (const name of ['best', 'latest']) fs.symlinkSync('ckpt_00000200', at(name))
    },
    0,
  ],
  ['a root of its own in a root', root, at => fs.cpSync(root, at('best'), { recursive: true }), 0],
  ["TensorFlow's file checkpoint in a root", root, at => fs.writeFileSync(at('checkpoint'), kTensorFlow), 0],
  ["TensorFlow's file checkpoint beside a tree", flat, at => fs.writeFileSync(at('checkpoint'), kTensorFlow), 0],
  [
    'a configuration with the prefix of Flax beside a tree',
    flat,
    at => fs.writeFileSync(at('checkpoint_config.json'), '{}'),
    0,
  ],
  [
    'a tree in a step that is not read, where no step says that it is a checkpoint',
    root,
    at => {
      unmark(at)
      plant(at('ckpt_00000100'))
    },
    1,
    'reader-divergence',
  ],
  [
    'a tree in an unfinished step, likewise',
    root,
    at => {
      unmark(at)
      plant(at('7.orbax-checkpoint-tmp-1'))
    },
    1,
    'reader-divergence',
  ],
  [
    'a link out of such a root',
    root,
    at => {
      unmark(at)
      fs.symlinkSync(flat, at('A'))
    },
    3,
    'symlink',
  ],
  ['an empty directory with the name of a newer step', root, at => fs.mkdirSync(at('ckpt_00000300')), 3, 'newer-step'],
  ['a step of another format', root, at => fs.cpSync(at('ckpt_00000100'), at('5'), { recursive: true }), 1],
  ['a PRNG key without _sharding', prng, at => fs.rmSync(at('_sharding')), 1, 'reader-divergence'],
]

for (const [what, original, change, exit, code] of kRows) {
  test(what, async t => {
    const report = await changed(t, original, change)
    assert.equal(report.exit_code, exit, reportText(report))
    if (code)
      assert.ok(
        report.findings.some(one => one.code === code && one.file),
        reportText(report),
      )
  })
}

test('a step is named by its number or its directory, and the headline says that another one is newer', async () => {
  for (const step of [100, '100', 'ckpt_00000100']) {
    const report = await check(fromPath(root), { step })
    assert.equal(report.exit_code, 0)
    assert.match(report.headline, /step ckpt_00000200 is newer and was not looked at/)
  }
  await assert.rejects(check(fromPath(root), { step: 'ckpt_1' }), { code: 'source' })
})

test("steps of another prefix beside the locked step: the lockfile's number names none, its user does", async t => {
  const copy = join(scratch(t), 'ckpt')
  fs.cpSync(root, copy, { recursive: true })
  const { lockfile } = await lock(fromPath(copy))
  const evidence = { lockfile: /** @type {Uint8Array} */ (lockfile) }
  fs.cpSync(join(copy, 'ckpt_00000100'), join(copy, 'best_00000300'), { recursive: true })
  await assert.rejects(verify(fromPath(copy), evidence), /best_00000300; name one with --step/)
  assert.equal((await verify(fromPath(copy), { ...evidence, step: 'ckpt_00000200' })).exit_code, 0)
})
