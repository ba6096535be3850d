// Checkpoints behind plain HTTP, which gives no listing.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { check, digest, fromPath, fromUrl, list, lock, verify } from '../../node/lib/index.js'
import { patienceOf, streamOf } from '../../node/lib/stores/responses.js'
import { start } from './support/cli.js'
import { serve } from './support/http.js'
import { fixtures, scratch } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

const group = (/** @type {string} */ name) =>
  fs
    .readdirSync(join(fixtures, name))
    .map(one => join(fixtures, name, one, 'ckpt'))
    .filter(fs.existsSync)

test('over HTTP the digests are those of the directory', async t => {
  const { url } = await serve(t, fixtures)
  for (const source of [
    ...group('v1'),
    ...group('multiprocess'),
    join(fixtures, 'orbax/plain_sharded/ckpt'),
    join(fixtures, 'orbax/plain_slash_keys/ckpt'),
  ]) {
    const { report: here, ...digests } = await digest(fromPath(source))
    if (here.exit_code !== 0) continue
    // Which steps a root has, only a listing tells.
    const { report: there, ...same } = await digest(fromUrl(url + relative(fixtures, source)), {
      step: here.source.step,
    })
    assert.deepEqual(same, digests, source)
    assert.match(there.headline, /has no listing/)
    assert.equal(there.source.files, undefined)
  }
})

test('over HTTP a checkpoint is verified, by one worker and by several', async t => {
  const { url } = await serve(t, fixtures)
  const artifacts = 'seed000/artifacts'
  const { lockfile } = await lock(fromPath(join(fixtures, artifacts, 'baseline_ckpt')))
  for (const workers of [1, 2]) {
    const options = { lockfile, workers, workersFrom: 0 }
    assert.equal((await verify(fromUrl(`${url}${artifacts}/baseline_ckpt`), options)).verdict, 'VERIFIED')
    assert.equal((await verify(fromUrl(`${url}${artifacts}/tampered_ckpt/`), options)).verdict, 'MISMATCH')
  }
})

test('a missing data file is a finding over HTTP too', async t => {
  const root = scratch(t)
  fs.cpSync(join(fixtures, 'multiprocess/zarr2_2x4/ckpt'), root, { recursive: true })
  const data = fs.readdirSync(join(root, 'ocdbt.process_0/d'))
  for (const name of data) fs.rmSync(join(root, 'ocdbt.process_0/d', name))
  const { url } = await serve(t, root)
  const report = await check(fromUrl(url))
  assert.equal(report.exit_code, 1)
  assert.ok(report.findings.some(one => one.code === 'missing-file' && one.file?.startsWith('ocdbt.process_0/d/')))
})

/**
 * What a server can do wrong, and how the report names it.
 * @type {Record<string, [RegExp, (request: any, response: any) => boolean]>}
 */
const kBadServers = {
  'sends another range': [
    /sent another range/,
    (request, response) => {
      if (!request.headers.range) return false
      response.writeHead(206, { 'content-range': 'bytes 7-9/100' }).end('abc')
      return true
    },
  ],
  'sends less than it says': [
    /said 100 bytes and sent 3/,
    (request, response) => {
      if (!request.headers.range) return false
      const [begin] = request.headers.range.match(/\d+/)
      response.writeHead(206, { 'content-range': `bytes ${begin}-${Number(begin) + 99}/100000` }).end('abc')
      return true
    },
  ],
  'sends several parts': [
    /sent another range/,
    (request, response) => {
      if (!request.headers.range) return false
      response.writeHead(206, { 'content-type': 'multipart/byteranges; boundary=x' }).end('--x\r\n\r\nabc\r\n--x--')
      return true
    },
  ],
  'sends nothing': [
    /answered 204/,
    (request, response) => {
      if (!request.headers.range) return false
      response.writeHead(204).end()
      return true
    },
  ],
  forbids: [
    /answered 403/,
    (request, response) => {
      if (!request.headers.range) return false
      response.writeHead(403).end()
      return true
    },
  ],
}
for (const [name, [message, first]] of Object.entries(kBadServers)) {
  test(`a server that ${name} gives a gap, never a verdict`, async t => {
    const { url } = await serve(t, join(fixtures, 'seed000/artifacts/baseline_ckpt'), first)
    const report = await check(fromUrl(url))
    assert.equal(report.exit_code, 3)
    assert.ok(
      report.findings.some(one => one.code === 'unreadable' && message.test(one.message)),
      reportText(report),
    )
  })
}

test('a stream that ends before the range that it was to be is no end of the file', async () => {
  const stream = (/** @type {number} */ last) =>
    streamOf(
      new Response('abc', { status: 206, headers: { 'content-range': `bytes 5-${last}/100` } }),
      patienceOf(1000),
    )
  assert.equal((await stream(7).read(10)).length, 3)
  await assert.rejects(stream(8).read(10), { kind: 'unreadable' })
})

test('a file that changes between two reads is told', async t => {
  let n = 0
  const { url } = await serve(t, join(fixtures, 'multiprocess/zarr2_2x4/ckpt'), (_, response) => {
    response.setHeader('last-modified', new Date(n++ * 1000).toUTCString())
    return false
  })
  assert.equal((await check(fromUrl(url))).exit_code, 0, 'the tag counts, not the date')
  const other = await serve(t, join(fixtures, 'multiprocess/zarr2_2x4/ckpt'), (request, response) => {
    const write = response.writeHead.bind(response)
    const data = request.url?.includes('/d/')
    response.writeHead = (/** @type {number} */ status, /** @type {any} */ headers) =>
      write(status, { ...headers, ...(data && { etag: `"${n++}"` }) })
    return false
  })
  // A command reads nothing twice: the second one finds another file.
  const store = fromUrl(other.url)
  assert.equal((await check(store)).exit_code, 0)
  const report = await check(store)
  assert.equal(report.exit_code, 3)
  assert.ok(
    report.findings.some(one => one.code === 'changed-during-read'),
    reportText(report),
  )
})

