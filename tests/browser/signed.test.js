// Signatures and keys on the page: dropped in any order, each told when it is here; the reports are Node's.
import assert from 'node:assert/strict'
import { createHash, createPublicKey } from 'node:crypto'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'

import * as leafsum from '../../node/lib/index.js'
import { reportText } from '../../node/lib/report.js'
import { membersOf, tarOf } from '../node/support/archives.js'
import { signed as oms } from '../node/support/oms.js'
import { buildPage, launch, root, scratch, seed } from './support/browser.js'
import { drop, listed, open, saved, startOver, verdict } from './support/page.js'
import { serve } from './support/server.js'

const folder = scratch({ after })
const baseline = join(seed, 'baseline_ckpt')
const tampered = join(seed, 'tampered_ckpt')
const lockfile = readFileSync(join(root, 'web/sample/published.leafsum.json'))
const name = 'published.leafsum.json'
const model = join(oms, 'orbax-a')
const keyHash = pem =>
  createHash('sha256')
    .update(createPublicKey(pem).export({ type: 'spki', format: 'der' }))
    .digest('hex')
let browser, server, page, keys, paths

before(async () => {
  buildPage(folder)
  server = await serve({ '/': folder })
  browser = await launch()
  page = await open(browser, `${server.origin}/`)
  keys = await leafsum.keygen({ algorithm: 'P-256' })
  const other = await leafsum.keygen({ algorithm: 'Ed25519' })
  const { signature } = await leafsum.sign(lockfile, { lockfileName: name, key: keys.privateKey })
  paths = {
    lockfile: written(name, lockfile),
    signature: written(`${name}.sigstore.json`, signature),
    key: written('release.pub.pem', keys.publicKey),
    other: written('other.pub.pem', other.publicKey),
    secret: written('release.pem', keys.privateKey),
  }
})

after(async () => {
  await browser?.close()
  await server?.close()
})

