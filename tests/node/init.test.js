// init(): where core.wasm and workers come from, and what is said where they cannot be had.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, afterEach, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { check, codes, digest, fromMap, init } from '../../node/lib/index.js'

const core = new URL('../../build/wasm/core.wasm', import.meta.url)
const bytes = readFileSync(core)
/** @type {Record<string, [number, string | Uint8Array]>} */
const answers = { '/core.wasm': [200, bytes], '/page': [200, '<!doctype html>'], '/gone': [404, ''] }
const server = createServer(({ url = '' }, response) => {
  const [status, body] = answers[url]
  response.writeHead(status).end(body)
})
let origin = ''
before(async () => {
  await new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  origin = `http://127.0.0.1:${/** @type {any} */ (server.address()).port}`
})
after(() => server.close())
afterEach(() => init())

/** @type {[string, () => any][]} */
const sources = [
  ['a URL of a file', () => core],
  ['a path', () => fileURLToPath(core)],
  ['an address', () => `${origin}/core.wasm`],
  ['a URL', () => new URL(`${origin}/core.wasm`)],
  ['a Response', () => new Response(bytes)],
  ['the promise of a Response', () => fetch(`${origin}/core.wasm`)],
  ['bytes', () => bytes],
  ['an ArrayBuffer', () => Uint8Array.from(bytes).buffer],
  ['a Module', () => new WebAssembly.Module(bytes)],
]
for (const [what, wasm] of sources) {
  test(`core.wasm as ${what}`, async () => {
    init({ wasm: wasm() })
    for (let n = 0; n < 2; n++) assert.ok((await codes()).includes('digest-mismatch'))
  })
}

/** @type {[string, () => any, RegExp][]} */
const broken = [
  ['a path that is none', () => '/no/such/file', /^core\.wasm could not be loaded from \/no\/such\/file: ENOENT/],
  ['what a server does not have', () => `${origin}/gone`, /from http:\S+\/gone: the server said 404\. /],
  ['a Response of a failure', () => new Response('', { status: 500 }), /: the server said 500\. /],
  ['a page', () => new URL(`${origin}/page`), /\/page: what is there is not WebAssembly\. /],
  ['a server that is none', () => 'http://127.0.0.1:1/', /from http:\/\/127\.0\.0\.1:1\/: fetch failed\. /],
  ['half of it', () => bytes.subarray(0, 99), /^core\.wasm does not compile: /],
]
for (const [what, wasm, message] of broken) {
  test(`core.wasm as ${what} is told with what to do`, async () => {
    init({ wasm: wasm() })
    await assert.rejects(codes(), (/** @type {any} */ error) => {
      assert.equal(error.code, 'environment')
      assert.match(error.message, message)
      if (!/compile/.test(error.message)) assert.match(error.message, /init\(\{ wasm \}\).*'leafsum\/inline'/)
      return true
    })
  })
}

test('what could not be loaded is asked for again', async () => {
  answers['/later'] = [404, '']
  init({ wasm: `${origin}/later` })
  await assert.rejects(codes(), { code: 'environment' })
  answers['/later'] = [200, bytes]
  assert.ok((await codes()).length > 0)
})

test('what init does not know is refused, with where it went', async () => {
  const options = /** @type {[any, RegExp][]} */ ([
    [{ workerUrl: 'worker.js' }, /^init: there is no option "workerUrl": it is `worker: \(\) => new Worker\(/],
    [{ codecsWasm: bytes }, /it is `codecs` now/],
    [{ factory() {} }, /part of the package's own code/],
    [{ toString: 1 }, /there are wasm, codecs, trust and worker$/],
    [{ worker: 'worker.js' }, /worker: a function/],
    [null, /an object/],
  ])
  for (const [given, message] of options) assert.throws(() => init(given), { code: 'usage', message })
  init(/** @type {any} */ ({ wasm: 7 }))
  await assert.rejects(codes(), { code: 'usage', message: /a URL, a Response, bytes or a WebAssembly\.Module/ })
})

const zarray = { zarr_format: 2, shape: [4], chunks: [4], dtype: '|u1', fill_value: null, order: 'C', filters: null }
const source = () =>
  fromMap({
    'a/.zarray': new TextEncoder().encode(JSON.stringify({ ...zarray, compressor: null })),
    'a/0': bytes.subarray(0, 4),
  })
const inWorkers = { workers: 2, workersFrom: 0 }

test('workers of one’s own', async () => {
  let started = 0
  const script = new URL('../../node/lib/host/worker_node.js', import.meta.url)
  init({ worker: () => (started++, new Worker(script)) })
  const { text } = await digest(source(), inWorkers)
  assert.equal(started, 2)
  assert.equal(text, (await digest(source(), { workers: 1 })).text)
})

test('workers that do not start are told with what to do, and there is a way without', async () => {
  const ways = /** @type {(() => any)[]} */ ([
    () => new Worker(new URL('./no/such.js', import.meta.url)),
    () => new Worker('throw new Error("not this one")', { eval: true }),
    () => assert.fail('not here'),
  ])
  for (const worker of ways) {
    init({ worker })
    await assert.rejects(digest(source(), inWorkers), {
      code: 'environment',
      message: /^a worker did not start: .*init\(\{ worker \}\).*\{ workers: 1 \}$/,
    })
    assert.equal((await check(source(), { workers: 1 })).verdict, 'SOUND')
  }
})
