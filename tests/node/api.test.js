// The JavaScript API: what resolves, what rejects, and that threads never change a byte.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { explanations } from '../../node/lib/explanations.js'
import {
  check,
  codes,
  diff,
  digest,
  explain,
  fromMap,
  fromPath,
  list,
  lock,
  match,
  metadata,
  openCheckpoint,
  read,
  verify,
} from '../../node/lib/index.js'
import { compile, requireSimd } from '../../node/lib/host/core.js'
import { platform } from '../../node/lib/host/platform_node.js'
import { fixtures, scratch } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
const tampered = join(fixtures, 'seed000/artifacts/tampered_ckpt')
const many = [
  'orbax/zarr2_many_data_files/ckpt',
  'orbax/zarr3_chunked/ckpt',
  'manager/zarr2_items/ckpt',
  'damaged/flip_chunk_zarr2/ckpt',
]

/** The same files as a Map, and with zarrita's two methods alone. */
function inMemory(/** @type {string} */ root) {
  const files = new Map()
  for (const path of /** @type {string[]} */ (fs.readdirSync(root, { recursive: true }))) {
    if (fs.statSync(join(root, path)).isFile()) files.set(path, new Uint8Array(fs.readFileSync(join(root, path))))
  }
  return fromMap(files, { name: root.split('/').at(-1) })
}
function remote(/** @type {string} */ root) {
  const store = inMemory(root)
  return {
    name: store.name,
    get: store.get.bind(store),
    getRange: store.getRange.bind(store),
    list: store.list.bind(store),
  }
}

test('1, 2 and 4 workers, and every kind of store: the same bytes', async () => {
  const ways = /** @type {[number, (root: string) => any][]} */ ([
    [1, fromPath],
    [2, fromPath],
    [4, fromPath],
    [1, inMemory],
    [1, remote],
    [2, remote],
  ])
  for (const name of many) {
    const source = join(fixtures, name)
    /** @type {any} */
    let first
    for (const [workers, open] of ways) {
      const options = { workers, workersFrom: 0, allSteps: true }
      const { report, lockfile } = await lock(open(source), options)
      const digests = await digest(open(source), { ...options, algorithms: ['blake3', 'sha256'] })
      const got = [reportText(report), lockfile && Buffer.from(lockfile).toString(), reportText(digests)]
      first ??= got
      assert.deepEqual(got, first, `${name}, ${workers} workers, ${open.name}`)
    }
  }
})

test('lock, verify, and what a report holds', async () => {
  const { report, lockfile } = await lock(fromPath(baseline))
  assert.ok(lockfile instanceof Uint8Array)
  assert.equal(report.exit_code, 0)
  const same = await verify(fromPath(baseline), { lockfile })
  assert.equal(same.exit_code, 0)
  assert.deepEqual(await verify(fromPath(baseline), { lockfile: new TextDecoder().decode(lockfile) }), same)
  assert.deepEqual(await verify(Promise.resolve(fromPath(baseline)), { lockfile: lockfile.slice().buffer }), same)
  const other = await verify(fromPath(tampered), { lockfile })
  assert.deepEqual([other.exit_code, other.leaves.different], [1, 2])
  assert.equal((await verify(fromPath(baseline), { lockfile, lockfileCameWithSource: true })).exit_code, 4)
  assert.equal((await verify(fromPath(baseline))).exit_code, 5)
  assert.equal((await verify(fromPath(baseline), { against: fromPath(tampered) })).exit_code, 1)
  assert.equal((await verify(fromPath(baseline), { fingerprint: report.fingerprint })).exit_code, 0)
})

