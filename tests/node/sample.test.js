// A share of the chunks: which are drawn, what that is worth, and that it never vouches for the rest.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMap, fromPath, lock, verify } from '../../node/lib/index.js'
import { storeOf, zarr3 } from './support/arrays.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'
import { assertValid } from './support/schema.js'
import { reportText } from '../../node/lib/report.js'

const content = Uint8Array.from({ length: 4000 }, (_, k) => k * 31 + (k >> 7))
const files = () =>
  storeOf({
    a: zarr3('uint8', [40, 50], content.subarray(0, 2000), { chunk: [4, 10] }),
    b: zarr3('uint16', [1000], content.subarray(0, 2000), { chunk: [20] }),
  })
const kChunks = 10 * 5 + 50
const locked = async (/** @type {any} */ options) =>
  /** @type {any} */ ((await lock(fromMap(files()), options)).lockfile)
const skipped = (/** @type {any} */ report) => {
  assertValid('report', report)
  return report.findings.find((/** @type {any} */ one) => one.code === 'skipped')
}

test('an intact checkpoint is INCOMPLETE, with the share, the chances and the bytes', async () => {
  for (const chunks of [true, false]) {
    const lockfile = await locked({ chunks })
    const report = await verify(fromMap(files()), { lockfile, sample: { share: 0.05, seed: 7 } })
    assert.deepEqual(
      [report.verdict, report.exit_code, report.leaves.not_read],
      ['INCOMPLETE', 3, 2],
      reportText(report),
    )
    const { message, actual } = skipped(report)
    assert.equal(actual, '5 chunks')
    assert.match(
      message,
      new RegExp(
        `^a sample of 5 of ${kChunks} chunks \\(5 %\\) with seed 7, \\d+ bytes read: it holds a single changed chunk with probability 0\\.05, one of a changed 1 % \\(1\\) with 0\\.05`,
      ),
    )
    assert.equal(message.includes('only decoded'), !chunks)
    assert.equal(report.coverage.leaf, Number(/(\d+) bytes read/.exec(message)?.[1]))
  }
})

test('the seed repeats the draw; without one the system draws', async () => {
  const lockfile = await locked({ chunks: true })
  const one = async (/** @type {any} */ sample) => reportText(await verify(fromMap(files()), { lockfile, sample }))
  assert.equal(await one({ share: 0.2, seed: 99 }), await one({ share: 0.2, seed: 99 }))
  const draws = new Set()
  for (let n = 0; n < 4; n++) draws.add(await one({ share: 0.2 }))
  assert.equal(draws.size, 4)
})

test('all of it is still no proof; a size draws until it is reached', async () => {
  const lockfile = await locked({ chunks: true })
  const all = await verify(fromMap(files()), { lockfile, sample: { share: 1, seed: 1 } })
  assert.equal(all.verdict, 'INCOMPLETE')
  assert.match(skipped(all).message, /a single changed chunk with probability 1,/)
  const bytes = await verify(fromMap(files()), { lockfile, sample: { bytes: 400, seed: 1 } })
  assert.match(skipped(bytes).message, /, (4[0-3]\d) bytes read/)
  const none = await verify(fromMap(files()), { sample: { bytes: 0, seed: 1 } })
  assert.deepEqual([none.verdict, skipped(none).actual], ['INCOMPLETE', '1 chunks'])
})

test('many drawn chunks of a leaf are shared out over jobs: the same report', async () => {
  const changed = () => {
    const all = files()
    for (const name of ['a/c/3/2', 'a/c/7/1', 'b/c/20', 'b/c/40']) all[name] = all[name].map(byte => byte ^ 1)
    all['b/c/30'] = all['b/c/30'].subarray(1)
    return all
  }
  for (const chunks of [true, false]) {
    const lockfile = await locked({ chunks })
    for (const source of [files, changed]) {
      for (const share of [0.3, 1]) {
        const run = async (/** @type {any} */ options) =>
          reportText(await verify(fromMap(source()), { lockfile, sample: { share, seed: 5 }, ...options }))
        const whole = await run({ workers: 1 })
        for (const options of [
          { workers: 1, segment: 1 },
          { workers: 3, workersFrom: 0, segment: 60 },
        ])
          assert.equal(await run(options), whole)
      }
    }
  }
})

test('every chunk is drawn about as often as every other', async () => {
  const lockfile = await locked({ chunks: true })
  /** @type {Map<string, number>} */
  const drawn = new Map()
  const map = fromMap(files())
  const watched = {
    name: 'x',
    list: map.list.bind(map),
    get: map.get.bind(map),
    getRange: (/** @type {string} */ key, /** @type {any} */ range) => {
      if (key.includes('/c/')) drawn.set(key, (drawn.get(key) ?? 0) + 1)
      return map.getRange(key, range)
    },
  }
  const runs = 100
  for (let seed = 0; seed < runs; seed++) await verify(watched, { lockfile, sample: { share: 0.2, seed } })
  const counts = [...drawn.values()]
  assert.equal(counts.length, kChunks)
  assert.equal(
    counts.reduce((a, b) => a + b),
    (runs * kChunks) / 5,
  )
  // 20 expected, standard deviation 4.
  assert.ok(Math.min(...counts) > 3 && Math.max(...counts) < 41, counts.join())
})

