// The program itself: exit codes, streams, files, signals.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cli, cliOnTerminal, start } from './support/cli.js'
import { bin, fixtures, scratch } from './support/places.js'

const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
const tampered = join(fixtures, 'seed000/artifacts/tampered_ckpt')
const manager = join(fixtures, 'manager/zarr2_items/ckpt')

/** A copy of a checkpoint that a test may change, and its lockfile. */
function copied(/** @type {import('node:test').TestContext} */ t, source = baseline) {
  const root = scratch(t)
  const ckpt = join(root, 'ckpt')
  fs.cpSync(source, ckpt, { recursive: true })
  const lockfile = join(root, 'ckpt.leafsum.json')
  return { root, ckpt, lockfile }
}

const oneLine = /^leafsum: [^\n]+\n$/

test('lock writes beside the source, verify finds it equal, tampering is found', t => {
  const { ckpt, lockfile, root } = copied(t)
  const locked = cli(['lock', ckpt])
  assert.equal(locked.status, 0)
  assert.match(locked.stdout, /^ckpt: LOCKED: 2 leaves, /)
  assert.match(locked.stdout, /fingerprint leafsum1:[0-9a-f]{64}\n/)
  assert.ok(locked.stdout.endsWith(`wrote ${lockfile}\nnext: leafsum verify ${ckpt} --lock ${lockfile}\n`))
  assert.equal(locked.stderr, '')
  assert.deepEqual(fs.readdirSync(root).sort(), ['ckpt', 'ckpt.leafsum.json'])

  const same = cli(['verify', ckpt, '--lock', lockfile])
  assert.equal(same.status, 0)
  assert.match(same.stdout, /^ckpt: VERIFIED: 2 leaves equal to ckpt\.leafsum\.json; /)
  const other = cli(['verify', tampered, '--lock', lockfile])
  assert.equal(other.status, 1)
  assert.match(other.stdout, /^tampered_ckpt: MISMATCH: 2 of 2 leaves differ from ckpt\.leafsum\.json\n/)
  assert.match(
    other.stdout,
    /error digest-mismatch \(2\)\n  content differs[^\n]*\n    \/params\/bias\n    \/params\/kernel\n/,
  )
  assert.match(other.stdout, /\nnext: leafsum explain digest-mismatch\n$/)
  assert.equal(cli(['verify', ckpt, '--lock', lockfile, '--deep']).status, 0)
})

test('lock: an existing file stays, --force replaces it, the same bytes each time', t => {
  const { ckpt, lockfile } = copied(t)
  assert.equal(cli(['lock', ckpt, '-q']).status, 0)
  const first = fs.readFileSync(lockfile)
  fs.writeFileSync(lockfile, 'mine')
  const again = cli(['lock', ckpt])
  assert.equal(again.status, 2)
  assert.equal(again.stdout, '')
  assert.match(again.stderr, oneLine)
  assert.equal(fs.readFileSync(lockfile, 'utf8'), 'mine')
  assert.equal(cli(['lock', ckpt, '--force', '-q']).status, 0)
  assert.deepEqual(fs.readFileSync(lockfile), first)
})

test('lock -o - and -o FILE', t => {
  const { ckpt, lockfile, root } = copied(t)
  const toStdout = cli(['lock', ckpt, '-o', '-'])
  assert.equal(toStdout.status, 0)
  assert.equal(JSON.parse(toStdout.stdout).leafsum, 1)
  assert.equal(toStdout.stderr, '')
  assert.equal(fs.existsSync(lockfile), false)
  assert.equal(cli(['lock', ckpt, '-o', join(root, 'x.json'), '-q']).status, 0)
  assert.equal(fs.readFileSync(join(root, 'x.json'), 'utf8'), toStdout.stdout)
  assert.equal(cli(['lock', ckpt, '-o', '-', '--json']).status, 2)
  const reported = cli(['lock', ckpt, '--json'])
  assert.equal(JSON.parse(reported.stdout).verdict, 'LOCKED')
  assert.equal(fs.readFileSync(lockfile, 'utf8'), toStdout.stdout)
})

