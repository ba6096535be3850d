// hf://: a repository of the Hub, by a stand-in on this machine.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, digest, fromPath, fromUrl, read } from '../../node/lib/index.js'
import { namedAddress } from '../../node/lib/stores/named.js'
import { relationOf } from '../../node/lib/stores/places.js'
import { start } from './support/cli.js'
import { startHub } from './support/hub.js'
import { fixtures, scratch } from './support/places.js'

const kCases = ['manager/zarr3_items', 'v1/save', 'orbax/plain_sharded']

/** @param {import('node:test').TestContext} t */
async function hub(t, options = {}) {
  const root = scratch(t)
  for (const name of kCases) fs.cpSync(join(fixtures, name, 'ckpt'), join(root, name), { recursive: true })
  fs.writeFileSync(join(root, 'README.md'), 'a model')
  const started = await startHub(root, options)
  t.after(started.close)
  process.env.HF_ENDPOINT = started.url
  t.after(() => {
    delete process.env.HF_ENDPOINT
    delete process.env.HF_TOKEN
  })
  return started
}

test('digests of a repository are those of the directory, the newest step is found, the token stays', async t => {
  process.env.HF_TOKEN = 'hf_secret'
  const { asked } = await hub(t, { token: 'hf_secret' })
  for (const name of kCases) {
    const here = await digest(fromPath(join(fixtures, name, 'ckpt')))
    for (const source of [`hf://org/repo/${name}`, fromUrl(`hf://org/repo@main/${name}/`)]) {
      const there = await digest(source)
      assert.equal(there.fingerprint, here.fingerprint)
      assert.deepEqual(there.report.findings, here.report.findings)
      assert.equal(there.report.source.files, here.report.source.files)
    }
  }
  assert.ok(asked.some(({ where }) => where === 'cdn'))
  for (const { where, headers } of asked)
    assert.equal(headers.authorization, where === 'hub' ? 'Bearer hf_secret' : undefined)
  assert.equal((await check('hf://org/repo/manager/zarr3_items', { allSteps: true })).exit_code, 0)
  const leaf = await read('hf://org/repo/v1/save', 'params/Dense_0/bias')
  assert.deepEqual(leaf.bytes, (await read(fromPath(join(fixtures, 'v1/save/ckpt')), 'params/Dense_0/bias')).bytes)
})

test('without a token, of no repository, of no directory: in words', async t => {
  await hub(t, { token: 'hf_secret' })
  await assert.rejects(check('hf://org/repo/v1/save'), { code: 'source', message: /set HF_TOKEN/ })
  process.env.HF_TOKEN = 'hf_secret'
  await assert.rejects(check('hf://org/other'), { code: 'source', message: /no such repository/ })
  await assert.rejects(check('hf://org/repo@other'), { code: 'source', message: /no revision other/ })
  await assert.rejects(check('hf://org/repo/nowhere'), { code: 'source', message: /no such directory/ })
  process.env.HF_ENDPOINT = 'http://hub.example'
  await assert.rejects(check('hf://org/repo'), { code: 'usage', message: /not sent over http/ })
})

/** @type {Record<string, [(url: URL) => [any, Record<string, string>?], RegExp]>} */
const kHostile = {
  'pages in a circle': [
    ({ href }) => [[{ type: 'file', path: 'v1/save/a', size: 1 }], { link: `<${href}>; rel="next"` }],
    /circle/,
  ],
  'the next page elsewhere': [
    () => [[{ type: 'file', path: 'v1/save/a', size: 1 }], { link: '<http://evil.example/>; rel="next"' }],
    /another server/,
  ],
  'an empty page, and on': [() => [[], { link: '<?cursor=1>; rel="next"' }], /empty page/],
  'a name that leads up': [() => [[{ type: 'file', path: 'v1/save/../../x', size: 1 }]], /leads elsewhere/],
  'a name that leads elsewhere': [() => [[{ type: 'file', path: '/etc/passwd', size: 1 }]], /leads elsewhere/],
  'a name twice': [() => [Array(2).fill({ type: 'file', path: 'v1/save/x', size: 1 })], /twice/],
  'a negative size': [() => [[{ type: 'file', path: 'v1/save/x', size: -1 }]], /size/],
  'a list that is none': [() => [{ error: 1 }], /none/],
  'rows that are none': [() => [[null, 7]], /leads elsewhere/],
}
for (const [name, [answer, why]] of Object.entries(kHostile)) {
  test(`a hub with ${name} is refused`, async t => {
    const { url: at } = await hub(t, {
      first(/** @type {any} */ request, /** @type {any} */ response) {
        const url = new URL(request.url, 'http://hub')
        if (!url.pathname.includes('/tree/')) return false
        const [rows, headers = {}] = answer(new URL(request.url, `http://${request.headers.host}`))
        response.writeHead(200, headers).end(JSON.stringify(rows))
        return true
      },
    })
    assert.ok(at)
    const began = performance.now()
    await assert.rejects(check('hf://org/repo/v1/save'), { code: 'source', message: why })
    assert.ok(performance.now() - began < 1000)
  })
}

test('addresses: what they stand for', () => {
  for (const [text, base] of [
    ['hf://org/repo', 'https://huggingface.co/org/repo/resolve/main/'],
    ['hf://org/repo@v1/a b/c', 'https://huggingface.co/org/repo/resolve/v1/a%20b/c/'],
    ['hf://datasets/org/repo@refs/pr/7/x/', 'https://huggingface.co/datasets/org/repo/resolve/refs%2Fpr%2F7/x/'],
    ['gs://bucket/run/5', 'https://storage.googleapis.com/bucket/run/5/'],
    ['s3://bucket/run', 'https://bucket.s3.amazonaws.com/run/'],
    ['s3://my.bucket/run', 'https://s3.amazonaws.com/my.bucket/run/'],
  ])
    assert.equal(namedAddress(text, {}).base.href, base)
  assert.equal(
    namedAddress('s3://b-1/r', { AWS_REGION: 'eu-north-1' }).base.href,
    'https://b-1.s3.eu-north-1.amazonaws.com/r/',
  )
  assert.equal(namedAddress('s3://b-1/r', { AWS_ENDPOINT_URL: 'http://h:9' }).base.href, 'http://h:9/b-1/r/')
  for (const text of [
    'hf://org',
    'hf://',
    'hf://org//x',
    'hf://org/repo/../x',
    'hf://org/repo?x',
    's3://',
    's3://b/a//b',
    's3://../x',
    'gs://a@b/x',
  ])
    assert.throws(() => namedAddress(text, {}), { code: 'usage' }, text)
  const bucket = fromUrl('s3://bucket/run/5')
  for (const url of ['https://bucket.s3.amazonaws.com/run/', 'https://s3.amazonaws.com/bucket/run/5/'])
    assert.ok(relationOf(bucket, fromUrl(url)), url)
  assert.ok(relationOf(fromUrl('hf://org/repo@a/x'), fromUrl('https://huggingface.co/org/repo/resolve/b/x/')))
})

test('the command line takes them', async t => {
  const { url } = await hub(t)
  const { child, done } = start(['check', 'hf://org/repo/v1/save'], { HF_ENDPOINT: url })
  let shown = ''
  child.stdout?.on('data', data => {
    shown += data
  })
  assert.equal((await done).status, 0)
  assert.match(shown, /^save: SOUND/)
})
