// Servers that send nothing but whole files, some of them compressed: read from their beginning, nothing kept.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import zlib from 'node:zlib'
import { check, digest, fromPath, fromUrl, lock, verify } from '../../node/lib/index.js'
import { reportText } from '../../node/lib/report.js'
import { serve } from './support/http.js'
import { writeOcdbt } from './support/ocdbt.js'
import { fixtures, scratch } from './support/places.js'
import { pythonServer } from './support/programs.js'

const kSample = ['multiprocess/zarr2_2x4', 'orbax/plain_sharded', 'orbax/zarr3_many_data_files', 'v1/save']

test("digests over Python's http.server are those of the directory", async t => {
  const url = await pythonServer(t, fixtures)
  for (const name of kSample) {
    const { report: here, ...digests } = await digest(fromPath(join(fixtures, name, 'ckpt')))
    const { report: there, ...same } = await digest(fromUrl(`${url}${name}/ckpt`))
    assert.equal(here.exit_code, 0)
    assert.equal(there.exit_code, 0, reportText(there))
    assert.deepEqual(same, digests, name)
  }
})

const kChunk = 1 << 20
const kChunks = 24

/** One data file of 24 MiB, by leaves of three chunks. @param {import('node:test').TestContext} t */
function large(t) {
  const root = scratch(t)
  const document = (/** @type {number} */ chunks) => ({
    chunks: [kChunk],
    compressor: null,
    dtype: '|u1',
    fill_value: null,
    filters: null,
    order: 'C',
    shape: [kChunk * chunks],
    zarr_format: 2,
  })
  /** @type {[string, Uint8Array][]} */
  const keys = []
  for (let leaf = 0; leaf < kChunks / 3; leaf++) {
    keys.push([`w${leaf}/.zarray`, new TextEncoder().encode(JSON.stringify(document(3)))])
    for (let n = 0; n < 3; n++) keys.push([`w${leaf}/${n}`, new Uint8Array(kChunk).fill(leaf * 3 + n)])
  }
  writeOcdbt(root, [keys], { leaf: 50, together: true })
  return root
}

/** Whole files alone, in pieces of 64 KiB as they are taken. */
function wholeFiles(/** @type {string} */ root, /** @type {{ sent: number }} */ counted) {
  return (/** @type {import('./support/http.js').Request} */ request, /** @type {any} */ response) => {
    const file = join(root, decodeURIComponent(request.url ?? ''))
    const stat = fs.statSync(file, { throwIfNoEntry: false })
    if (!stat?.isFile()) return false
    response.writeHead(200, { 'content-length': stat.size, etag: '"1"' })
    if (request.method === 'HEAD') response.end()
    else {
      const before = response.socket.bytesWritten
      response.on('close', () => (counted.sent += response.socket?.bytesWritten - before || 0))
      fs.createReadStream(file).pipe(response)
    }
    return true
  }
}

test('a large file is read along, not once for each chunk, by one worker and by several', async t => {
  const root = large(t)
  const { lockfile } = await lock(fromPath(root))
  for (const [workers, most] of [
    [1, 3],
    [2, 4],
  ]) {
    const counted = { sent: 0 }
    const { url, asked } = await serve(t, root, wholeFiles(root, counted))
    const report = await verify(fromUrl(url), { lockfile, deep: true, workers, workersFrom: 0 })
    assert.equal(report.verdict, 'VERIFIED', reportText(report))
    assert.ok(counted.sent <= most * kChunks * kChunk, `${counted.sent / kChunk} MiB for ${kChunks}`)
    const requests = asked.filter(({ url }) => url?.startsWith('/d/')).length
    assert.ok(requests <= 16, `${requests} requests`)
  }
})

/** As a server that compresses whatever it is asked, and so tells no size. */
const compressing =
  (/** @type {string} */ root) =>
  (
    /** @type {import('./support/http.js').Request} */ request,
    /** @type {import('./support/http.js').Response} */ r,
  ) => {
    const file = join(root, decodeURIComponent(request.url ?? ''))
    if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return false
    r.writeHead(200, { 'content-encoding': 'gzip' }).end(
      request.method === 'HEAD' ? undefined : zlib.gzipSync(fs.readFileSync(file)),
    )
    return true
  }

test('what a server compresses is read where it is small, and refused by name where it is not', async t => {
  const small = join(fixtures, 'v1/save/ckpt')
  const here = await digest(fromPath(small))
  const { url } = await serve(t, small, compressing(small))
  assert.equal((await digest(fromUrl(url))).fingerprint, here.fingerprint)
  const root = large(t)
  const other = await serve(t, root, compressing(root))
  const report = await check(fromUrl(other.url), { deep: true })
  assert.equal(report.exit_code, 3, reportText(report))
  assert.ok(report.findings.some(one => one.code === 'unreadable' && /compresses the file/.test(one.message)))
})
