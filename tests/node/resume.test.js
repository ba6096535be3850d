// A run that is interrupted and goes on: what it found equal counts again where lockfile and files are the same, and
// nowhere else.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeApi } from '../../node/lib/api.js'
import { platform } from '../../node/lib/host/platform_node.js'
import { fromMap, fromPath, fromUrl, lock, verify } from '../../node/lib/index.js'
import { storeOf, zarr3 } from './support/arrays.js'
import { cli } from './support/cli.js'
import { serve } from './support/http.js'
import { fixtures, scratch } from './support/places.js'

/** A directory of four leaves, and its lockfile. */
async function prepared(/** @type {import('node:test').TestContext} */ t) {
  const root = scratch(t)
  const ckpt = join(root, 'ckpt')
  const leaves = Object.fromEntries(
    ['a', 'b', 'c', 'd'].map((name, n) => [name, zarr3('uint8', [4], new Uint8Array(4).fill(n + 1))]),
  )
  for (const [path, bytes] of Object.entries(storeOf(leaves))) {
    fs.mkdirSync(join(ckpt, path, '..'), { recursive: true })
    fs.writeFileSync(join(ckpt, path), bytes)
  }
  const { lockfile } = await lock(fromPath(ckpt))
  return { root, ckpt, lockfile: /** @type {Uint8Array} */ (lockfile) }
}

/** A state in memory, and what it was told. */
function memory(/** @type {string | undefined} */ text) {
  const state = {
    text,
    resumed: /** @type {number | undefined | null} */ (null),
    isFinished: /** @type {boolean | undefined} */ (undefined),
    read: text === undefined ? undefined : () => /** @type {string} */ (text),
    write: (/** @type {string} */ written) => {
      state.text = written
    },
    onResume: (/** @type {number | undefined} */ leaves, /** @type {boolean | undefined} */ isFinished) =>
      Object.assign(state, { resumed: leaves, isFinished }),
  }
  return state
}

test('a run goes on where the last one stopped, and may end VERIFIED', async t => {
  const { ckpt, lockfile } = await prepared(t)
  const first = memory(undefined)
  assert.equal((await verify(fromPath(ckpt), { lockfile, state: first })).verdict, 'VERIFIED')
  const state = JSON.parse(first.text ?? '')
  assert.equal(state.equal.length, 4)
  assert.ok(!first.text?.includes(ckpt), 'no path of this machine')
  // As if the run had ended after two leaves.
  state.equal = state.equal.slice(0, 2)
  const second = memory(JSON.stringify(state))
  const report = await verify(fromPath(ckpt), { lockfile, state: second })
  assert.deepEqual([report.verdict, report.leaves.equal, second.resumed], ['VERIFIED', 4, 2])
  assert.equal(JSON.parse(second.text ?? '').equal.length, 4)
  assert.deepEqual(report, await verify(fromPath(ckpt), { lockfile }))
})

test('leaves that the state vouches for are not read again', async t => {
  const { ckpt, lockfile } = await prepared(t)
  const first = memory(undefined)
  await verify(fromPath(ckpt), { lockfile, state: first })
  const store = fromPath(ckpt)
  /** @type {string[]} */
  const read = []
  const readInto = store.readInto.bind(store)
  store.readInto = (path, offset, view) => {
    read.push(path)
    return readInto(path, offset, view)
  }
  await verify(store, { lockfile, state: memory(first.text), workers: 1 })
  assert.deepEqual(
    read.filter(path => path.includes('/c/')),
    [],
  )
})

test('another byte, another time, another file, another lockfile: everything is read anew', async t => {
  const { ckpt, lockfile } = await prepared(t)
  const first = memory(undefined)
  await verify(fromPath(ckpt), { lockfile, state: first })
  const again = async (evidence = lockfile, options = {}) => {
    const state = memory(first.text)
    const report = await verify(fromPath(ckpt), { lockfile: evidence, state, ...options })
    return [report.verdict, state.resumed]
  }
  assert.deepEqual(await again(), ['VERIFIED', 4])
  assert.deepEqual(await again(lockfile, { deep: true }), ['VERIFIED', undefined])
  const spaced = new TextEncoder().encode(`${new TextDecoder().decode(lockfile)} `)
  assert.deepEqual(await again(spaced), ['VERIFIED', undefined])
  const chunk = join(ckpt, 'c/c/0')
  const { atime, mtime } = fs.statSync(chunk)
  const bytes = fs.readFileSync(chunk)
  // The same size and times: only the inode's own time tells.
  fs.writeFileSync(
    chunk,
    bytes.map(byte => byte ^ 1),
  )
  fs.utimesSync(chunk, atime, mtime)
  assert.deepEqual(await again(), ['MISMATCH', undefined])
  fs.writeFileSync(chunk, bytes)
  fs.utimesSync(chunk, atime, mtime)
  assert.deepEqual(await again(), ['VERIFIED', undefined])
  fs.writeFileSync(join(ckpt, 'more'), '')
  assert.deepEqual((await again())[1], undefined)
})

