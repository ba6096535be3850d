// Where the lockfile of --lock may come from, and which of these places are trusted (contract §5).
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cli, start } from './support/cli.js'
import { serve } from './support/http.js'
import { fixtures, scratch } from './support/places.js'

const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')

async function run(/** @type {string[]} */ ...args) {
  const { child, done } = start(args)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', data => {
      output += data
    })
  return { ...(await done), output }
}

/** A copy with a lockfile beside it and one in it. */
function copied(/** @type {import('node:test').TestContext} */ t) {
  const root = scratch(t)
  fs.cpSync(baseline, join(root, 'ckpt'), { recursive: true })
  const lockfile = join(root, 'ckpt.leafsum.json')
  assert.equal(cli(['lock', join(root, 'ckpt'), '-q']).status, 0)
  fs.copyFileSync(lockfile, join(root, 'ckpt/own.leafsum.json'))
  return { root, lockfile }
}

test('--lock - is stdin', t => {
  const { lockfile } = copied(t)
  const given = cli(['verify', baseline, '--lock', '-'], { input: fs.readFileSync(lockfile, 'utf8') })
  assert.equal(given.status, 0, given.stderr)
  assert.match(given.stdout, /^baseline_ckpt: VERIFIED: 2 leaves equal to stdin; /)
  assert.match(cli(['verify', baseline, '--lock', '-'], { input: '' }).stderr, /stdin: nothing came\n$/)
  assert.match(cli(['verify', baseline, '--lock', '-'], { input: 'x' }).stderr, /lockfile refused: stdin: not JSON/)
})

test('--lock URL: beside the source it is trusted, below it or published with it it is not, wherever it is moved to', async t => {
  const { root } = copied(t)
  const { url } = await serve(t, root, (request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname
    if (path === '/moved.json') response.writeHead(302, { location: '/ckpt/own.leafsum.json' }).end()
    else if (path === '/away.json') response.writeHead(302, { location: 'http://example.invalid/l.json' }).end()
    else return false
    return true
  })
  for (const [source, lock, status, says] of /** @type {[string, string, number, RegExp][]} */ ([
    [`${url}ckpt`, `${url}ckpt.leafsum.json`, 0, /equal to ckpt\.leafsum\.json/],
    [join(root, 'ckpt'), `${url}ckpt.leafsum.json`, 0, /equal to ckpt\.leafsum\.json/],
    [`${url}ckpt`, `${url}ckpt/own.leafsum.json`, 4, /consistent with own\.leafsum\.json, which came with the source/],
    [`${url}ckpt`, `${url}moved.json`, 4, /came with the source/],
    [join(root, 'ckpt'), `${url}nowhere.json`, 2, /nowhere\.json: the server answers 404/],
    [join(root, 'ckpt'), 'http://127.0.0.1:1/l.json', 2, /l\.json: ECONNREFUSED|l\.json: bad port/],
    [join(root, 'ckpt'), 'http://example.invalid/l.json', 2, /over http anyone on the way can change it/],
  ])) {
    const { status: got, output } = await run('verify', source, '--lock', lock)
    assert.equal(got, status, `${lock}: ${output}`)
    assert.match(output, says)
  }
})

test('cat --lock takes the same', async t => {
  const { root } = copied(t)
  const { url } = await serve(t, root)
  const shown = await run('cat', join(root, 'ckpt'), 'params/bias', '--lock', `${url}ckpt.leafsum.json`)
  assert.deepEqual([shown.status, shown.output], [0, '[1.0 1.0 1.0 1.0]\n'])
})
