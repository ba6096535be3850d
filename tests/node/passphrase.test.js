// A passphrase typed at a terminal: without an echo, twice for a new key; and what a terminal can do besides.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { bin, fixtures, scratch } from './support/places.js'

// A terminal for the program: what is typed after each prompt, and all that the terminal shows. "hang up" closes it.
const kTerminal = `
import json, os, pty, select, sys
plan = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
seen, told = b"", 0
while True:
    ready, _, _ = select.select([terminal], [], [], 60)
    try:
        data = os.read(terminal, 4096) if ready else b""
    except OSError:
        data = b""
    if not data:
        break
    seen += data
    if plan and plan[0][0].encode() in seen[told:]:
        told = len(seen)
        _, keys = plan.pop(0)
        if keys == "hang up":
            os.close(terminal)
            break
        os.write(terminal, keys.encode())
_, status = os.waitpid(pid, 0)
print(json.dumps({"status": os.waitstatus_to_exitcode(status), "seen": seen.decode()}))
`
const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0
const skip = !hasPython && 'python3 with pty is not here'

/** @param {string} cwd @param {string[]} args @param {[string, string][]} plan  a prompt, and what is typed then */
function atTerminal(cwd, args, plan) {
  const env = { ...process.env, LEAFSUM_PASSPHRASE: undefined, TERM: 'xterm' }
  const { stdout, stderr } = spawnSync(
    'python3',
    ['-c', kTerminal, JSON.stringify(plan), process.execPath, bin, ...args],
    {
      cwd,
      encoding: 'utf8',
      env,
    },
  )
  assert.equal(stderr, '')
  const got = JSON.parse(stdout)
  // Whatever was typed, the terminal has not shown it.
  for (const [, keys] of plan) {
    const words = keys
      .replaceAll(/[^a-zé]+/g, ' ')
      .trim()
      .split(' ')
      .filter(Boolean)
    if (keys !== 'hang up') for (const word of words) assert.ok(!got.seen.includes(word), `${word} in ${got.seen}`)
  }
  return /** @type {{ status: number, seen: string }} */ (got)
}

const kFor = 'passphrase for k.pem: '
const kAgain = 'the same again: '

test('a new key: twice, and the same', { skip }, t => {
  const folder = scratch(t)
  for (const [plan, status, words] of /** @type {[[string, string][], number, RegExp][]} */ ([
    [
      [
        [kFor, 'zebra\r'],
        [kAgain, 'okapi\r'],
      ],
      2,
      /the two passphrases differ/,
    ],
    [
      [
        [kFor, 'zebra\r'],
        [kAgain, '\r'],
      ],
      2,
      /the two passphrases differ/,
    ],
    [
      [
        [kFor, '\r'],
        [kAgain, '\r'],
      ],
      2,
      /an empty passphrase/,
    ],
    [[[kFor, 'zebra\u0003']], 130, /passphrase for/],
    [
      [
        [kFor, 'zebra\r'],
        [kAgain, '\u0003'],
      ],
      130,
      /the same again/,
    ],
  ])) {
    const got = atTerminal(folder, ['keygen', '-o', 'k.pem', '--encrypt'], plan)
    assert.equal(got.status, status, got.seen)
    assert.match(got.seen, words)
    assert.deepEqual(fs.readdirSync(folder), [], got.seen)
  }
  const made = atTerminal(
    folder,
    ['keygen', '-o', 'k.pem', '--encrypt'],
    [
      [kFor, 'zebré x\u007f\b zoo\r'],
      [kAgain, 'zebré zoo\n'],
    ],
  )
  assert.equal(made.status, 0, made.seen)
  assert.match(fs.readFileSync(join(folder, 'k.pem'), 'utf8'), /^-----BEGIN ENCRYPTED PRIVATE KEY-----/)

  // The key opens by what was typed, and by nothing else.
  const lockfile = join(folder, 'l.json')
  const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
  assert.equal(spawnSync(process.execPath, [bin, 'lock', baseline, '-o', lockfile]).status, 0)
  const signing = ['sign', 'l.json', '--key', 'k.pem', '-o']
  for (const [keys, status, words] of /** @type {[string, number, RegExp][]} */ ([
    ['zebré zoo\r', 0, /signed by key sha256/],
    ['zebré zoo\u0004', 0, /signed by key sha256/],
    ['zebre zoo\r', 2, /passphrase is wrong/],
    ['\r', 2, /passphrase is wrong/],
    ['zebré\u0003', 130, /passphrase for k\.pem/],
  ])) {
    const out = `${status}-${keys.length}${keys.endsWith('\r')}.json`
    const got = atTerminal(folder, [...signing, out], [[kFor, keys]])
    assert.equal(got.status, status, got.seen)
    assert.match(got.seen, words)
    assert.equal(fs.existsSync(join(folder, out)), status === 0)
  }
})

test('typed ahead of the second prompt, and hung up', { skip }, t => {
  const folder = scratch(t)
  const command = ['keygen', '-o', 'k.pem', '--encrypt']
  assert.equal(atTerminal(folder, command, [[kFor, 'zebra\rzebra\r']]).status, 0)
  fs.rmSync(join(folder, 'k.pem'))
  fs.rmSync(join(folder, 'k.pub.pem'))
  const { status } = atTerminal(folder, command, [[kFor, 'hang up']])
  assert.notEqual(status, 0)
  assert.deepEqual(fs.readdirSync(folder), [])
})

test('without a terminal it is not asked for', t => {
  const env = { ...process.env, LEAFSUM_PASSPHRASE: undefined }
  for (const [more, status] of /** @type {[any, number][]} */ ([
    [{}, 2],
    [{ LEAFSUM_PASSPHRASE: '' }, 2],
    [{ LEAFSUM_PASSPHRASE: 'zebra' }, 0],
  ])) {
    const got = spawnSync(process.execPath, [bin, 'keygen', '-o', 'k.pem', '--encrypt'], {
      cwd: scratch(t),
      env: { ...env, ...more },
      encoding: 'utf8',
    })
    assert.equal(got.status, status, got.stderr)
    assert.doesNotMatch(got.stdout + got.stderr, /zebra/)
  }
})
