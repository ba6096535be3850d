// examples/lock_in_python.py makes the same bytes as `lock`; here from what it made once, in the differential tests
// anew.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cli } from './support/cli.js'
import { examples, vectors } from './support/places.js'
import { assertValid } from './support/schema.js'

const ckpt = join(vectors, 'lock_in_python/ckpt')
const inPython = join(vectors, 'lock_in_python/in_python.json')

test('the lockfile made in memory is that of the checkpoint, byte for byte', () => {
  const text = readFileSync(inPython, 'utf8')
  const { stdout, status } = cli(['lock', ckpt, '--no-stored', '--no-blocks', '--no-source', '-o', '-'])
  assert.equal(status, 0)
  assert.equal(stdout, text)
  const document = JSON.parse(text)
  assertValid('lockfile', document)
  // The vector has what could go wrong.
  const leaves = document.items[''].leaves
  assert.ok(leaves.some((/** @type {any} */ leaf) => leaf.nbytes > 4 << 20))
  assert.ok(leaves.some((/** @type {any} */ leaf) => leaf.prng_impl))
  assert.deepEqual(
    ['None', 'Dict', 'List', 'Tuple', 'string', 'int4', 'bfloat16', 'bool'].filter(
      name => !leaves.some((/** @type {any} */ leaf) => leaf.dtype === name),
    ),
    [],
  )
  assert.deepEqual(
    new Set(leaves.map((/** @type {any} */ leaf) => leaf.value_type)),
    new Set(['jax.Array', 'np.ndarray', 'scalar', 'string', 'None', 'Dict', 'List', 'Tuple']),
  )
})

test('verify takes it', () => {
  const { stdout, status } = cli(['verify', ckpt, '--lock', inPython])
  assert.equal(status, 0)
  assert.match(stdout, /^ckpt: VERIFIED: /)
})

test('80 lines, and nothing of ours', () => {
  const code = readFileSync(join(examples, 'lock_in_python.py'), 'utf8')
  assert.ok(code.split('\n').length - 1 <= 80)
  assert.deepEqual(
    [...code.matchAll(/^\s*(?:import|from) (\w+)/gm)].map(([, name]) => name),
    ['json', 'blake3', 'numpy'],
  )
})
