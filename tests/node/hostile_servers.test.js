// Servers that somebody made in order to deceive or to exhaust: each is refused or read within bounds, and named. What
// hubs and buckets list is in hub.test.js and bucket.test.js, addresses of private networks in redirects.test.js.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { check, fromArchive, fromUrl } from '../../node/lib/index.js'
import { membersOf, tarOf } from './support/archives.js'
import { serve } from './support/http.js'
import { fixtures } from './support/places.js'

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 * @typedef {(request: Request, response: Response, path: string, n: number) => unknown} Answer  false: as an honest
 *   server; n: of the requests
 */

const checkpoint = join(fixtures, 'seed000/artifacts/baseline_ckpt')
const kTimeout = 400 // ms, of the user; all else is ours
const kZeros = Buffer.alloc(1 << 16)
const kBomb = gzipSync(Buffer.alloc(64 << 20), { level: 9 })
const kBrotliBomb = brotliCompressSync(Buffer.alloc(8 << 20))
const tar = tarOf([{ path: 'ckpt/unknown', data: Buffer.alloc(300_000, 7) }, ...membersOf(checkpoint, 'ckpt/')])

/** Bytes for as long as somebody takes them. */
const forever = (/** @type {Response} */ response, piece = kZeros) => {
  const more = () => {
    while (!response.destroyed && response.write(piece));
    if (!response.destroyed) response.once('drain', more)
  }
  more()
}
const drip = (/** @type {Response} */ response) => {
  const timer = setInterval(() => (response.destroyed ? clearInterval(timer) : response.write('x')), 50)
}
/** The file as it is, and a header otherwise. */
const honest =
  (/** @type {(headers: Record<string, any>, n: number) => Record<string, any>} */ edit) =>
  (
    /** @type {Request} */ request,
    /** @type {Response} */ response,
    /** @type {string} */ path,
    /** @type {number} */ n,
  ) => {
    const file = join(checkpoint, path)
    if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return false
    const bytes = fs.readFileSync(file)
    const [, begin, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    if (begin === undefined || Number(begin) >= bytes.length) return false
    const part = bytes.subarray(Number(begin), Number(last) + 1)
    const range = `bytes ${begin}-${Number(begin) + part.length - 1}/${bytes.length}`
    const headers = edit({ 'content-length': part.length, 'content-range': range, etag: '"x"' }, n)
    response
      .writeHead(206, Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)))
      .end(request.method === 'HEAD' ? undefined : part)
    return true
  }
/** The same for whatever is asked for. */
const always =
  (/** @type {(response: Response, request: Request) => unknown} */ answer) =>
  (/** @type {Request} */ request, /** @type {Response} */ response) => (answer(response, request), true)
const status = (/** @type {number} */ code, headers = {}, body = '') =>
  always(response => response.writeHead(code, headers).end(body))
const sendsOn =
  (/** @type {(n: number, url: string) => string} */ to) =>
  (
    /** @type {Request} */ request,
    /** @type {Response} */ response,
    /** @type {string} */ _,
    /** @type {number} */ n,
  ) => (response.writeHead(302, { location: to(n, request.url ?? '') }).end(), true)

/** A page of the directory; below it what `inside` says. */
const page =
  (/** @type {(path: string) => string | Buffer} */ text, type = 'text/html') =>
  (/** @type {Request} */ _, /** @type {Response} */ response, /** @type {string} */ path) =>
    path === '' || path.endsWith('/')
      ? (response.writeHead(200, { 'content-type': type }).end(text(path)), true)
      : false
const kFiles = fs.readdirSync(checkpoint, { recursive: true, withFileTypes: true })
const namesIn = (/** @type {string} */ path) =>
  kFiles
    .filter(one => join(one.parentPath ?? one.path, '/') === join(checkpoint, path, '/'))
    .map(one => `${one.name}${one.isDirectory() ? '/' : ''}`)
