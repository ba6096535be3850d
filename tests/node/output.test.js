// Files that appear whole or not at all, and text that cannot harm a terminal.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkWritable, writeAtomically } from '../../node/lib/cli/output.js'
import { formatTime, progressBar, progressLine } from '../../node/lib/cli/progress.js'
import { columns, leafName, renderReport } from '../../node/lib/cli/render.js'
import { formatCount, formatSize, parseSize } from '../../node/lib/cli/sizes.js'
import { defaultLockfile, liesInside, openSource, readEvidence } from '../../node/lib/cli/source.js'
import { painter, printable } from '../../node/lib/cli/terminal.js'
import { bin, scratch } from './support/places.js'

test('a new file is written whole, nothing else is left behind', t => {
  const root = scratch(t)
  const file = join(root, 'x.json')
  checkWritable(file, { force: false })
  writeAtomically(file, 'one', { force: false })
  assert.equal(fs.readFileSync(file, 'utf8'), 'one')
  assert.deepEqual(fs.readdirSync(root), ['x.json'])
})

test('an existing file stays as it is, unless forced', t => {
  const root = scratch(t)
  const file = join(root, 'x.json')
  fs.writeFileSync(file, 'old')
  assert.throws(() => checkWritable(file, { force: false }), {
    code: 'usage',
    message: /it exists: --force replaces it/,
  })
  assert.throws(() => writeAtomically(file, 'new', { force: false }), { code: 'usage', message: /it exists/ })
  assert.equal(fs.readFileSync(file, 'utf8'), 'old')
  assert.deepEqual(fs.readdirSync(root), ['x.json'])
  writeAtomically(file, 'new', { force: true })
  assert.equal(fs.readFileSync(file, 'utf8'), 'new')
  assert.deepEqual(fs.readdirSync(root), ['x.json'])
})

test('a symlink in the place of the result is not written through', t => {
  const root = scratch(t)
  fs.writeFileSync(join(root, 'victim'), 'precious')
  fs.symlinkSync('victim', join(root, 'x.json'))
  assert.throws(() => writeAtomically(join(root, 'x.json'), 'new', { force: false }), { code: 'usage' })
  writeAtomically(join(root, 'x.json'), 'new', { force: true })
  assert.equal(fs.readFileSync(join(root, 'victim'), 'utf8'), 'precious')
})

test('a pipe or device takes what is written and stays what it is', async t => {
  const pipe = join(scratch(t), 'pipe')
  if (spawnSync('mkfifo', [pipe]).status !== 0) return t.skip('no mkfifo')
  fs.symlinkSync('pipe', `${pipe}-link`)
  for (const file of [pipe, `${pipe}-link`]) {
    const reader = spawn('cat', [pipe])
    const read = new Promise(resolve => reader.stdout.on('data', bytes => resolve(String(bytes))))
    checkWritable(file, { force: false })
    writeAtomically(file, 'new', { force: false })
    assert.equal(await read, 'new')
    assert.ok(fs.lstatSync(pipe).isFIFO())
    assert.deepEqual(fs.readdirSync(join(pipe, '..')), ['pipe', 'pipe-link'])
  }
  // Stdout may be a file: that it has the name of a device is what counts.
  const out = `${pipe}-out`
  const run = spawnSync(process.execPath, [bin, 'explain', 'limit', '-o', '/dev/fd/1'], {
    stdio: ['ignore', fs.openSync(out, 'w'), 'pipe'],
    encoding: 'utf8',
  })
  assert.deepEqual([run.status, run.stderr], [0, ''])
  assert.match(fs.readFileSync(out, 'utf8'), /raise the limit/)
})

test('where a file cannot be: a directory, no directory, below a file', t => {
  const root = scratch(t)
  fs.writeFileSync(join(root, 'file'), '')
  for (const [path, why] of [
    ['', /it is a directory/],
    ['none/x', /no such file or directory/],
    ['file/x', /./],
  ]) {
    assert.throws(() => checkWritable(join(root, /** @type {string} */ (path)), { force: true }), {
      code: 'usage',
      message: /** @type {RegExp} */ (why),
    })
  }
  assert.throws(() => writeAtomically(join(root, 'none/x'), '', { force: true }), {
    code: 'usage',
    message: /no such file/,
  })
})

