// examples/integrity_gap: every line is computed from the two directories it is given.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { examples, fixtures, scratch } from './support/places.js'

const [baseline, replacement, tampered] = ['baseline', 'replacement', 'tampered'].map(name =>
  join(fixtures, `seed000/artifacts/${name}_ckpt`),
)
const script = (/** @type {string} */ name, /** @type {string[]} */ ...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(examples, 'integrity_gap', name), ...args], {
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  return { status, lines: stdout.trimEnd().split('\n') }
}
const expected = readFileSync(join(fixtures, 'seed000/expected_output.txt'), 'utf8').trimEnd().split('\n')
const withLines = (/** @type {Record<string, unknown>} */ changed) =>
  expected.map(line => line.replace(/(.*)=.*/, (whole, name) => (name in changed ? `${name}=${changed[name]}` : whole)))

test('baseline and tampered: the eight lines, then what Leafsum adds', () => {
  assert.equal(expected.length, 8)
  const { status, lines } = script('gap.mjs', baseline, tampered)
  assert.deepEqual(lines, [
    ...expected,
    'TAMPER_DETECTED=True',
    'TAMPERED_LEAF=/params/bias 1.0 -> 999.0, 4 of 4 elements differ',
    'TAMPERED_LEAF=/params/kernel 1.0 -> 999.0, 32 of 32 elements differ',
  ])
  assert.equal(status, 1)
})

test('baseline and baseline: no flip, nothing detected', () => {
  const { status, lines } = script('gap.mjs', baseline, baseline)
  assert.deepEqual(lines, [
    ...withLines({
      RESTORED_TAMPERED_VALUE: '1.0',
      OUTPUT_FLIP_CONFIRMED: 'False',
      METADATA_INTEGRITY_GAP_CONFIRMED: 'False',
    }),
    'TAMPER_DETECTED=False',
  ])
  assert.equal(status, 0)
})

test('metadata that held a checksum, or the value, or differed, would be told', t => {
  const copy = join(scratch(t), 'ckpt')
  const edited = (/** @type {unknown} */ custom) => {
    cpSync(tampered, copy, { recursive: true, force: true })
    const file = join(copy, '_METADATA')
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('"custom_metadata": null', `"custom_metadata": ${JSON.stringify(custom)}`),
    )
    return script('gap.mjs', baseline, copy).lines.slice(0, 8)
  }
  const noticed = { WARNING_EMITTED_METADATA_PATH: 'True', METADATA_INTEGRITY_GAP_CONFIRMED: 'False' }
  assert.deepEqual(edited({ note: 'x' }), withLines(noticed))
  assert.deepEqual(
    edited({ sha256: 'x' }),
    withLines({ ...noticed, METADATA_CHECKSUM_FIELD: 'True', INTEGRITY_GAP_CONFIRMED: 'False' }),
  )
  assert.deepEqual(
    edited({ note: 'all 999.0' }),
    withLines({ ...noticed, METADATA_CONTAINS_VALUE: 'True', INTEGRITY_GAP_CONFIRMED: 'False' }),
  )
})

test('tamper.mjs makes the third checkpoint from the first two', t => {
  const out = join(scratch(t), 'made')
  assert.deepEqual(script('tamper.mjs', baseline, replacement, out), { status: 0, lines: [''] })
  const files = (/** @type {string} */ root) =>
    Object.fromEntries(
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => [
          join(entry.parentPath ?? entry.path, entry.name).slice(root.length),
          readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'hex'),
        ]),
    )
  assert.deepEqual(files(out), files(tampered))
})
