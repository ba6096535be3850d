// What the program loads: of each command and source only what it needs, because much of a short run is loading.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fromPath, lock } from '../../node/lib/index.js'
import { bin, fixtures, scratch } from './support/places.js'

const lib = new URL('../../node/lib/', import.meta.url)
const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')

// Loads this for each module, in the thread where Node resolves them.
const hook = `import fs from 'node:fs'
export async function load(url, context, next) {
  fs.appendFileSync(process.env.LOADED, url + '\\n')
  return next(url, context)
}`
const register = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)})`

/** The modules of node/lib that a run loads. */
function loadedBy(/** @type {import('node:test').TestContext} */ t, /** @type {string[]} */ args) {
  const file = join(scratch(t), 'loaded')
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(register)}`, bin, ...args],
    { encoding: 'utf8', env: { ...process.env, LOADED: file } },
  )
  const urls = fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter(url => url.startsWith(lib.href))
  return { status, stderr, modules: urls.map(url => url.slice(lib.href.length)) }
}

const kList = ['commands/list.js', 'commands/list_document.js', 'commands/listing.js']
const kUrls = ['host/ahead.js', ...['kept', 'requests', 'responses', 'tags', 'url'].map(name => `stores/${name}.js`)]
const kMatch = [
  'values/cast.js',
  'values/elements.js',
  'commands/match.js',
  'commands/pairs.js',
  'commands/prng_key.js',
  'commands/records.js',
  'commands/sharding.js',
  'values/slice.js',
  'commands/template.js',
]
const kOthers = [
  'commands/against.js',
  'browser.js',
  'cli/help.js',
  'values/exact_json.js',
  'explanations.js',
  'index.js',
  'commands/metadata.js',
  'commands/read.js',
  'commands/rename.js',
  'commands/sample.js',
  'commands/state.js',
  'stores/files.js',
  'stores/map.js',
  'stores/told.js',
  'stores/window_store.js',
  'commands/sums.js',
  'commands/tensorstore_spec.js',
  'host/windows.js',
]

test('each command loads what it and its source need', async t => {
  const lockfile = join(scratch(t), 'baseline.leafsum.json')
  fs.writeFileSync(lockfile, (await lock(fromPath(baseline))).lockfile ?? '')
  const nowhere = 'http://127.0.0.1:1/'
  for (const { args, status, has, lacks } of [
    {
      args: ['verify', baseline, '--lock', lockfile],
      status: 0,
      has: ['stores/path.js'],
      lacks: [...kList, ...kUrls, ...kMatch, ...kOthers],
    },
    {
      args: ['check', baseline],
      status: 0,
      has: ['stores/path.js'],
      lacks: [...kList, ...kUrls, ...kMatch, ...kOthers],
    },
    {
      args: ['verify', baseline, '--lock', lockfile, '--sample', '50%'],
      status: 3,
      has: ['commands/sample.js'],
      lacks: [...kList, ...kUrls, ...kMatch],
    },
    { args: ['ls', baseline], status: 0, has: kList, lacks: [...kUrls, ...kMatch, 'commands/metadata.js'] },
    {
      args: ['match', baseline, lockfile],
      status: 0,
      has: [...kList, ...kMatch],
      lacks: [...kUrls, 'commands/rename.js'],
    },
    {
      args: ['cat', baseline, '/params/no/such'],
      status: 2,
      has: ['commands/read.js'],
      lacks: [...kUrls, 'commands/match.js'],
    },
    { args: ['check', nowhere], status: 2, has: kUrls, lacks: [...kList, ...kMatch] },
    { args: ['-h'], status: 0, has: ['cli/help.js'], lacks: ['run.js', ...kUrls] },
  ]) {
    const run = loadedBy(t, args)
    assert.equal(run.status, status, `${args}: ${run.stderr}`)
    for (const name of has) assert.ok(run.modules.includes(name), `${args} does not load ${name}`)
    assert.deepEqual(
      lacks.filter(name => run.modules.includes(name)),
      [],
      `${args}`,
    )
    assert.equal(new Set(run.modules).size, run.modules.length)
  }
  // The names above are those of modules.
  for (const name of [...kList, ...kUrls, ...kMatch, ...kOthers])
    assert.ok(fs.existsSync(fileURLToPath(new URL(name, lib))), name)
})
