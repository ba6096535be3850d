// Situations from public reports whose right answer is in words: what is said, what is named to go on with.
import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, digest, fromPath, lock, verify } from '../../node/lib/index.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

const hunt = (/** @type {string} */ name) => join(fixtures, 'hunt', name, 'ckpt')
const paths = (/** @type {any} */ item) => item.leaves.map((/** @type {any} */ leaf) => leaf.key_path.join('/'))

test('items with numbered names and no mark: no root of steps, and the answer says how to go on', async t => {
  const { status, stdout, stderr } = cli(['check', hunt('numbered_items')])
  assert.deepEqual([status, stdout], [2, ''])
  assert.match(stderr, /model_1, model_2.*--step NAME.*--all-steps/)
  for (const name of ['model_1', 'model_2']) {
    const one = cli(['digest', hunt('numbered_items'), '--step', name, '--json'])
    assert.equal(one.status, 0, one.stderr)
    const items = Object.values(JSON.parse(one.stdout).items)
    assert.deepEqual(
      items.map((/** @type {any} */ item) => item.leaves.length),
      [4],
      name,
    )
  }
  const all = await digest(fromPath(hunt('numbered_items')), { allSteps: true })
  assert.deepEqual(Object.keys(all.items), ['model_1', 'model_2'])
  // Evidence of one of them does not choose it either, and nothing that was not read differs.
  const { lockfile } = await lock(fromPath(join(hunt('numbered_items'), 'model_1')))
  assert.ok(lockfile)
  await assert.rejects(verify(fromPath(hunt('numbered_items')), { lockfile }), { message: /--step NAME/ })
  // One of them alone is a checkpoint with one item.
  const root = join(scratch(t), 'ckpt')
  cpSync(hunt('numbered_items'), root, { recursive: true })
  rmSync(join(root, 'model_2'), { recursive: true })
  assert.deepEqual(Object.keys((await digest(fromPath(root))).items), ['model_1'])
})

test("Flax's module names are no steps: every leaf is read", async () => {
  const { report, items } = await digest(fromPath(hunt('bare_module_names')))
  assert.equal(report.source.step, undefined)
  assert.deepEqual(
    Object.entries(items).flatMap(([name, item]) => paths(item).map((/** @type {string} */ path) => `${name}/${path}`)),
    ['Conv_0/kernel', 'Dense_0/bias', 'Dense_0/kernel', 'Dense_1/kernel'],
  )
  const { report: locked, lockfile } = await lock(fromPath(hunt('bare_module_names')))
  assert.ok(lockfile, reportText(locked))
})

test('a database of one process is neither a step nor a store: the save was never finished', async () => {
  const report = await check(fromPath(hunt('process_only')))
  assert.equal(report.exit_code, 1)
  assert.deepEqual(
    report.findings.map((/** @type {any} */ one) => `${one.severity} ${one.code}`),
    ['error uncommitted'],
  )
  assert.match(report.findings[0].message, /never finished.*save again/)
  assert.equal((await lock(fromPath(hunt('process_only')))).lockfile, null)
})

test('a tree that was left out of the upload', async () => {
  const report = await check(fromPath(hunt('no_metadata_file')))
  assert.equal(report.exit_code, 1)
  assert.deepEqual(
    report.findings
      .map((/** @type {any} */ one) => `${one.severity} ${one.code} ${one.file}`)
      .filter((/** @type {string} */ one) => !one.startsWith('info')),
    ['error missing-file _METADATA'],
  )
  assert.match(
    report.findings.find((/** @type {any} */ one) => one.code === 'missing-file').message,
    /every reader.*Copy the file/,
  )
})