test('what is changed is found where it is drawn: by value, and damage by decoding', async () => {
  const changed = files()
  changed['a/c/9/4'] = changed['a/c/9/4'].slice().fill(1)
  const cut = files()
  cut['b/c/49'] = cut['b/c/49'].slice(1)
  for (const [damaged, chunks, code] of /** @type {[any, boolean, string][]} */ ([
    [changed, true, 'digest-mismatch'],
    [cut, false, 'truncated'],
  ])) {
    const lockfile = await locked({ chunks })
    let found = 0
    for (let seed = 0; seed < 40; seed++) {
      const report = await verify(fromMap(damaged), { lockfile, sample: { share: 0.25, seed } })
      assert.ok(['MISMATCH', 'INCOMPLETE'].includes(report.verdict), reportText(report))
      if (report.verdict === 'MISMATCH') found++
    }
    // 10 expected, standard deviation 2.7.
    assert.ok(found > 1 && found < 22, `${code}: ${found} of 40`)
    const all = await verify(fromMap(damaged), { lockfile, sample: { share: 1, seed: 3 } })
    assert.equal(all.exit_code, 1)
  }
  const decoded = await verify(fromMap(changed), {
    lockfile: await locked({ chunks: false }),
    sample: { share: 1, seed: 1 },
  })
  assert.equal(decoded.verdict, 'INCOMPLETE', 'other values that decode are not found without chunks')
})

test('what documents, names and lengths of chunks tell is found wherever the leaf is drawn', async () => {
  const lockfile = await locked({ chunks: true })
  const text = new TextDecoder().decode(files()['b/zarr.json'])
  const swapped = { ...files(), 'b/zarr.json': new TextEncoder().encode(text.replace('little', 'big')) }
  assert.notDeepEqual(swapped['b/zarr.json'], files()['b/zarr.json'])
  const cut = files()
  cut['b/c/49'] = cut['b/c/49'].slice(1)
  const renamed = files()
  renamed['b/c/3'] = files()['b/c/4']
  renamed['b/c/4'] = files()['b/c/3']
  for (const [what, damaged, share] of /** @type {[string, any, number][]} */ ([
    ['byte order', swapped, 0.25],
    ['length', cut, 0.25],
    ['names', renamed, 1],
  ])) {
    const report = await verify(fromMap(damaged), { lockfile, sample: { share, seed: 1 } })
    assert.equal(report.exit_code, 1, what)
  }
})

test('a copy in other chunks is not called different', async () => {
  const lockfile = await locked({ chunks: true })
  const other = storeOf({
    a: zarr3('uint8', [40, 50], content.subarray(0, 2000), { chunk: [10, 5] }),
    b: zarr3('uint16', [1000], content.subarray(0, 2000), { chunk: [20] }),
  })
  const report = await verify(fromMap(other), { lockfile, sample: { share: 1, seed: 5 } })
  assert.deepEqual(
    [report.verdict, report.findings.filter(one => one.severity === 'error')],
    ['INCOMPLETE', []],
    reportText(report),
  )
})

test('real checkpoints, 1 and 2 workers: the same bytes, nothing found', async () => {
  for (const name of [
    'orbax/zarr2_many_leaves',
    'orbax/zarr3_chunked',
    'manager/zarr2_items',
    'legacy/orbax-0.11.37/checkpoint_manager',
  ]) {
    const source = join(fixtures, name, 'ckpt')
    if (!fs.existsSync(source)) continue
    const { lockfile } = await lock(fromPath(source), { chunks: true })
    /** @type {any} */
    let first
    for (const workers of [1, 2]) {
      const report = await verify(fromPath(source), {
        lockfile: /** @type {any} */ (lockfile),
        sample: { share: 0.3, seed: 11 },
        workers,
        workersFrom: 0,
      })
      assert.equal(report.verdict, 'INCOMPLETE', reportText(report))
      first ??= reportText(report)
      assert.equal(reportText(report), first)
    }
  }
})

test('the program: --sample and --seed', t => {
  const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
  const lockfile = join(scratch(t), 'l.json')
  cli(['lock', baseline, '-o', lockfile, '--chunks', '-q'])
  const { status, stdout } = cli(['verify', baseline, '--lock', lockfile, '--sample', '50%', '--seed', '5'])
  assert.equal(status, 3)
  assert.match(stdout, /^baseline_ckpt: INCOMPLETE: [^]*a sample of 1 of 2 chunks \(50 %\) with seed 5/)
  assert.equal(cli(['verify', baseline, '--lock', lockfile, '--sample=1KiB', '--json']).status, 3)
  const tampered = join(fixtures, 'seed000/artifacts/tampered_ckpt')
  assert.equal(cli(['verify', tampered, '--lock', lockfile, '--sample', '100%', '-q']).status, 1)
  for (const args of [
    ['--seed', '5'],
    ['--sample', '0%'],
    ['--sample', '101%'],
    ['--sample', '5%', '--deep'],
    ['--sample', '5%', '--state', 'x'],
  ]) {
    assert.equal(cli(['verify', baseline, '--lock', lockfile, ...args]).status, 2, args.join(' '))
  }
})
