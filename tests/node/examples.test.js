// The examples run, and print what they say.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { examples, fixtures } from './support/places.js'

const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
const tampered = join(fixtures, 'seed000/artifacts/tampered_ckpt')
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
  'own_store.mjs': {
    args: [baseline],
    status: 0,
    stdout: /^([0-9a-f]{64}  \/params\/\w+\n){2}leafsum1:[0-9a-f]{64}\n$/,
  },
})

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
