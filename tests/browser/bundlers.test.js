// The packed package in Chromium, as each bundler builds it by the lines of node/README.md, with two workers: an intact
// checkpoint verifies, one with a changed byte does not.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'

import * as vite from 'vite'
import webpack from 'webpack'

import { documented, makeApps, makeCheckpoints, writePage } from './support/app.js'
import { launch, root, scratch } from './support/browser.js'
import { serve } from './support/server.js'

const place = realpathSync(scratch({ after }))
const apps = makeApps(place)
const checkpoints = await makeCheckpoints(place)
let browser
before(async () => {
  browser = await launch()
})
after(() => browser?.close())

/** Lines of a shell, in the app; `npx` takes the tests' packages. */
function shell(cwd, lines) {
  const path = [join(root, 'tests/node_modules/.bin'), process.env.PATH].join(delimiter)
  const options = { cwd, env: { ...process.env, PATH: path, NODE_PATH: '' }, stdio: ['ignore', 'ignore', 'pipe'] }
  execFileSync('sh', ['-ec', `npx() { "$@"; }\n${lines}`], options)
}

/** Where what was built for the app is served: `close` ends it. */
async function served(folder, prefix = '/some/where/') {
  const server = await serve({ [prefix]: folder })
  return { url: `${server.origin}${prefix}index.html`, close: server.close }
}

/** Builders: of an app's folder they give where its page is. */
const builders = {
  async 'script type=module'(app) {
    const dist = join(app, 'plain')
    cpSync(join(app, 'main.js'), join(dist, 'main.js'))
    cpSync(join(app, 'node_modules/leafsum/lib'), join(dist, 'leafsum'), { recursive: true })
    const entries = { leafsum: 'browser', 'leafsum/inline': 'inline', 'leafsum/inline/codecs': 'inline_codecs' }
    const map = Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, `./leafsum/${file}.js`]))
    writePage(dist, `<script type="importmap">${JSON.stringify({ imports: map })}</script>`)
    return served(dist)
  },
  async esbuild(app) {
    shell(app, documented('esbuild'))
    writePage(join(app, 'dist'))
    return served(join(app, 'dist'))
  },
  async 'esbuild, one classic script'(app) {
    shell(app, 'npx esbuild main.js --bundle --minify --format=iife --outdir=single')
    writePage(join(app, 'single'))
    return served(join(app, 'single'))
  },
  async rollup(app) {
    shell(app, documented('rollup'))
    writePage(join(app, 'dist'))
    return served(join(app, 'dist'))
  },
  async 'rollup, one file'(app) {
    shell(app, 'npx rollup main.js -o single/main.js -p node-resolve --inlineDynamicImports')
    writePage(join(app, 'single'))
    return served(join(app, 'single'))
  },
  async webpack(app) {
    const config = { mode: 'production', context: app, entry: './main.js', output: { path: join(app, 'webpack') } }
    const stats = await promisify(webpack)(config)
    assert.ok(!stats.hasErrors(), String(stats))
    writePage(join(app, 'webpack'))
    return served(join(app, 'webpack'))
  },
  async 'vite build'(app) {
    await vite.build({ root: app, logLevel: 'error', build: { outDir: 'vite' } })
    return served(join(app, 'vite'), '/')
  },
  async 'vite dev'(app) {
    const server = await vite.createServer({ root: app, logLevel: 'error', server: { host: '127.0.0.1', port: 0 } })
    await server.listen()
    return { url: server.resolvedUrls.local[0], close: () => server.close() }
  },
}

/** The app's page, which counts what each of its workers has answered. */
async function open(url, context = browser) {
  const page = await context.newPage()
  await page.addInitScript(() => {
    globalThis.answered = []
    globalThis.Worker = class extends Worker {
      constructor(...given) {
        super(...given)
        const n = answered.push(0) - 1
        this.addEventListener('message', ({ data }) => (answered[n] += data.type === 'result'))
      }
    }
  })
  await page.goto(url)
  await page.waitForFunction(() => globalThis.run)
  return page
}

/** What the app says of a checkpoint, and how many workers had a part in it. */
async function verdictOf(page, source, workers = 2) {
  await page.setInputFiles('input', source)
  return page.evaluate(
    async ([lockfile, workers]) => {
      answered.length = 0
      return [await run(lockfile, workers), answered.filter(Boolean).length]
    },
    [checkpoints.lockfile, workers],
  )
}

const onlyInline = ['esbuild, one classic script', 'rollup, one file']
for (const entry of ['leafsum', 'inline']) {
  for (const [name, build] of Object.entries(builders)) {
    if (entry === 'leafsum' && onlyInline.includes(name)) continue
    if (entry === 'inline' && ['esbuild', 'rollup'].includes(name)) continue // they are the two above
    test(`${entry} through ${name}`, async () => {
      const { url, close } = await build(apps[entry])
      try {
        const page = await open(url)
        assert.deepEqual(await verdictOf(page, checkpoints.intact), ['VERIFIED', 2])
        assert.deepEqual(await verdictOf(page, checkpoints.tampered), ['MISMATCH', 2])
        await page.close()
      } finally {
        await close()
      }
    })
  }
}

test('what is not served is told with what to do', async () => {
  const dist = join(apps.leafsum, 'bare')
  mkdirSync(dist)
  shell(apps.leafsum, 'npx esbuild main.js --bundle --format=esm --outdir=bare')
  writePage(dist)
  const { url, close } = await served(dist)
  try {
    const page = await open(url)
    const [noCore] = await verdictOf(page, checkpoints.intact)
    assert.match(
      noCore,
      /^environment: core\.wasm could not be loaded from \S+\/some\/where\/core\/core\.wasm: the server/,
    )
    assert.match(
      noCore,
      /said 404\. Put the package's lib\/core\/core\.wasm there, .*init\(\{ wasm \}\).*'leafsum\/inline'/,
    )
    cpSync(join(apps.leafsum, 'node_modules/leafsum/lib/core'), join(dist, 'core'), { recursive: true })
    const [noWorker] = await verdictOf(page, checkpoints.intact)
    assert.match(
      noWorker,
      /^environment: a worker did not start: .*worker\.js.*init\(\{ worker \}\).*\{ workers: 1 \}$/,
    )
    assert.deepEqual(await verdictOf(page, checkpoints.intact, 1), ['VERIFIED', 0])
  } finally {
    await close()
  }
})

test('where a policy forbids workers of a blob, leafsum/inline goes on without', async () => {
  const dist = join(apps.inline, 'strict')
  shell(apps.inline, 'npx esbuild main.js --bundle --format=esm --outdir=strict')
  for (const policy of ["worker-src 'none'", "require-trusted-types-for 'script'"]) {
    const content = `script-src 'self' 'wasm-unsafe-eval'; ${policy}`
    writePage(dist, `<meta http-equiv="Content-Security-Policy" content="${content}">`)
    const { url, close } = await served(dist)
    const page = await open(url)
    assert.deepEqual(await verdictOf(page, checkpoints.intact), ['VERIFIED', 0], policy)
    assert.deepEqual(await verdictOf(page, checkpoints.tampered), ['MISMATCH', 0], policy)
    await page.close()
    await close()
  }
})
