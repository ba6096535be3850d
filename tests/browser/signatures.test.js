// Signatures in Chromium: verifyBlob of the packed package in a page's Worker, with Web Crypto alone. The cases of
// Sigstore's conformance suite where LEAFSUM_CASES has them, and bundles of a Sigstore of our own.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { installedApp } from '../node/support/packed.js'
import { conformance, withoutConformance } from '../node/support/sigstore_cases.js'
import { bundleOf, kSigner, makeWorld, rootOf } from '../node/support/sigstore_world.js'
import { launch, scratch } from './support/browser.js'
import { serve } from './support/server.js'

const place = realpathSync(scratch({ after }))
const worker = `import { verifyBlob } from './leafsum/browser.js'
const bytes = base64 => base64 && Uint8Array.from(atob(base64), one => one.charCodeAt(0))
onmessage = async ({ data: { id, file, options } }) => {
  const given = { ...options }
  for (const name of ['bundle', 'key', 'trustedRoot']) if (given[name]) given[name] = bytes(given[name])
  const source = typeof file === 'string' ? bytes(file) : file
  const said = await verifyBlob(source, given).then(
    ({ verdict, findings }) => [verdict, findings[0]?.reason ?? ''],
    ({ code, message }) => [code, message],
  )
  postMessage({ id, said })
}
`
const main = `const worker = new Worker('./signatures.js', { type: 'module' })
const open = new Map()
worker.onmessage = ({ data: { id, said } }) => open.get(id)(said)
globalThis.ask = (file, options) => new Promise(resolve => {
  const id = open.size
  open.set(id, resolve)
  worker.postMessage({ id, file, options })
})
`
let browser, server, page, unasked
before(async () => {
  const dist = join(place, 'dist')
  mkdirSync(dist)
  cpSync(join(installedApp(place), 'node_modules/leafsum/lib'), join(dist, 'leafsum'), { recursive: true })
  writeFileSync(join(dist, 'signatures.js'), worker)
  writeFileSync(join(dist, 'main.js'), main)
  writeFileSync(join(dist, 'index.html'), '<!doctype html><script type="module" src="./main.js"></script>')
  server = await serve({ '/': dist })
  browser = await launch()
  page = await browser.newPage()
  await page.goto(`${server.origin}/index.html`)
  await page.waitForFunction(() => globalThis.ask)
  unasked = [...server.requests]
})
after(async () => {
  await browser?.close()
  await server?.close()
})

const base64 = bytes => Buffer.from(bytes).toString('base64')
const identityOf = ({ identity, issuer }) => ({ certificateIdentity: identity, certificateOidcIssuer: issuer })
const ask = (file, options) => page.evaluate(([file, options]) => globalThis.ask(file, options), [file, options])

test('good and bad bundles', async () => {
  const world = await makeWorld({ clock: new Date(Math.ceil(Date.now() / 1000) * 1000) })
  const artifact = Buffer.from('an artifact')
  for (const kind of [{ content: 'message' }, { content: 'envelope' }, { rekor: 2 }]) {
    const options = {
      ...identityOf(kSigner),
      bundle: base64(Buffer.from(JSON.stringify(await bundleOf(world, artifact, kind)))),
      trustedRoot: base64(Buffer.from(JSON.stringify(rootOf(world)))),
    }
    assert.deepEqual(await ask(base64(artifact), options), ['VERIFIED', ''])
    const sha256 = createHash('sha256').update(artifact).digest('hex')
    assert.deepEqual(await ask({ sha256 }, options), ['VERIFIED', ''])
    assert.deepEqual(await ask(base64(Buffer.from('another')), options), ['UNTRUSTED', 'wrong-subject'])
    assert.deepEqual(await ask(base64(artifact), { ...options, certificateIdentity: 'me' }), [
      'UNTRUSTED',
      'unknown-signer',
    ])
  }
})

test('a page that asks for nothing loads nothing of it', () => {
  const of = urls => urls.filter(url => /trust|sigstore/.test(url) && !url.includes('signatures'))
  assert.deepEqual(of(unasked), [])
  assert.ok(of(server.requests).includes('/leafsum/core/sigstore.mjs'))
})

test('every case of the conformance suite', { skip: withoutConformance }, async () => {
  const wrong = []
  for (const { name, isGood, artifact, bundle, key, signer, trustedRoot } of conformance) {
    const proof = key ? { key: base64(key) } : { ...identityOf(signer), trustedRoot: base64(trustedRoot) }
    const sha256 = createHash('sha256').update(artifact).digest('hex')
    for (const file of [base64(artifact), { sha256 }]) {
      const [verdict, why] = await ask(file, { ...proof, bundle: base64(bundle) })
      const isRight = isGood ? verdict === 'VERIFIED' : ['UNTRUSTED', 'evidence'].includes(verdict)
      if (!isRight) wrong.push(`${name}: ${verdict} ${why}`)
    }
  }
  assert.deepEqual(wrong, [])
})