test('an opened checkpoint stays the step, item and generation that it was opened as', async () => {
  const root = join(fixtures, 'manager/zarr2_items/ckpt')
  const newest = await openCheckpoint(fromPath(root))
  const {
    name,
    leaves: [{ key_path: path }],
  } = newest.items.find((/** @type {any} */ item) => item.kind === 'pytree')
  const options = { item: name }
  let differ = 0
  for (const step of [0, 5, 1000]) {
    const checkpoint = await openCheckpoint(fromPath(root), { step })
    const value = await checkpoint.read(path, undefined, options)
    assert.deepEqual(value.bytes, (await read(fromPath(root), path, undefined, { ...options, step })).bytes)
    assert.equal(value.report.source.step, step)
    if (Buffer.compare(value.bytes, (await newest.read(path, undefined, options)).bytes) !== 0) differ++
    for (const [command, got] of Object.entries({
      check: await check(checkpoint),
      list: (await list(checkpoint)).report,
      digest: (await digest(checkpoint)).report,
      metadata: (await metadata(checkpoint)).report,
      match: await match(checkpoint, checkpoint),
      lock: (await lock(checkpoint)).report,
      diff: (await diff(checkpoint, checkpoint)).report,
      again: (await openCheckpoint(checkpoint)).report,
    }))
      assert.equal(got.source.step, step, command)
    const { lockfile } = await lock(fromPath(root), { step })
    assert.equal((await verify(checkpoint, { lockfile })).verdict, 'VERIFIED')
    // Another step would be read than was listed.
    await assert.rejects(checkpoint.read(path, undefined, { ...options, step: step + 1 }), {
      code: 'usage',
      message: /^step: the checkpoint was opened with/,
    })
    await assert.rejects(check(checkpoint, { allSteps: true }), { code: 'usage' })
    await assert.rejects(check(newest, { step }), { code: 'usage' })
    await assert.rejects(diff(checkpoint, newest), { code: 'usage' })
  }
  assert.ok(differ > 0, 'the steps have other values')
  const one = await openCheckpoint(fromPath(root), options)
  await assert.rejects(one.read(path, undefined, { item: 'another' }), { code: 'usage' })
  assert.deepEqual(
    (await list(one)).items.map((/** @type {any} */ item) => item.name),
    [name],
  )
  const all = await openCheckpoint(fromPath(root), { allSteps: true })
  assert.deepEqual((await list(all)).items, all.items)
  assert.equal((await match(newest, newest, options)).exit_code, 0)
})

test('an opened checkpoint keeps to the leaves that include and exclude left', async () => {
  const { lockfile } = await lock(fromPath(baseline))
  const whole = await openCheckpoint(fromPath(baseline))
  for (const [options, names] of /** @type {const} */ ([
    [{ include: ['/params/bias'] }, ['bias']],
    [{ exclude: ['/params/bias'] }, ['kernel']],
    [{ include: ['/params/*'], exclude: ['/params/kernel'] }, ['bias']],
  ])) {
    const part = await openCheckpoint(fromPath(baseline), options)
    const listed = (/** @type {any} */ report) =>
      report.items.flatMap((/** @type {any} */ item) => item.leaves.map((/** @type {any} */ leaf) => leaf.key_path[1]))
    assert.deepEqual(
      part.leaves.map(leaf => leaf.key_path[1]),
      names,
    )
    assert.deepEqual(listed(await list(part)), names)
    // Given later it narrows, and it is the same then as given at the beginning.
    const [early, late] = [await verify(part, { lockfile }), await verify(whole, { ...options, lockfile })]
    assert.equal(early.verdict, 'VERIFIED')
    assert.deepEqual(
      [early.leaves.equal, early.scope?.leaves_left_out],
      [names.length, whole.leaves.length - names.length],
    )
    assert.deepEqual(early, late)
    assert.equal((await verify(whole, { lockfile })).verdict, 'VERIFIED')
    for (const name of Object.keys(options)) {
      const other = { [name]: ['/params/other'] }
      await assert.rejects(check(part, other), { code: 'usage' })
      await assert.rejects(diff(part, await openCheckpoint(fromPath(baseline), other)), { code: 'usage' })
    }
    assert.deepEqual(
      (await diff(part, whole)).leaves
        .filter((/** @type {any} */ leaf) => leaf.sign !== '!')
        .map((/** @type {any} */ leaf) => leaf.key_path[1]),
      names,
    )
  }
})

