// Every command's JSON over checkpoints of all sorts, sound and damaged, against the published schemas: `cli` itself
// holds each document against its own.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { kCommands } from '../../node/lib/cli/command_table.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'
import { assertValidOutput } from './support/schema.js'

const sources = ['seed000/artifacts/baseline_ckpt', 'damaged/flip_chunk_zarr3/ckpt'].map(name => join(fixtures, name))

test('every command that has --json, over sound and damaged checkpoints', t => {
  const root = scratch(t)
  const lockfile = join(root, 'l.json')
  cli(['lock', sources[0], '-o', lockfile, '--chunks', '-q'])
  const rest = /** @type {Record<string, string[][]>} */ ({
    lock: [['-o', '-']],
    verify: [
      [],
      ['--lock', lockfile],
      ['--against', join(fixtures, 'damaged/base_plain/ckpt')],
      ['--lock', lockfile, '--sample', '50%', '--seed', '1'],
    ],
    diff: [
      [sources[0], '--values'],
      [sources[0], '--strip-prefix', 'params'],
    ],
    match: [[sources[0]], [lockfile]],
    cat: [['/params/bias'], ['/params/bias[0:2]', '--lock', lockfile], ['/none']],
  })
  const commands = Object.keys(kCommands).filter(name => kCommands[name].options.includes('json'))
  const none = [[]]
  for (const command of commands) {
    const all = rest[command] ?? none
    for (const source of sources) {
      for (const options of all) {
        const isLockfile = options.includes('-o')
        const { status, stdout } = cli([command, source, ...options, ...(isLockfile ? [] : ['--json'])])
        assert.ok([0, 1, 2, 3, 5].includes(status ?? -1), `${command} ${options}`)
        if (status === 0 && !isLockfile) assert.doesNotThrow(() => JSON.parse(stdout), command)
        if (!isLockfile && options === all[0]) cli([command, source, ...options, '--format', 'ndjson'])
      }
    }
  }
  assert.ok(fs.existsSync(lockfile))
})

test('a document that is not what it says is found', () => {
  const { stdout } = cli(['check', sources[0], '--json'])
  assert.throws(() => assertValidOutput(['check'], stdout.replace('"SOUND"', '"SAFE"')))
  assert.throws(() => assertValidOutput(['check'], stdout.replace('"exit_code":0', '"exit_code":1')))
  assert.throws(() => assertValidOutput(['digest'], '{"fingerprint":1}'))
})
