// The package as npm would publish it: it runs from a place of its own, with its own core.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as browser from '../../node/lib/browser.js'
import { digest, fromPath } from '../../node/lib/index.js'
import { platform } from '../../node/lib/host/platform_node.js'
import { fixtures, scratch } from './support/places.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')

test('npm pack holds all that it needs and leaves nothing behind', t => {
  const place = scratch(t)
  // A copy, because packing puts the core into the folder for a moment.
  fs.cpSync(join(root, 'node'), join(place, 'node'), {
    recursive: true,
    filter: path => path !== join(root, 'node/lib/core'),
  })
  fs.mkdirSync(join(place, 'build/wasm'), { recursive: true })
  for (const file of [
    'build/wasm/core.mjs',
    'build/wasm/core.wasm',
    'build/wasm/codecs.mjs',
    'build/wasm/codecs.wasm',
    'LICENSE',
  ])
    fs.copyFileSync(join(root, file), join(place, file))
  const before = fs.readdirSync(join(place, 'node'), { recursive: true }).sort()
  const env = { ...process.env, npm_config_cache: join(place, 'cache'), npm_config_update_notifier: 'false' }
  execFileSync('npm', ['pack', '--silent', '--pack-destination', place], {
    cwd: join(place, 'node'),
    env,
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  assert.deepEqual(fs.readdirSync(join(place, 'node'), { recursive: true }).sort(), before)

  execFileSync('tar', ['-xzf', fs.readdirSync(place).find(name => name.endsWith('.tgz')) ?? ''], { cwd: place })
  fs.rmSync(join(place, 'build'), { recursive: true })
  fs.mkdirSync(join(place, 'app/node_modules'), { recursive: true })
  fs.renameSync(join(place, 'package'), join(place, 'app/node_modules/leafsum'))
  const shipped = /** @type {string[]} */ (fs.readdirSync(join(place, 'app/node_modules/leafsum'), { recursive: true }))
  for (const file of [
    'LICENSE',
    'THIRD_PARTY_LICENSES',
    'README.md',
    'lib/index.d.ts',
    'lib/core/core.wasm',
    'lib/core/core.mjs',
    'lib/core/codecs.wasm',
    'lib/core/codecs.mjs',
  ])
    assert.ok(shipped.includes(file), file)
  assert.ok(!shipped.some(file => /test|pack\.js/.test(file)), String(shipped))

  const run = (/** @type {string[]} */ args) =>
    spawnSync(process.execPath, args, { cwd: join(place, 'app'), encoding: 'utf8' })
  const program = run(['node_modules/leafsum/bin/leafsum.js', 'check', baseline])
  assert.deepEqual([program.status, program.stderr], [0, ''])
  const script = `import { check, fromPath } from 'leafsum'
    console.log((await check(fromPath(process.argv[1]), { workers: 2, workersFrom: 0 })).verdict)`
  const { stdout, stderr } = run(['--input-type=module', '-e', script, baseline])
  assert.deepEqual([stdout, stderr], ['SOUND\n', ''])
})

test('nothing outside node: is imported at run time', () => {
  const { dependencies, peerDependencies, optionalDependencies } = JSON.parse(
    fs.readFileSync(join(root, 'node/package.json'), 'utf8'),
  )
  assert.deepEqual([dependencies, peerDependencies, optionalDependencies], [undefined, undefined, undefined])
  const files = /** @type {string[]} */ (fs.readdirSync(join(root, 'node/lib'), { recursive: true })).filter(name =>
    name.endsWith('.js'),
  )
  for (const file of files) {
    const text = fs.readFileSync(join(root, 'node/lib', file), 'utf8')
    for (const [, from] of text.matchAll(/^(?:import|export) (?:[^'\n]* from )?'([^']+)'$/gm))
      assert.match(from, /^(node:|\.)/, file)
  }
})

test('no module that a browser loads imports one of node:', () => {
  const seen = new Set()
  const visit = (/** @type {string} */ file) => {
    if (seen.has(file)) return
    seen.add(file)
    const text = fs.readFileSync(file, 'utf8')
    for (const [, from] of text.matchAll(/^(?:import|export) (?:[^'\n]* from )?'([^']+)'$/gm)) {
      assert.ok(from.startsWith('.'), `${file} imports ${from}`)
      visit(join(file, '..', from))
    }
    // When they are needed
    for (const [, from] of text.matchAll(/\bimport\('(\.[^']+)'\)/g)) visit(join(file, '..', from))
  }
  visit(join(root, 'node/lib/browser.js'))
  visit(join(root, 'node/lib/host/worker_browser.js'))
  assert.ok(seen.size > 8)
})

test('the browser entry gives the same bytes, with a core that was handed over', async () => {
  const { factory, module } = await platform.load()
  browser.init({ wasm: module, factory })
  const files = /** @type {string[]} */ (fs.readdirSync(baseline, { recursive: true })).filter(name =>
    fs.statSync(join(baseline, name)).isFile(),
  )
  const dropped = files.map(name =>
    Object.assign(new Blob([fs.readFileSync(join(baseline, name))]), {
      name,
      webkitRelativePath: `baseline_ckpt/${name}`,
    }),
  )
  const options = { algorithms: ['blake3', 'sha256'], workers: 1 }
  const report = await browser.digest(browser.fromFiles(/** @type {any} */ (dropped)), options)
  const expected = await digest(fromPath(baseline), options)
  assert.equal(report.text, expected.text)
  assert.equal(report.outputText, expected.outputText)
  assert.match(report.output.items[''].leaves[0].digest.sha256, /^[0-9a-f]{64}$/)
})
