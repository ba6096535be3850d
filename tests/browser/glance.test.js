// The whole at a glance: a treemap, folded layers, the search, and the way from one problem to the next.
import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'

import * as leafsum from '../../node/lib/index.js'
import { plant, withMissing } from '../../web/forest.js'
import { cellsOf } from '../../web/map/cells.js'
import { squarify } from '../../web/map/squarify.js'
import { restOf, stateOf } from '../../web/map/state.js'
import { searchFor } from '../../web/search.js'
import { axeFindsNothing } from './support/axe.js'
import { buildPage, launch, scratch } from './support/browser.js'
import { chooseCheckpoint, chooseLockfile, open, verdict } from './support/page.js'
import { serve } from './support/server.js'

const folder = scratch({ after })
const kLayers = 8

const leaf = (path, { dtype = 'float32', shape = [8, 4], nbytes = 128 } = {}) => ({
  key_path: path.split('/'),
  dtype,
  shape,
  nbytes,
})
const names = branch =>
  [...branch.children.values()].map(child => child.name + (child.folded ? ` × ${child.folded}` : ''))
const planted = (leaves, marks = new Map()) => plant([{ name: '', leaves }], marks)

describe('layers', () => {
  const layer = (n, more = {}) => [leaf(`layers_${n}/w`, more), leaf(`layers_${n}/b`, { shape: [4], nbytes: 16 })]
  for (const [what, leaves, expected] of [
    [
      'alike are folded, in the order of their numbers',
      [10, 2, 0, 1].flatMap(n => layer(n)),
      ['layers_0 … layers_10 × 4'],
    ],
    ['that are three are not', [0, 1, 2].flatMap(n => layer(n)), ['layers_0', 'layers_1', 'layers_2']],
    [
      'of other shapes stand alone',
      [...[0, 1, 2, 3].flatMap(n => layer(n)), ...layer(4, { shape: [9, 4] })],
      ['layers_0 … layers_3 × 4', 'layers_4'],
    ],
    [
      'of other dtypes stand alone',
      [...[0, 1, 2, 3].flatMap(n => layer(n)), ...layer(4, { dtype: 'int8' })],
      ['layers_0 … layers_3 × 4', 'layers_4'],
    ],
    ['that are numbers alone are folded', [0, 1, 2, 3].map(n => leaf(`${n}/w`)), ['0 … 3 × 4']],
    ['that are leaves are not', [0, 1, 2, 3].map(n => leaf(`w${n}`)), ['w0', 'w1', 'w2', 'w3']],
    [
      'keep whatever else there is, however it is called',
      [...[0, 1, 2, 3].flatMap(n => layer(n)), leaf('0'), leaf(' layers_0'), leaf('layers_0 … layers_3')],
      ['layers_0 … layers_3 × 4', '0', ' layers_0', 'layers_0 … layers_3'],
    ],
  ]) {
    test(what, () => {
      const root = planted(leaves)
      assert.deepEqual(names(root), expected)
      assert.equal(root.leaves, leaves.length)
      const count = at => (at.leaf ? 1 : 0) + [...at.children.values()].reduce((n, child) => n + count(child), 0)
      assert.equal(count(root), leaves.length, 'none is lost')
    })
  }

  test('nested without end are planted all the same', () => {
    const deep = n => leaf(Array.from({ length: 3000 }, (_, at) => `l${at === 0 ? n : at}`).join('/'))
    assert.equal(planted([0, 1, 2, 3].map(deep)).leaves, 4)
  })

  test('sum up what lies below, findings too', () => {
    const marks = new Map([[JSON.stringify(['', ['layers_2', 'w']]), { code: 'digest-mismatch', severity: 'error' }]])
    const [fold] = planted(
      [0, 1, 2, 3].flatMap(n => layer(n)),
      marks,
    ).children.values()
    assert.deepEqual([fold.leaves, fold.nbytes, fold.marked], [8, 4 * 144, 1])
  })
})

