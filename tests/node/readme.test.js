// What the READMEs show works for a new user: the package's own, line by line, from the packed tarball in a directory
// that was empty; and the repository's.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseArguments } from '../../node/lib/cli/args.js'
import { packInto } from './support/packed.js'
import { fixtures } from './support/places.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (/** @type {string} */ file) => fs.readFileSync(join(root, file), 'utf8')
const blocks = (/** @type {string} */ text, /** @type {string} */ language) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, code]) => code)

const place = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'leafsum-readme-')))
after(() => fs.rmSync(place, { recursive: true, force: true }))
const app = join(place, 'app')
fs.mkdirSync(app)
const env = { ...process.env, PATH: `${join(app, 'node_modules/.bin')}${delimiter}${process.env.PATH}` }
const shell = (/** @type {string} */ line) =>
  spawnSync('sh', ['-c', line], { cwd: app, env: { ...env, npm_config_offline: 'true' }, encoding: 'utf8' })

/** Checkpoints of the names that the READMEs use. `a` and `b` differ; `params/w` is a matrix. */
function checkpoints() {
  fs.cpSync(join(fixtures, 'seed000/artifacts/baseline_ckpt'), join(app, 'a'), { recursive: true })
  fs.cpSync(join(fixtures, 'seed000/artifacts/tampered_ckpt'), join(app, 'b'), { recursive: true })
  const w = join(app, 'ckpt/params.w')
  fs.mkdirSync(w, { recursive: true })
  const array = { chunks: [4, 6], compressor: null, dtype: '<f4', fill_value: 0, filters: null, order: 'C' }
  fs.writeFileSync(join(w, '.zarray'), JSON.stringify({ ...array, shape: [4, 6], zarr_format: 2 }))
  fs.writeFileSync(
    join(w, '0.0'),
    new Float32Array(24).map((_, n) => n / 2),
  )
  const entry = {
    key_metadata: ['params', 'w'].map(key => ({ key, key_type: 2 })),
    value_metadata: { value_type: 'jax.Array', skip_deserialize: false },
  }
  const tree = { tree_metadata: { "('params', 'w')": entry }, use_ocdbt: false, use_zarr3: false }
  fs.writeFileSync(join(app, 'ckpt/_METADATA'), JSON.stringify(tree))
}

const { tarball } = packInto(place)

test("the package's README, from the install line to the first verdict and on", () => {
  checkpoints()
  const started = performance.now()
  let lines = 0
  for (const block of blocks(read('node/README.md'), 'sh')) {
    for (const line of block.trim().split('\n')) {
      const command = line.replace(/\s+#.*/, '').replace(/^npm install leafsum$/, `npm install ${tarball}`)
      const [, comment = ''] = /#\s*(.*)/.exec(line) ?? []
      const { status, stdout, stderr } = shell(command)
      assert.ok(status !== null && [0, 1, 3].includes(status), `${line}: exit ${status}\n${stdout}${stderr}`)
      assert.doesNotMatch(stderr, /^leafsum: /m, line)
      // What the comment promises in capitals is what is said.
      const [verdict] = /^[A-Z]{5,}|[A-Z]{5,}(?= at best)/.exec(comment) ?? []
      if (verdict) assert.match(stdout, new RegExp(`^ckpt: ${verdict}`), line)
      if (verdict === 'VERIFIED')
        assert.ok(performance.now() - started < 60_000, 'the first verdict took over a minute')
      lines += 1
    }
  }
  assert.ok(lines >= 10, `${lines} lines`)
})

test('JavaScript of both READMEs', () => {
  const found = ['node/README.md', 'README.md'].flatMap(file => blocks(read(file), 'js'))
  assert.ok(found.length >= 2)
  for (const [n, code] of found.entries()) {
    const file = join(app, `snippet_${n}.mjs`)
    fs.writeFileSync(file, code.replace("'../node/lib/index.js'", "'leafsum'"))
    const { status, stdout, stderr } = spawnSync(process.execPath, [file, 'ckpt'], { cwd: app, encoding: 'utf8' })
    assert.deepEqual([status, stderr], [0, ''], code)
    assert.match(stdout, /VERIFIED/, code)
  }
})

test('commands that the READMEs name are understood', () => {
  let found = 0
  for (const file of ['README.md', 'node/README.md', 'node/schema/LOCKFILE.md']) {
    for (const [, text] of read(file).matchAll(/`leafsum ([^`]+)`/g)) {
      const words = [...text.replaceAll('…', 'X').matchAll(/'([^']*)'|(\S+)/g)].map(
        ([, quoted, word]) => quoted ?? word,
      )
      if (words.length === 1 && !words[0].startsWith('-')) continue // a command's name
      assert.doesNotThrow(() => parseArguments(words), `${file}: leafsum ${text}`)
      found += 1
    }
  }
  assert.ok(found >= 5, `${found} commands`)
})

test("README's lines for a clone name scripts that are there", () => {
  const text = read('README.md')
  const [install] = /^## Install$[^]*?^## /m.exec(text) ?? ['']
  const indented = [...install.matchAll(/^ {4}(\S.*)$/gm)].map(([, line]) => line)
  const lines = [...indented, ...blocks(text, 'sh').flatMap(block => block.trim().split('\n'))]
  assert.ok(lines.length >= 6)
  for (const line of lines) {
    const [program] = line.replace(/^\(cd \S+ && /, '').split(' ')
    if (!['npm', 'python3', 'npx', 'leafsum'].includes(program)) fs.accessSync(join(root, program), fs.constants.X_OK)
    // A preset or target of the build that is not there would fail for everyone.
    const [, target] = /--target (\w+)/.exec(line) ?? []
    if (target)
      assert.match(read('src/bindings/CMakeLists.txt') + read('web/CMakeLists.txt'), new RegExp(`\\b${target}\\b`))
  }
})