const nginx = (/** @type {string[]} */ names, sizeOf = (/** @type {string} */ _) => '-') =>
  `<html><head><title>Index of /</title></head><body><hr><pre><a href="../">../</a>\n${names
    .map(name => `<a href="${name}">${name}</a>     01-Jan-2026 00:00   ${sizeOf(name)}\n`)
    .join('')}</pre></body></html>`
const sizeIn = (/** @type {string} */ path) => (/** @type {string} */ name) =>
  name.endsWith('/') ? '-' : String(namesIn(path).includes(name) ? fs.statSync(join(checkpoint, path, name)).size : 1)
/** The honest listing, and more. */
const listed = (/** @type {(path: string) => string[]} */ more, size = sizeIn) =>
  page(path => nginx([...namesIn(path), ...more(path)], size(path)))
const atTop = (/** @type {string[]} */ ...names) => listed(path => (path === '' ? names : []))
const caddy = (/** @type {any[]} */ ...rows) => page(() => JSON.stringify(rows), 'application/json')
const ours =
  (/** @type {any} */ document) =>
  (/** @type {Request} */ _, /** @type {Response} */ response, /** @type {string} */ path) =>
    path === 'index.json'
      ? (response.writeHead(200).end(typeof document === 'string' ? document : JSON.stringify(document)), true)
      : false
const file = (/** @type {any} */ more) => ({ path: 'a', size: 1, kind: 'file', ...more })

const kManyFiles = nginx(
  Array.from({ length: 700_000 }, (_, n) => `${n}`),
  () => '1',
)
const kManyDirectories = nginx(Array.from({ length: 150_000 }, (_, n) => `${n}/`))
/** The archive by ranges, where the server says what it likes of its size, its headers and its bytes. */
const sized =
  (
    /** @type {(n: number) => number | string} */ size,
    headers = (/** @type {number} */ _) => ({}),
    edit = (/** @type {Buffer} */ bytes) => bytes,
  ) =>
  (
    /** @type {Request} */ request,
    /** @type {Response} */ response,
    /** @type {string} */ _,
    /** @type {number} */ n,
  ) => {
    const [, begin = '0', last = '0'] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const part = edit(Buffer.from(tar)).subarray(Number(begin), Number(last) + 1)
    if (part.length === 0) return response.writeHead(416).end()
    const range = `bytes ${begin}-${Number(begin) + part.length - 1}/${size(n)}`
    return response.writeHead(206, { 'content-length': part.length, 'content-range': range, ...headers(n) }).end(part)
  }

const kYear = 365 * 86400
/** Only the user's patience ends these. @type {[what: string, answer: Answer, told: RegExp, exit?: number][]} */
const slow = [
  ['no answer at all', always(() => {}), /did not answer in time/],
  ['a body that drips', always(response => drip(response.writeHead(200))), /did not answer in time/],
  [
    'a range that drips',
    always(response => drip(response.writeHead(206, { 'content-range': 'bytes 0-99/100' }))),
    /did not answer in time/,
  ],
  [
    'headers that come and no body',
    always(response => response.writeHead(200, { 'content-length': 100 }).flushHeaders()),
    /did not answer in time/,
  ],
]
/**
 * @type {[what: string, answer: Answer, told: RegExp, exit?: number][]}  told: the refusal, or with an exit code what
 *   the report says
 */
