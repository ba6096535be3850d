// What findings say of damage that has a name: the sentence that tells what to do, and no other where it is not so.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, fromPath, fromUrl, verify } from '../../node/lib/index.js'
import { parseSums } from '../../node/lib/commands/sums.js'
import { parseTemplate } from '../../node/lib/commands/template.js'
import { serve } from './support/http.js'
import { fixtures, scratch } from './support/places.js'
import { reportText } from '../../node/lib/report.js'

const hunt = (/** @type {string} */ name) => join(fixtures, 'hunt', name, 'ckpt')
const kWhole = hunt('http_403_for_absent')
const kPointer =
  'version https://git-lfs.github.com/spec/v1\noid sha256:c0ced589de70421465b728e30e44639a32595e7bf907b8fd7067a57a3f2cbb4a\nsize 115\n'
const kLfs = /Git LFS pointer.*git lfs pull/
const kPage = /an HTML page stands in place/

const files = fs
  .readdirSync(kWhole, { recursive: true, withFileTypes: true })
  .filter(one => one.isFile())
  .map(one => join(one.parentPath, one.name).slice(kWhole.length + 1))
  .filter(path => path !== 'commit_success.txt')

/** @type {[string, string, RegExp][]} */
const kContents = [
  ['a Git LFS pointer', kPointer, kLfs],
  ['a page', '\ufeff\n<!DOCTYPE html>\n<title>Log in</title>' + 'x'.repeat(20000), kPage],
  ['an error of a bucket', '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', /storage server's error/],
  ['something else', 'version 1, <html> comes later', /^(?!.*(stands in place))/],
]
for (const [name, content, cause] of kContents) {
  for (const file of files) {
    test(`${name} in place of ${file.replace(/[0-9a-f]{32}$/, '…')}`, async t => {
      const root = scratch(t)
      fs.cpSync(kWhole, root, { recursive: true })
      fs.writeFileSync(join(root, file), content)
      const { findings, text } = await check(fromPath(root))
      const about = findings.filter(
        (/** @type {any} */ one) => one.file === file && /^(truncated|invalid|checksum|unsupported)$/.test(one.code),
      )
      // Of a long file no byte of which is referred to nothing need be said.
      assert.ok(about.length > 0 || content.length > 1000 || /process_0.d/.test(file), text)
      for (const { message } of about) assert.match(message, cause)
    })
  }
}

test('the cases of a clone without Git LFS, over HTTP too', async t => {
  for (const name of ['lfs_data_file', 'lfs_manifest']) {
    const { url } = await serve(t, hunt(name))
    for (const store of [fromPath(hunt(name)), fromUrl(url)]) {
      const report = await check(store)
      assert.equal(report.exit_code, 1)
      assert.ok(
        report.findings.some((/** @type {any} */ one) => kLfs.test(one.message)),
        reportText(report),
      )
    }
  }
})

test('sums and a template that are pointers', () => {
  for (const parse of [parseTemplate, parseSums])
    assert.throws(() => parse(new TextEncoder().encode(kPointer)), { code: 'evidence', message: kLfs })
})

test('a lockfile that is a pointer', async () => {
  await assert.rejects(verify(fromPath(kWhole), { lockfile: new TextEncoder().encode(kPointer) }), {
    code: 'evidence',
    message: kLfs,
  })
})

test('a download that was not finished', async t => {
  const root = scratch(t)
  fs.cpSync(kWhole, root, { recursive: true })
  fs.renameSync(join(root, 'manifest.ocdbt'), join(root, 'manifest.ocdbt.incomplete'))
  const { findings, text } = await check(fromPath(root))
  assert.ok(
    findings.some(
      (/** @type {any} */ one) => one.file === 'manifest.ocdbt' && /manifest.ocdbt.incomplete/.test(one.message),
    ),
    text,
  )
})

test('a manifest that a copy lost after the commit', async t => {
  const root = scratch(t)
  fs.cpSync(hunt('manifest_lost_in_copy'), root, { recursive: true })
  const message = async () =>
    (await check(fromPath(root))).findings.find((/** @type {any} */ one) => one.file === 'manifest.ocdbt')
  assert.match(
    (await message()).message,
    /was committed.*manifest\.ocdbt and d\/ are missing: copy them again.*process databases are whole/,
  )
  const process = join(root, 'ocdbt.process_0/manifest.ocdbt')
  fs.rmSync(process)
  assert.match((await message()).message, /process databases are not whole/)
  fs.rmSync(join(root, 'commit_success.txt'))
  fs.rmSync(join(root, '_CHECKPOINT_METADATA'))
  assert.equal((await message()).code, 'uncommitted')
})

// A store made from one process's database alone, as a merge makes it that did not see the others.
for (const name of ['zarr2_3x1_uneven', 'zarr2_2x4', 'zarr3_4x2']) {
  for (const process of [0, 1]) {
    test(`an array that lies in a database beside: ${name}, of process ${process} alone`, async t => {
      const root = scratch(t)
      fs.cpSync(join(fixtures, 'multiprocess', name, 'ckpt'), root, { recursive: true })
      const absent = async () =>
        (await check(fromPath(root))).findings.filter((/** @type {any} */ one) =>
          /^missing-(leaf|chunk)$/.test(one.code),
        )
      assert.deepEqual(await absent(), [])
      for (const part of ['d', 'manifest.ocdbt']) fs.rmSync(join(root, part), { recursive: true })
      fs.cpSync(join(root, `ocdbt.process_${process}`), root, { recursive: true })
      const found = await absent()
      assert.ok(found.length > 5)
      for (const { code, message } of found) {
        assert.equal(code, process === 0 ? 'missing-chunk' : 'missing-leaf')
        assert.match(
          message,
          process === 0 ? /: chunks of this array lie in ocdbt\.process_1\// : /: the array lies in ocdbt\.process_0\//,
        )
        assert.match(
          message,
          /was never merged.*merge the process databases .*or copy manifest\.ocdbt and d\/ from the origin/,
        )
      }
      for (const file of fs.readdirSync(root))
        if (/^ocdbt\.process_/.test(file)) fs.rmSync(join(root, file), { recursive: true })
      for (const { message } of await absent()) assert.doesNotMatch(message, / lies? in /)
    })
  }
}

test('an array that lies in the database of the item beside', async t => {
  const root = scratch(t)
  const items = { a: 'zarr2_2x4', b: 'zarr2_3x1_uneven' }
  for (const [item, name] of Object.entries(items))
    fs.cpSync(join(fixtures, 'multiprocess', name, 'ckpt'), join(root, item), { recursive: true })
  fs.renameSync(join(root, 'a/_METADATA'), join(root, 'other'))
  fs.renameSync(join(root, 'b/_METADATA'), join(root, 'a/_METADATA'))
  fs.renameSync(join(root, 'other'), join(root, 'b/_METADATA'))
  const { findings, text } = await check(fromPath(root))
  const absent = findings.filter((/** @type {any} */ one) => one.code === 'missing-leaf')
  assert.equal(absent.length, 1, text) // `wide`, which only one of the two trees has
  assert.match(absent[0].message, /an array of this name lies in the item b\/: .*swapped or mixed.*copy both/)
})

test('a step that was never finished', async t => {
  for (const [name, told] of /** @type {[string, boolean][]} */ ([
    ['7.orbax-checkpoint-tmp-0', true],
    ['step_7.orbax-checkpoint-tmp-12', true],
    ['8.orbax-checkpoint-tmp-0', false],
  ])) {
    const root = scratch(t)
    fs.cpSync(kWhole, join(root, '6'), { recursive: true })
    fs.mkdirSync(join(root, name))
    fs.writeFileSync(join(root, name, 'x'), '')
    await assert.rejects(check(fromPath(root), { step: 7 }), (/** @type {any} */ error) => {
      assert.equal(error.message.includes(`step 7 was never finished (${name})`), told, error.message)
      return true
    })
  }
})

test('403 for what is not there: a gap that says --absent 403, SOUND with it; a hidden file stays a gap', async t => {
  const answer = (/** @type {boolean} */ always) => (/** @type {any} */ request, /** @type {any} */ response) => {
    const there = fs.existsSync(join(kWhole, request.url))
    if (always ? there : !/_sharding/.test(request.url)) return false
    response.writeHead(403).end('<Error/>')
    return true
  }
  const bucket = await serve(t, kWhole, answer(true))
  const unasked = await check(fromUrl(bucket.url))
  assert.equal(unasked.exit_code, 3)
  assert.ok(
    unasked.findings.every(
      (/** @type {any} */ one) => one.code !== 'unreadable' || /name that cannot exist.*--absent 403/.test(one.message),
    ),
    reportText(unasked),
  )
  assert.equal(bucket.asked.filter(({ url }) => url?.includes('no-such-name')).length, 1)
  for (const absent of [403, [403, 451]]) assert.equal((await check(fromUrl(bucket.url, { absent }))).verdict, 'SOUND')
  const hides = await serve(t, kWhole, answer(false))
  const report = await check(fromUrl(hides.url))
  assert.equal(report.exit_code, 3)
  assert.ok(
    report.findings.some((/** @type {any} */ one) => one.message.endsWith('the server answered 403')),
    reportText(report),
  )
  for (const absent of [200, 416, 429, 500, NaN]) assert.throws(() => fromUrl(hides.url, { absent }), { code: 'usage' })
})
