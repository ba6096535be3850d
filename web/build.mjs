// Builds the page: `node web/build.mjs [folder with core.* and codecs.*] [output folder]`.
// Two pages that stand alone, index.html for files and url.html for addresses: styles and the page's script inline and
// named by hash in the policy, the Worker's script and both modules as inert text. Needs nothing but Node.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { bundle } from './bundle.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const [coreFolder = join(here, '../build/wasm'), outputFolder = join(here, '../build/web')] = process.argv.slice(2)
const core = resolve(coreFolder)

const read = (/** @type {string} */ name) => readFileSync(join(here, name), 'utf8')
// The sources import the core by its types.
const replace = Object.fromEntries(
  ['core.mjs', 'codecs.mjs', 'trust.mjs'].map(file => [join(here, '../src/bindings', file), join(core, file)]),
)
const style = read('style.css') + read('panel/panel.css') + read('map/map.css')
const start = read('start.js')
const about = JSON.parse(read('../node/package.json'))

/**
 * Stricter than "self" throughout: a page is one file and loads nothing. `worker-src blob:` also rules what a Worker
 * may start, and Workers inherit all of it because they come from a blob.
 * @param {string} script
 * @param {string} connect what the page may ask: nothing, or servers
 */
const policyFor = (script, connect) =>
  [
    "default-src 'none'",
    `script-src ${hashOf(start)} ${hashOf(script)} 'wasm-unsafe-eval'`,
    'worker-src blob:',
    `style-src ${hashOf(style)}`,
    'img-src data:',
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types leafsum-worker',
  ].join('; ')

/**
 * A module as text: byte b is the character U+00b. A parser of HTML changes 00 and 0D, and 3C could begin a tag, so
 * these three are 256 characters further on. Compressed, the page weighs a fifth less than with base64.
 */
const moduleText = (/** @type {string} */ file) =>
  readFileSync(join(core, file))
    .toString('latin1')
    .replaceAll(/[\0\r<]/g, character => String.fromCharCode(character.charCodeAt(0) + 256))
/** @type {Record<string, string>} what both pages have */
const shared = {
  style,
  start,
  version: about.version,
  licence: about.license,
  source: sourceLink(about.repository?.url),
  hash: createHash('sha256')
    .update(readFileSync(join(core, 'core.wasm')))
    .digest('hex'),
  sample: inert(JSON.stringify(sample())),
  // A page that is passed on takes its licences with it.
  notice: inert(read('../node/NOTICE') + '\n' + read('../LICENSE')),
  core: moduleText('core.wasm'),
  codecs: moduleText('codecs.wasm'),
  trust: moduleText('trust.wasm'),
}

/** What stands between {{#kind}} and {{/kind}} is in the pages of this kind alone. */
const kinds = {
  drop: { file: 'index.html', folder: '.', connect: "'none'", title: 'Leafsum: verify a checkpoint' },
  url: { file: 'url.html', folder: 'url', connect: 'https:', title: 'Leafsum: verify a checkpoint by its address' },
}

mkdirSync(outputFolder, { recursive: true })
for (const [kind, { file, folder, connect, title }] of Object.entries(kinds)) {
  const script = bundle(join(here, folder, 'main.js'))
  const worker = inert(bundle(join(here, folder, 'worker.js'), replace))
  /** @type {Record<string, string>} */
  const parts = { ...shared, title, policy: policyFor(script, connect), script, worker }
  // Functions as replacements: `$&` and the like in the parts mean nothing then.
  const page = read('index.html')
    .replaceAll(/\{\{#(\w+)\}\}\n([^]*?)\{\{\/\1\}\}\n/g, (_, of, text) => (of === kind ? text : ''))
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name) => parts[name])
  writeFileSync(join(outputFolder, file), page)
}

/** @param {string} text */
function hashOf(text) {
  if (/<\/(script|style)|<!--/i.test(text))
    throw new Error('an inline block would end early: it contains </script, </style or <!--')
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** Where the sources are, if the package says it. @param {string | undefined} url */
function sourceLink(url) {
  const address = url?.replace(/^git\+/, '').replace(/\.git$/, '')
  return address?.startsWith('https://') ? ` · <a href="${escaped(address)}">source</a>` : ''
}

/** What the page is tried with (sample.js): the seed's pair, and the lockfile of the true one. */
function sample() {
  const seed = join(here, '../tests/fixtures/seed000/artifacts')
  return {
    published: packed(join(seed, 'baseline_ckpt')),
    downloaded: packed(join(seed, 'tampered_ckpt')),
    lockfile: read('sample/published.leafsum.json'),
  }
}

/** @param {string} folder @returns {Record<string, string>} base64 by path */
function packed(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort()
  return Object.fromEntries(
    paths.map(path => [relative(folder, path).replaceAll('\\', '/'), readFileSync(path).toString('base64')]),
  )
}

/** @param {string} source a text, to stand inside a script element that is not run */
function inert(source) {
  if (/<\/script|<!--/i.test(source)) throw new Error('the data block would end early: it contains </script or <!--')
  return source
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
