// Links out of the source by names that readers look for: in a root, in its children, in a companion directory. None
// was followed, and a reader that is handed the source would take what is behind it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromPath, lock, verify } from '../../node/lib/index.js'
import { fixtures, scratch } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

const root = join(fixtures, 'manager/single_item_prefixed/ckpt') // two steps, each with _CHECKPOINT_METADATA
const flat = join(fixtures, 'orbax/zarr2_plain/ckpt')
const evil = join(fixtures, 'orbax/zarr2_pytree_nested/ckpt')

/** @typedef {(name: string) => string} At */
const unmark = (/** @type {At} */ at) => {
  for (const name of fs.readdirSync(at('.'))) fs.rmSync(at(`${name}/_CHECKPOINT_METADATA`), { force: true })
}
// Each file of another checkpoint as a link in this directory.
const linked = (/** @type {At} */ at, /** @type {string} */ directory) => {
  fs.mkdirSync(at(directory), { recursive: true })
  for (const name of fs.readdirSync(evil))
    if (name !== '_CHECKPOINT_METADATA' && !fs.existsSync(at(`${directory}/${name}`)))
      fs.symlinkSync(join(evil, name), at(`${directory}/${name}`))
}
const link =
  (/** @type {string} */ name, target = join(evil, '_METADATA')) =>
  (/** @type {At} */ at) =>
    fs.symlinkSync(target, at(name))
const flatSteps = (/** @type {string} */ older, /** @type {string} */ newer) => (/** @type {At} */ at) => {
  for (const [name, from] of [
    [older, evil],
    [newer, flat],
  ])
    fs.cpSync(from, at(name), { recursive: true })
}
const copyOf = (/** @type {string} */ from) => (/** @type {At} */ at) => fs.cpSync(from, at('.'), { recursive: true })

/** @type {[what: string, make: (at: At) => void, change: (at: At) => void, exit: number, prefix?: string][]} */
const kRows = [
  ...['_METADATA', '_CHECKPOINT_METADATA', 'orbax.checkpoint', 'checkpoint', 'manifest.ocdbt'].map(
    name =>
      /** @type {[string, (at: At) => void, (at: At) => void, number]} */ ([
        `${name} right in a root`,
        copyOf(root),
        link(name),
        3,
      ]),
  ),
  ['another name right in a root', copyOf(root), link('notes.txt'), 0],
  ['a tree of links in a step that is not read', copyOf(root), at => linked(at, 'ckpt_00000100'), 0],
  [
    'likewise, where no step says that it is a checkpoint',
    copyOf(root),
    at => {
      unmark(at)
      linked(at, 'ckpt_00000100')
    },
    3,
  ],
  ...['.x', 'zz', '0.orbax-checkpoint-tmp-1'].map(
    name =>
      /** @type {[string, (at: At) => void, (at: At) => void, number]} */ ([
        `a tree of links in ${name}/ of such a root`,
        copyOf(root),
        at => {
          unmark(at)
          linked(at, name)
        },
        3,
      ]),
  ),
  [
    'a mark that leads nowhere, and a link to a tree',
    copyOf(root),
    at => {
      unmark(at)
      link('ckpt_00000100/_CHECKPOINT_METADATA', '/nowhere')(at)
      link('A', evil)(at)
    },
    3,
  ],
  ['a tree of links in .git/', copyOf(flat), at => linked(at, '.git'), 3],
  ['a tree of links in .github/ of a root', copyOf(root), at => linked(at, '.github'), 3],
  [
    'JSON of a link in .git/',
    copyOf(flat),
    at => {
      fs.mkdirSync(at('.git'))
      link('.git/metadata')(at)
    },
    3,
  ],
  [
    'the links that git makes',
    copyOf(flat),
    at => {
      fs.mkdirSync(at('.git'))
      for (const name of ['config', 'objects', 'refs']) link(`.git/${name}`, fixtures)(at)
    },
    0,
  ],
  [
    'best, before the step that was read, in flat steps without _CHECKPOINT_METADATA',
    at => {
      flatSteps('ckpt_2', 'ckpt_10')(at)
      unmark(at)
    },
    link('best', 'ckpt_2'),
    1,
    'ckpt',
  ],
  [
    'best to the step that was read, likewise',
    at => {
      flatSteps('ckpt_2', 'ckpt_10')(at)
      unmark(at)
    },
    link('best', 'ckpt_10'),
    0,
    'ckpt',
  ],
  [
    'latest, behind it',
    at => {
      flatSteps('2', '10')(at)
      unmark(at)
    },
    link('latest', '2'),
    0,
  ],
  [
    'state, which v1 load tries first',
    at => {
      flatSteps('2', '10')(at)
      unmark(at)
    },
    link('state', '2'),
    1,
  ],
  ['best in flat steps with _CHECKPOINT_METADATA', flatSteps('ckpt_2', 'ckpt_10'), link('best', 'ckpt_2'), 0, 'ckpt'],
]

for (const [what, make, change, exit, prefix] of kRows) {
  test(what, async t => {
    const copy = join(scratch(t), 'ckpt')
    const at = (/** @type {string} */ name) => join(copy, name)
    make(at)
    const { report: locked, lockfile } = await lock(fromPath(copy), { prefix })
    assert.equal(locked.exit_code, 0, reportText(locked))
    change(at)
    const report = await verify(fromPath(copy), { lockfile: /** @type {Uint8Array} */ (lockfile), prefix })
    assert.equal(report.exit_code, exit, reportText(report))
    if (exit)
      assert.ok(
        report.findings.some(one => one.code === (exit === 3 ? 'symlink' : 'reader-divergence')),
        reportText(report),
      )
  })
}