function written(name, content) {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

/** One drop after the other, each when the one before was looked into. @param {string[]} given */
async function dropped(...given) {
  await startOver(page)
  for (const path of given) {
    const before = await page.innerText('#cards')
    await drop(page, [path])
    await page.waitForFunction(before => {
      const now = document.getElementById('cards').innerText
      return now !== before && !now.includes('Reading')
    }, before)
  }
}

const reportOf = async (options, source = baseline) => leafsum.verify(leafsum.fromPath(source), options)
const savedReport = async () => (await saved(page, '#save-report')).text
const keyOf = path => ({ name: path.slice(path.lastIndexOf('/') + 1), bytes: readFileSync(path) })
const signedOptions = () => ({
  lockfile,
  lockfileName: name,
  signature: readFileSync(paths.signature),
  key: keyOf(paths.key),
})

describe('a signed lockfile', () => {
  const parts = ['lockfile', 'signature', 'key', 'checkpoint']
  for (let first = 0; first < parts.length; first++) {
    const order = [...parts.slice(first), ...parts.slice(0, first)]
    test(`is VERIFIED and names the key: ${order.join(', ')}`, async () => {
      await dropped(...order.map(part => paths[part] ?? baseline))
      assert.equal(await verdict(page), 'VERIFIED')
      const report = await reportOf(signedOptions())
      assert.equal(await savedReport(), reportText(report))
      const hash = keyHash(keys.publicKey)
      assert.match(await page.textContent('#headline'), new RegExp(`signed by key sha256:${hash.slice(0, 16)}`))
      assert.match(await page.textContent('#vouchers'), new RegExp(`Over ${name}\\. Good: .*${hash}`))
      assert.match(await page.textContent('#proves'), new RegExp(hash))
    })
  }

  test('in one drop with its checkpoint', async () => {
    await startOver(page)
    await drop(page, [paths.key, baseline, paths.signature, paths.lockfile])
    assert.equal(await verdict(page), 'VERIFIED')
    assert.equal(
      await page.textContent('#command-shown'),
      `leafsum verify baseline_ckpt --lock ${name} --signature ${name}.sigstore.json --key release.pub.pem`,
    )
    await drop(page, [tampered])
    await page.waitForFunction(() => document.getElementById('verdict').textContent === 'MISMATCH')
    assert.equal(await savedReport(), reportText(await reportOf(signedOptions(), tampered)))
  })

  test('that was changed afterwards is UNTRUSTED, and so is one that somebody else signed', async () => {
    const changed = written(`changed/../${name}`, Buffer.concat([lockfile, Buffer.from('\n')]))
    await dropped(changed, paths.signature, paths.key, baseline)
    const shown = await verdict(page)
    const options = { ...signedOptions(), lockfile: readFileSync(changed) }
    writeFileSync(paths.lockfile, lockfile)
    const report = await reportOf(options).catch(error => error)
    assert.equal(shown, 'UNTRUSTED')
    assert.equal(await savedReport(), reportText(report))
    assert.match(await page.getAttribute('#verdict-panel', 'class'), /untrusted/)
    assert.match(await page.textContent('#vouchers .caution'), /^Not good: /)

    await dropped(paths.lockfile, paths.signature, paths.other, baseline)
    assert.equal(await verdict(page), 'UNTRUSTED')
    assert.equal(await savedReport(), reportText(await reportOf({ ...signedOptions(), key: keyOf(paths.other) })))
    assert.match(await page.textContent('#next-text'), /^Get the signature, and the key, from whoever should have/)
  })

  test('that came in an archive with its signature is trusted by the key', async () => {
    const inside = [
      { path: `run/${name}`, data: lockfile },
      { path: `run/${name}.sigstore.json`, data: readFileSync(paths.signature) },
    ]
    const path = written('run.tar.gz', gzipSync(tarOf([...membersOf(baseline, 'run/'), ...inside])))
    await dropped(path)
    const use = page.locator('#lockfiles-inside button')
    assert.deepEqual(await use.allInnerTexts(), [`Use ${name}`, `Use ${name}.sigstore.json`])
    await use.first().click()
    assert.equal(await verdict(page), 'UNTRUSTED')
    await use.click()
    await drop(page, [paths.key])
    assert.equal(await verdict(page), 'VERIFIED')
    const options = { ...signedOptions(), lockfileCameWithSource: true }
    const report = await leafsum.verify(leafsum.fromArchive(path), options)
    assert.equal(await savedReport(), reportText(report))
  })

  test('is not judged before all of it is here, unless it is asked for', async () => {
    const hint = () => page.textContent('#hint')
    await dropped(paths.key)
    assert.match(await hint(), /^A key vouches for nothing by itself: now drop what it signed/)
    assert.equal(await page.locator('#vouchers .digest').textContent(), `sha256:${keyHash(keys.publicKey)}`)
    await drop(page, [baseline])
    await listed(page)
    await drop(page, [paths.lockfile])
    await page.waitForFunction(() => /key asks for a signature/.test(document.getElementById('hint').textContent))
    assert.equal(await page.isVisible('#result'), false)
    await page.click('#verify')
    assert.equal(await verdict(page), 'UNTRUSTED')
    await drop(page, [paths.signature])
    await page.waitForFunction(() => document.getElementById('verdict').textContent === 'VERIFIED')
    await page.click('#vouchers button[data-kind=key]')
    await page.waitForFunction(() => /now drop the public key/.test(document.getElementById('hint').textContent))
    assert.equal(await page.isVisible('#result'), false)
    await page.click('#vouchers button[data-kind=signature]')
    assert.equal(await verdict(page), 'VERIFIED')
    assert.doesNotMatch(await page.textContent('#headline'), /signed/)
  })

  test('what is no public key, and no bundle, says so', async () => {
    for (const [path, says] of [
      [paths.secret, /private key/],
      [written('no.pem', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'), /no\.pem/],
      [written('no.json', '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}'), /no Sigstore bundle/],
    ]) {
      await dropped(path)
      assert.match(await page.textContent('#vouchers .caution'), says)
    }
  })
})

describe('a signed model', () => {
  const key = join(oms, 'keys/p256.pub.pem')
  const bundle = join(model, 'model.sig')

  test('is VERIFIED by its signature alone, which lies in it', async () => {
    await dropped(model)
    await page.click('#lockfiles-inside button')
    await page.waitForFunction(() => /now drop the public key/.test(document.getElementById('hint').textContent))
    await drop(page, [key])
    assert.equal(await verdict(page), 'VERIFIED')
    const options = {
      bundle: readFileSync(bundle),
      bundleName: 'model.sig',
      bundlePath: 'model.sig',
      key: keyOf(key),
    }
    assert.equal(await savedReport(), reportText(await reportOf(options, model)))
    assert.match(
      await page.textContent('#vouchers'),
      new RegExp(`Over 12 files\\. Good: .*${keyHash(readFileSync(key))}`),
    )
  })

  test('by a signature that was chosen by itself, of an archive, and by another key', async () => {
    const archive = written('model.tar.gz', gzipSync(tarOf(membersOf(model, 'orbax-a/'))))
    for (const [source, by, wanted] of [
      [model, key, 'VERIFIED'],
      [archive, key, 'VERIFIED'],
      [model, join(oms, 'keys/other-p256.pub.pem'), 'UNTRUSTED'],
    ]) {
      if (source === archive) {
        // The one that lies in it: another file beside it would be no part of what was signed.
        await dropped(archive)
        await page.click('#lockfiles-inside button')
        await drop(page, [by])
      } else await dropped(bundle, by, source)
      assert.equal(await verdict(page), wanted, source)
    }
  })

  test('of which a file was changed is a MISMATCH', async () => {
    const copy = join(folder, 'orbax-b')
    rmSync(copy, { recursive: true, force: true })
    cpSync(model, copy, { recursive: true })
    writeFileSync(join(copy, '_METADATA'), '{}')
    await startOver(page)
    await drop(page, [copy, bundle, key])
    assert.equal(await verdict(page), 'MISMATCH')
  })
})

test('trust.wasm is left alone by whoever asks for no signature', async () => {
  const page = await open(browser, `${server.origin}/`, () => {
    globalThis.sent = []
    const RealWorker = globalThis.Worker
    globalThis.Worker = class extends RealWorker {
      postMessage(message, ...rest) {
        if (message.request) globalThis.sent.push([message.request.command, 'trust' in message])
        super.postMessage(message, ...rest)
      }
    }
  })
  const sent = () => page.evaluate(() => globalThis.sent.splice(0))
  await drop(page, [baseline, paths.lockfile])
  await verdict(page)
  assert.deepEqual(
    (await sent()).filter(([, withTrust]) => withTrust),
    [],
  )
  await drop(page, [paths.signature, paths.key])
  await page.waitForFunction(() => /signed by/.test(document.getElementById('headline').textContent))
  assert.deepEqual(
    (await sent()).map(([command, withTrust]) => `${command} ${withTrust}`),
    ['sort false', 'inspect true', 'verify true'],
  )
})

test('and never a complaint', () => assert.deepEqual(page.complaints, []))
