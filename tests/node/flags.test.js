// Options that are true or false: nothing else is read as one of them, by any call; of some the wrong reading would be
// trust.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as api from '../../node/lib/index.js'
import { fixtures } from './support/places.js'

const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
const declarations = fs
  .readFileSync(new URL('../../node/lib/types/options.d.ts', import.meta.url), 'utf8')
  .replace(/^export interface HubEvidence \{.*?^\}/ms, '') // what one of the options is, itself none
const open = () => api.fromPath(baseline)
const opened = api.openCheckpoint(open())

// Every call that takes options, with options that it takes besides.
const kCalls = /** @type {Record<string, (options: any) => Promise<any>>} */ ({
  lock: options => api.lock(open(), options),
  verify: options => api.verify(open(), options),
  check: options => api.check(open(), options),
  diff: options => api.diff(open(), open(), options),
  digest: options => api.digest(open(), options),
  list: options => api.list(open(), options),
  metadata: options => api.metadata(open(), options),
  match: options => api.match(open(), open(), options),
  openCheckpoint: options => api.openCheckpoint(open(), options),
  read: options => api.read(open(), '/params/bias', undefined, options),
  'Checkpoint.read': async options => (await opened).read('/params/bias', undefined, options),
  'Checkpoint.metadata': async options => (await opened).metadata(options),
})

// As they are declared.
const flags = [...new Set([...declarations.matchAll(/^ {2}(\w+)\?: boolean$/gm)].map(match => match[1]))]

test('the declarations have the options that are true or false', () => {
  assert.ok(flags.length >= 15, flags.join())
  for (const name of ['lockfileCameWithSource', 'allowExtra', 'files', 'keyDigests'])
    assert.ok(flags.includes(name), name)
})

for (const [call, run] of Object.entries(kCalls)) {
  test(`${call}: what is neither true nor false is refused`, async () => {
    for (const name of flags) {
      for (const value of [1, 0, 'yes', 'true', '', null, {}, [], new Boolean(true), 1n, NaN]) {
        await assert.rejects(
          run({ [name]: value }),
          { code: 'usage', message: `${name}: must be true or false` },
          `${name}: ${String(value)}`,
        )
      }
    }
  })
}

test('true, false and undefined are taken as they are', async () => {
  const { lockfile } = await api.lock(open(), { stored: undefined, blocks: false, chunks: true })
  for (const [lockfileCameWithSource, code] of /** @type {[boolean | undefined, number][]} */ ([
    [true, 4],
    [false, 0],
    [undefined, 0],
  ])) {
    assert.equal(
      (await api.verify(open(), { lockfile, lockfileCameWithSource, strict: false, deep: true })).exit_code,
      code,
    )
  }
})

test('with sums too the trusting reading is none of a value that is not true or false', async () => {
  const { lockfile } = await api.lock(open())
  await assert.rejects(api.verify(open(), { lockfile, sums: 'x', lockfileCameWithSource: 1 }), {
    code: 'usage',
    message: /must be true or false/,
  })
})

test('what is no second source is no answer without one', async () => {
  for (const against of [null, 0, '', false])
    await assert.rejects(api.verify(open(), { against }), { code: 'usage' }, String(against))
})