describe('the search', () => {
  const of = leaf('params/Layer_3/kernel', { dtype: 'bfloat16', shape: [4096, 128] })
  for (const [text, fits] of [
    ['', true],
    ['kernel', true],
    ['KERNEL layer_3', true],
    ['kernel bias', false],
    ['bfloat16', true],
    ['bfloat', false],
    ['float16', false],
    ['4096x128', true],
    ['4096 × 128', true],
    ['[4096, 128]', true],
    ['(4096,*)', true],
    ['*x128', true],
    ['128x4096', false],
    ['4096x128x1', false],
    ['scalar', false],
    ['[]', false],
    ['*/kernel', false],
    ['**/kernel', true],
    ['layer_*/kernel', true],
    ['layer_?/*', true],
    ['layer_*', false],
    ['/params/**', true],
    ['/layer*/**', false],
    ['params/**/kernel bfloat16 4096x*', true],
    ['a+(b', false],
  ])
    test(`“${text}” ${fits ? 'finds' : 'passes over'} /params/Layer_3/kernel, bfloat16, 4096 × 128`, () =>
      assert.equal(searchFor(text)('/params/layer_3/kernel', of), fits))
  test('finds scalars, and one axis', () => {
    assert.ok(searchFor('scalar')('/step', leaf('step', { shape: [] })))
    assert.ok(searchFor('[8]')('/b', leaf('b', { shape: [8] })))
    assert.ok(searchFor('(8,)')('/b', leaf('b', { shape: [8] })))
    assert.ok(!searchFor('scalar')('/text', leaf('text', { shape: null })))
  })
})

describe('the treemap', () => {
  test('has areas as the sizes are, inside the box, near to squares', () => {
    const box = { x: 0, y: 0, width: 600, height: 240 }
    for (const sizes of [[1], [6, 6, 4, 3, 2, 2, 1], Array.from({ length: 100 }, (_, n) => 100 - n), [1000, 1, 1]]) {
      const boxes = squarify(sizes, box)
      const total = sizes.reduce((sum, size) => sum + size, 0)
      for (const [n, { x, y, width, height }] of boxes.entries()) {
        assert.ok(Math.abs(width * height - (sizes[n] / total) * 600 * 240) < 1e-6)
        assert.ok(x >= -1e-9 && y >= -1e-9 && x + width <= 600 + 1e-6 && y + height <= 240 + 1e-6)
      }
      for (const [n, a] of boxes.entries())
        for (const b of boxes.slice(n + 1))
          assert.ok(
            a.x + a.width <= b.x + 1e-6 ||
              b.x + b.width <= a.x + 1e-6 ||
              a.y + a.height <= b.y + 1e-6 ||
              b.y + b.height <= a.y + 1e-6,
          )
    }
    const even = squarify(Array(12).fill(1), box)
    assert.ok(even.every(({ width, height }) => Math.max(width / height, height / width) < 2))
  })

  test('never has more than 120 parts, and all bytes and leaves', () => {
    for (const count of [1, 3, 50, 5000]) {
      const leaves = Array.from({ length: count }, (_, n) => leaf(`a${n % 7}/b${n}`, { nbytes: 1 + n }))
      const root = planted(leaves)
      const cells = cellsOf(root, 900, 240)
      assert.ok(cells.length <= 120 && cells.length >= Math.min(count, 7))
      const sum = what => cells.reduce((n, cell) => n + cell[what], 0)
      assert.deepEqual([sum('nbytes'), sum('leaves')], [root.nbytes, root.leaves])
    }
  })

  test('shows what is missing, though it has no bytes', () => {
    const findings = [{ code: 'missing-leaf', severity: 'error', item: '', key_path: ['gone'] }]
    const items = withMissing([{ name: '', leaves: [leaf('here')] }], findings)
    const marks = new Map([[JSON.stringify(['', ['gone']]), findings[0]]])
    assert.deepEqual(
      cellsOf(plant(items, marks), 600, 240)
        .map(({ branch }) => branch.name)
        .sort(),
      ['gone', 'here'],
    )
  })

  const report = (verdict, leaves, findings = [], more = {}) => ({
    command: 'verify',
    verdict,
    leaves: { equal: 0, different: 0, missing: 0, extra: 0, not_read: 0, ...leaves },
    findings,
    findings_dropped: 0,
    ...more,
  })
  const found = (code, severity, key_path) => ({ code, severity, item: '', key_path })
  for (const [what, given, state] of [
    ['VERIFIED', report('VERIFIED', { equal: 3 }), 'equal'],
    ['UNTRUSTED is not equal', report('UNTRUSTED', { equal: 3 }), 'consistent'],
    [
      'a MISMATCH whose leaves are named',
      report('MISMATCH', { equal: 2, different: 1 }, [found('digest-mismatch', 'error', ['w'])]),
      'equal',
    ],
    [
      'a MISMATCH that names fewer than differ',
      report('MISMATCH', { equal: 2, different: 2 }, [found('digest-mismatch', 'error', ['w'])]),
      'unknown',
    ],
    [
      'a fingerprint that differs',
      report('MISMATCH', { equal: 3 }, [found('digest-mismatch', 'error', null)]),
      'unknown',
    ],
    ['leaves that were not read and are not named', report('INCOMPLETE', { equal: 2, not_read: 1 }), 'unknown'],
    ['findings that were dropped', report('MISMATCH', { equal: 2 }, [], { findings_dropped: 1 }), 'unknown'],
    ['no evidence', report('NO-EVIDENCE', {}), 'unknown'],
    ['a check', report('SOUND', { equal: 3 }, [], { command: 'check' }), 'unknown'],
  ])
    test(`leaves that no finding names, of ${what}: ${state}`, () => assert.equal(restOf(given), state))

  test('each kind of finding is a state of its own', () => {
    const rows = {
      'missing-leaf error': 'missing',
      'extra-leaf error': 'extra',
      'unsupported gap': 'unread',
      'checksum error': 'differs',
      'extra-leaf warning': 'extra',
      'invalid warning': 'warning',
    }
    for (const [row, state] of Object.entries(rows)) {
      const [code, severity] = row.split(' ')
      assert.equal(stateOf({ code, severity }, 'equal'), state)
    }
    assert.equal(stateOf(undefined, 'equal'), 'equal')
  })
})

