// The examples run, and print what they say.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { File } from 'node:buffer'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { lock } from '../../node/lib/index.js'
import { examples, fixtures } from './support/places.js'

const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
const tampered = join(fixtures, 'seed000/artifacts/tampered_ckpt')
const lockfile = join(mkdtempSync(join(tmpdir(), 'leafsum-')), 'l.json')
const expected = /** @type {Record<string, { args: string[], status: number, stdout: RegExp }>} */ ({
  'verify.mjs': {
    args: [baseline],
    status: 0,
    stdout: /^baseline_ckpt: LOCKED: [^\n]+\nbaseline_ckpt: VERIFIED: [^\n]+\n$/,
  },
  'compare.mjs': {
    args: [baseline, tampered],
    status: 1,
    stdout: /^\* params\.bias \S+ → \S+\n\* params\.kernel 1\.0 → 999\.0\n$/,
  },
  'digests.mjs': { args: [baseline], status: 0, stdout: /^([0-9a-f]{64} params\/\w+\n){2}COMPLETE\n$/ },
  'slice.mjs': { args: [baseline, lockfile, '/params/kernel', '0'], status: 0, stdout: /^\[[\d,]*\] 1\b/ },
  'progress.mjs': { args: [baseline, lockfile], status: 0, stdout: /^(\d+ %\n)+\w+: VERIFIED: [^\n]+\n$/ },
  'abort.mjs': { args: [baseline, '0'], status: 0, stdout: /^given up: TimeoutError\n$/ },
  'own_store.mjs': {
    args: [baseline],
    status: 0,
    stdout: /^([0-9a-f]{64}  \/params\/\w+\n){2}leafsum1:[0-9a-f]{64}\n$/,
  },
})

before(async () => writeFileSync(lockfile, (await lock(baseline)).lockfile ?? ''))
after(() => rmSync(dirname(lockfile), { recursive: true }))

test('there is a row for every example', () => {
  assert.deepEqual(
    readdirSync(examples)
      .filter(name => name.endsWith('.mjs'))
      .sort(),
    Object.keys(expected).sort(),
  )
})

for (const [name, { args, status, stdout }] of Object.entries(expected)) {
  test(name, () => {
    const done = spawnSync(process.execPath, [join(examples, name), ...args], { encoding: 'utf8' })
    assert.equal(done.stderr, '')
    assert.equal(done.status, status)
    assert.match(done.stdout, stdout)
  })
}

test('README shows verify.mjs as it is', () => {
  const code = readFileSync(join(examples, 'verify.mjs'), 'utf8')
    .split('\n')
    .filter(line => !line.startsWith('//') && !line.startsWith('process.exitCode'))
  assert.ok(readFileSync(join(examples, '..', 'README.md'), 'utf8').includes(code.join('\n')))
})

test('dropped_folder.js', async () => {
  const page = Object.assign(new EventTarget(), { body: { textContent: '' } })
  Object.assign(globalThis, { document: page })
  await import('../../examples/dropped_folder.js')
  const drop = Object.assign(new Event('drop'), {
    dataTransfer: { items: [{ webkitGetAsEntry: () => entryOf(baseline) }] },
  })
  page.dispatchEvent(drop)
  for (let n = 0; n < 500 && !page.body.textContent; n++) await new Promise(resolve => setTimeout(resolve, 20))
  assert.match(page.body.textContent, /^\w+: SOUND: /)
})

/** A directory as a browser gives one that was dropped. @returns {any} */
function entryOf(/** @type {string} */ path) {
  const name = basename(path)
  if (!statSync(path).isDirectory()) {
    const file = (/** @type {(file: unknown) => void} */ give) => give(new File([readFileSync(path)], name))
    return { name, isFile: true, isDirectory: false, file }
  }
  const children = readdirSync(path).map(child => entryOf(join(path, child)))
  const readEntries = (/** @type {(entries: unknown[]) => void} */ give) => give(children.splice(0))
  return { name, isFile: false, isDirectory: true, createReader: () => ({ readEntries }) }
}