test('sizes, both ways', () => {
  const pairs = /** @type {[string, number][]} */ ([
    ['0', 0],
    ['1048576', 1048576],
    ['64MiB', 67108864],
    ['64 mib', 67108864],
    ['1.5GiB', 1610612736],
    ['2MB', 2e6],
    ['7B', 7],
    ['1kB', 1000],
    ['1TiB', 2 ** 40],
  ])
  for (const [text, bytes] of pairs) assert.equal(parseSize(text), bytes, text)
  for (const text of ['', 'MiB', '-1', '1e6', '64M', '1..5GiB', '1 2', 'constructor', '1constructor', '0x10'])
    assert.ok(Number.isNaN(parseSize(text)), text)
  assert.equal(formatSize(1023), '1023 B')
  assert.equal(formatSize(1536), '1.5 KiB')
  assert.equal(formatSize(2 ** 40 * 3000), '3000.0 TiB')
  assert.equal(formatCount(1234567), '1,234,567')
  assert.equal(formatCount(123), '123')
})

test('names from a checkpoint cannot steer a terminal', () => {
  assert.equal(printable('a\x1b[31mb\nc\u202ed\x9b'), 'a\\u001b[31mb\\u000ac\\u202ed\\u009b')
  assert.equal(printable('\ud800x'), '\\ud800x')
  assert.equal(printable('漢字 🚀 é'), '漢字 🚀 é')
  assert.equal(leafName('state', ['a/b', 'c~d', '\x1b']), 'state:/a~1b/c~0d/\\u001b')
  assert.equal(leafName('', ['w']), '/w')
})

test('colour: on a terminal only, never with NO_COLOR, or as told', () => {
  const colored = (/** @type {any} */ when, /** @type {any} */ stream, /** @type {any} */ env) =>
    painter(when, stream, env)('red', 'x') !== 'x'
  assert.equal(colored('auto', { isTTY: true }, {}), true)
  assert.equal(colored('auto', { isTTY: false }, {}), false)
  assert.equal(colored('auto', { isTTY: true }, { NO_COLOR: '1' }), false)
  assert.equal(colored('auto', { isTTY: true }, { NO_COLOR: '' }), true)
  assert.equal(colored('auto', { isTTY: true }, { TERM: 'dumb' }), false)
  assert.equal(colored('auto', {}, { FORCE_COLOR: '1' }), true)
  assert.equal(colored('auto', {}, { FORCE_COLOR: '' }), true)
  assert.equal(colored('auto', { isTTY: true }, { FORCE_COLOR: '0' }), false)
  assert.equal(colored('auto', {}, { FORCE_COLOR: '1', NO_COLOR: '1' }), false)
  assert.equal(colored('always', {}, { NO_COLOR: '1' }), true)
  assert.equal(colored('never', { isTTY: true }, {}), false)
})