const table = [
  // Bodies
  ['a body without end for whatever is asked', always(response => forever(response.writeHead(200))), /sent more than/],
  [
    'a range without end',
    always(response => forever(response.writeHead(206, { 'content-range': 'bytes 0-9/10' }))),
    /sent more than/,
  ],
  [
    'a page without end',
    always(response =>
      forever(response.writeHead(200, { 'content-type': 'text/html' }), Buffer.from('<a href="x">x</a>'.repeat(4000))),
    ),
    /sent more than/,
  ],
  [
    'another range',
    honest(headers => ({ ...headers, 'content-range': headers['content-range'].replace(/ \d+/, ' 7') })),
    /sent more than/,
  ],
  [
    'a longer range',
    honest(headers => ({ ...headers, 'content-range': 'bytes 0-99999999/100000000' })),
    /sent more than/,
  ],
  [
    'a file of 2^63 bytes',
    honest(headers => ({
      ...headers,
      'content-range': headers['content-range'].replace(/\/.*/, '/9223372036854775807'),
    })),
    /changed while it was being read/,
  ],
  ['a range that is none', honest(headers => ({ ...headers, 'content-range': 'bytes x-y/z' })), /SOUND/, 0],
  [
    'a range that ends before it begins',
    honest(headers => ({ ...headers, 'content-range': 'bytes 9-0/10' })),
    /changed while it was being read/,
  ],
  [
    'another size each time',
    honest((headers, n) => ({ ...headers, 'content-range': headers['content-range'].replace(/\/.*/, `/${n + 1}`) })),
    /changed while it was being read/,
  ],
  ['another ETag each time', honest((headers, n) => ({ ...headers, etag: `"${n}"` })), /SOUND/, 0],
  [
    'another date each time',
    honest((headers, n) => ({ ...headers, etag: undefined, 'last-modified': new Date(n * 1e6).toUTCString() })),
    /SOUND/,
    0,
  ],
  [
    'a range of several parts',
    honest(headers => ({ ...headers, 'content-type': 'multipart/byteranges; boundary=x' })),
    /changed while it was being read/,
  ],
  [
    'a compressed range',
    honest(headers => ({ ...headers, 'content-encoding': 'gzip' })),
    /changed while it was being read/,
  ],
  ['a page in place of each file', status(200, { 'content-type': 'text/html' }, '<html>log in</html>'), /an HTML page/],
  [
    'a page of 1 MiB in place of each file',
    status(200, { 'content-type': 'text/html' }, 'x'.repeat(1 << 20)),
    /an HTML page/,
  ],
  [
    'a gzip bomb',
    always(response => response.writeHead(200, { 'content-encoding': 'gzip' }).end(kBomb)),
    /sent more than/,
  ],
  [
    'a brotli bomb',
    always(response => response.writeHead(200, { 'content-encoding': 'br' }).end(kBrotliBomb)),
    /compresses the file/,
  ],
  ['gzip that is none', status(200, { 'content-encoding': 'gzip' }, 'hello'), /connection broke/],
  ['an encoding of its own', status(200, { 'content-encoding': 'own' }, 'hello'), /MISMATCH.*invalid/, 1],
  [
    'a connection that breaks',
    always(
      response => (
        response.writeHead(200, { 'content-length': 100 }).write('x'), setTimeout(() => response.destroy(), 20)
      ),
    ),
    /connection broke/,
  ],
  ['a connection that breaks before an answer', always(response => response.destroy()), /cannot be reached/],
  // Answers
  ...[204, 205, 304, 400, 401, 402, 403, 405, 418, 451].map(
    code => /** @type {[string, Answer, RegExp]} */ ([`${code} for all`, status(code), /answered \d+, as it does/]),
  ),
  ['404 for all', status(404), /no file of a checkpoint/],
  ['416 for all', status(416), /MISMATCH.*invalid/, 1],
  ['500 for all', status(500), /answered 500: try again/],
  ['503, in a year', status(503, { 'retry-after': kYear }), /wants no other request/],
  ['429, in the year 9999', status(429, { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }), /wants no other request/],
  ['503, in -1 s', status(503, { 'retry-after': '-1' }), /answered 503: try again/],
  ['503, in 10^300 s', status(503, { 'retry-after': '9'.repeat(300) }), /answered 503: try again/],
  [
    'headers of 1 MiB',
    always(response => response.writeHead(200, { 'x-a': 'a'.repeat(1 << 20) }).end('x')),
    /cannot be reached/,
  ],
  // Redirects
  ['a redirect to itself', sendsOn((_, url) => url), /too many redirects/],
  ['redirects without end', sendsOn(n => `/${n}`), /too many redirects/],
  ['a redirect nowhere', sendsOn(() => 'http://['), /cannot be reached/],
  ['a redirect to a closed port', sendsOn(() => 'http://127.0.0.1:1/'), /cannot be reached/],
  ...['file:///etc/passwd', 'data:text/plain,x', 'javascript:1', 'ftp://127.0.0.1/', 'blob:x', 'about:blank'].map(
    to =>
      /** @type {[string, Answer, RegExp]} */ ([`a redirect to ${to}`, sendsOn(() => to), /sends on to an address of/]),
  ),
  // Listings
  ['a name up, escaped', atTop('..%2f..%2fetc%2fpasswd'), /leads elsewhere/],
  ['a name up by a backslash', atTop('..%5cx'), /leads elsewhere/],
  ['a name with a NUL', atTop('a%00b'), /leads elsewhere/],
  ['a name with half an escape', atTop('a%f'), /leads elsewhere/],
  ['a name of bytes that are no text', atTop('%ff%fe'), /leads elsewhere/],
  ['a name of dots, escaped', atTop('%2e%2e/'), /leads elsewhere/],
  ['a name escaped twice', atTop('%252e%252e%252fx'), /SOUND.*unknown-file/, 0],
  ['a name by an entity', atTop('&#46;&#46;&#47;x'), /leads elsewhere/],
  ['a name of 2,000 bytes', atTop('a'.repeat(2000)), /leads elsewhere/],
  ['a link to another server', atTop('http://evil.example/a', '//evil.example/b'), /SOUND/, 0],
  ['a link above', atTop('/etc/passwd', '../../x/'), /leads elsewhere/],
  ['a name twice', atTop('_METADATA'), /SOUND/, 0],
  ['a directory and a file of one name', atTop('_METADATA/'), /SOUND/, 0],
  ['directories without end', listed(() => ['deeper/']), /lists more files, or deeper/],
  [
    'a directory whose page is gone',
    (request, response, path, n) =>
      path === 'gone/' ? (response.writeHead(404).end(), true) : atTop('gone/')(request, response, path, n),
    /has no page for/,
  ],
  ['700,000 names', page(() => kManyFiles), /sent more than/],
  ['150,000 directories', page(() => kManyDirectories), /lists more files, or deeper/],
  [
    '10,000 names, as many as Caddy shows',
    caddy(...Array.from({ length: 10_000 }, (_, n) => ({ name: `${n}`, size: 1, is_dir: false }))),
    /exactly 10000/,
  ],
  ['rows with a name up', caddy({ name: '../x', size: 1, is_dir: false }), /leads elsewhere/],
  ['rows with a slash', caddy({ name: 'a/b', size: 1, is_dir: false }), /leads elsewhere/],
  ['rows with negative sizes', caddy({ name: 'a', size: -1, is_dir: false }), /directory is empty/],
  ['a listing 100,000 deep', page(() => '['.repeat(100_000), 'application/json'), /SOUND/, 0],
  ['one link of 8 MiB', page(() => `<title>Index of /</title><a href="${'a'.repeat(8 << 20)}`), /directory is empty/],
  ['a million begun links', page(() => `<title>Index of /</title>${'<a '.repeat(1_000_000)}`), /directory is empty/],
  [
    'sizes that are too small',
    listed(
      () => [],
      () => () => '1',
    ),
    /INCOMPLETE.*unreadable/,
    3,
  ],
  [
    'sizes that are too large',
    listed(
      () => [],
      path => name => (name.endsWith('/') ? '-' : String(Number(sizeIn(path)(name)) + 1)),
    ),
    /INCOMPLETE.*unreadable/,
    3,
  ],
  ['a file that is not there', atTop('checkpoint'), /INCOMPLETE.*changed-during-read/, 3],
  [
    'a size of 10^15',
    listed(
      path => (path === '' ? ['big'] : []),
      path => name => (name === 'big' ? `${10 ** 15}` : sizeIn(path)(name)),
    ),
    /SOUND.*unknown-file/,
    0,
    0,
  ],
  [
    'a size of 10^22',
    listed(
      path => (path === '' ? ['big'] : []),
      path => name => (name === 'big' ? `1${'0'.repeat(22)}` : sizeIn(path)(name)),
    ),
    /SOUND/,
    0,
  ],
  ['our list with a name up', ours({ files: [file({ path: '../x' })] }), /leaves the source/],
  ['our list with an absolute name', ours({ files: [file({ path: '/etc/passwd' })] }), /absolute path/],
  ['our list with a NUL', ours({ files: [file({ path: 'a\0' })] }), /leaves the source/],
  ['our list with a name twice', ours({ files: [file({}), file({})] }), /no list of files/],
  ['our list with a negative size', ours({ files: [file({ size: -1 })] }), /no list of files/],
  ['our list with another kind', ours({ files: [file({ kind: 'constructor' })] }), /no list of files/],
  ['our list with no names', ours({ files: [null, 7, {}] }), /no list of files/],
  ['our list of 33 MiB', ours(' '.repeat(33 << 20)), /sent more than/],
]

