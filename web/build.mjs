// Builds the page: `node web/build.mjs [folder with core.* and codecs.*] [output folder]`.
// One index.html that stands alone: styles and the page's script inline and named by hash in the policy, the Worker's
// script and both modules as inert text. Needs nothing but Node.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { bundle } from './bundle.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const [coreFolder = join(here, '../build/wasm'), outputFolder = join(here, '../build/web')] = process.argv.slice(2)
const core = resolve(coreFolder)

const read = (/** @type {string} */ name) => readFileSync(join(here, name), 'utf8')
// The sources import the core by its types.
const replace = Object.fromEntries(
  ['core.mjs', 'codecs.mjs'].map(file => [join(here, '../src/bindings', file), join(core, file)]),
)
const style = read('style.css')
const script = bundle(join(here, 'main.js'))
const worker = bundle(join(here, 'worker.js'), replace)

// Stricter than "self" throughout: the page is one file and loads nothing. `worker-src blob:` also rules what a Worker
// may start, and Workers inherit all of it because they come from a blob.
const policy = [
  "default-src 'none'",
  `script-src ${hashOf(script)} 'wasm-unsafe-eval'`,
  'worker-src blob:',
  `style-src ${hashOf(style)}`,
  'img-src data:',
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types leafsum-worker',
].join('; ')

const base64 = (/** @type {string} */ file) => readFileSync(join(core, file)).toString('base64')
/** @type {Record<string, string>} */
const parts = {
  policy,
  style,
  script,
  // A page that is passed on takes its licences with it.
  notice: escaped(read('../node/NOTICE') + '\n' + read('../LICENSE')),
  worker: inert(worker),
  core: base64('core.wasm'),
  codecs: base64('codecs.wasm'),
}
// A function as replacement: `$&` and the like in the parts mean nothing then.
const page = read('index.html').replaceAll(/\{\{(\w+)\}\}/g, (_, name) => parts[name])

mkdirSync(outputFolder, { recursive: true })
writeFileSync(join(outputFolder, 'index.html'), page)

/** @param {string} text */
function hashOf(text) {
  if (/<\/(script|style)|<!--/i.test(text))
    throw new Error('an inline block would end early: it contains </script, </style or <!--')
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** @param {string} source JavaScript, to stand inside a script element that is not run */
function inert(source) {
  if (/<\/script|<!--/i.test(source)) throw new Error('the data block would end early: it contains </script or <!--')
  return source
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