test('diff, list, openCheckpoint, explain, codes', async () => {
  const { leaves } = await diff(fromPath(baseline), fromPath(tampered), { values: true })
  assert.deepEqual(
    leaves.map((/** @type {any} */ leaf) => leaf.sign),
    ['*', '*'],
  )
  const listed = await list(fromPath(baseline))
  assert.equal(listed.totals.leaves, 2)
  const checkpoint = await openCheckpoint(fromPath(baseline))
  assert.deepEqual(
    checkpoint.leaves.map((/** @type {any} */ leaf) => leaf.key_path),
    [
      ['params', 'bias'],
      ['params', 'kernel'],
    ],
  )
  assert.equal((await check(checkpoint)).exit_code, 0)
  assert.deepEqual(checkpoint.findings, listed.report.findings)
  assert.deepEqual(await checkpoint.metadata(), await metadata(fromPath(baseline)))
  await assert.rejects(checkpoint.metadata({ item: 'another' }), { code: 'source' })
  checkpoint.close()
  for (const code of ['nonsense', '', 'constructor', '__proto__']) assert.equal(await explain(code), '', code)
})

test('every code, and nothing else, is explained on one screen', async () => {
  assert.deepEqual(Object.keys(explanations), await codes())
  for (const code of await codes()) {
    const lines = (await explain(code)).split('\n')
    assert.equal(lines.pop(), '', code)
    assert.ok(lines.length > 3 && lines.length <= 12, `${code}: ${lines.length} lines`)
    assert.ok(lines[0] !== '' && lines.includes(''), code)
    for (const line of lines) {
      assert.ok(line.length <= 95, `${code}: ${line}`)
      assert.doesNotMatch(line, / safe/, code) // the report never promises that
    }
  }
})

test('misuse rejects, with a code', async () => {
  const source = fromPath(baseline)
  const nothing = { get: async () => undefined, getRange: async () => undefined }
  const wrong = /** @type {[() => Promise<any>, string][]} */ ([
    [() => lock('a path that is not there'), 'source'],
    [() => lock(''), 'usage'],
    [() => lock('ftp://host/ckpt'), 'usage'],
    [() => lock(new URL('ftp://localhost/')), 'usage'],
    [() => lock(/** @type {any} */ (undefined)), 'usage'],
    [() => lock(source, /** @type {any} */ ({ frobnicate: 1 })), 'usage'],
    [() => lock(source, /** @type {any} */ ({ algorithms: ['md5'] })), 'usage'],
    [() => verify(source, { lockfile: '{}' }), 'evidence'],
    [() => verify(source, { lockfile: new Uint8Array(0) }), 'evidence'],
    [() => verify(source, { lockfile: /** @type {any} */ (7) }), 'usage'],
    [() => verify(source, { fingerprint: 'leafsum1:00' }), 'usage'],
    [() => verify(source, { sample: { share: 0 } }), 'usage'],
    [() => verify(source, { sample: {} }), 'usage'],
    [() => match(source, Uint8Array.of(123)), 'evidence'],
    [() => read(source, '/nothing'), 'usage'],
    [() => verify(source, { lockfile: '{}', sample: /** @type {any} */ (null) }), 'usage'],
    [() => verify(source, { lockfile: '{}', state: /** @type {any} */ (null) }), 'usage'],
    [() => verify(source, { lockfile: '{}', state: /** @type {any} */ ({}) }), 'usage'],
    [() => check(source, /** @type {any} */ (null)), 'usage'],
    [() => check(source, { step: /** @type {any} */ (5n) }), 'usage'],
    [() => check(source, { item: /** @type {any} */ (Symbol('a')) }), 'usage'],
    [() => check(source, { workers: /** @type {any} */ ('2') }), 'usage'],
    [() => check(source, { workers: NaN }), 'usage'],
    [() => read(source, /** @type {any} */ (7)), 'usage'],
    [() => read(source, /** @type {any} */ ([7])), 'usage'],
    [() => read(source, '/params/bias', /** @type {any} */ (7)), 'usage'],
    [() => diff(source, source, { rename: /** @type {any} */ (7) }), 'usage'],
    [() => diff(source, source, { rename: /** @type {any} */ ([7]) }), 'usage'],
    [() => diff(source, source, { stripPrefix: /** @type {any} */ (7) }), 'usage'],
    [() => list(source, { depth: NaN }), 'usage'],
    [() => list(source, { depth: -1 }), 'usage'],
    [() => list(source, { depth: /** @type {any} */ ('2') }), 'usage'],
    [() => check(source, { signal: /** @type {any} */ ({}) }), 'usage'],
    [() => check(source, { onProgress: /** @type {any} */ (7) }), 'usage'],
    [
      () =>
        check(source, {
          onProgress() {
            throw new Error('not ours')
          },
        }),
      'usage',
    ],
    [
      () =>
        check({
          ...nothing,
          list() {
            throw new Error('not ours')
          },
        }),
      'source',
    ],
    [
      () =>
        check({
          ...nothing,
          list: async () => {
            throw new Error('not ours')
          },
        }),
      'source',
    ],
    [() => check({ ...nothing, size: () => NaN }), 'source'],
    [() => check(source, { item: 'nothing' }), 'source'],
    [() => check(fromPath(join(fixtures, 'manager/zarr2_items/ckpt')), { step: 77 }), 'source'],
  ])
  for (const [call, code] of wrong) {
    const promise = call() // never thrown
    await assert.rejects(promise, { name: 'LeafsumError', code, message: /^[^\n]+$/ }, String(call))
  }
})

