// The page's bundler: modules become one classic script, which loads nothing.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import vm from 'node:vm'
import { bundle } from '../../web/bundle.mjs'
import { scratch } from './support/places.js'

/** Bundles files of which `main.js` is the entry. */
function bundled(/** @type {import('node:test').TestContext} */ t, /** @type {Record<string, string>} */ files) {
  const folder = scratch(t)
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(dirname(join(folder, name)), { recursive: true })
    fs.writeFileSync(join(folder, name), text)
  }
  return bundle(join(folder, 'main.js'))
}

/** What the script hands to `tell`; an import that is left would be refused by the context. */
async function run(/** @type {string} */ script) {
  const told = /** @type {any[]} */ ([])
  new vm.Script(script).runInNewContext({ tell: (/** @type {any} */ value) => told.push(value) })
  await new Promise(resolve => setImmediate(resolve))
  return told
}

test('static imports, exports under other names and whole modules', async t => {
  const told = await run(
    bundled(t, {
      'main.js':
        "import { a as b, twice } from './lib/a.js'\nimport * as all from './lib/a.js'\nimport one from './lib/one.js'\ntell([b, twice(3), all.a, one()])\n",
      'lib/a.js': "export { two as twice } from './one.js'\nexport const a = 'a'\n",
      'lib/one.js': 'function one() { return 1 }\nexport default one\nexport function two(n) { return 2 * n }\n',
    }),
  )
  assert.equal(JSON.stringify(told), '[["a",6,"a",1]]')
})

test('a module that is imported where it is needed is in the script, once', async t => {
  const script = bundled(t, {
    // The first asks while the script runs, before what it asks for has run.
    'main.js':
      "import { count } from './counter.js'\nimport('./late.js').then(({ late }) => tell(late()))\nasync function f() { tell((await import('./counter.js')).count === count) }\nf()\n",
    'late.js': "import { count } from './counter.js'\nexport const late = () => count()\n",
    'counter.js': "let n = 0\ntell('counter')\nexport const count = () => ++n\n",
  })
  assert.doesNotMatch(script, /\bimport\b/)
  assert.equal(script.match(/tell\('counter'\)/g)?.length, 1)
  assert.deepEqual((await run(script)).sort(), [1, 'counter', true])
})

test('such imports may go in circles, others may not', async t => {
  const told = await run(
    bundled(t, {
      'main.js': "import { a } from './a.js'\na().then(tell)\n",
      'a.js': "export const own = 7\nexport const a = async () => (await import('./b.js')).b\n",
      'b.js': "import { own } from './a.js'\nexport const b = own + 1\n",
    }),
  )
  assert.deepEqual(told, [8])
  const circle = {
    'main.js': "import { b } from './b.js'\nexport const a = 1\n",
    'b.js': "import { a } from './main.js'\nexport const b = 1\n",
  }
  assert.throws(() => bundled(t, circle), /imports itself, through others/)
})

test('a type in a comment is not imported', t => {
  const script = bundled(t, {
    'main.js':
      "/** @type {import('./nowhere.js').Type | Map<string, import('./nowhere.js').other>} */\nlet a\ntell(a)\n",
  })
  assert.match(script, /let a\s+tell\(a\)/)
  assert.doesNotMatch(script, /nowhere/)
})

test('what is not understood is refused', t => {
  for (const text of [
    "import './a.js'\n",
    'export let a = 1\n',
    "import { a } from 'leafsum'\n",
    'import("./a.js").then(tell)\n',
    'import(`./a.js`).then(tell)\n',
  ])
    assert.throws(() => bundled(t, { 'main.js': text, 'a.js': '' }), /does not understand/, text)
  assert.throws(() => bundled(t, { 'main.js': "import('./missing.js')\n" }), { code: 'ENOENT' })
  assert.throws(() => bundled(t, { 'main.js': 'let a = \n' }), SyntaxError)
})
