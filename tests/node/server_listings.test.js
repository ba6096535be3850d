// Web servers that show their directories: what they show is the source's listing, the steps of a root too.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, digest, fromPath, fromUrl, list } from '../../node/lib/index.js'
import { indexOf } from '../../node/lib/stores/index_pages.js'
import { serve } from './support/http.js'
import { fixtures, scratch } from './support/places.js'
import { apacheServer, caddyServer, nginxServer, pythonServer } from './support/programs.js'

const kSample = ['multiprocess/zarr2_2x4', 'orbax/zarr2_plain', 'orbax/plain_sharded', 'manager/zarr3_items', 'v1/save']
const kPrograms = {
  "Python's http.server": pythonServer,
  nginx: nginxServer,
  'nginx, JSON, without ranges': (/** @type {import('node:test').TestContext} */ t, /** @type {string} */ root) =>
    nginxServer(t, root, 'autoindex_format json; max_ranges 0;'),
  Apache: apacheServer,
  Caddy: caddyServer,
}
/** All cases, in a campaign. */
const sample = process.env.LEAFSUM_ALL_SERVED
  ? ['legacy', 'manager', 'multiprocess', 'orbax', 'v1', 'zarr'].flatMap(group =>
      fs.existsSync(join(fixtures, group)) ? fs.readdirSync(join(fixtures, group)).map(name => `${group}/${name}`) : [],
    )
  : kSample

for (const [name, start] of Object.entries(kPrograms)) {
  test(`${name}: digests and findings are those of the directory`, async t => {
    const url = await start(t, fixtures)
    if (!url) return t.skip(`${name} is not installed`)
    for (const one of sample) {
      if (!fs.existsSync(join(fixtures, one, 'ckpt'))) continue
      const here = await digest(fromPath(join(fixtures, one, 'ckpt'))).catch(error => error)
      const there = await digest(fromUrl(`${url}${one}/ckpt`)).catch(error => error)
      const { report, ...digests } = here
      const { report: thatReport, ...same } = there
      assert.deepEqual(same, digests, one)
      assert.deepEqual(thatReport?.findings, report?.findings, one)
      assert.equal(thatReport?.source.files, report?.source.files, one)
    }
    const steps = await check(fromUrl(`${url}manager/zarr3_items/ckpt`), { allSteps: true })
    assert.equal(
      steps.fingerprint,
      (await check(fromPath(join(fixtures, 'manager/zarr3_items/ckpt')), { allSteps: true })).fingerprint,
    )
  })
}

test('a list of ours beside the files is a listing, and a hostile one is refused', async t => {
  const root = scratch(t)
  fs.cpSync(join(fixtures, 'manager/zarr3_items/ckpt'), root, { recursive: true })
  const { files } = await list(fromPath(root), { files: true, allSteps: true })
  fs.writeFileSync(join(root, 'index.json'), JSON.stringify({ files }))
  const { url } = await serve(t, root)
  const here = await digest(fromPath(join(fixtures, 'manager/zarr3_items/ckpt')))
  const there = await digest(fromUrl(url))
  assert.equal(there.fingerprint, here.fingerprint)
  assert.equal(there.report.source.files, here.report.source.files)
  for (const path of ['../up', '/etc/passwd', 'a//b', 'a/../../b', '', 7]) {
    fs.writeFileSync(join(root, 'index.json'), JSON.stringify({ files: [{ path, size: 1, kind: 'file' }] }))
    await assert.rejects(check(fromUrl(url)), { code: 'source', message: /refused/ }, String(path))
  }
})

const page = new URL('http://h/a%20b/c/')
/** @type {[href: string, name: string | null | undefined][]} */
const kLinks = [
  ['w', 'w'],
  ['w/', 'w'],
  ['./w', 'w'],
  ['a%20b', 'a b'],
  ['a&amp;b', 'a&b'],
  ['%25', '%'],
  ['%3Fq', '?q'],
  ['params.w', 'params.w'],
  ['/a%20b/c/w', 'w'],
  ['http://h/a%20b/c/w', 'w'],
  ['../', undefined],
  ['..', undefined],
  ['../../', undefined],
  ['/', undefined],
  ['/a%20b/', undefined],
  ['?C=N;O=D', undefined],
  ['#top', undefined],
  ['http://evil/a%20b/c/w', undefined],
  ['//evil/w', undefined],
  ['javascript:alert(1)', undefined],
  ['..%2f..%2fetc', null],
  ['a%2fb', null],
  ['a%5cb', null],
  ['%2e%2e', null],
  ['..%00', null],
  ['a/b', null],
  ['a/../../b', null],
  ['w?x=1', null],
  ['%ff', null],
]
test('what a link of a listing leads to: a name directly below, elsewhere, or refused', () => {
  for (const [href, name] of kLinks) {
    const text = `<html><head><title>Directory listing for /</title></head><a href="${href}">x</a>`
    if (name === null) assert.throws(() => indexOf(text, page), /leads elsewhere/, href)
    else
      assert.deepEqual(
        indexOf(text, page)?.entries.map(one => one.name),
        name === undefined ? [] : [name],
        href,
      )
  }
  for (const text of ['<title>Home</title><a href="w">w</a>', '{"a": 1}', '[1, 2]', '[{"name": 1}]', '[', ''])
    assert.equal(indexOf(text, page), undefined)
})
