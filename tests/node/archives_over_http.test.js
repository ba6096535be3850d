// Archives on a web server, on a hub and in a bucket: what comes of each is what comes of the directory, with ranges
// and without; the query of a presigned address stays a secret.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { check, digest, fromArchive, fromPath, lock, verify } from '../../node/lib/index.js'
import { archiveOfUrl } from '../../node/lib/stores/archive/names.js'
import { membersOf, tarOf, zipOf, zstdOf } from './support/archives.js'
import { cli, start } from './support/cli.js'
import { serve } from './support/http.js'
import { startHub } from './support/hub.js'
import { fixtures, scratch } from './support/places.js'

const kCases = ['orbax/plain_sharded', 'v1/save', 'manager/zarr3_items']
const kQuery = '?X-Amz-Algorithm=AWS4&X-Amz-Signature=5ec4e7%2Fx'
const kSecret = /5ec4e7/

/** @type {Record<string, (members: any[]) => Uint8Array>} */
const kForms = {
  tar: members => tarOf(members),
  'tar.gz': members => gzipSync(tarOf(members)),
  'tar.zst': members => zstdOf(tarOf(members), 4096),
  'stored.zip': members => zipOf(members),
  'deflated.zip': members => zipOf(members.map(one => ({ ...one, deflate: true }))),
}

/** A server that knows one query, with ranges or without. */
async function served(/** @type {import('node:test').TestContext} */ t, { ranges = true } = {}) {
  const root = scratch(t)
  const server = await serve(t, root, (request, response) => {
    const [path, query] = (request.url ?? '').split('?')
    if (`?${query}` !== kQuery) {
      response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>')
      return true
    }
    request.url = path
    if (!ranges) delete request.headers.range
    return false
  })
  return { root, ...server }
}

for (const ranges of [true, false]) {
  test(`an archive by its address is the directory, ${ranges ? 'by ranges' : 'of a server without ranges'}`, async t => {
    const { root, url, asked } = await served(t, { ranges })
    for (const name of kCases) {
      const directory = join(fixtures, name, 'ckpt')
      const here = await digest(fromPath(directory))
      for (const [form, make] of Object.entries(kForms)) {
        fs.writeFileSync(join(root, `a b.${form}`), make(membersOf(directory, 'ckpt/')))
        const address = `${url}a%20b.${form}${kQuery}`
        const there = await digest(address)
        const told = `${name} as ${form}: ${there.report.headline}`
        assert.equal(there.fingerprint, here.fingerprint, told)
        assert.deepEqual(there.report.findings, here.report.findings, told)
        assert.doesNotMatch(JSON.stringify(there), kSecret)
      }
    }
    assert.ok(asked.every(({ headers }) => headers.referer === undefined))
  })
}

test('kept in a temporary file, of another name, of a directory in it; by URL, by fromArchive', async t => {
  const { root, url } = await served(t)
  const directory = join(fixtures, 'v1/save/ckpt')
  const { fingerprint } = await digest(fromPath(directory))
  const members = [...membersOf(directory, 'x/m n/'), ...membersOf(join(fixtures, kCases[0], 'ckpt'), 'y/z/')]
  fs.writeFileSync(join(root, 'a.tgz'), gzipSync(tarOf(members)))
  const temp = scratch(t)
  for (const source of [
    `${url}a.tgz!/x/m%20n${kQuery}`,
    new URL(`${url}a.tgz!/x/m n/${kQuery}`),
    fromArchive(`${url}a.tgz${kQuery}`, { inner: 'x/m n' }),
    fromArchive(new URL(`${url}a.tgz${kQuery}`), { inner: 'x/m n', tempDir: temp }),
  ])
    assert.equal((await digest(source)).fingerprint, fingerprint)
  assert.deepEqual(fs.readdirSync(temp), [])
  await assert.rejects(fromArchive(`${url}a.tgz${kQuery}`, { tempDir: temp, maxDisk: 1000 }), {
    code: 'source',
    message: /max-disk/,
  })
})

