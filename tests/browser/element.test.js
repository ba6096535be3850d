// <leafsum-verify> of the packed package, on the page of examples/.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import * as leafsum from '../../node/lib/index.js'
import { installedApp } from '../node/support/packed.js'
import { axeFindsNothing } from './support/axe.js'
import { launch, root, scratch, seed } from './support/browser.js'
import { open } from './support/page.js'
import { serve } from './support/server.js'

const place = realpathSync(scratch({ after }))
const site = join(place, 'site')
let browser, server, lockfile, fingerprint

before(async () => {
  for (const name of ['model_page.html', 'model_page.css']) cpSync(join(root, 'examples', name), join(site, name))
  cpSync(join(installedApp(place), 'node_modules/leafsum/lib'), join(site, 'leafsum'), { recursive: true })
  cpSync(join(seed, 'baseline_ckpt'), join(site, 'run'), { recursive: true })
  cpSync(join(seed, 'tampered_ckpt'), join(site, 'tampered'), { recursive: true })
  const locked = await leafsum.lock(leafsum.fromPath(join(seed, 'baseline_ckpt')))
  lockfile = locked.lockfile
  fingerprint = locked.report.fingerprint
  execFileSync('tar', ['-cf', join(site, 'run.tar'), '-C', site, 'run'])
  mkdirSync(join(site, 'locks'))
  writeFileSync(join(site, 'locks/run.leafsum.json'), lockfile)
  writeFileSync(join(site, 'locks/bad.json'), '{"leafsum":2}')
  writeFileSync(join(site, 'run/inside.leafsum.json'), lockfile)
  server = await serve({ '/': site })
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

/** The page, with what the element tells, and other attributes where they are given. */
async function shown(attributes = {}) {
  const page = await open(browser, `${server.origin}/model_page.html`)
  await page.evaluate(attributes => {
    globalThis.told = []
    const element = document.querySelector('leafsum-verify')
    for (const name of ['leafsum-progress', 'leafsum-report', 'leafsum-error'])
      document.addEventListener(name, ({ detail }) =>
        told.push([name, detail.verdict ?? detail.code ?? detail.fraction]),
      )
    for (const [name, value] of Object.entries(attributes))
      value === null ? element.removeAttribute(name) : element.setAttribute(name, value)
  }, attributes)
  await page.waitForSelector('leafsum-verify[state=idle]')
  return page
}

const state = page => page.getAttribute('leafsum-verify', 'state')
const part = (page, name) => page.locator(`leafsum-verify [part=${name}]`)

async function answered(page) {
  await part(page, 'button').click()
  await page.waitForSelector('leafsum-verify:not([state=running], [state=idle])')
  return state(page)
}

test('the example asks nothing before a click, then it is VERIFIED, told once by an event and a live region', async () => {
  server.requests.length = 0
  const page = await shown()
  assert.equal(await part(page, 'button').innerText(), '')
  assert.match(await page.innerText('leafsum-verify'), /Verify these weights/)
  await page.waitForTimeout(300)
  assert.ok(!server.requests.some(url => /^\/(run|locks)\//.test(url)), server.requests.join(' '))
  assert.equal(await answered(page), 'VERIFIED')
  assert.match(await part(page, 'status').innerText(), /^✓\s*VERIFIED run: 2 leaves equal to run\.leafsum\.json/)
  const told = await page.evaluate(() => told)
  assert.deepEqual(
    told.filter(([name]) => name !== 'leafsum-progress'),
    [['leafsum-report', 'VERIFIED']],
  )
  assert.ok(told.some(([name, fraction]) => name === 'leafsum-progress' && fraction === 1))
  const report = await page.evaluate(() => document.querySelector('leafsum-verify').report)
  assert.equal(report.fingerprint, fingerprint)
  // Names that may be there are asked for.
  assert.deepEqual(
    page.complaints.filter(text => !/ 404 /.test(text)),
    [],
  )
})

for (const [what, attributes, word, says] of [
  ['other weights', { src: './tampered/' }, 'MISMATCH', /digest-mismatch/],
  ['an archive', { src: './run.tar' }, 'VERIFIED', /equal to run\.leafsum\.json/],
  ['a fingerprint of the page', { lock: null, fingerprint: 'own' }, 'VERIFIED', /the fingerprint/],
  ['a lockfile that came with the weights', { lock: './run/inside.leafsum.json' }, 'UNTRUSTED', /came with the source/],
  ['nothing to compare with', { lock: null }, 'NO-EVIDENCE', /NO-EVIDENCE/],
  ['no src', { src: '' }, 'error', /has no src/],
  ['no checkpoint', { src: './nowhere/' }, 'MISMATCH|error', /missing|no file of a checkpoint/],
  ['no lockfile', { lock: './locks/none.json' }, 'error', /cannot read the lockfile .*none\.json/],
  ['a lockfile that is none', { lock: './locks/bad.json' }, 'error', /lockfile refused: bad\.json/],
  ['an address that is none', { src: 'ftp://files.example/' }, 'error', /ftp: is not possible/],
]) {
  test(`${what}: ${word}`, async () => {
    const given = { ...attributes, ...(attributes.fingerprint && { fingerprint }) }
    const page = await shown(given)
    assert.match(await answered(page), new RegExp(`^(${word})$`))
    assert.match(await part(page, 'box').innerText(), says)
    const [[name]] = (await page.evaluate(() => told)).filter(([name]) => name !== 'leafsum-progress')
    assert.equal(name, (await state(page)) === 'error' ? 'leafsum-error' : 'leafsum-report')
  })
}

test('an attribute that changes takes the answer away; cancel leaves none; verify() gives the report', async () => {
  const page = await shown()
  assert.equal(await answered(page), 'VERIFIED')
  await page.evaluate(() => document.querySelector('leafsum-verify').setAttribute('src', './tampered/'))
  assert.equal(await state(page), 'idle')
  assert.equal(await page.evaluate(() => document.querySelector('leafsum-verify').report), null)
  const outcome = await page.evaluate(async () => {
    const element = document.querySelector('leafsum-verify')
    const first = element.verify().then(
      () => 'done',
      error => error.name,
    )
    element.cancel()
    const cancelled = await first
    const state = element.getAttribute('state')
    const second = element.verify().catch(error => error.name) // another takes its place
    const third = await element.verify()
    return [cancelled, state, await second, third.verdict, element.report.verdict]
  })
  assert.deepEqual(outcome, ['AbortError', 'idle', 'AbortError', 'MISMATCH', 'MISMATCH'])
})

test('names that attack are shown as what they are', async () => {
  const page = await shown({ src: './<img src=x onerror=alert(1)>\u202E/' })
  await answered(page)
  assert.equal(await page.locator('leafsum-verify img').count(), 0)
  assert.doesNotMatch(await part(page, 'box').innerText(), /\u202E/)
})

test('by keyboard; axe finds nothing in light, dark and forced colours; 320 px are enough', async () => {
  const page = await shown({ src: './tampered/' })
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.waitForSelector('leafsum-verify[state=MISMATCH]')
  assert.equal(
    await page.evaluate(() => document.querySelector('leafsum-verify').shadowRoot.activeElement.part.value),
    'button',
    'the focus comes back',
  )
  await axeFindsNothing(page)
  await page.setViewportSize({ width: 320, height: 800 })
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320)
})

test('in Node it is imported and registers nothing', async () => {
  const app = installedApp(join(scratch({ after }), 'node'))
  writeFileSync(
    join(app, 'try.mjs'),
    "import { LeafsumVerify } from 'leafsum/inline/element'\nconsole.log(typeof LeafsumVerify)\n",
  )
  assert.equal(execFileSync(process.execPath, ['try.mjs'], { cwd: app, encoding: 'utf8' }), 'function\n')
})