test('lock writes nothing for a damaged checkpoint', t => {
  const { ckpt, lockfile, root } = copied(t)
  const manifest = join(ckpt, 'manifest.ocdbt')
  const bytes = fs.readFileSync(manifest)
  bytes[40] ^= 1
  fs.writeFileSync(manifest, bytes)
  const { status, stdout } = cli(['lock', ckpt])
  assert.equal(status, 1)
  assert.match(stdout, /^ckpt: MISMATCH: /)
  assert.equal(fs.existsSync(lockfile), false)
  const piped = cli(['lock', ckpt, '-o', '-'])
  assert.deepEqual({ status: piped.status, stdout: piped.stdout }, { status: 1, stdout: '' })
  assert.match(piped.stderr, /^ckpt: MISMATCH: /)
  assert.deepEqual(fs.readdirSync(root), ['ckpt'])
})

test('lock of "." goes beside the directory, never inside', t => {
  const { ckpt, lockfile } = copied(t)
  assert.equal(cli(['lock', '.', '-q'], { cwd: ckpt }).status, 0)
  assert.ok(fs.existsSync(lockfile))
  fs.symlinkSync('.', join(ckpt, 'self'))
  const inside = cli(['lock', join(ckpt, 'self'), '-q'])
  assert.equal(inside.status, 2)
  assert.match(inside.stderr, /inside the checkpoint/)
})

test('verify: no evidence is 5, and what would be is told', t => {
  const { ckpt, lockfile } = copied(t)
  const none = cli(['verify', ckpt])
  assert.equal(none.status, 5)
  assert.match(none.stdout, /^ckpt: NO-EVIDENCE: /)
  cli(['lock', ckpt, '-q'])
  const beside = cli(['verify', ckpt])
  assert.equal(beside.status, 5)
  assert.ok(beside.stdout.endsWith(`\nnext: leafsum verify ${ckpt} --lock ${lockfile}\n`))
  assert.equal(JSON.parse(cli(['verify', ckpt, '--json']).stdout).exit_code, 5)
})

test('verify: evidence that came with the source is untrusted, whatever path leads to it', t => {
  const { ckpt, root } = copied(t)
  const inside = join(ckpt, 'own.leafsum.json')
  assert.equal(cli(['lock', ckpt, '-o', inside, '-q']).status, 0)
  assert.equal(cli(['verify', ckpt, '--lock', inside]).status, 4)
  fs.symlinkSync(inside, join(root, 'disguise.json'))
  const { status, stdout } = cli(['verify', ckpt, '--lock', join(root, 'disguise.json')])
  assert.equal(status, 4)
  assert.match(stdout, /^ckpt: UNTRUSTED: /)
  assert.equal(cli(['verify', tampered, '--lock', inside]).status, 1)
})

test('verify: by fingerprint, against another source', t => {
  const { ckpt } = copied(t)
  const fingerprint = cli(['digest', ckpt]).stdout.trimEnd().split('\n').at(-1) ?? ''
  assert.match(fingerprint, /^leafsum1:[0-9a-f]{64}$/)
  assert.equal(cli(['verify', ckpt, '--fingerprint', fingerprint]).status, 0)
  assert.equal(cli(['verify', tampered, '--fingerprint', fingerprint]).status, 1)
  assert.equal(cli(['verify', ckpt, '--against', baseline]).status, 0)
  assert.equal(cli(['verify', ckpt, '--against', tampered]).status, 1)
})

test('exit 2, one line that says what to do, nothing on stdout', t => {
  const { ckpt, root } = copied(t)
  fs.writeFileSync(join(root, 'bad.json'), '{"leafsum":2}')
  fs.writeFileSync(join(root, 'empty.json'), '')
  const wrong = [
    [],
    ['frobnicate'],
    ['lock'],
    ['lock', ckpt, ckpt],
    ['lock', join(root, 'none')],
    ['verify', join(root, 'bad.json')],
    ['verify', ckpt, '--lock', join(root, 'none.json')],
    ['verify', ckpt, '--lock', root],
    ['verify', ckpt, '--lock', join(root, 'bad.json')],
    ['verify', ckpt, '--lock', join(root, 'empty.json')],
    ['verify', ckpt, '--against', join(root, 'none')],
    ['diff', ckpt],
    ['diff', ckpt, join(root, 'none')],
    ['ls', ckpt, '--item', 'nothing'],
    ['ls', manager, '--step', '77'],
    ['lock', ckpt, '-o', root],
    ['verify', ckpt, '-o', join(root, 'none/x')],
    ['verify', ckpt, '--lock', join(root, 'bad.json'), '-o', join(root, 'bad.json')],
    ['explain', 'nonsense'],
    ['ls', 'http://127.0.0.1:9/ckpt'],
    ['ls', '-'],
    ['ls', ckpt, '--format', 'junit'],
  ]
  for (const args of wrong) {
    const { status, stdout, stderr } = cli(args)
    assert.equal(status, 2, `${args.join(' ')}: ${stderr}`)
    assert.equal(stdout, '', args.join(' '))
    assert.match(stderr, oneLine, args.join(' '))
  }
})

