// s3:// and gs://: public buckets by their lists in XML, page after page; by a stand-in here, and by moto where it is
// installed (tests/campaigns/servers.sh).
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { check, digest, fromPath, fromUrl } from '../../node/lib/index.js'
import { bucketOfUrl } from '../../node/lib/stores/named.js'
import { relationOf } from '../../node/lib/stores/places.js'
import { serve } from './support/http.js'
import { fixtures, scratch } from './support/places.js'

const kCases = ['manager/zarr3_items', 'orbax/zarr2_plain', 'v1/save']
const kPage = 7 // keys

const escaped = (/** @type {string} */ text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&#39;')
const result = (/** @type {string} */ inside) =>
  `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside}</ListBucketResult>`
const object = (/** @type {string} */ key, /** @type {number | string} */ size) =>
  `<Contents><Key>${escaped(key)}</Key><ETag>"x"</ETag><Size>${size}</Size></Contents>`

/**
 * @param {import('node:test').TestContext} t
 * @param {string} root  of the bucket
 * @param {(prefix: string, token: string | null) => [status: number, body: string]} [list]
 */
async function bucket(t, root, list = (prefix, token) => pageOf(root, prefix, token)) {
  const server = await serve(t, root, (request, response) => {
    const url = new URL(request.url ?? '', 'http://bucket')
    if (url.searchParams.get('list-type') === '2') {
      const [status, body] = list(url.searchParams.get('prefix') ?? '', url.searchParams.get('continuation-token'))
      response.writeHead(status, { 'content-type': 'application/xml' }).end(body)
      return true
    }
    request.url = url.pathname.replace(/^\/bucket/, '')
    return false
  })
  process.env.AWS_ENDPOINT_URL = server.url
  t.after(() => delete process.env.AWS_ENDPOINT_URL)
  return server
}

/** @returns {[number, string]} */
function pageOf(/** @type {string} */ root, /** @type {string} */ prefix, /** @type {string | null} */ token) {
  const all = fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(one => one.isFile())
    .map(one => join(one.parentPath ?? one.path, one.name))
    .map(file => ({ key: relative(root, file), size: fs.statSync(file).size }))
    .filter(({ key }) => key.startsWith(prefix))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  const from = Number(token ?? 0)
  const more = from + kPage < all.length
  const rows = all.slice(from, from + kPage).map(({ key, size }) => object(key, size))
  const next = more ? `<NextContinuationToken>${from + kPage}</NextContinuationToken>` : ''
  return [200, result(`<IsTruncated>${more}</IsTruncated>${rows.join('')}${next}`)]
}

test('digests of a bucket are those of the directory, over many pages; the newest step is found', async t => {
  const root = scratch(t)
  for (const name of kCases) fs.cpSync(join(fixtures, name, 'ckpt'), join(root, name), { recursive: true })
  const { asked } = await bucket(t, root)
  for (const name of kCases) {
    const here = await digest(fromPath(join(fixtures, name, 'ckpt')))
    const there = await digest(`s3://bucket/${name}`)
    assert.equal(there.fingerprint, here.fingerprint)
    assert.deepEqual(there.report.findings, here.report.findings)
    assert.equal(there.report.source.files, here.report.source.files)
  }
  assert.ok(asked.filter(({ url }) => url?.includes('continuation-token')).length > 5)
  assert.equal((await check('s3://bucket/manager/zarr3_items', { allSteps: true })).exit_code, 0)
})

test('a bucket that may be read and not listed is asked for names', async t => {
  const root = scratch(t)
  fs.cpSync(join(fixtures, 'v1/save/ckpt'), join(root, 'ckpt'), { recursive: true })
  await bucket(t, root, () => [403, '<Error><Code>AccessDenied</Code></Error>'])
  const report = await check('s3://bucket/ckpt')
  assert.equal(report.verdict, 'SOUND')
  assert.match(report.headline, /has no listing/)
})

test('a bucket by a request for its list, which may be signed', async t => {
  const root = scratch(t)
  for (const name of kCases) fs.cpSync(join(fixtures, name, 'ckpt'), join(root, name), { recursive: true })
  const { url, asked } = await bucket(t, root)
  for (const query of ['?list-type=2&prefix=v1/save/&X-Amz-Signature=5ec4e7', '?prefix=v1%2Fsave']) {
    const here = await digest(fromPath(join(fixtures, 'v1/save/ckpt')))
    const there = await digest(`${url}bucket${query}`)
    assert.equal(there.fingerprint, here.fingerprint)
    assert.equal(there.report.source.files, here.report.source.files)
    assert.doesNotMatch(JSON.stringify(there), /5ec4e7/)
  }
  // The signature is of the list, and would make other requests wrong.
  for (const one of asked)
    assert.equal(/5ec4e7/.test(one.url ?? ''), /list-type/.test(one.url ?? '') && /Sig/.test(one.url ?? ''))
  assert.ok(asked.some(({ url }) => /5ec4e7/.test(url ?? '')))
})

test('which addresses are buckets, and what is listed of them', () => {
  for (const [address, root, prefix] of [
    ['https://b.s3.amazonaws.com/run/5/', 'https://b.s3.amazonaws.com/', 'run/5/'],
    ['https://b.c.s3.eu-north-1.amazonaws.com/run%205', 'https://b.c.s3.eu-north-1.amazonaws.com/', 'run 5/'],
    ['https://b.s3.dualstack.us-east-1.amazonaws.com/', 'https://b.s3.dualstack.us-east-1.amazonaws.com/', ''],
    ['https://b.s3.cn-north-1.amazonaws.com.cn/x', 'https://b.s3.cn-north-1.amazonaws.com.cn/', 'x/'],
    ['https://s3.eu-north-1.amazonaws.com/b/run/5', 'https://s3.eu-north-1.amazonaws.com/b/', 'run/5/'],
    ['https://s3-eu-west-1.amazonaws.com/b', 'https://s3-eu-west-1.amazonaws.com/b/', ''],
    ['https://storage.googleapis.com/b/run', 'https://storage.googleapis.com/b/', 'run/'],
    ['https://b.storage.googleapis.com/run', 'https://b.storage.googleapis.com/', 'run/'],
    ['http://localhost:9000/b?list-type=2&prefix=run', 'http://localhost:9000/b/', 'run/'],
    ['https://h/b/?prefix=', 'https://h/b/', ''],
    ['https://s3.amazonaws.com/'],
    ['https://storage.googleapis.com/'],
    ['https://b.s3-website-us-east-1.amazonaws.com/x'],
    ['https://s3.amazonaws.com.evil.example/b/x'],
    ['https://evil.example/s3.amazonaws.com/'],
    ['https://b.s3.amazonaws.com/run/?X-Amz-Signature=1'],
    ['https://h/run/'],
    ['hf://o/r'],
    ['no address'],
  ]) {
    const { bucket } = bucketOfUrl(String(address)) ?? {}
    assert.deepEqual([bucket?.root.href, bucket?.prefix], [root, prefix], address)
  }
  for (const prefix of ['../x', 'a/./b', 'a%00'])
    assert.throws(() => bucketOfUrl(`https://h/b/?prefix=${prefix}`), { code: 'usage' })
  assert.ok(relationOf(fromUrl('https://b.s3.amazonaws.com/run'), fromUrl('https://b.s3.amazonaws.com/run/5/')))
})

let pages = 0
/** @type {Record<string, [(token: string | null) => string, RegExp]>} */
const kHostile = {
  'the same page for ever': [
    () => result(`${object('r/a', 1)}<IsTruncated>true</IsTruncated><NextContinuationToken>1</NextContinuationToken>`),
    /twice|does not go on/,
  ],
  'empty pages for ever': [
    () => result(`<IsTruncated>true</IsTruncated><NextContinuationToken>${pages++}</NextContinuationToken>`),
    /does not go on/,
  ],
  'more, and no token': [() => result(`${object('r/a', 1)}<IsTruncated>true</IsTruncated>`), /does not go on/],
  'a key that leads up': [() => result(object('r/../../x', 1)), /leads elsewhere/],
  'a key of another prefix': [() => result(object('other/x', 1)), /leads elsewhere/],
  'a key with an escaped slash up': [
    () => result('<Contents><Key>r/&#46;./x</Key><Size>1</Size></Contents>'),
    /leads elsewhere/,
  ],
  'an empty part': [() => result(object('r/a//b', 1)), /leads elsewhere/],
  'a size that is none': [() => result(object('r/a', '1e99')), /size/],
  'a key twice': [() => result(object('r/a', 1).repeat(2)), /twice/],
  'objects without keys': [() => result('<Contents>'.repeat(300_000)), /leads elsewhere/],
  'a page without an end': [() => result(object('r/a', 1)) + ' '.repeat(33 << 20), /more than/],
}
for (const [name, [page, why]] of Object.entries(kHostile)) {
  test(`a bucket with ${name} is refused`, async t => {
    await bucket(t, scratch(t), (_, token) => [200, page(token)])
    const began = performance.now()
    await assert.rejects(check('s3://bucket/r'), { code: 'source', message: why })
    assert.ok(performance.now() - began < 2000, `${performance.now() - began} ms`)
  })
}
