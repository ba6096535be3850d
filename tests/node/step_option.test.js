// --step and --all-steps where there are steps, and where there are none.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import * as leafsum from '../../node/lib/index.js'
import { fixtures } from './support/places.js'

const root = join(fixtures, 'manager/zarr2_items/ckpt') // steps 0, 5 and 1000
const flat = join(fixtures, 'orbax/zarr2_plain/ckpt')
const { check, diff, digest, list, lock, match, metadata, openCheckpoint, read, verify } = leafsum
const calls = { lock, verify, check, digest, list, metadata, openCheckpoint }

/** @type {[what: string, source: string, message: RegExp][]} */
const kRows = [
  ['a flat checkpoint', flat, /^no step 5 here: this source is one checkpoint without steps; leave out --step$/],
  [
    'a step',
    join(root, '5'),
    /^no step 5 here: this source is a step itself, with the items .*"state".*leave out --step$/,
  ],
  ['an item', join(root, '5/state'), /^no step 5 here: .*leave out --step$/],
]
for (const [what, source, message] of kRows) {
  test(`a step of ${what} is misuse, whatever is asked`, async () => {
    for (const [name, call] of Object.entries(calls))
      await assert.rejects(call(source, /** @type {any} */ ({ step: 5 })), { code: 'usage', message }, name)
    const { lockfile } = await lock(source)
    await assert.rejects(verify(source, { lockfile: lockfile ?? '', step: 5 }), { code: 'usage', message })
    await assert.rejects(read(source, '/params/w', ':', { step: 5 }), { code: 'usage', message })
    await assert.rejects(match(source, source, { step: 5 }), { code: 'usage', message })
    await assert.rejects(diff(source, source, { step: 5 }), { code: 'usage' })
    assert.notEqual((await check(source, { allSteps: true })).exit_code, 2)
  })
}

test('one of two sources has steps', async () => {
  const { report } = await diff(root, join(root, '5'), { step: 5 })
  assert.equal(report.verdict, 'EQUAL', report.headline)
  const inside = await verify(join(root, '5'), { against: root, step: 5 })
  assert.deepEqual([inside.verdict, inside.leaves.different], ['UNTRUSTED', 0])
})

test('every step of what has none is all of it', async () => {
  const [plain, all] = await Promise.all([lock(flat), lock(flat, { allSteps: true })])
  assert.deepEqual(all, plain)
})