test('an abort rejects with the reason, before and under way, with and without threads', async () => {
  const reason = new Error('enough')
  await assert.rejects(check(fromPath(baseline), { signal: AbortSignal.abort(reason) }), reason)
  for (const workers of [1, 2]) {
    const abort = new AbortController()
    const store = remote(join(fixtures, 'orbax/zarr2_many_leaves/ckpt'))
    const { get } = store
    let reads = 0
    store.get = key => {
      if (++reads === 2) abort.abort(reason)
      return get(key)
    }
    await assert.rejects(check(store, { signal: abort.signal, workers, workersFrom: 0 }), reason)
  }
})

test('an abort is heard while a source, or its listing, never comes', async () => {
  const reason = new Error('enough')
  const never = new Promise(() => {})
  const get = () => /** @type {any} */ (never)
  for (const source of [never, { get, getRange: get, list: get }, { get, getRange: get }]) {
    const abort = new AbortController()
    const checked = check(/** @type {any} */ (source), { signal: abort.signal })
    setImmediate(() => abort.abort(reason))
    await assert.rejects(checked, reason)
  }
})

test('a store that gives no bytes is unreadable, not damaged', async () => {
  const text = async () => /** @type {any} */ ('text')
  for (const answer of [text, async () => /** @type {any} */ (new ArrayBuffer(4))]) {
    const report = await check({ get: answer, getRange: answer, list: () => [['_METADATA', 4, 'f']] })
    assert.deepEqual(
      report.findings.map(one => [one.code, one.file]),
      [['unreadable', '_METADATA']],
    )
  }
})

test('progress: never backwards, whole at the end', async () => {
  /** @type {any[]} */
  const seen = []
  await check(fromPath(join(fixtures, 'orbax/zarr2_many_leaves/ckpt')), { onProgress: progress => seen.push(progress) })
  for (let n = 1; n < seen.length; n++) assert.ok(seen[n].bytesDone >= seen[n - 1].bytesDone)
  const last = seen.at(-1)
  assert.equal(last.leavesDone, last.leavesTotal)
  assert.equal(last.bytesDone, last.bytesTotal)
  assert.ok(last.leavesTotal >= 3000)
})