const kThen = 1_700_000_000

/** A checkpoint that needs no listing, its lockfile, and files of it that hold values. */
async function served(/** @type {import('node:test').TestContext} */ t, /** @type {string} */ name) {
  const ckpt = join(scratch(t), 'ckpt')
  fs.cpSync(join(fixtures, name, 'ckpt'), ckpt, { recursive: true })
  const { lockfile } = await lock(fromPath(ckpt))
  const files = /** @type {string[]} */ (fs.readdirSync(ckpt, { recursive: true })).filter(path =>
    /(^|\/)(d\/[0-9a-f]{32}|\d+(\.\d+)*)$/.test(path),
  )
  for (const path of files) fs.utimesSync(join(ckpt, path), kThen, kThen) // the server's ETags are of times
  assert.ok(lockfile && files.length > 2)
  return { ckpt, lockfile, files }
}

for (const [name, workers] of /** @type {[string, number][]} */ ([
  ['orbax/plain_sharded', 1],
  ['orbax/zarr2_many_data_files', 1],
  ['orbax/zarr2_many_data_files', 2],
])) {
  test(`over HTTP: resumed while every ETag is the same, of every file that was asked for: ${name}, workers: ${workers}`, async t => {
    const how = { workers, workersFrom: 0 }
    const { ckpt, lockfile, files } = await served(t, name)
    const { url } = await serve(t, ckpt)
    const first = memory(undefined)
    assert.equal((await verify(fromUrl(url), { lockfile, state: first, ...how })).verdict, 'VERIFIED')
    const again = async (text = first.text) => {
      const state = memory(text)
      const { verdict } = await verify(fromUrl(url), { lockfile, state, ...how })
      return [verdict, state.resumed]
    }
    const state = JSON.parse(first.text ?? '')
    const leaves = state.equal.length
    assert.ok(leaves > 3)
    assert.deepEqual(await again(), ['VERIFIED', undefined], 'it was finished')
    // As if it had been interrupted at the very end.
    first.text = JSON.stringify(Object.assign(state, { finished: false }))
    assert.deepEqual(await again(), ['VERIFIED', leaves])
    // Every file with a value that a leaf has: a server of another one would otherwise go unnoticed.
    const { url: other, asked } = await serve(t, ckpt)
    await verify(fromUrl(other), { lockfile, deep: true, workers: 1 })
    const read = files.filter(path => asked.some(one => one.url === `/${path}`))
    assert.ok(read.length > 2)
    for (const path of read)
      assert.ok(
        state.files.some((/** @type {any} */ one) => one[0] === path),
        path,
      )
    for (const path of [read[0], read[read.length >> 1]]) {
      fs.utimesSync(join(ckpt, path), kThen, kThen + 5)
      assert.deepEqual(await again(), ['VERIFIED', undefined], `${path}: another ETag is another file`)
      fs.utimesSync(join(ckpt, path), kThen, kThen)
      assert.deepEqual(await again(), ['VERIFIED', leaves])
    }
    for (const path of files) {
      const bytes = fs.readFileSync(join(ckpt, path))
      fs.writeFileSync(
        join(ckpt, path),
        bytes.map(byte => byte ^ 1),
      )
    }
    assert.deepEqual(await again(), ['MISMATCH', undefined])
    for (const forged of [
      null,
      [],
      'x',
      [['../a', '"1"']],
      [['_METADATA', '"1"']],
      [['nobody', '"1"']],
      [['_METADATA']],
    ]) {
      assert.equal((await again(JSON.stringify({ ...state, files: forged })))[1], undefined, JSON.stringify(forged))
    }
  })
}