test('progress: nothing where nobody looks', () => {
  const stream = (/** @type {boolean} */ isTTY) => ({
    isTTY,
    columns: 80,
    text: '',
    write(/** @type {string} */ text) {
      this.text += text
    },
  })
  const progress = {
    leavesDone: 1,
    leavesTotal: 4,
    bytesDone: 2 ** 20,
    bytesTotal: 2 ** 22,
    fraction: 0.25,
    bytesPerSecond: 2 ** 19,
    secondsLeft: 6,
  }
  assert.equal(progressBar('auto', /** @type {any} */ (stream(false))).update, undefined)
  assert.equal(progressBar('never', /** @type {any} */ (stream(true))).update, undefined)
  const tty = stream(true)
  const bar = progressBar('auto', /** @type {any} */ (tty))
  bar.update?.(progress)
  bar.clear()
  assert.match(tty.text, /^\r\x1b\[K\[#{6}\.{18}\] 25%  1\.0 MiB of 4\.0 MiB .*1 of 4 leaves\r\x1b\[K$/)
  assert.equal(progressLine(progress, 2, false), '25%  1.0 MiB of 4.0 MiB  512.0 KiB/s  6 s left  1 of 4 leaves')
  assert.doesNotMatch(progressLine(progress, 1.9, false), /left/)
  assert.doesNotMatch(progressLine({ ...progress, bytesPerSecond: null, secondsLeft: null }, 2, false), /left|\/s/)
  assert.deepEqual([0.2, 59.5, 200, 7499].map(formatTime), ['1 s', '1 min 0 s', '3 min 20 s', '2 h 4 min'])
  assert.equal(progressLine({ ...progress, leavesDone: 0, leavesTotal: 0 }, 1, true), 'reading the structure')
})

test('a report for people: grouped, aligned, shortened, -v in full', () => {
  const finding = (/** @type {any} */ over) => ({
    code: 'digest-mismatch',
    severity: 'error',
    item: 'state',
    key_path: ['w'],
    file: null,
    offset: null,
    expected: 'aa',
    actual: 'bb',
    message: 'differs',
    ...over,
  })
  const report = {
    headline: 'run: MISMATCH: 12 leaves differ',
    exit_code: 1,
    source: { step: 3, files: 2, bytes: 1234 },
    fingerprint: 'leafsum1:ff',
    lock: { fingerprint: 'leafsum1:ee' },
    coverage: { leaf: 1000, structural: 200, unreachable: 34, ignored: 0, unread: 0 },
    leaves: { equal: 1, different: 12, missing: 0, extra: 0, not_read: 0 },
    findings: [
      ...Array.from({ length: 12 }, (_, n) => finding({ key_path: [`w${n}`] })),
      finding({
        code: 'unknown-file',
        severity: 'warning',
        item: null,
        key_path: null,
        file: 'x\x1b',
        offset: 7,
        expected: null,
        actual: null,
        message: 'what is it',
      }),
      finding({ code: 're-encoded', severity: 'info' }),
    ],
    findings_dropped: 2,
  }
  const plain = painter('never', {}, {})
  const short = renderReport(report, { paint: plain, verbose: false, next: 'go on' })
  assert.match(
    short,
    /^run: MISMATCH: 12 leaves differ\n\nerror digest-mismatch \(12\)\n  differs\n    state:\/w0\n    state:\/w1\n/,
  )
  assert.match(
    short,
    /  … and 2 more: -v shows them\nwarning unknown-file\n  x\\u001b at 7\n    what is it\n2 more findings were dropped\n\nfingerprint  leafsum1:ff\n\nnext: go on\n$/,
  )
  const long = renderReport(report, { paint: plain, verbose: true })
  assert.equal(long.match(/expected  aa/g)?.length, 13)
  assert.match(long, /of the lockfile  leafsum1:ee/)
  assert.match(long, /info re-encoded/)
  assert.match(
    renderReport(report, { paint: painter('always', {}, {}), verbose: false }),
    /^run: \x1b\[31mMISMATCH\x1b\[0m: /,
  )
  assert.deepEqual(
    columns(
      [
        ['a', '1'],
        ['bbb', '22'],
      ],
      [1],
    ),
    ['a     1', 'bbb  22'],
  )
})

test('sources and evidence by name', t => {
  const root = scratch(t)
  fs.mkdirSync(join(root, 'ckpt/sub'), { recursive: true })
  fs.writeFileSync(join(root, 'ckpt/sub/l.json'), '{}')
  fs.writeFileSync(join(root, 'ckpt.json'), '{}')
  fs.symlinkSync(join(root, 'ckpt/sub/l.json'), join(root, 'disguise.json'))
  assert.equal(liesInside(join(root, 'ckpt/sub/l.json'), join(root, 'ckpt')), true)
  assert.equal(liesInside(join(root, 'disguise.json'), join(root, 'ckpt')), true)
  assert.equal(liesInside(join(root, 'ckpt.json'), join(root, 'ckpt')), false)
  assert.equal(liesInside(join(root, 'ckpt'), join(root, 'ckpt')), true)
  assert.equal(defaultLockfile(join(root, 'ckpt/')), join(root, 'ckpt.leafsum.json'))
  assert.equal(defaultLockfile(join(root, 'ckpt/step.1')), join(root, 'ckpt/step.1.leafsum.json'))
  assert.equal(defaultLockfile('/'), undefined)
  assert.throws(() => readEvidence(join(root, 'none')), { code: 'evidence', message: /no such file/ })
  assert.throws(() => readEvidence(join(root, 'ckpt')), { code: 'evidence', message: /not a file/ })
  assert.throws(() => readEvidence('https://host/x.json'), { code: 'usage', message: /not possible yet/ })
  assert.throws(() => openSource('ftp://host/ckpt'), { code: 'usage', message: /not possible yet/ })
})