test('a file that changes while it is read, one that goes, one that cannot be read: gaps, never ok', async t => {
  const { lockfile } = await lock(fromPath(baseline))
  const options = { lockfile: /** @type {Uint8Array} */ (lockfile), workers: 2, workersFrom: 0 }
  const copy = join(scratch(t), 'ckpt')
  const fresh = () => {
    fs.rmSync(copy, { recursive: true, force: true })
    fs.cpSync(baseline, copy, { recursive: true })
    const store = fromPath(copy)
    const listing = store.list()
    store.list = () => listing
    return store
  }
  const file = join('ocdbt.process_0', 'd', fs.readdirSync(join(baseline, 'ocdbt.process_0/d'))[0])
  const ways = /** @type {[string, (path: string) => void, string][]} */ ([
    ['touched', path => fs.utimesSync(path, 1, 1), 'changed-during-read'],
    ['grown', path => fs.appendFileSync(path, 'x'), 'changed-during-read'],
    ['gone', path => fs.rmSync(path), 'changed-during-read'],
    [
      'a symlink',
      path => {
        fs.rmSync(path)
        fs.symlinkSync('/etc/hostname', path)
      },
      'unreadable',
    ],
  ])
  for (const target of ['manifest.ocdbt', '_METADATA', file]) {
    for (const [what, damage, code] of ways) {
      const store = fresh()
      damage(join(copy, target))
      const report = await verify(store, options)
      // A file that no leaf depends on need not be read; then it cannot have been seen to change.
      if (target === file && report.exit_code === 0) continue
      assert.equal(report.exit_code, 3, `${target} ${what}: ${report.headline}`)
      assert.ok(
        report.findings.some((/** @type {any} */ one) => one.code === code),
        `${target} ${what}: ${reportText(report)}`,
      )
    }
  }
})

test('an engine without SIMD is told so', async () => {
  assert.throws(() => requireSimd(() => false), { code: 'environment', message: /WebAssembly SIMD/ })
  requireSimd()
  await assert.rejects(compile(new Uint8Array(8)), { code: 'environment' })
})

test('a worker thread whose core does not start, or that dies, is a bug in one line', async t => {
  const { startWorker } = platform
  t.after(() => {
    platform.startWorker = startWorker
  })
  platform.startWorker = () => {
    const endpoint = startWorker()
    return {
      ...endpoint,
      post: (message, transfer) =>
        endpoint.post(message.type === 'hello' ? { ...message, module: null } : message, transfer),
    }
  }
  await assert.rejects(check(fromPath(baseline), { workers: 2, workersFrom: 0 }), {
    code: 'bug',
    message: /^[^\n]{1,400}report it$/,
  })
  platform.startWorker = () => {
    const endpoint = startWorker()
    const ended = (/** @type {(message: any) => void} */ onMessage) => (/** @type {any} */ message) => {
      onMessage(message)
      endpoint.terminate()
    }
    return { ...endpoint, listen: (onMessage, onDeath) => endpoint.listen(ended(onMessage), onDeath) }
  }
  await assert.rejects(check(fromPath(baseline), { workers: 2, workersFrom: 0 }), {
    code: 'bug',
    message: /a worker died: exit code/,
  })
})

test('a lockfile may be a File of a page; its path is no lockfile', async () => {
  const { lockfile } = await lock(baseline)
  const file = new Blob([/** @type {any} */ (lockfile)])
  assert.equal((await verify(baseline, { lockfile: file })).exit_code, 0)
  const checkpoint = await openCheckpoint(baseline)
  assert.equal((await checkpoint.read('/params/bias', undefined, { lockfile: file })).report.exit_code, 0)
  await assert.rejects(verify(baseline, { lockfile: 'weights.leafsum.json' }), { code: 'evidence', message: /a path/ })
})

test('a URL of file: is a path', async () => {
  assert.equal((await check(pathToFileURL(baseline))).verdict, 'SOUND')
  assert.equal((await check(pathToFileURL(baseline).href)).verdict, 'SOUND')
})
