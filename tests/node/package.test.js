// The package as npm would publish it: it runs from a place of its own, with its own core.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Ajv } from 'ajv'
import { digest, fromPath } from '../../node/lib/index.js'
import { sources, toolchain } from '../../tools/notice.mjs'
import { filesOf, packInto } from './support/packed.js'
import { fixtures, scratch } from './support/places.js'
import { assertSnapshot } from './support/snapshot.js'
import { reportText } from '../../node/lib/report.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
/** A file of the tarball. */
const read = (/** @type {string} */ file) => execFileSync('tar', ['-xzOf', tarball, file], { encoding: 'utf8' })

/** Packed once for all tests of this file. */
const place = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'leafsum-')))
after(() => fs.rmSync(place, { recursive: true, force: true }))
const { folder, tarball, before } = packInto(place)
const app = join(place, 'app')
const installed = join(app, 'node_modules/leafsum')
fs.mkdirSync(join(app, 'node_modules'), { recursive: true })
execFileSync('tar', ['-xzf', tarball, '-C', app])
fs.renameSync(join(app, 'package'), installed)

test('npm pack takes these files and leaves nothing behind', () => {
  assert.deepEqual(fs.readdirSync(folder, { recursive: true }).sort(), before)
  assertSnapshot(
    'package.txt',
    filesOf(tarball)
      .map(file => `${file}\n`)
      .join(''),
  )
})

test('it runs from a place of its own, with its own core', () => {
  const run = (/** @type {string[]} */ args) => spawnSync(process.execPath, args, { cwd: app, encoding: 'utf8' })
  const program = run(['node_modules/leafsum/bin/leafsum.js', 'check', baseline])
  assert.deepEqual([program.status, program.stderr], [0, ''])
  const script = `import { check, fromPath } from 'leafsum'
    console.log((await check(fromPath(process.argv[1]), { workers: 2, workersFrom: 0 })).verdict)`
  const { stdout, stderr } = run(['--input-type=module', '-e', script, baseline])
  assert.deepEqual([stdout, stderr], ['SOUND\n', ''])
})

test('npm runs nothing of it when it is installed', () => {
  const { scripts } = JSON.parse(read('package/package.json'))
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
    assert.equal(scripts?.[name], undefined, `a script ${name} would run on the user's machine`)
})

test('two packings give the same bytes, and none tells of the machine that made it', t => {
  const again = packInto(scratch(t)).tarball
  assert.deepEqual(fs.readFileSync(again), fs.readFileSync(tarball))
  const machine = [root, place, homedir()].filter(path => path.length > 4)
  for (const file of filesOf(tarball)) {
    const bytes = execFileSync('tar', ['-xzOf', tarball, file], { maxBuffer: 1 << 26 })
    for (const path of machine) assert.ok(!bytes.includes(path), `${file} names ${path}`)
  }
})

test('every licence of what is compiled in is there, in the page too', t => {
  const notice = read('package/NOTICE')
  for (const { name, title, version = '', licence } of [...sources(), ...toolchain()]) {
    assert.ok(notice.includes(title) && notice.includes(version) && notice.includes(licence), name)
  }
  for (const holder of [
    'Niels Lohmann',
    'Meta Platforms',
    'Julian R Seward',
    'Rich Felker',
    'LLVM-exception',
    'Emscripten authors',
    'Yann Collet',
    'Mark Adler',
  ])
    assert.ok(notice.includes(holder), holder)
  const page = scratch(t)
  execFileSync(process.execPath, [join(root, 'web/build.mjs'), join(root, 'build/wasm'), page])
  const shown = fs.readFileSync(join(page, 'index.html'), 'utf8').replaceAll('&lt;', '<').replaceAll('&amp;', '&')
  assert.ok(shown.includes(notice))
  assert.ok(shown.includes(read('package/LICENSE')))
})

test('the bill of materials has what is linked, and is CycloneDX', () => {
  const bom = JSON.parse(read('package/sbom.cdx.json'))
  const schemas = join(root, 'tests/node_modules/@cyclonedx/cyclonedx-library/res/schema')
  const schema = (/** @type {string} */ name) =>
    JSON.parse(fs.readFileSync(join(schemas, `${name}.SNAPSHOT.schema.json`), 'utf8'))
  // The schema's formats (URLs, times) and words of its own are left aside.
  const ajv = new Ajv({ strict: false, validateFormats: false })
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs'])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`)
  const validate = ajv.compile(schema('bom-1.6'))
  assert.ok(validate(bom), ajv.errorsText(validate.errors))
  assert.ok(!validate({ ...bom, components: [{ type: 'nonsense' }] }))

  const { version } = JSON.parse(read('package/package.json'))
  assert.deepEqual([bom.metadata.component.name, bom.metadata.component.version], ['leafsum', version])
  const components = Object.fromEntries(bom.components.map((/** @type {any} */ one) => [one['bom-ref'], one]))
  const table = JSON.parse(fs.readFileSync(join(root, 'cmake/deps/dependencies.json'), 'utf8'))
  // Whatever CMake links into the product is a row with a licence.
  for (const [name, row] of Object.entries(table)) {
    if (name === 'catch')
      assert.equal(components[name], undefined) // of the unit tests alone
    else
      assert.deepEqual(
        [components[name].version, components[name].externalReferences[0].hashes[0].content],
        [row.version, row.sha256],
      )
  }
  const emscripten = fs.readFileSync(join(root, 'build/wasm/emscripten-version.txt'), 'utf8').replace(/["\s]/g, '')
  assert.equal(components.emscripten.version, emscripten)
  for (const name of ['musl', 'libc++', 'libc++abi', 'compiler-rt']) assert.ok(components[name], name)
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
    // When they are needed; of a type a member is named
    for (const [, from] of text.matchAll(/\bimport\('(\.[^']+)'\)(?!\.(?!then\b))/g)) visit(join(file, '..', from))
  }
  for (const entry of ['browser', 'worker']) visit(join(installed, `lib/${entry}.js`))
  assert.ok(seen.size > 8)
})

test('the browser entry gives the same bytes, with a core that was handed over', async () => {
  const browser = await import(pathToFileURL(join(installed, 'lib/browser.js')).href)
  browser.init({ wasm: fs.readFileSync(join(installed, 'lib/core/core.wasm')) })
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
  assert.equal(reportText(report), reportText(expected))
  assert.match(report.items[''].leaves[0].digest.sha256, /^[0-9a-f]{64}$/)
})