describe('on the page', () => {
  let browser, server, intact, changed, lockfile

  /** A checkpoint of layers; `edit` is told each leaf's path and its values. */
  function write(name, edit = () => true) {
    const arrays = { 'head/w': [64, 64], step: [] }
    for (let n = 0; n < kLayers; n++) {
      arrays[`layers_${n}/attention/kernel`] = [32, 32]
      arrays[`layers_${n}/bias`] = [32]
    }
    for (const [path, shape] of Object.entries(arrays)) {
      const values = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(1)
      if (edit(path, values) === false) continue
      const array = join(folder, name, path)
      mkdirSync(array, { recursive: true })
      const rest = { dtype: '<f4', fill_value: null, order: 'C', filters: null, compressor: null }
      writeFileSync(join(array, '.zarray'), JSON.stringify({ zarr_format: 2, shape, chunks: shape, ...rest }))
      writeFileSync(join(array, shape.map(() => 0).join('.') || '0'), new Uint8Array(values.buffer))
    }
    return join(folder, name)
  }

  before(async () => {
    buildPage(join(folder, 'page'))
    server = await serve({ '/': join(folder, 'page') })
    browser = await launch()
    intact = write('intact')
    changed = write('changed', (path, values) => {
      if (path === 'layers_5/attention/kernel' || path === 'head/w') values[3] = 9
      return path !== 'layers_2/bias'
    })
    lockfile = join(folder, 'intact.leafsum.json')
    writeFileSync(lockfile, (await leafsum.lock(leafsum.fromPath(intact))).lockfile)
  })
  after(async () => {
    await browser?.close()
    await server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const opened = async (checkpoint, evidence) => {
    const page = await open(browser, `${server.origin}/`, {
      viewport: { width: 1000, height: 900 },
      reducedMotion: 'reduce',
    })
    await chooseCheckpoint(page, checkpoint)
    if (evidence) {
      await chooseLockfile(page, evidence)
      await verdict(page)
    }
    return page
  }
  const active = page => page.evaluate(() => document.activeElement.innerText.replaceAll(/\s+/g, ' ').trim())

  test('layers are one row, which opens; the search takes names, globs, dtypes and shapes', async () => {
    const page = await opened(intact)
    const row = page.locator('#tree [role=row]', { hasText: 'layers_0 … layers_7 × 8' })
    assert.match(await row.innerText(), /16 leaves/)
    const rows = page.locator('#tree [role=row]')
    for (const [text, count] of [
      ['**/kernel', 8],
      ['32x32', 8],
      ['[32] bias', 8],
      ['scalar', 1],
      ['layers_3', 2],
      ['head 64x*', 1],
      ['nothing', 0],
    ]) {
      await page.fill('#leaf-filter', text)
      assert.equal(await rows.count(), count, text)
    }
    assert.equal(await page.textContent('#leaves-found'), 'No leaf fits this.')
    await page.fill('#leaf-filter', '')
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.click()
    assert.equal((await page.locator('#tree [role=row]', { hasText: /^layers_\d / }).count()) > 0, true)
    assert.deepEqual(page.complaints, [])
  })

  test('the treemap is worked by keyboard, tells states by pattern and word, and leads to the tree', async () => {
    const page = await opened(intact)
    assert.match(await page.textContent('#map-words'), /Leaves: 18 not compared\. The largest is \/head\/w, 16 KiB/)
    await chooseLockfile(page, lockfile)
    await verdict(page)
    assert.match(await page.textContent('#map-words'), /Leaves: 18 equal/)
    await page.close()

    const other = await opened(changed, lockfile)
    assert.match(await other.textContent('#map-words'), /2 different or damaged, 1 missing, 15 equal/)
    assert.deepEqual(await other.locator('#map-legend li').allInnerTexts(), [
      'different or damaged',
      'missing',
      'equal',
    ])
    const looks = await other.evaluate(() =>
      [...document.querySelectorAll('.swatch')].map(one => {
        const { backgroundImage, borderStyle, borderWidth } = getComputedStyle(one)
        return [backgroundImage, borderStyle, borderWidth].join(' ')
      }),
    )
    assert.equal(new Set(looks).size, 3, 'without any colour too')
    const cells = other.locator('#map-cells button')
    const labels = await cells.evaluateAll(all => all.map(one => one.getAttribute('aria-label')))
    assert.ok(labels.includes('/head/w, float32 64 × 64, 16 KiB, 33 %, different or damaged'), labels.join('\n'))
    assert.equal(await other.locator('#map-cells [tabindex="0"]').count(), 1)
    await other.focus('#map-cells [tabindex="0"]')
    await other.keyboard.press('End')
    await other.keyboard.press('Home')
    for (let n = 0; n < labels.indexOf(labels.find(label => label.startsWith('/head/w'))); n++)
      await other.keyboard.press('ArrowRight')
    assert.match(await other.evaluate(() => document.activeElement.getAttribute('aria-label')), /^\/head\/w/)
    await other.keyboard.press('Enter')
    assert.match(await active(other), /^w digest-mismatch float32/)
    assert.deepEqual(other.complaints, [])
  })

  test('n and p go from problem to problem, each told once; not where something is typed', async () => {
    const page = await opened(changed, lockfile)
    await page.waitForTimeout(200)
    await page.evaluate(() => {
      globalThis.said = []
      for (const region of document.querySelectorAll('[role=status], [role=alert]'))
        new MutationObserver(() => said.push(region.textContent)).observe(region, {
          childList: true,
          subtree: true,
          characterData: true,
        })
      addEventListener('focusin', ({ target }) => said.push(target.textContent))
    })
    const seen = []
    for (const key of ['n', 'n', 'n', 'n', 'p', 'p']) {
      await page.keyboard.press(key)
      seen.push(`${await page.textContent('#problem-at')}: ${await active(page)}`)
    }
    assert.match(seen[0], /^1 of 3: w digest-mismatch/)
    assert.match(seen[1], /^2 of 3: kernel digest-mismatch/)
    assert.match(seen[2], /^3 of 3: bias missing-leaf/)
    assert.deepEqual([seen[3], seen[4], seen[5]], [seen[0], seen[2], seen[1]])
    const said = await page.evaluate(() => globalThis.said.filter(Boolean))
    assert.equal(said.length, 6, said.join('\n'))
    // What is missing cannot be looked into.
    await page.keyboard.press('n')
    await page.keyboard.press('Enter')
    assert.ok(await page.isHidden('#leaf-panel'))
    await page.focus('#leaf-filter')
    await page.keyboard.type('nn')
    assert.equal(await page.inputValue('#leaf-filter'), 'nn')
    await page.click('#problem-next')
    assert.match(await active(page), /digest-mismatch|missing-leaf/)
    assert.equal(await page.inputValue('#leaf-filter'), '')
    assert.ok((await page.locator('#tree [role=row]').count()) <= 200)
    assert.deepEqual(page.complaints, [])
  })

  test('axe finds nothing; 320 px are enough', async () => {
    const page = await opened(changed, lockfile)
    await axeFindsNothing(page)
    await page.emulateMedia({ forcedColors: 'none' })
    await page.setViewportSize({ width: 320, height: 800 })
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320)
  })
})
