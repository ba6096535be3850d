// Servers whose bodies are longer than what was asked for, or never end: given up where they are, never a verdict of
// the source.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import zlib from 'node:zlib'
import { check, fromUrl } from '../../node/lib/index.js'
import { bytesOf, firstBytesOf, patienceOf, rangeOf, streamOf, wholeOf } from '../../node/lib/stores/responses.js'
import { serve } from './support/http.js'
import { fixtures } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

/** @typedef {import('./support/http.js').Request} Request @typedef {import('./support/http.js').Response} Response */

const kRoot = join(fixtures, 'seed000/artifacts/baseline_ckpt')
const kMost = 24 << 20 // bytes on the wire of all answers together; what a socket holds back is a part of them
const kPiece = Buffer.alloc(1 << 18)

/** A body without an end, as fast as it is taken. */
function endless(/** @type {Response} */ response) {
  if (response.req.method === 'HEAD') return void response.end() // which has no body
  const more = () => {
    while (!response.destroyed && response.write(kPiece));
  }
  response.on('drain', more)
  more()
}

const rangeOfRequest = (/** @type {Request} */ request) =>
  (/^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []).slice(1).map(Number)

/** Each gets requests for one kind of file. @type {Record<string, (request: Request, response: Response) => void>} */
const kServers = {
  'the right range and no end': (request, response) => {
    const [begin = 0, last = 0] = rangeOfRequest(request)
    response.writeHead(206, { 'content-range': `bytes ${begin}-${last}/${last + 1}` })
    endless(response)
  },
  'a range without its place and no end': (_, response) => endless(response.writeHead(206)),
  'the whole of what has no end': (_, response) => endless(response.writeHead(200)),
  'a longer range': (request, response) => {
    const [begin = 0, last = 0] = rangeOfRequest(request)
    response.writeHead(206, { 'content-range': `bytes ${begin}-${last + (1 << 30)}/${2 ** 40}` })
    endless(response)
  },
  'a longer length': (_, response) => endless(response.writeHead(206, { 'content-length': 2 ** 40 })),
  'a length that HEAD tells and GET does not keep': (request, response) => {
    if (request.method === 'HEAD') response.writeHead(200, { 'content-length': 300 }).end()
    else endless(response.writeHead(200))
  },
  'an error and no end': (_, response) => endless(response.writeHead(403)),
  'a failure and no end': (_, response) => endless(response.writeHead(500)),
  'a page and no end': (_, response) => endless(response.writeHead(200, { 'content-type': 'text/html' })),
}
for (const [name, packed] of /** @type {const} */ ([
  ['gzip', zlib.gzipSync],
  ['deflate', zlib.deflateSync],
  ['br', zlib.brotliCompressSync],
])) {
  const bomb = packed(Buffer.alloc(64 << 20))
  for (const status of [200, 206]) {
    kServers[`${status} and 64 MiB in ${name}`] = (_, response) =>
      void response.writeHead(status, { 'content-encoding': name, 'content-length': bomb.length }).end(bomb)
  }
}
for (const [server, first] of Object.entries(kServers)) {
  for (const [files, where] of /** @type {[string, RegExp][]} */ ([
    ['the manifest', /manifest/],
    ['data', /\/d\//],
    ['documents', /_METADATA$|_sharding/],
  ])) {
    test(`${server}, of ${files}: given up, a gap`, async t => {
      let sent = 0
      const { url } = await serve(t, kRoot, (request, response) => {
        if (!where.test(request.url ?? '')) return false
        const { socket } = response
        const before = socket?.bytesWritten ?? 0
        response.on('close', () => {
          sent += (socket?.bytesWritten ?? 0) - before
        })
        first(request, response)
        return true
      })
      const began = performance.now()
      const report = await check(fromUrl(url, { timeout: 20_000 })).catch(error => error)
      assert.ok(performance.now() - began < 10_000, 'at once, not at the timeout')
      assert.equal(report.exit_code, 3, report.stack ?? reportText(report))
      assert.ok(
        report.findings.some((/** @type {any} */ one) => /^(unreadable|limit)$/.test(one.code)),
        reportText(report),
      )
      assert.ok(sent < kMost, `${sent} bytes`)
    })
  }
}

test('what is not there may be told by a body without an end', async t => {
  const { url } = await serve(t, kRoot, (_request, response) => {
    const write = response.writeHead.bind(response)
    response.writeHead = (/** @type {number} */ status, /** @type {any} */ headers) => {
      write(status, headers)
      if (status === 404) {
        response.end = () => response
        setImmediate(() => endless(response))
      }
      return response
    }
    return false
  })
  assert.equal((await check(fromUrl(url, { timeout: 20_000 }))).verdict, 'SOUND')
})

/** A body of `pieces` pieces that says how many were taken. */
function counted(/** @type {number} */ pieces) {
  const taken = { pieces: 0 }
  const body = new ReadableStream({
    pull(controller) {
      if (taken.pieces++ === pieces) controller.close()
      else controller.enqueue(new Uint8Array(1000))
    },
  })
  return { taken, body }
}

/** @type {Record<string, (response: globalThis.Response) => Promise<any>>} */
const kReaders = {
  bytesOf: response => bytesOf(response, 5000),
  rangeOf: response => rangeOf(response, { offset: 0, asked: 5000 }),
  firstBytesOf: response => firstBytesOf(response, 5000),
  wholeOf: response => wholeOf(response, 5000),
  streamOf: async response => {
    const stream = streamOf(response, patienceOf(1000), 5000)
    const bytes = await stream.read(4500)
    return bytes.length + (await stream.read(4500)).length
  },
}
for (const [name, read] of Object.entries(kReaders)) {
  test(`${name}: at most what was asked for is taken, to the byte`, async () => {
    const status = name === 'wholeOf' ? 200 : 206
    const told = { 'content-range': 'bytes 0-4999/5000' }
    const fits = counted(5)
    const got = await read(new Response(fits.body, { status, headers: told }))
    assert.equal(got.bytes?.length ?? got.length ?? got, 5000)
    for (const headers of [told, {}]) {
      const longer = counted(6)
      if (name !== 'streamOf')
        await assert.rejects(read(new Response(longer.body, { status, headers })), { kind: 'unreadable' })
      else assert.equal(await read(new Response(longer.body, { status, headers })), 5000)
      assert.ok(longer.taken.pieces <= 7)
    }
  })
}

test('--timeout is of a whole request: a body that drips, tries and redirects', async t => {
  const drip = (/** @type {Response} */ response) => {
    const timer = setInterval(() => response.write('x'), 50)
    response.on('close', () => clearInterval(timer))
  }
  const servers = {
    drips: (/** @type {Request} */ _, /** @type {Response} */ response) => drip(response.writeHead(206)),
    fails: (/** @type {Request} */ _, /** @type {Response} */ response) =>
      setTimeout(() => response.writeHead(503).end(), 400),
    'sends on': (/** @type {Request} */ request, /** @type {Response} */ response) =>
      setTimeout(() => response.writeHead(302, { location: `${request.url}x` }).end(), 400),
  }
  for (const [name, answer] of Object.entries(servers)) {
    const { url } = await serve(t, kRoot, (request, response) => {
      answer(request, response)
      return true
    })
    const began = performance.now()
    await assert.rejects(
      async () => fromUrl(url, { timeout: 700 }).getRange('a', { offset: 0, length: 1 << 20 }),
      { kind: 'unreadable' },
      name,
    )
    assert.ok(performance.now() - began < 1500, name)
  }
  const { url } = await serve(t, kRoot, (_, response) => {
    drip(response.writeHead(206))
    return true
  })
  const stream = await fromUrl(url, { timeout: 700 }).open?.('a', { offset: 0, length: 1 << 20 })
  const began = performance.now()
  await assert.rejects(async () => stream?.read(1 << 20), { kind: 'unreadable', message: /in time/ })
  assert.ok(performance.now() - began < 1500)
})