test('what was locked here is verified there; evidence in the archive is none', async t => {
  const { root, url } = await served(t)
  const directory = join(fixtures, 'v1/save/ckpt')
  const { lockfile } = await lock(fromPath(directory))
  fs.writeFileSync(join(root, 'a.tar'), tarOf(membersOf(directory)))
  const report = await verify(`${url}a.tar${kQuery}`, { lockfile: lockfile ?? '' })
  assert.equal(report.verdict, 'VERIFIED', report.headline)
  const other = membersOf(directory).map(one =>
    /\/d\//.test(`/${one.path}`) ? { ...one, data: one.data && Buffer.alloc(one.data.length) } : one,
  )
  fs.writeFileSync(join(root, 'b.tar'), tarOf(other))
  assert.equal((await verify(`${url}b.tar${kQuery}`, { lockfile: lockfile ?? '' })).exit_code, 1)
})

/** @type {[what: string, path: string, put: (root: string) => void, why: RegExp][]} */
const kRefused = [
  ['nothing there', 'gone.tar', () => {}, /no such file/],
  ['text', 'a.tar.gz', root => fs.writeFileSync(join(root, 'a.tar.gz'), 'hello '.repeat(999)), /is no tar/],
  ['an empty file', 'a.zip', root => fs.writeFileSync(join(root, 'a.zip'), ''), /is no tar/],
  [
    'no such directory in it',
    'a.tar!/x',
    root => fs.writeFileSync(join(root, 'a.tar'), tarOf([{ path: 'y/z', data: Buffer.from('x') }])),
    /no directory "x"/,
  ],
]
test('what is none: in words, without the query', async t => {
  const { root, url } = await served(t)
  for (const [what, path, put, why] of kRefused) {
    put(root)
    await assert.rejects(check(`${url}${path}${kQuery}`), (/** @type {any} */ error) => {
      assert.equal(error.code, 'source', what)
      assert.match(error.message, why)
      assert.match(error.message, /^(cannot read )?http:\/\/127\.0\.0\.1:\d+\//)
      assert.doesNotMatch(String(error.stack) + error.message, kSecret)
      return true
    })
  }
  await assert.rejects(check(`${url}a.tar?wrong=5ec4e7`), (/** @type {any} */ { message }) => {
    assert.match(message, /answered 403/)
    assert.doesNotMatch(message, kSecret)
    return true
  })
  await assert.rejects(check('http://me:5ec4e7@localhost/a.tar'), (/** @type {any} */ { code, message }) => {
    assert.equal(code, 'usage')
    assert.doesNotMatch(message, kSecret)
    return true
  })
})

test('a redirect carries neither query nor headers to another origin', async t => {
  const { root, url } = await served(t)
  fs.writeFileSync(join(root, 'a.tar'), tarOf(membersOf(join(fixtures, 'v1/save/ckpt'))))
  const other = await serve(t, root)
  const first = await serve(t, root, (_, response) => {
    response.writeHead(302, { location: `${other.url}a.tar` }).end()
    return true
  })
  const source = fromArchive(`${first.url}a.tar${kQuery}`, { headers: { Authorization: 'Bearer 5ec4e7' } })
  assert.equal((await check(source)).exit_code, 0)
  assert.ok(first.asked.every(({ headers }) => headers.authorization === 'Bearer 5ec4e7'))
  assert.ok(other.asked.length > 0)
  for (const one of other.asked) assert.doesNotMatch(JSON.stringify(one), kSecret)
  assert.ok(url)
})

test('an archive that changes while it is read is no archive of either state', async t => {
  const root = scratch(t)
  const bytes = tarOf(membersOf(join(fixtures, 'v1/save/ckpt')))
  fs.writeFileSync(join(root, 'a.tar'), Buffer.concat([bytes, Buffer.alloc(1 << 20)]))
  const file = join(root, 'a.tar')
  const { url } = await serve(t, root)
  const store = await fromArchive(`${url}a.tar`)
  assert.equal((await check(store)).exit_code, 0)
  fs.utimesSync(file, 1, 1)
  const report = await check(store)
  assert.equal(report.exit_code, 3, report.headline)
  assert.ok(report.findings.some(({ code }) => code === 'changed-during-read'))
})

test('of a stored archive one leaf costs its own bytes', async t => {
  const root = scratch(t)
  const big = { path: 'ckpt/unknown', data: Buffer.alloc(64 << 20, 7) }
  fs.writeFileSync(join(root, 'a.tar'), tarOf([big, ...membersOf(join(fixtures, 'v1/save/ckpt'), 'ckpt/')]))
  let sent = 0
  const { url, asked } = await serve(t, root, request => {
    const [, begin, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    sent += Number(last) - Number(begin) + 1
    return false
  })
  assert.equal((await check(`${url}a.tar`)).exit_code, 0)
  assert.ok(sent < 4 << 20, `${sent} bytes`)
  assert.ok(asked.length < 60, `${asked.length} requests`)
})

test('on a hub', async t => {
  const root = scratch(t)
  const directory = join(fixtures, 'v1/save/ckpt')
  fs.mkdirSync(join(root, 'runs'))
  fs.writeFileSync(join(root, 'runs/a.tar.gz'), gzipSync(tarOf(membersOf(directory, 'ckpt/'))))
  const hub = await startHub(root, { token: 'hf_5ec4e7' })
  t.after(hub.close)
  process.env.HF_ENDPOINT = hub.url
  process.env.HF_TOKEN = 'hf_5ec4e7'
  t.after(() => {
    delete process.env.HF_ENDPOINT
    delete process.env.HF_TOKEN
  })
  const { fingerprint } = await digest(fromPath(directory))
  for (const source of ['hf://org/repo/runs/a.tar.gz', 'hf://org/repo@main/runs/a.tar.gz!/'])
    assert.equal((await digest(source)).fingerprint, fingerprint)
  for (const { where, headers } of hub.asked)
    assert.equal(headers.authorization, where === 'hub' ? 'Bearer hf_5ec4e7' : undefined)
})

test('the command line takes them, and shows no query', async t => {
  const { root, url } = await served(t)
  fs.writeFileSync(join(root, 'a.tar.gz'), gzipSync(tarOf(membersOf(join(fixtures, 'v1/save/ckpt')))))
  const run = async (/** @type {string[]} */ ...args) => {
    const { child, done } = start(args)
    let shown = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', data => (shown += data))
    const { status } = await done
    assert.doesNotMatch(shown, kSecret, args.join(' '))
    return { status, shown }
  }
  const address = `${url}a.tar.gz${kQuery}`
  for (const [status, ...args] of /** @type {[number, ...string[]][]} */ ([
    [0, 'check', address],
    [0, 'ls', address, '--files'],
    [5, 'verify', address],
    [2, 'lock', address],
    [2, 'verify', address, '--lock', `${url}nothing${kQuery}`],
    [2, 'verify', address, '--lock', `http://example.invalid/x${kQuery}`],
    [2, 'verify', `${url}gone.tar${kQuery}`],
    [2, 'check', `${url}a${kQuery}`],
    [2, 'check', `ftp://host/a.tar${kQuery}`],
    [2, 'check', 'https://me:5ec4e7@localhost/a.tar'],
    [2, 'check', address, '--json', '--step', '9'],
    [2, 'verify', address, '--sums', `${url}sums${kQuery}`],
    [1, 'diff', address, join(fixtures, 'orbax/plain_sharded/ckpt')],
  ]))
    assert.equal((await run(...args)).status, status, args.join(' '))
  assert.equal(cli(['check', 'https://host/a.tar?x=1', '--timeout', '0']).status, 2)
})

test('which addresses are archives', () => {
  for (const [address, archive, inner] of [
    ['https://h/a.tar', 'https://h/a.tar', undefined],
    ['https://h/x/a.TGZ?b=c.zip#d', 'https://h/x/a.TGZ?b=c.zip#d', undefined],
    ['hf://o/r/a.tar.zst!/b%20c', 'hf://o/r/a.tar.zst', 'b c'],
    ['s3://b/a.zip!/', 's3://b/a.zip', ''],
    ['https://h/a.tar/', undefined],
    ['https://h/a?x=a.tar', undefined],
    ['https://evil.zip', undefined],
    ['https://evil.zip/a', undefined],
    ['https://evil.zip!/a', undefined],
    ['a.tar', undefined],
  ])
    assert.deepEqual(archiveOfUrl(String(address)), archive && { archive, inner }, address)
})
