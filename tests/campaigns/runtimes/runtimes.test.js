// One script in each runtime: what it says of an intact checkpoint and of one with a changed byte, through workers that
// it must have started, by `import` and by `require`, of both entries.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { makeCheckpoints } from '../../browser/support/app.js'
import { installedApp } from '../../node/support/packed.js'

const binary = path => fileURLToPath(new URL(`../../../build/runtimes/node_modules/${path}`, import.meta.url))
const runtimes = {
  'Node 20.19': [binary('node20/bin/node')],
  'Node 22': [binary('node22/bin/node')],
  'Node 24': [binary('node24/bin/node')],
  Deno: [binary('@deno/linux-x64-glibc/deno'), 'run', '--allow-read', '--allow-sys', '--allow-env'],
  Bun: [binary('@oven/bun-linux-x64/bin/bun')],
}

const place = realpathSync(mkdtempSync(join(tmpdir(), 'leafsum-')))
after(() => rmSync(place, { recursive: true, force: true }))
const app = installedApp(place)
const { intact, tampered, lockfile } = await makeCheckpoints(place)
writeFileSync(join(place, 'lock.json'), lockfile)

// A Worker of one's own counts; the package starts its like when nobody names one.
const body = `
const lockfile = readFileSync(${JSON.stringify(join(place, 'lock.json'))})
const script = createRequire(${JSON.stringify(join(app, 'main.js'))}).resolve('leafsum/worker')
let started = 0
const told = async () => {
  const verdicts = []
  for (const source of ${JSON.stringify([intact, tampered])})
    verdicts.push((await verify(fromPath(source), { lockfile, deep: true, workers: 2, workersFrom: 0 })).verdict)
  return verdicts.join()
}
const run = async () => {
  const own = await told()
  init({ worker: () => (started++, new Worker(script)) })
  console.log(own, await told(), started, (await inline.codes()).length > 0)
}
run()
`
const scripts = {
  'import.mjs': `import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { fromPath, init, verify } from 'leafsum'
import * as inline from 'leafsum/inline'
${body}`,
  'require.cjs': `const { readFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { Worker } = require('node:worker_threads')
const { fromPath, init, verify } = require('leafsum')
const inline = require('leafsum/inline')
${body}`,
}

for (const [name, [program, ...args]] of Object.entries(runtimes)) {
  for (const [file, text] of Object.entries(scripts)) {
    test(`${name}: ${file}`, () => {
      writeFileSync(join(app, file), text)
      const { status, stdout, stderr } = spawnSync(program, [...args, file], {
        cwd: app,
        encoding: 'utf8',
        timeout: 60_000,
      })
      assert.equal(stdout, 'VERIFIED,MISMATCH VERIFIED,MISMATCH 4 true\n', stderr)
      assert.equal(status, 0)
    })
  }
}