test('over HTTP: an ETag bridges an interruption, and the headline says what rests on it; of a finished run nothing is left', async t => {
  const { ckpt, lockfile, files } = await served(t, 'orbax/plain_sharded')
  const { url } = await serve(t, ckpt)
  const first = memory(undefined)
  const whole = await verify(fromUrl(url), { lockfile, state: first })
  assert.doesNotMatch(whole.headline, /ETag/)
  const state = JSON.parse(first.text ?? '')
  assert.equal(state.finished, true)
  // Other bytes under the same ETags: those are made of times and sizes.
  for (const path of files) {
    const file = join(ckpt, path)
    fs.writeFileSync(
      file,
      fs.readFileSync(file).map(byte => byte ^ 1),
    )
    fs.utimesSync(file, kThen, kThen)
  }
  for (const text of [
    first.text,
    JSON.stringify({ ...state, finished: undefined }),
    JSON.stringify({ ...state, finished: 0 }),
  ]) {
    const again = memory(text)
    assert.equal((await verify(fromUrl(url), { lockfile, state: again })).verdict, 'MISMATCH')
    assert.deepEqual([again.resumed, again.isFinished], [undefined, true])
  }
  const interrupted = memory(JSON.stringify({ ...state, finished: false, equal: state.equal.slice(0, 2) }))
  assert.match((await verify(fromUrl(url), { lockfile, state: interrupted })).headline, /^MISMATCH/)
  assert.equal(interrupted.resumed, 2)
  const trusting = await verify(fromUrl(url), {
    lockfile,
    state: memory(JSON.stringify({ ...state, finished: false })),
  })
  assert.match(trusting.headline, new RegExp(`^VERIFIED.*; ${state.equal.length} of these leaves rest on ETags: `))
})

test('over HTTP: a run that could not read everything is not finished', async t => {
  const { ckpt, lockfile, files } = await served(t, 'orbax/plain_sharded')
  let broken = true
  const { url } = await serve(t, ckpt, (request, response) => {
    if (!broken || request.url !== `/${files[0]}`) return false
    response.writeHead(500).end()
    return true
  })
  const first = memory(undefined)
  assert.equal((await verify(fromUrl(url), { lockfile, state: first })).verdict, 'INCOMPLETE')
  const { finished, equal } = JSON.parse(first.text ?? '')
  assert.equal(finished, false)
  broken = false
  const second = memory(first.text)
  assert.equal((await verify(fromUrl(url), { lockfile, state: second })).verdict, 'VERIFIED')
  assert.deepEqual([second.resumed, JSON.parse(second.text ?? '').finished], [equal.length, true])
})

test('over HTTP: a server that gives no strong ETag leaves nothing to go on from', async t => {
  const { ckpt, lockfile } = await served(t, 'orbax/plain_sharded')
  for (const etag of [undefined, 'W/"1"']) {
    const { url } = await serve(t, ckpt, (_, response) => {
      const write = response.writeHead.bind(response)
      response.writeHead = (/** @type {number} */ status, /** @type {any} */ { etag: _, ...headers } = {}) =>
        write(status, { ...headers, ...(etag && { etag }) })
      return false
    })
    const state = memory(undefined)
    assert.equal((await verify(fromUrl(url), { lockfile, state })).verdict, 'VERIFIED')
    assert.deepEqual(JSON.parse(state.text ?? '').files, null)
    const second = memory(state.text)
    assert.equal((await verify(fromUrl(url), { lockfile, state: second })).verdict, 'VERIFIED')
    assert.equal(second.resumed, undefined)
  }
})

test('a state cannot vouch for what the lockfile does not say, nor for damage that is seen', async t => {
  const { ckpt, lockfile } = await prepared(t)
  const first = memory(undefined)
  await verify(fromPath(ckpt), { lockfile, state: first })
  const state = JSON.parse(first.text ?? '')
  state.equal.push(['', ['nobody']], ['other', ['a']])
  assert.equal((await verify(fromPath(ckpt), { lockfile, state: memory(JSON.stringify(state)) })).verdict, 'VERIFIED')
  for (const text of ['', '{}', '[]', '{"leafsum_state":2,"equal":[]}', 'null']) {
    await assert.rejects(verify(fromPath(ckpt), { lockfile, state: memory(text) }), { code: 'evidence' }, text)
  }
  for (const equal of [[5], [[null, null]], [['', ['a'], 1]], [['', [1]]], [['', 'a']]]) {
    const text = JSON.stringify({ ...state, equal })
    await assert.rejects(
      verify(fromPath(ckpt), { lockfile, state: memory(text) }),
      { code: 'evidence', message: /^the state is refused/ },
      text,
    )
  }
  await assert.rejects(verify(fromPath(ckpt), { state: memory(undefined) }), { code: 'usage' })
  await assert.rejects(
    verify(fromMap(storeOf({ a: zarr3('uint8', [1], new Uint8Array(1)) })), { lockfile, state: memory(undefined) }),
    { code: 'usage' },
  )
})

test('an interrupted run leaves a state of what it had found', async t => {
  const { ckpt, lockfile } = await prepared(t)
  const state = memory(undefined)
  const stop = new AbortController()
  const store = fromPath(ckpt)
  const readInto = store.readInto.bind(store)
  store.readInto = (path, offset, view) => {
    if (path.includes('d/c/')) stop.abort(new Error('stopped'))
    return readInto(path, offset, view)
  }
  await assert.rejects(verify(store, { lockfile, state, signal: stop.signal, workers: 1 }), /stopped/)
  assert.equal(JSON.parse(state.text ?? '').leafsum_state, 1)
})

