// keygen, sign, lock --sign, verify --key on the command line; and what others make of our signatures.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { bin, examples, fixtures, scratch } from './support/places.js'

const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')

function program(/** @type {string} */ cwd) {
  return (/** @type {string[]} */ args, /** @type {NodeJS.ProcessEnv} */ env = {}) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, LEAFSUM_PASSPHRASE: undefined, ...env },
    })
    return { status, text: stdout + stderr }
  }
}
const isThere = (/** @type {string} */ name) => spawnSync(name, ['version'], { encoding: 'utf8' }).status === 0

test('keys, a signed lockfile, a verdict', t => {
  const folder = scratch(t)
  const leafsum = program(folder)
  const lock = ['lock', baseline, '-o', 'run.leafsum.json']
  const verify = ['verify', baseline, '--lock', 'run.leafsum.json']
  assert.equal(leafsum(['keygen', '-o', 'release.pem']).status, 0)
  assert.equal(fs.statSync(join(folder, 'release.pem')).mode & 0o777, 0o600)
  assert.equal(leafsum(['keygen', '-o', 'release.pem']).status, 2, 'never another key in its place unasked')
  assert.equal(leafsum([...lock, '--sign', 'release.pem']).status, 0)

  const good = leafsum([...verify, '--key', 'release.pub.pem'])
  assert.equal(good.status, 0, good.text)
  assert.match(good.text, /VERIFIED: 2 leaves equal to run\.leafsum\.json, signed by key sha256:[0-9a-f]{16}… at /)
  const report = JSON.parse(leafsum([...verify, '--key', 'release.pub.pem', '--json']).text)
  const id = report.lock.signed_by.match(/^key sha256:([0-9a-f]{64})$/)[1]
  for (const [more, status] of /** @type {[string[], number][]} */ ([
    [['--require-signer', id], 0],
    [['--require-signer', `sha256:${'ab'.repeat(32)}`], 4],
    [['--signature', 'release.pub.pem'], 4],
    [['--key', 'release.pem'], 2],
  ]))
    assert.equal(leafsum([...verify, '--key', 'release.pub.pem', ...more]).status, status, String(more))
  for (const args of [
    [...verify, '--require-signature'],
    ['verify', baseline, '--key', 'release.pub.pem'],
    [...verify, '--key', 'nowhere.pem'],
    ['sign', 'run.leafsum.json'],
    ['sign', 'run.leafsum.json', '--key', 'release.pem'], // its bundle is there
    ['sign', 'release.pub.pem', '--key', 'release.pem', '-o', 'x'],
    ['lock', baseline, '-o', '-', '--sign', 'release.pem'],
  ])
    assert.equal(leafsum(args).status, 2, String(args))

  fs.rmSync(join(folder, 'run.leafsum.json.sigstore.json'))
  const stripped = leafsum([...verify, '--key', 'release.pub.pem'])
  assert.equal(stripped.status, 4)
  assert.match(stripped.text, /missing-signature/)
})

test('an encrypted key: the passphrase comes from the environment, and is told nobody', t => {
  const folder = scratch(t)
  const leafsum = program(folder)
  const words = 'battery staple'
  const made = leafsum(['keygen', '-o', 'k.pem', '--encrypt', '--type', 'Ed25519'], { LEAFSUM_PASSPHRASE: words })
  assert.equal(made.status, 0, made.text)
  assert.equal(leafsum(['lock', baseline, '-o', 'l.json']).status, 0)
  for (const [env, status] of /** @type {[NodeJS.ProcessEnv, number][]} */ ([
    [{}, 2],
    [{ LEAFSUM_PASSPHRASE: 'other' }, 2],
    [{ LEAFSUM_PASSPHRASE: words }, 0],
  ])) {
    const signed = leafsum(['sign', 'l.json', '--key', 'k.pem'], env)
    assert.equal(signed.status, status, signed.text)
    assert.doesNotMatch(signed.text, /battery|PRIVATE/)
  }
  assert.equal(leafsum(['verify', baseline, '--lock', 'l.json', '--key', 'k.pub.pem']).status, 0)
})

test('others verify it: OpenSSL, and 20 lines of Python', t => {
  const folder = scratch(t)
  const leafsum = program(folder)
  leafsum(['keygen', '-o', 'k.pem'])
  leafsum(['keygen', '-o', 'other.pem'])
  assert.equal(leafsum(['lock', baseline, '-o', 'l.json', '--sign', 'k.pem']).status, 0)
  const python = spawnSync('python3', ['-c', 'import cryptography']).status === 0
  for (const [there, command, file] of /** @type {[boolean, string, string][]} */ ([
    [isThere('openssl'), 'sh', 'verify_signature.sh'],
    [python, 'python3', 'verify_signature.py'],
  ])) {
    if (!there) {
      t.diagnostic(`${file} is not run: ${command} lacks what it needs`)
      continue
    }
    const run = (/** @type {string} */ key) =>
      spawnSync(command, [join(examples, file), 'l.json', key], { cwd: folder, encoding: 'utf8' })
    const good = run('k.pub.pem')
    assert.equal(good.status, 0, good.stderr)
    assert.notEqual(run('other.pub.pem').status, 0)
    fs.appendFileSync(join(folder, 'l.json'), ' ')
    assert.notEqual(run('k.pub.pem').status, 0)
    fs.truncateSync(join(folder, 'l.json'), fs.statSync(join(folder, 'l.json')).size - 1)
  }
})