test('check, diff, digest, ls, explain', () => {
  const check = cli(['check', baseline])
  assert.equal(check.status, 0)
  assert.match(check.stdout, /^baseline_ckpt: SOUND: /)

  const diff = cli(['diff', baseline, tampered, '--values'])
  assert.equal(diff.status, 1)
  assert.match(
    diff.stdout,
    /^\* \/params\/bias +float32 +\[4\]\n    4 differ, first at \[0\]: 1\.0 → 999\.0, max abs 998, /,
  )
  assert.equal(cli(['diff', baseline, baseline]).status, 0)
  assert.match(cli(['diff', baseline, baseline]).stdout, /^baseline_ckpt and baseline_ckpt: EQUAL: 2 leaves equal\n$/)
  assert.match(
    cli(['diff', baseline, baseline, '--all']).stdout,
    /^= \/params\/bias[^]*\nbaseline_ckpt and .*: EQUAL: /,
  )

  const digest = cli(['digest', baseline])
  assert.equal(digest.status, 0)
  assert.match(digest.stdout, /^[0-9a-f]{64}  \/params\/bias\n[0-9a-f]{64}  \/params\/kernel\nleafsum1:[0-9a-f]{64}\n$/)
  assert.match(
    cli(['digest', baseline, '--algorithm', 'sha256']).stdout,
    /^BLAKE3 \(\/params\/bias\) = [0-9a-f]{64}\nSHA256 \(/,
  )

  const ls = cli(['ls', baseline, '--keys'])
  assert.equal(ls.status, 0)
  assert.match(ls.stdout, /  params +144 B  2 leaves, 36 parameters\n    bias    float32  \[4\]/)
  assert.match(ls.stdout, /params\.bias\/\.zarray/)
  assert.match(ls.stdout, /2 leaves, \d+ parameters, /)

  const explain = cli(['explain', 'digest-mismatch'])
  assert.equal(explain.status, 0)
  assert.match(explain.stdout, /digest/)

  const hidden = join(fixtures, 'attack/hidden-item/ckpt')
  const readers = cli(['explain', 'reader-divergence', hidden])
  assert.equal(readers.status, 0)
  assert.match(readers.stdout, /^\.a\/: v1 load .* would take a tree there/)
  assert.match(readers.stdout, /what each reader would take\n[^]*v1 load +0\.11\.37 +\.a\/ as a tree/)
  assert.match(cli(['explain', 'reader-divergence', baseline]).stdout, /^Every reader that restores anything/)
  assert.equal(cli(['explain', 'digest-mismatch', baseline]).status, 2)
})

test('--json is one document, --format ndjson one per line, -o writes it to a file', t => {
  const root = scratch(t)
  for (const args of [
    ['verify', baseline],
    ['check', baseline],
    ['diff', baseline, tampered],
    ['diff', baseline, tampered, '--values'],
    ['digest', baseline],
    ['ls', baseline],
    ['metadata', baseline],
    ['match', baseline, tampered],
  ]) {
    const { stdout } = cli([...args, '--json'])
    assert.ok(stdout.endsWith('}\n'), args.join(' '))
    const document = JSON.parse(stdout)
    assert.ok(document.leafsum_report === 1 || document.items)
    assert.equal(document.diff !== undefined, args.includes('--values'))
    assert.equal(cli([...args, '--format=json', '-o', join(root, 'out.json')]).stdout, '')
    assert.equal(fs.readFileSync(join(root, 'out.json'), 'utf8'), stdout)
    for (const line of cli([...args, '--format', 'ndjson'])
      .stdout.trimEnd()
      .split('\n'))
      assert.ok(JSON.parse(line).type, args.join(' '))
  }
  const { stdout } = cli(['verify', baseline, '--json'])
  assert.ok(!stdout.includes(baseline) && !stdout.includes(root), 'no absolute path in a report')
})

test('-q: the exit code alone; results are results', t => {
  const { ckpt, lockfile } = copied(t)
  cli(['lock', ckpt, '-q'])
  assert.deepEqual(cli(['verify', tampered, '--lock', lockfile, '-q']), {
    status: 1,
    signal: null,
    stdout: '',
    stderr: '',
  })
  assert.deepEqual(cli(['verify', ckpt, '-q']), { status: 5, signal: null, stdout: '', stderr: '' })
  assert.notEqual(cli(['digest', ckpt, '-q']).stdout, '')
})

test('no colour and no progress away from a terminal; colour when told', _t => {
  const { stdout, stderr } = cli(['check', baseline])
  assert.ok(!stdout.includes('\x1b') && stderr === '')
  assert.ok(cli(['check', baseline, '--color']).stdout.includes('\x1b[32mSOUND'))
})

test('on a terminal: colour unless NO_COLOR, progress that is wiped', t => {
  const shown = cliOnTerminal(['check', baseline])
  if (shown.missing) return t.skip('script(1) is not installed')
  assert.equal(shown.status, 0)
  assert.ok(shown.output.includes('\x1b[32mSOUND'))
  assert.match(shown.output, /\r\x1b\[K[^]*\r\x1b\[K/)
  const plain = cliOnTerminal(['check', baseline, '--progress=never'], { env: { NO_COLOR: '1' } })
  assert.ok(!plain.output.includes('\x1b'))
})

test('help and version', () => {
  assert.match(cli(['-h']).stdout, /^leafsum: /)
  assert.match(cli(['verify', '--help']).stdout, /--allow-missing/)
  assert.match(cli(['--version']).stdout, /^leafsum \d+\.\d+\.\d+\n$/)
})

test('a reader that stops reading is no error', async () => {
  const { child, done } = start(['ls', join(fixtures, 'orbax/zarr2_many_leaves/ckpt'), '--keys', '--format', 'ndjson'])
  child.stdout.destroy()
  let stderr = ''
  child.stderr.on('data', text => {
    stderr += text
  })
  assert.deepEqual(await done, { status: 0, signal: null })
  assert.equal(stderr, '')
})

test('a result that cannot be written is no verdict', { skip: !fs.existsSync('/dev/full') }, () => {
  const full = fs.openSync('/dev/full', 'w')
  const { status, stderr } = spawnSync(process.execPath, [bin, 'check', baseline], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  })
  fs.closeSync(full)
  assert.deepEqual([status, stderr], [2, 'leafsum: cannot write the result: no space left\n'])
})

test('what cannot be hashed is told on stderr, in every format', t => {
  const { ckpt } = copied(t)
  fs.truncateSync(join(ckpt, 'manifest.ocdbt'), 20)
  for (const command of ['digest', 'ls']) {
    for (const format of ['human', 'json', 'ndjson']) {
      const { status, stderr } = cli([command, ckpt, '--format', format])
      assert.equal(status, 1, `${command} ${format}`)
      assert.match(stderr, /^leafsum: ckpt: MISMATCH: [^]*\nerror \w+/)
    }
  }
})

test('SIGINT: 130, quickly, nothing written', { skip: process.platform === 'win32' }, async t => {
  const { ckpt, lockfile, root } = copied(t)
  // Files of zeros that take no room on the disk keep it busy for many seconds.
  fs.rmSync(ckpt, { recursive: true })
  for (const name of ['x', 'y']) {
    fs.mkdirSync(join(ckpt, name), { recursive: true })
    fs.writeFileSync(
      join(ckpt, name, '.zarray'),
      JSON.stringify({
        zarr_format: 2,
        shape: [2 ** 34],
        chunks: [2 ** 34],
        dtype: '|u1',
        compressor: null,
        fill_value: 0,
        order: 'C',
        filters: null,
      }),
    )
    fs.writeFileSync(join(ckpt, name, '0'), '')
    fs.truncateSync(join(ckpt, name, '0'), 2 ** 34)
  }
  for (const jobs of ['1', '2']) {
    const { child, done } = start(['lock', ckpt, '--jobs', jobs, '--progress=always'])
    await new Promise(resolve => child.stderr.once('data', resolve))
    child.kill('SIGINT')
    assert.deepEqual(await done, { status: 130, signal: null })
    assert.equal(fs.existsSync(lockfile), false)
    assert.deepEqual(fs.readdirSync(root), ['ckpt'])
  }
})
