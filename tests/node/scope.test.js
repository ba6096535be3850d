// What --item, --include and --exclude leave of a comparison: the verdict is of that, and the report says what is left
// out (contract §5, §11).
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { check, diff, digest, fromMap, fromPath, list, lock, verify } from '../../node/lib/index.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'

const plain = join(fixtures, 'damaged/base_plain/ckpt')
const { report: locked, lockfile } = await lock(fromPath(plain))
const all = (await list(fromPath(plain))).items[0].leaves
  .filter(leaf => leaf.nbytes > 0) // with content: empty nodes are in no count
  .map(leaf => `/${leaf.key_path.join('/')}`)
const below = (/** @type {string} */ prefix) => all.filter(path => path.startsWith(prefix)).length

const kEmptyTree = {
  "('a',)": {
    key_metadata: [{ key: 'a', key_type: 2 }],
    value_metadata: { value_type: 'Dict', skip_deserialize: true },
  },
}

/** @type {[Record<string, string[]>, number][]} patterns, and how many leaves they leave */
const kPatterns = [
  [{ include: ['/**'] }, all.length],
  [{ include: ['/params/**'] }, below('/params/')],
  [{ exclude: ['/params/**'] }, all.length - below('/params/')],
  [{ include: ['/params/**', '/opt_state/**'] }, below('/params/') + below('/opt_state/')],
  [{ include: ['/params/**'], exclude: ['/params/Dense_0/*'] }, below('/params/') - below('/params/Dense_0/')],
  [{ include: ['params.Dense_0.bias'] }, 1],
]

test('a comparison is of the leaves that are left, and says what it leaves out', async () => {
  for (const [patterns, left] of kPatterns) {
    const scope = { ...patterns, items_left_out: 0, leaves_left_out: all.length - left }
    const verified = await verify(fromPath(plain), { lockfile, ...patterns })
    const sound = await check(fromPath(plain), patterns)
    const { report: equal } = await diff(fromPath(plain), fromPath(plain), patterns)
    assert.deepEqual([verified.verdict, sound.verdict, equal.verdict], ['VERIFIED', 'SOUND', 'EQUAL'])
    for (const report of [verified, sound, equal]) {
      assert.deepEqual(report.scope, scope)
      for (const pattern of Object.values(patterns).flat()) assert.ok(report.headline.includes(`"${pattern}"`))
      assert.equal(/left out/.test(report.headline), left < all.length)
      assert.equal(report.leaves.not_read, 0)
    }
    assert.equal(verified.leaves.equal, left)
  }
})

test('what is left is compared, what is left out is not', async t => {
  const other = join(scratch(t), 'ckpt')
  fs.cpSync(plain, other, { recursive: true })
  const array = join(other, 'params.Dense_0.bias')
  for (const chunk of fs.readdirSync(array).filter(name => !name.startsWith('.')))
    fs.writeFileSync(join(array, chunk), new Uint8Array(fs.statSync(join(array, chunk)).size))
  const verdict = async (/** @type {Record<string, string[]>} */ patterns) =>
    (await verify(fromPath(other), { lockfile, ...patterns })).verdict
  assert.equal(await verdict({ include: ['/params/Dense_0/*'] }), 'MISMATCH')
  assert.equal(await verdict({ exclude: ['/params/Dense_0/*'] }), 'VERIFIED')
})

test('a leaf that the source lost is missed where the pattern names it', async t => {
  const root = join(scratch(t), 'ckpt')
  const gone = JSON.parse(fs.readFileSync(join(plain, '_METADATA'), 'utf8'))
  fs.cpSync(plain, root, { recursive: true })
  delete gone.tree_metadata["('lr',)"]
  fs.writeFileSync(join(root, '_METADATA'), JSON.stringify(gone))
  const missed = await verify(fromPath(root), { lockfile, include: ['/lr'] })
  assert.deepEqual([missed.verdict, missed.leaves.missing], ['MISMATCH', 1])
})

test('a pattern that fits no leaf, or none that is left, is a usage error', async () => {
  const misfits = [
    { include: ['/nothing'] },
    { include: ['/params/**', '/nothing'] },
    { exclude: ['/nothing'] },
    { exclude: ['/**'] },
    { include: ['/lr'], exclude: ['lr'] },
  ]
  for (const patterns of misfits) {
    const refused = { code: 'usage', message: /no leaf/ }
    await assert.rejects(verify(fromPath(plain), { lockfile, ...patterns }), refused)
    await assert.rejects(check(fromPath(plain), patterns), refused)
    await assert.rejects(diff(fromPath(plain), fromPath(plain), patterns), refused)
    await assert.rejects(lock(fromPath(plain), patterns), refused)
    await assert.rejects(digest(fromPath(plain), patterns), refused)
  }
  const { status, stderr } = cli(['check', plain, '--include', '/nothing'])
  assert.equal(status, 2)
  assert.match(stderr, /--include "\/nothing" fits no leaf: ls prints the key paths/)
})

test('a product of all leaves is not whole without some', async () => {
  const patterns = { include: ['/params/**'] }
  assert.equal((await digest(fromPath(plain), patterns)).report.exit_code, 3)
  const part = await lock(fromPath(plain), patterns)
  assert.deepEqual([part.report.verdict, part.lockfile ?? null], ['INCOMPLETE', null])
})

test('--item: the other items are counted', async () => {
  const source = fromPath(join(fixtures, 'manager/zarr2_items/ckpt'))
  const { report, lockfile } = await lock(source)
  const items = Object.keys(JSON.parse(new TextDecoder().decode(lockfile ?? undefined)).items)
  assert.ok(items.length > 1)
  for (const item of items) {
    const one = await verify(source, { lockfile, item })
    assert.deepEqual(
      [one.verdict, one.scope],
      ['VERIFIED', { item, items_left_out: items.length - 1, leaves_left_out: 0 }],
    )
  }
  assert.equal(report.scope ?? locked.scope, undefined)
})

test('an item that one side lost is missing or extra; one that no side has is a usage error', async t => {
  const whole = join(fixtures, 'manager/zarr2_items/ckpt/5')
  const part = join(scratch(t), '5')
  fs.cpSync(whole, part, { recursive: true })
  fs.rmSync(join(part, 'arr'), { recursive: true })
  const { lockfile } = await lock(whole)
  const missed = await verify(part, { lockfile, item: 'arr' })
  assert.deepEqual([missed.verdict, missed.leaves.missing, missed.leaves.equal], ['MISMATCH', 1, 0])
  const { report } = await diff(part, whole, { item: 'arr' })
  assert.deepEqual([report.verdict, report.leaves.extra], ['MISMATCH', 1])
  const asks = [
    () => verify(part, { lockfile, item: 'none' }),
    () => diff(part, whole, { item: 'none' }),
    () => check(part, { item: 'arr' }),
  ]
  for (const ask of asks)
    await assert.rejects(ask(), { message: /^no item "(none|arr)" here; there are "custom_data"/ })
})

test('a scope of empty nodes alone is a usage error', async () => {
  const empty = fromMap(
    new Map([['_METADATA', new TextEncoder().encode(JSON.stringify({ tree_metadata: kEmptyTree, use_zarr3: true }))]]),
  )
  await assert.rejects(check(empty, { item: '' }), { code: 'usage', message: /item "" has no leaf/ })
  assert.equal((await check(empty)).verdict, 'INCOMPLETE')
})
