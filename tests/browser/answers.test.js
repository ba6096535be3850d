// The answer as people meet it: the built-in sample, one shape for each claim, each thing said once, and what can be
// taken away.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'

import { transform } from 'esbuild'

import { renderReport } from '../../node/lib/cli/render.js'
import { sarif } from '../../node/lib/cli/sarif.js'
import { packageVersion } from '../../node/lib/cli/version.js'
import { explanations } from '../../node/lib/explanations.js'
import * as leafsum from '../../node/lib/index.js'
import { bundle } from '../../web/bundle.mjs'
import { answers } from '../../web/texts.js'
import { claimOf } from '../../web/verdict.js'
import { buildPage, launch, root, scratch, seed } from './support/browser.js'
import { act, asFile, chooseCheckpoint, chooseLockfile, drop, open, saved, verdict } from './support/page.js'
import { serve } from './support/server.js'

const baseline = join(seed, 'baseline_ckpt')
const tampered = join(seed, 'tampered_ckpt')
const sample = join(root, 'web/sample/published.leafsum.json')
const folder = scratch({ after })
let browser, server

before(async () => {
  buildPage(folder)
  server = await serve({ '/': folder })
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await server?.close()
})

const fresh = () => open(browser, `${server.origin}/`)

describe('the sample', () => {
  test('has the lockfile that lock makes of its checkpoint', async () => {
    const { lockfile } = await leafsum.lock(leafsum.fromPath(baseline))
    assert.equal(readFileSync(sample, 'utf8'), new TextDecoder().decode(lockfile))
  })

  test('is one click from MISMATCH with both leaves, and another from 1.0 → 999.0', async () => {
    const page = await fresh()
    const requests = server.requests.length
    await page.click('#try')
    assert.equal(await verdict(page), 'MISMATCH')
    assert.deepEqual(await page.locator('.finding.error .where bdi').allInnerTexts(), [
      '/params/bias',
      '/params/kernel',
    ])
    assert.match(
      await page.textContent('#headline'),
      /^downloaded: 2 of 2 leaves differ from published\.leafsum\.json$/,
    )
    await page.click('#compare-sample')
    await page.waitForSelector('.change')
    assert.deepEqual(await page.locator('.change').allInnerTexts(), ['1.0 → 999.0', '1.0 → 999.0'])
    assert.equal(server.requests.length, requests)
    await page.click('#start-over')
    assert.equal(await page.isVisible('#place'), true)
    assert.deepEqual(page.complaints, [])
  })
})

describe('a claim', () => {
  const words = Object.keys(answers).filter(word => word === word.toUpperCase())

  test('has a shape of its own, which the page defines', () => {
    const shapes = words.map(verdict => claimOf({ verdict }).shape)
    assert.equal(new Set(shapes).size, words.length, shapes.join(' '))
    const html = readFileSync(join(root, 'web/index.html'), 'utf8')
    for (const shape of shapes) assert.ok(html.includes(`id="icon-${shape}"`), shape)
  })

  test('is green where values were equal to what should be, and nowhere else', () => {
    const green = words.filter(verdict => claimOf({ verdict }).tone === 'equal')
    assert.deepEqual(green.sort(), ['EQUAL', 'MATCHES', 'VERIFIED'])
  })
})

describe('an answer', () => {
  test('is said once, and so is all else', async () => {
    const page = await fresh()
    await page.evaluate(listenLikeAScreenReader)
    await drop(page, [tampered, sample])
    await verdict(page)
    await page.waitForTimeout(300)
    const said = await page.evaluate(() => globalThis.said)
    assert.equal(said.filter(text => text.includes('MISMATCH')).length, 1, said.join('\n'))
    for (const text of said) assert.equal(said.filter(other => other === text).length, 1, said.join('\n'))
  })

  test('says each step: of the checkpoint, and of the lockfile', async () => {
    const page = await fresh()
    await page.click('#try')
    await verdict(page)
    assert.deepEqual(await page.locator('#figures dd').allInnerTexts(), ['0', '2', '0'])
    const marked = await page.locator('#findings mark').allInnerTexts()
    assert.deepEqual(marked, ['9', 'd', '2', 'd'])
    assert.match(await page.innerText('#proves-not'), /Who made the checkpoint/)
    assert.match(await page.innerText('.cause.error .what'), /The leaf's values are not the values that were locked/)
  })

  test('can be taken away as SARIF, text and a command line', async () => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
    const page = await open(context, `${server.origin}/`)
    await chooseCheckpoint(page, tampered)
    const lockfile = readFileSync(sample, 'utf8')
    await chooseLockfile(page, asFile('published file.json', lockfile))
    assert.equal(await act(page, '#verify'), 'MISMATCH')
    const options = { lockfile, lockfileName: 'published file.json' }
    const report = await leafsum.verify(leafsum.fromPath(tampered), options)
    const explain = code => explanations[code]
    const asSarif = await saved(page, '#save-sarif')
    assert.equal(asSarif.text, sarif(report, { version: packageVersion(), explain }))
    assert.equal(asSarif.name, 'tampered_ckpt.leafsum.sarif')
    const plain = { paint: (_, text) => text, verbose: true }
    assert.equal((await saved(page, '#save-text')).text, renderReport(report, plain))
    const copied = async button => {
      await page.click(button)
      await page.waitForFunction(() => document.getElementById('copied').textContent === 'Copied.')
      return page.evaluate(() => navigator.clipboard.readText())
    }
    assert.equal(await copied('#copy-command'), "leafsum verify tampered_ckpt --lock 'published file.json'")
    assert.equal(await copied('#copy-fingerprint'), report.fingerprint)
    await context.close()
  })

  test('folds leaves that are equal', async () => {
    const page = await fresh()
    await chooseCheckpoint(page, baseline)
    await page.setInputFiles('#input-second', baseline)
    assert.equal(await act(page, '#diff'), 'EQUAL')
    assert.equal(await page.locator('.difference').count(), 0)
    assert.equal(await page.innerText('#differences .folded summary'), '2 leaves are equal')
  })

  test('of a run that was paused is the same', async () => {
    const page = await fresh()
    await drop(page, [tampered])
    await page.waitForSelector('#leaves:not([hidden])')
    await page.evaluate(() => document.getElementById('pause').click())
    await chooseLockfile(page, sample)
    await page.waitForTimeout(700)
    assert.equal(await page.isVisible('#result'), false, 'no new reads while it is paused')
    assert.match(await page.textContent('#running-title'), /^(Verifying|Paused)/)
    await page.evaluate(() => document.getElementById('pause').click())
    assert.equal(await verdict(page), 'MISMATCH')
  })
})