test('a core that fails leaves no state, and its own error is told', async t => {
  const { ckpt, lockfile } = await prepared(t)
  const failing = makeApi({
    ...platform,
    async load(name) {
      const { factory, ...rest } = await platform.load(name)
      return {
        ...rest,
        factory: async (/** @type {any} */ options) => {
          const core = await factory(options)
          core.Verifier.prototype.poll = () => {
            throw new WebAssembly.RuntimeError('unreachable')
          }
          core.Verifier.prototype.equal = () => {
            throw new Error('the second error')
          }
          return core
        },
      }
    },
  })
  const state = memory(undefined)
  await assert.rejects(failing.verify(fromPath(ckpt), { lockfile, state }), { code: 'bug', message: /unreachable/ })
  assert.equal(state.text, undefined)
})

test('evidence, state and result are never one file', async t => {
  const { root, ckpt, lockfile } = await prepared(t)
  const [lockPath, link, state] = ['l.json', 'link', 's'].map(name => join(root, name))
  fs.writeFileSync(lockPath, lockfile)
  fs.symlinkSync(lockPath, link)
  const refused = (/** @type {string[]} */ ...args) => {
    const { status, stderr } = cli(args)
    assert.equal(status, 2, args.join(' '))
    assert.match(stderr, /itself: name another file/)
  }
  for (const [lock, other] of [
    [lockPath, lockPath],
    [lockPath, link],
    [link, lockPath],
    [link, link],
    [lockPath, `${root}/./l.json`],
  ]) {
    refused('verify', ckpt, '--lock', lock, '--state', other)
    refused('verify', ckpt, '--lock', lock, '-o', other)
    refused('cat', ckpt, '/a', '--lock', lock, '-o', other)
    refused('match', ckpt, lock, '-o', other)
  }
  refused('verify', ckpt, '--lock', lockPath, '--state', state, '-o', state)
  refused('verify', ckpt, '--lock', lockPath, '--state', state, '-o', join(root, 'ckpt/../s'))
  const sums = join(root, 'SHA256SUMS')
  fs.writeFileSync(sums, `${'0'.repeat(64)}  x\n`)
  refused('verify', ckpt, '--lock', lockPath, '--sums', sums, '--state', sums)
  assert.deepEqual(new Uint8Array(fs.readFileSync(lockPath)), lockfile)
  assert.ok(fs.lstatSync(link).isSymbolicLink() && !fs.existsSync(state))
})

test('the program: --state, --resume', async t => {
  const { root, ckpt, lockfile } = await prepared(t)
  const lockPath = join(root, 'l.json')
  const state = join(root, 'state.json')
  fs.writeFileSync(lockPath, lockfile)
  const verifyWith = (/** @type {string[]} */ ...args) => cli(['verify', ckpt, '--lock', lockPath, ...args])
  assert.equal(verifyWith('--state', state, '--resume').status, 0)
  const second = verifyWith('--state', state, '--resume')
  assert.deepEqual([second.status, second.stderr], [0, 'leafsum: resumed: 4 leaves were found equal before\n'])
  assert.equal(verifyWith('--state', state).stderr, '')
  fs.appendFileSync(join(ckpt, 'a/c/0'), 'x')
  const changed = verifyWith('--state', state, '--resume')
  assert.equal(changed.status, 1)
  assert.match(changed.stderr, /beginning anew/)
  assert.equal(verifyWith('--resume').status, 2)
  assert.equal(verifyWith('--state', join(ckpt, 's')).status, 2)
  assert.equal(cli(['verify', ckpt, '--state', state]).status, 2)
})

test('a leaf counts as found equal only by every digest that was asked for', async t => {
  const { ckpt } = await prepared(t)
  const { lockfile } = await lock(fromPath(ckpt), { algorithms: ['blake3', 'sha256'] })
  const wrong = new TextDecoder()
    .decode(/** @type {Uint8Array} */ (lockfile))
    .replace(/("sha256":")(.)/, (_, name, digit) => name + (digit === '0' ? '1' : '0'))
  const run = (/** @type {any} */ state) =>
    verify(fromPath(ckpt), {
      lockfile: new TextEncoder().encode(wrong),
      algorithms: ['blake3', 'sha256'],
      deep: true,
      state,
    })
  const first = memory(undefined)
  assert.equal((await run(first)).exit_code, 1)
  assert.equal(JSON.parse(first.text ?? '').equal.length, 3)
  assert.equal((await run(memory(first.text))).exit_code, 1)
})