test('the size of a file and its first bytes are one request, and a small file no other', async t => {
  const { url, asked } = await serve(t, join(fixtures, 'orbax/zarr2_plain/ckpt'))
  const store = fromUrl(url)
  const path = '_METADATA'
  const bytes = fs.readFileSync(join(fixtures, 'orbax/zarr2_plain/ckpt', path))
  assert.equal(await store.size(path), bytes.length)
  assert.deepEqual(Buffer.from((await store.get(path)) ?? []), bytes)
  assert.deepEqual(Buffer.from((await store.getRange(path, { offset: 3, length: 5 })) ?? []), bytes.subarray(3, 8))
  assert.equal(await store.size(path), bytes.length)
  assert.equal(asked.length, 1)
  store.release()
  await store.get(path)
  assert.equal(asked.length, 2, 'a later command asks anew')
})

test('requests: one for each document and chunk, and for each name that is looked for', async t => {
  const root = join(fixtures, 'orbax/plain_sharded/ckpt')
  const output = await list(fromPath(root))
  const { lockfile } = await lock(fromPath(root))
  const leaves = output.items
    .flatMap((/** @type {any} */ item) => item.leaves)
    .filter((/** @type {any} */ leaf) => leaf.nbytes)
  const chunks = leaves.reduce((/** @type {number} */ sum, /** @type {any} */ leaf) => sum + leaf.chunks, 0)
  const { url, asked } = await serve(t, root)
  for (const deep of [false, true]) {
    asked.length = 0
    assert.equal((await verify(fromUrl(url), { lockfile, deep, workers: 1 })).verdict, 'VERIFIED')
    assert.ok(
      asked.length <= chunks + leaves.length + 24,
      `${asked.length} requests, ${chunks} chunks of ${leaves.length} leaves`,
    )
  }
})

test('a failing server is asked again, a redirect is followed without the headers of the user', async t => {
  const target = await serve(t, join(fixtures, 'seed000/artifacts/baseline_ckpt'))
  let failures = 2
  const { url, asked } = await serve(t, '/nonexistent', (request, response) => {
    if (failures-- > 0) response.writeHead(503).end()
    else response.writeHead(302, { location: new URL((request.url ?? '').slice(1), target.url).href }).end()
    return true
  })
  const report = await check(fromUrl(url, { headers: { 'X-Token': 'secret' } }))
  assert.equal(report.verdict, 'SOUND')
  assert.ok(asked.length > 2 && asked.every(({ headers }) => headers['x-token'] === 'secret'))
  assert.ok(target.asked.length > 0 && target.asked.every(({ headers }) => headers['x-token'] === undefined))
})

test('a server that never answers is tried for one file, not for each', async t => {
  let tries = 0
  const refuse = t.mock.method(globalThis, 'fetch', async () => {
    tries++
    throw new TypeError('fetch failed')
  })
  const store = fromUrl('http://127.0.0.1:9/ckpt/')
  for (const name of ['a', 'b', 'c']) await assert.rejects(store.get(name), /cannot be reached/)
  assert.equal(tries, 3)
  refuse.mock.restore()
})

test('a URL is a directory, whatever its escapes are, and says nothing else', () => {
  for (const [path, name] of [
    ['a/%zz', '%zz'],
    ['a/%63/', 'c'],
    ['', ''],
  ])
    assert.equal(fromUrl(`http://127.0.0.1:9/${path}`).name, name)
  for (const [url, why] of /** @type {[string, RegExp][]} */ ([
    ['ckpt', /not a URL/],
    ['ftp://h/a', /ftp: is not possible/],
    ['http://h/a?b', /neither/],
    ['http://h/a#b', /neither/],
    ['http://u:secret@h/a', /Authorization/],
    ['http://u@h/a', /Authorization/],
  ])) {
    assert.throws(
      () => fromUrl(url),
      (/** @type {any} */ error) =>
        error.code === 'usage' && why.test(error.message) && !error.message.includes('secret'),
    )
  }
})

test('headers that no request can have are refused at once', () => {
  for (const headers of [{ X: '☃' }, { 'a b': 'x' }, { X: 'a\nb' }]) {
    assert.throws(() => fromUrl('http://127.0.0.1:9/', { headers }), { code: 'usage', message: /^headers: [^\n]*$/ })
  }
})

test('the command line: URLs, headers, and a server that is not there', async t => {
  const { url, asked } = await serve(t, join(fixtures, 'seed000/artifacts/baseline_ckpt'))
  const run = async (/** @type {string[]} */ ...args) => {
    const { child, done } = start(args)
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', data => {
        output += data
      })
    return { ...(await done), output }
  }
  const checked = await run('check', url, '--header', 'Authorization: Bearer x')
  assert.equal(checked.status, 0)
  assert.match(checked.output, /^SOUND: .*has no listing/)
  assert.ok(asked.every(({ headers }) => headers.authorization === 'Bearer x'))
  assert.equal((await run('lock', url)).status, 2)
  const root = scratch(t)
  assert.equal((await run('lock', url, '-o', join(root, 'l.json'))).status, 0)
  assert.equal((await run('verify', url, '--lock', join(root, 'l.json'))).status, 0)
  assert.equal((await run('check', `${url}nothing/here`)).status, 2)
  const gone = await run('check', 'http://127.0.0.1:1/')
  assert.equal(gone.status, 2)
  assert.match(gone.output, /cannot be reached/)
  assert.equal((await run('check', url, '--header', 'no colon')).status, 2)
})
