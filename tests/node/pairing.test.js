// A lockfile for what lies above or below the directory that was locked: where there is one way to pair them, and where
// not.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMap, lock, verify } from '../../node/lib/index.js'
import { fixtures } from './support/places.js'
import { assertValid } from './support/schema.js'
import { reportText } from '../../node/lib/report.js'

/** @typedef {Map<string, Uint8Array>} Files */

function load(/** @type {string} */ name) {
  const directory = join(fixtures, name, 'ckpt')
  const paths = /** @type {string[]} */ (fs.readdirSync(directory, { recursive: true }))
  return new Map(
    paths
      .filter(path => fs.statSync(join(directory, path)).isFile())
      .map(path => [path, new Uint8Array(fs.readFileSync(join(directory, path)))]),
  )
}
const below = (/** @type {Files} */ files, /** @type {string} */ directory) =>
  new Map(
    [...files]
      .filter(([path]) => path.startsWith(directory))
      .map(([path, bytes]) => [path.slice(directory.length), bytes]),
  )
/** As an item: the document of a flat checkpoint is none of an item's files. */
const at = (/** @type {Files} */ files, /** @type {string} */ directory) =>
  new Map(
    [...files].filter(([path]) => path !== '_CHECKPOINT_METADATA').map(([path, bytes]) => [directory + path, bytes]),
  )
const codes = (/** @type {any} */ report) =>
  [
    ...new Set(
      report.findings
        .filter((/** @type {any} */ f) => f.code !== 'companion-file')
        .map((/** @type {any} */ f) => `${f.severity} ${f.code}`),
    ),
  ].sort()
/** @returns {Promise<Uint8Array>} */
async function locked(/** @type {Files} */ files, options = {}) {
  const { report, lockfile } = await lock(fromMap(files), options)
  assert.ok(lockfile, report.headline)
  return lockfile
}
async function judged(/** @type {Files} */ files, /** @type {Uint8Array} */ lockfile, options = {}) {
  const report = await verify(fromMap(files), { lockfile, ...options })
  assertValid('report', report)
  return report
}

const flat = load('damaged/base_zarr2')
const other = load('damaged/base_plain')
/** Two steps of two items each; the newest is 10. */
const root = new Map([
  ...at(other, '9/state/'),
  ...at(flat, '9/extra/'),
  ...at(flat, '10/state/'),
  ...at(other, '10/extra/'),
])
for (const step of [9, 10]) root.set(`${step}/_CHECKPOINT_METADATA`, new TextEncoder().encode('{}'))
const single = new Map([...at(other, '9/state/'), ...at(flat, '10/state/')])

/** @type {[string, Files, any, Files, any, string, string[]?][]} */
const kRows = [
  ['a root for its step', root, {}, below(root, '10/'), {}, 'VERIFIED', []],
  ['a root for another step of it', root, {}, below(root, '9/'), {}, 'MISMATCH'],
  ['a step for the root around it', below(root, '10/'), {}, root, {}, 'VERIFIED', []],
  ['an older step for the root around it', below(root, '9/'), {}, root, {}, 'MISMATCH'],
  ['an older step for the root around it, with its number', below(root, '9/'), {}, root, { step: 9 }, 'VERIFIED', []],
  ['a root for its one item', single, {}, flat, {}, 'VERIFIED', ['info item-renamed']],
  ['an item for the root around it, which has one', flat, {}, single, {}, 'VERIFIED', ['info item-renamed']],
  [
    'an item for the step around it, which has one',
    flat,
    {},
    below(single, '10/'),
    {},
    'VERIFIED',
    ['info item-renamed'],
  ],
  // Two items: there are two ways, and content does not choose.
  ['an item for a step with two', flat, {}, below(root, '10/'), {}, 'MISMATCH'],
  [
    'an item for a step with two, one named',
    flat,
    {},
    below(root, '10/'),
    { item: 'state' },
    'VERIFIED',
    ['info item-renamed'],
  ],
  ['an item for a step with two, the other one named', flat, {}, below(root, '10/'), { item: 'extra' }, 'MISMATCH'],
  ['a step with two items for one of them', below(root, '10/'), {}, flat, {}, 'MISMATCH'],
  [
    'a step with two items for one of them, which is named',
    below(root, '10/'),
    {},
    flat,
    { item: 'state' },
    'VERIFIED',
    ['info item-renamed'],
  ],
  [
    'a root for an item of its step, which is named',
    root,
    {},
    flat,
    { item: 'state' },
    'VERIFIED',
    ['info item-renamed'],
  ],
  // Every step was locked: the newest one is paired, what is left over is skipped.
  [
    'all steps for the newest',
    root,
    { allSteps: true },
    below(root, '10/'),
    {},
    'INCOMPLETE',
    ['gap skipped', 'info item-renamed'],
  ],
  [
    'all steps for the newest, an item named',
    root,
    { allSteps: true },
    below(root, '10/'),
    { item: 'state' },
    'VERIFIED',
    ['info item-renamed'],
  ],
  ['all steps for an older one', root, { allSteps: true }, below(root, '9/'), {}, 'MISMATCH'],
  ['all steps for the root', root, { allSteps: true }, root, {}, 'VERIFIED', []],
  [
    'all steps for one step of the root',
    root,
    { allSteps: true },
    root,
    { step: 9 },
    'INCOMPLETE',
    ['gap skipped', 'info item-renamed'],
  ],
  [
    'all steps for the item of the newest',
    single,
    { allSteps: true },
    flat,
    {},
    'INCOMPLETE',
    ['gap skipped', 'info item-renamed'],
  ],
]