test('the modules and licences in the page are those that were built', async () => {
  const core = process.env.LEAFSUM_CORE ?? join(root, 'build/wasm')
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  for (const name of ['core', 'codecs', 'trust']) {
    const [, text] = new RegExp(`id="${name}-wasm">([^<]*)</script>`).exec(html)
    const bytes = Uint8Array.from(text, character => character.charCodeAt(0))
    const built = readFileSync(join(core, `${name}.wasm`))
    assert.ok(Buffer.from(bytes).equals(built), name)
  }
  const page = await fresh()
  const hash = createHash('sha256').update(readFileSync(join(core, 'core.wasm')))
  await page.click('#licences summary')
  const licences = readFileSync(join(root, 'node/NOTICE'), 'utf8') + '\n' + readFileSync(join(root, 'LICENSE'), 'utf8')
  await page.waitForFunction(() => document.querySelector('#licences pre').textContent !== '')
  assert.equal(await page.textContent('#licences pre'), licences)
  assert.match(await page.innerText('.imprint'), new RegExp(`sha256:${hash.digest('hex')}`))
})

test('the bundler takes comments away and nothing else', async () => {
  const core = process.env.LEAFSUM_CORE ?? join(root, 'build/wasm')
  const replace = Object.fromEntries(
    ['core.mjs', 'codecs.mjs', 'trust.mjs'].map(file => [join(root, 'src/bindings', file), join(core, file)]),
  )
  for (const name of ['main.js', 'worker.js', 'url/main.js', 'url/worker.js']) {
    const parsed = async keepsComments => {
      const script = bundle(join(root, 'web', name), replace, { keepsComments })
      return (await transform(script, { minifyWhitespace: true, legalComments: 'none' })).code
    }
    assert.equal(await parsed(false), await parsed(true), name)
  }
})

test('the scripts have no sentence outside the table of texts', () => {
  const all = readdirSync(join(root, 'web'), { recursive: true })
  const modules = all.filter(name => /\.js$/.test(name) && !/(^|\/)(texts|start)\.js$/.test(name))
  for (const name of modules) {
    const code = readFileSync(join(root, 'web', name), 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
    for (const [literal] of code.matchAll(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g)) {
      const isThrown = /new (Type|Leafsum)?Error\(('usage',)?$/.test(code.slice(0, code.indexOf(literal)).trimEnd())
      assert.ok(
        isThrown || !/[A-Z][a-z]+ [a-z]+ [a-z]+|[a-z]+ [a-z]+ [a-z]+ [a-z]+/.test(literal),
        `${name}: ${literal}`,
      )
    }
  }
})

/** Runs in the page: what live regions say, and what is read where the page moves the focus. */
function listenLikeAScreenReader() {
  globalThis.said = []
  const say = text => text.trim() && globalThis.said.push(text.trim())
  for (const region of document.querySelectorAll('[role=status], [role=alert]')) {
    let last = region.textContent
    const tell = () => {
      const text = region.hidden ? '' : region.textContent
      if (text !== last) say(text)
      last = text
    }
    new MutationObserver(tell).observe(region, {
      childList: true,
      subtree: true,
      characterData: true,
      attributes: true,
    })
  }
  addEventListener('focusin', ({ target }) => {
    const described = document.getElementById(target.getAttribute('aria-describedby') ?? '')
    say(`${target.textContent} ${described?.textContent ?? ''}`)
  })
}