/** Archives, by their address. @type {[what: string, answer: Answer, told: RegExp, exit?: number][]} */
const archives = [
  ['an archive of 1 TiB', sized(() => 2 ** 40), /sent less of the archive/],
  ['an archive of 2^63 bytes', sized(() => '9223372036854775807'), /sent less of the archive/],
  ['an archive that grows', sized(n => tar.length + n), /SOUND.*unknown-file/, 0],
  ['an archive that shrinks', sized(n => tar.length - n), /SOUND.*unknown-file/, 0],
  [
    'an archive of another ETag each time',
    sized(
      () => tar.length,
      n => ({ etag: `"${n}"` }),
    ),
    /changed since/,
  ],
  [
    'an archive of other bytes',
    always(response => response.writeHead(206, { 'content-range': 'bytes 0-16383/20000' }).end(Buffer.alloc(16384, 7))),
    /sent less of the archive/,
  ],
  [
    'an archive whose end is zeros',
    sized(
      () => tar.length,
      () => ({}),
      bytes => bytes.fill(0, 310_000),
    ),
    /MISMATCH.*checksum/,
    1,
  ],
  ['an archive that is a page', status(200, { 'content-type': 'text/html' }, '<html>log in</html>'), /an HTML page/],
  ['an archive without end', always(response => forever(response.writeHead(200))), /compresses the file/],
  ['an archive in a year', status(503, { 'retry-after': kYear }), /wants no other request/],
  ['an archive that is sent on without end', sendsOn(n => `/${n}`), /too many redirects/],
  ['an archive that is no longer there', status(404), /no such file/],
]
const rows = [
  ...slow.map(row => ({ row, timeout: kTimeout, path: '' })),
  ...table.map(row => ({ row, timeout: 10_000, path: '' })),
  ...archives.map(row => ({ row, timeout: 10_000, path: 'a.tar' })),
]
test('the table has at least sixty', () => assert.ok(rows.length >= 60, `${rows.length}`))