for (const [name, from, how, to, options, verdict, findings] of kRows) {
  test(name, async () => {
    const report = await judged(to, await locked(from, how), options)
    assert.equal(report.verdict, verdict, report.headline)
    if (findings) assert.deepEqual(codes(report), findings)
    assert.ok(report.leaves.equal > 0 || verdict === 'MISMATCH')
  })
}

/** With every file: each has its place, whichever side stands higher. @type {[string, Files, Files, any, string][]} */
const kFileRows = [
  ['an item for a step with two, one named', flat, below(root, '10/'), { item: 'state' }, 'state/'],
  ['an item for the root, one named', flat, root, { item: 'state' }, '10/state/'],
  ['a step with two items for one of them, named', below(root, '10/'), flat, { item: 'state' }, ''],
  ['a root for an item of its step, named', root, flat, { item: 'state' }, ''],
  ['a step for an item of the root around it, named', below(root, '10/'), root, { item: 'state' }, '10/state/'],
  ['a root for an item of its step, in the step', root, below(root, '10/'), { item: 'state' }, 'state/'],
]
for (const [name, from, to, options, place] of kFileRows) {
  test(`with every file: ${name}`, async () => {
    const files = from === flat ? at(flat, '') : from
    const target = to === flat ? at(flat, '') : to
    const lockfile = await locked(files, { files: true })
    const report = await judged(target, lockfile, options)
    assert.equal(report.verdict, 'VERIFIED', reportText(report))
    const added = new Map(target)
    added.set(`${place}d/evil`, new Uint8Array(9))
    assert.equal((await judged(added, lockfile, options)).verdict, 'MISMATCH', 'a file that was added')
  })
}

test('a flipped bit is found whatever is paired', async () => {
  for (const [name, from, how, to, options, verdict] of kRows.filter(row => row[5] !== 'MISMATCH')) {
    const lockfile = await locked(from, how)
    const broken = new Map(to)
    const [path] = [...to.keys()]
      .filter(
        one =>
          /(^|\/)d\/[0-9a-f]{32}$/.test(one) &&
          (to.get(one)?.length ?? 0) > 4000 &&
          (!options.step || one.startsWith('9/')) &&
          !/\b9\/extra|10\/extra/.test(one) &&
          !(options.item && /extra/.test(one)),
      )
      .filter(one => to !== root || how.allSteps || options.step || one.startsWith('10/'))
    if (path === undefined) continue
    const bytes = /** @type {Uint8Array} */ (to.get(path))
    broken.set(
      path,
      bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 4 : byte)),
    )
    assert.notEqual((await judged(broken, lockfile, options)).verdict, verdict, `${name}: ${path}`)
  }
})

test('the report says which step the lockfile is of', async () => {
  const report = await judged(below(root, '10/'), await locked(root))
  assert.equal(report.lock?.step, 10)
})

test('a step of a lockfile with all steps that is gone is missing, not skipped', async () => {
  const lockfile = await locked(root, { allSteps: true })
  const left = new Map([...root].filter(([path]) => !path.startsWith('9/')))
  const report = await judged(left, lockfile)
  assert.equal(report.verdict, 'MISMATCH')
  // Its empty nodes too.
  assert.deepEqual(
    codes(report).filter(code => code.startsWith('error')),
    ['error missing-leaf', 'error structure-mismatch'],
  )
  assert.ok(report.leaves.equal > 0 && report.leaves.missing > 0)
})

test('files go with what is paired', async () => {
  const more = new Map(root)
  const words = (/** @type {string} */ text) => new TextEncoder().encode(text)
  more.set('tokenizer.model', words('t')).set('10/assets/a.json', words('a')).set('9/assets/a.json', words('b'))
  const step = below(more, '10/')
  const fromRoot = await locked(more, { files: true })
  const fromStep = await locked(step, { files: true })
  const fromAll = await locked(more, { files: true, allSteps: true })
  assert.equal((await judged(more, fromRoot)).verdict, 'VERIFIED')
  assert.equal((await judged(more, fromStep)).verdict, 'VERIFIED', 'what lies outside of the step was not locked')
  assert.equal((await judged(step, fromStep)).verdict, 'VERIFIED')
  // The tokenizer lies outside of the step.
  const part = await judged(step, fromRoot)
  assert.deepEqual([part.verdict, codes(part)], ['INCOMPLETE', ['gap skipped']])
  assert.deepEqual(codes(await judged(step, fromAll)), ['gap skipped', 'info item-renamed'])
  for (const lockfile of [fromRoot, fromStep, fromAll]) {
    for (const files of [more, step]) {
      const changed = new Map(files)
      const path = files === more ? '10/assets/a.json' : 'assets/a.json'
      const errors = async () => codes(await judged(changed, lockfile)).filter(code => code.startsWith('error'))
      changed.set(path, words('x'))
      assert.deepEqual(await errors(), ['error digest-mismatch'])
      changed.delete(path)
      assert.deepEqual(await errors(), ['error missing-file'])
      changed.set(path, words('a')).set(`${path}x`, words('new'))
      assert.deepEqual(await errors(), ['error unknown-file'])
    }
  }
})
