// leafsum/inline: the core as part of the script. Here what it is made of; tests/browser/bundlers.test.js has it in
// pages.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { patched } from '../../node/lib/host/embedded.js'
import { delta } from '../../node/pack_delta.js'
import { installedApp } from './support/packed.js'

const place = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'leafsum-')))
after(() => fs.rmSync(place, { recursive: true, force: true }))
const app = installedApp(place)

/** Numbers that look random and are the same each time. */
function noise(/** @type {number} */ length, seed = 1) {
  return Buffer.from(Array.from({ length }, () => (seed = (seed * 48271) % 0x7fffffff) & 0xff))
}
const some = noise(1000)
for (const [what, from, to] of /** @type {[string, Buffer, Buffer][]} */ ([
  ['nothing', some, Buffer.alloc(0)],
  ['the same', some, some],
  ['of nothing', Buffer.alloc(0), some],
  ['other bytes', some, noise(1000, 7)],
  ['parts in another order', some, Buffer.concat([some.subarray(600), noise(50, 9), some.subarray(0, 599)])],
  ['one byte changed', some, Buffer.from(some.map((byte, at) => (at === 500 ? ~byte : byte)))],
  ['a part over and over', some, Buffer.concat(Array(30).fill(some.subarray(40, 80)))],
  ['shorter than what is looked up', some, some.subarray(3, 9)],
])) {
  test(`a difference puts together again: ${what}`, async () => {
    const made = delta(from, to)
    assert.deepEqual(Buffer.from(await patched(from, made)), to)
    if (what === 'the same') assert.ok(made.length < 10)
  })
}

test('it has the same core and codecs as the other entry, and without its codecs it says so', () => {
  const script = `
    const bytes = { plain: Uint8Array.of(1, 2, 3, 4), gzip: require('node:zlib').gzipSync(Uint8Array.of(1, 2, 3, 4)) }
    const files = {}
    for (const id of Object.keys(bytes)) {
      const compressor = id === 'plain' ? null : { id, level: 1 }
      const rest = { zarr_format: 2, shape: [4], chunks: [4], fill_value: null, order: 'C', filters: null }
      files[id + '/.zarray'] = Buffer.from(JSON.stringify({ ...rest, dtype: '|u1', compressor }))
      files[id + '/0'] = bytes[id]
    }
    const all = []
    for (const names of [['leafsum'], ['leafsum/inline'], ['leafsum/inline', 'leafsum/inline/codecs']]) {
      const [{ digest, fromMap }] = names.map(name => require(name))
      const { report, ...product } = await digest(fromMap(files), { workers: 1 })
      all.push([report.verdict, report.findings.map(one => one.code + ' ' + one.key_path), product])
    }
    console.log(JSON.stringify(all))`
  // The last call finds the codecs that its second import has registered.
  const run = `(async () => {${script}})()`
  const [entry, alone, whole] = JSON.parse(
    execFileSync(process.execPath, ['--no-warnings', '-e', run], { cwd: app, encoding: 'utf8' }),
  )
  assert.deepEqual(entry.slice(0, 2), ['COMPLETE', []])
  assert.deepEqual(alone.slice(0, 2), ['INCOMPLETE', ['unsupported gzip']])
  assert.deepEqual(whole, entry)
})

test('leafsum/inline/trust brings signatures, and without it leafsum/inline says so', () => {
  const script = `
    const { generateKeyPairSync, sign } = require('node:crypto')
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const file = Buffer.from('a file')
    const bundle = JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint: '' } },
      messageSignature: { signature: sign('sha256', file, privateKey).toString('base64') },
    })
    const key = publicKey.export({ format: 'pem', type: 'spki' })
    const ask = () => leafsum.verifyBlob(file, { bundle, key }).then(({ verdict }) => verdict, ({ message }) => message)
    const leafsum = require('leafsum/inline')
    const without = await ask()
    require('leafsum/inline/trust')
    console.log(JSON.stringify([without, await ask()]))`
  const run = ['--no-warnings', '-e', `(async () => {${script}})()`]
  const [without, told] = JSON.parse(execFileSync(process.execPath, run, { cwd: app, encoding: 'utf8' }))
  assert.match(without, /import 'leafsum\/inline\/trust'/)
  assert.equal(told, 'VERIFIED')
})

test('a page with it loads at most 26 KiB more than the core, compressed', async () => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: "export { verify, fromFiles } from 'leafsum/inline'", resolveDir: app },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    absWorkingDir: app,
    outdir: 'out',
    write: false,
    metafile: true,
  })
  const { outputs } = metafile
  const seen = new Set(Object.keys(outputs).filter(name => outputs[name].entryPoint === '<stdin>'))
  // A Set that grows while it is walked is walked to its end.
  for (const name of seen)
    for (const { path, kind } of outputs[name].imports) if (kind === 'import-statement') seen.add(path)
  const size = (/** @type {Uint8Array} */ bytes) => gzipSync(bytes, { level: 9 }).length
  const page = [...seen].reduce(
    (sum, name) => sum + size(outputFiles.find(({ path }) => path.endsWith(name))?.contents ?? assert.fail(name)),
    0,
  )
  const core = size(fs.readFileSync(fileURLToPath(new URL('../../build/wasm/core.wasm', import.meta.url))))
  assert.ok(page <= core + 26 * 1024, `${page - core} bytes more`)
  assert.ok(page > 0.9 * core)
})