/** As it was asked, where that is no text. */
function pathOf(/** @type {string | undefined} */ url = '') {
  try {
    return decodeURIComponent(url.slice(1))
  } catch {
    return url.slice(1)
  }
}

for (const {
  row: [what, answer, told, exit],
  timeout,
  path,
} of rows) {
  test(what, { timeout: 20_000 }, async t => {
    let n = 0
    const { url } = await serve(t, checkpoint, (request, response) => {
      response.on('error', () => {})
      return answer(request, response, pathOf(request.url), n++) !== false
    })
    const source = path ? fromArchive(url + path, { timeout }) : fromUrl(url, { timeout })
    const cpu = process.cpuUsage()
    /** @type {any} */
    const outcome = await Promise.resolve(source)
      .then(store => check(store))
      .catch(error => error)
    const { user, system } = process.cpuUsage(cpu)
    const text = outcome.message ?? `${outcome.headline} ${JSON.stringify(outcome.findings)}`
    // The server is this process too.
    assert.ok(user + system < 2.5e6, `${(user + system) / 1e6} s of the processor`)
    // Each that nobody answers costs the user's patience.
    assert.ok(n <= (timeout === kTimeout ? 60 : 1000), `${n} requests`)
    assert.match(text, told)
    assert.equal(outcome.exit_code, exit, text)
    if (exit === undefined) assert.equal(outcome.code, 'source', outcome.stack)
  })
}
