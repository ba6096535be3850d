// `verify --sums`: the forms of SHA256SUMS, hostile names, and what files make of the verdict.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMap, fromPath, lock, verify } from '../../node/lib/index.js'
import { parseSums, sumsOf } from '../../node/lib/commands/sums.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'
import { assertValid } from './support/schema.js'

const artifacts = join(fixtures, 'seed000/artifacts')
const trio = join(fixtures, 'seed000/SHA256SUMS_T1.txt')
const hash = (/** @type {string | Uint8Array} */ bytes) => createHash('sha256').update(bytes).digest('hex')
const zeros = '0'.repeat(64)

/** A copy of the baseline, and the sums of its files. */
function copied(/** @type {import('node:test').TestContext} */ t) {
  const root = scratch(t)
  const ckpt = join(root, 'ckpt')
  fs.cpSync(join(artifacts, 'baseline_ckpt'), ckpt, { recursive: true })
  const files = /** @type {string[]} */ (fs.readdirSync(ckpt, { recursive: true }))
    .filter(name => fs.statSync(join(ckpt, name)).isFile())
    .sort()
  const sums = join(root, 'SHA256SUMS')
  const write = (/** @type {(digest: string, name: string) => string} */ line) =>
    fs.writeFileSync(sums, files.map(name => `${line(hash(fs.readFileSync(join(ckpt, name))), name)}\n`).join(''))
  write((digest, name) => `${digest}  ${name}`)
  return { root, ckpt, files, sums, write }
}
const report = (/** @type {string[]} */ ...args) => {
  const { status, stdout, stderr } = cli(['verify', ...args, '--json'])
  assert.equal(stderr, '')
  const document = JSON.parse(stdout)
  assertValid('report', document)
  assert.equal(document.exit_code, status)
  return {
    ...document,
    found: document.findings
      .filter((/** @type {any} */ one) => one.severity !== 'info')
      .map((/** @type {any} */ one) => `${one.severity} ${one.code} ${one.file}`),
  }
}

test('the trio of the seed: sums taken one level up, of one checkpoint at a time', t => {
  const lines = fs.readFileSync(trio, 'utf8').split('\n')
  const sums = join(scratch(t), 'SHA256SUMS')
  for (const name of ['baseline', 'replacement', 'tampered']) {
    fs.writeFileSync(sums, lines.filter(line => line.includes(`  ${name}_ckpt/`)).join('\n'))
    const { verdict, headline } = report(join(artifacts, `${name}_ckpt`), '--sums', sums)
    assert.equal(verdict, 'VERIFIED')
    assert.match(headline, /^\w+: VERIFIED: 11 files equal to the sums, 2 leaves(; 1 warning)?$/)
    // Lines of other checkpoints are not left out: a changed source could make any line one of those.
    assert.equal(report(join(artifacts, `${name}_ckpt`), '--sums', trio).verdict, 'MISMATCH')
  }
})

test('GNU and BSD forms, text and binary, upper case, comments: the same verdict', t => {
  const { ckpt, sums, write } = copied(t)
  for (const line of [
    (/** @type {string} */ digest, /** @type {string} */ name) => `${digest}  ${name}`,
    (/** @type {string} */ digest, /** @type {string} */ name) => `${digest.toUpperCase()} *./${name}`,
    (/** @type {string} */ digest, /** @type {string} */ name) => `# a comment\n\nSHA256 (${name}) = ${digest}`,
  ]) {
    write(line)
    assert.equal(report(ckpt, '--sums', sums).verdict, 'VERIFIED')
  }
})

test('what sha256sum itself writes, odd names too', t => {
  const { ckpt, sums } = copied(t)
  for (const name of ['a b', 'back\\slash', 'new\nline', '(x) = y', '*star', 'é'])
    fs.writeFileSync(join(ckpt, name), name)
  for (const tag of ['', ' --tag']) {
    const made = spawnSync('bash', ['-c', `find . -type f -exec sha256sum${tag} {} + > "$1"`, 'bash', sums], {
      cwd: ckpt,
    })
    if (made.status !== 0) return t.skip('no sha256sum')
    const { verdict, found } = report(ckpt, '--sums', sums)
    assert.deepEqual(
      found.filter((/** @type {string} */ one) => !one.startsWith('warning')),
      [],
    )
    assert.equal(verdict, 'VERIFIED')
  }
})

test('different, missing and extra files are findings of the one verdict', t => {
  const { root, ckpt, sums, files } = copied(t)
  cli(['lock', ckpt, '-q'])
  const lockfile = join(root, 'ckpt.leafsum.json')
  const replace = (/** @type {string} */ name, /** @type {(text: Buffer) => string | Buffer} */ change) =>
    fs.writeFileSync(join(ckpt, name), change(fs.readFileSync(join(ckpt, name))))
  replace('_CHECKPOINT_METADATA', text => `${text} `)
  let got = report(ckpt, '--sums', sums)
  assert.deepEqual([got.verdict, got.found], ['MISMATCH', ['error digest-mismatch _CHECKPOINT_METADATA']])
  assert.match(got.findings[0].expected, /^sha256:[0-9a-f]{64}$/)
  replace('_CHECKPOINT_METADATA', text => text.subarray(0, -1))
  assert.equal(report(ckpt, '--sums', sums).verdict, 'VERIFIED')

  // Nothing reads it, but it is not what was summed.
  fs.writeFileSync(join(ckpt, 'extra'), '')
  got = report(ckpt, '--sums', sums)
  assert.deepEqual([got.exit_code, got.found.includes('error unknown-file extra')], [1, true])
  got = report(ckpt, '--sums', sums, '--allow-extra', '--lock', lockfile)
  assert.deepEqual([got.exit_code, got.found.includes('warning unknown-file extra')], [0, true])
  fs.rmSync(join(ckpt, 'extra'))
  fs.symlinkSync('_METADATA', join(ckpt, 'link'))
  assert.ok(report(ckpt, '--sums', sums).found.includes('error unknown-file link'))
  fs.rmSync(join(ckpt, 'link'))

  fs.rmSync(join(ckpt, '_sharding'))
  got = report(ckpt, '--sums', sums)
  assert.deepEqual([got.exit_code, got.found.includes('error missing-file _sharding')], [1, true])
  got = report(ckpt, '--sums', sums, '--allow-missing', '--lock', lockfile)
  assert.deepEqual([got.found.includes('warning missing-file _sharding'), files.length], [true, 11])
})

test('a file that is now a symlink is not followed', t => {
  const { ckpt, sums, root } = copied(t)
  fs.renameSync(join(ckpt, '_sharding'), join(root, 'outside'))
  fs.symlinkSync(join(root, 'outside'), join(ckpt, '_sharding'))
  assert.notEqual(report(ckpt, '--sums', sums).verdict, 'VERIFIED')
})

test('sums that came with the source vouch for nothing; a lockfile beside them does', t => {
  const { ckpt, sums, root } = copied(t)
  const inside = join(ckpt, 'SHA256SUMS')
  fs.renameSync(sums, inside)
  const got = report(ckpt, '--sums', inside)
  assert.deepEqual([got.verdict, got.exit_code], ['UNTRUSTED', 4])
  assert.match(got.headline, /^ckpt: UNTRUSTED: 11 files consistent with the sums that came with the source/)
  fs.renameSync(inside, sums)
  cli(['lock', ckpt, '-q'])
  const lockfile = join(root, 'ckpt.leafsum.json')
  const both = report(ckpt, '--sums', sums, '--lock', lockfile)
  assert.equal(both.verdict, 'VERIFIED')
  assert.match(both.headline, /11 files equal to the sums, 2 leaves equal to \S+/)
  // Two kinds of evidence: one that fails is enough.
  const other = report(join(artifacts, 'tampered_ckpt'), '--sums', sums, '--lock', lockfile)
  assert.equal(other.verdict, 'MISMATCH')
  assert.ok(other.found.some((/** @type {string} */ one) => one.startsWith('error digest-mismatch manifest.ocdbt')))
})

test('evidence that a link in the source leads to is of the source', t => {
  const { ckpt, sums, root } = copied(t)
  cli(['lock', ckpt, '-q'])
  const other = join(root, 'other')
  fs.mkdirSync(other)
  fs.renameSync(join(root, 'ckpt.leafsum.json'), join(other, 'evil.json'))
  fs.renameSync(sums, join(other, 'SHA256SUMS'))
  // No file of the checkpoint changes but for the links, which nothing else looks at.
  fs.symlinkSync('../other/evil.json', join(ckpt, 'evil.leafsum.json'))
  // Where no reader looks: elsewhere it would be a gap.
  fs.mkdirSync(join(ckpt, '.git'))
  fs.symlinkSync('../../other', join(ckpt, '.git/sub'))
  fs.symlinkSync(join(ckpt, 'evil.leafsum.json'), join(root, 'from-outside'))
  const verdict = (/** @type {string[]} */ ...args) => report(ckpt, '--allow-extra', ...args).verdict
  assert.equal(verdict('--lock', join(other, 'evil.json')), 'VERIFIED')
  for (const file of [
    join(ckpt, 'evil.leafsum.json'),
    join(ckpt, '.git/sub/evil.json'),
    `${ckpt}/.git/sub/../other/evil.json`,
    join(root, 'from-outside'),
  ]) {
    assert.equal(verdict('--lock', file), 'UNTRUSTED', file)
  }
  // The directory's own name on the way vouches for nothing and takes nothing away.
  assert.equal(verdict('--lock', `${ckpt}/../other/evil.json`), 'VERIFIED')
  fs.rmSync(join(ckpt, 'evil.leafsum.json'))
  fs.rmSync(join(ckpt, '.git'), { recursive: true })
  fs.symlinkSync('../other/SHA256SUMS', join(ckpt, 'SHA256SUMS'))
  assert.equal(report(ckpt, '--sums', join(ckpt, 'SHA256SUMS')).verdict, 'UNTRUSTED')
})

test('a checkpoint without leaves is not verified by its files', async () => {
  const files = { note: new TextEncoder().encode('x') }
  const got = await verify(fromMap(files), { sums: `${hash('x')}  note\n` }).catch(error => error)
  assert.notEqual(got.verdict, 'VERIFIED')
})

test('damage that no sum knows of is found all the same', async t => {
  const { ckpt, sums, write } = copied(t)
  const manifest = join(ckpt, 'manifest.ocdbt')
  const bytes = fs.readFileSync(manifest)
  bytes[40] ^= 1
  fs.writeFileSync(manifest, bytes)
  write((digest, name) => `${digest}  ${name}`)
  assert.equal(report(ckpt, '--sums', sums).verdict, 'MISMATCH')
  const { lockfile } = await lock(fromPath(ckpt))
  assert.equal(lockfile, null)
})

test('names that leave the directory, and lines that cannot be read, are refused: exit code 2', t => {
  const { ckpt, sums } = copied(t)
  const names = [
    '/etc/passwd',
    '../x',
    'a/../../x',
    '..',
    '.',
    './',
    'a//b',
    'a/./b',
    'a/',
    '\0',
    'd/\0x',
    './../x',
    './/x',
  ]
  const lines = [
    ...names.flatMap(name => [`${zeros}  ${name}`, `SHA256 (${name}) = ${zeros}`]),
    `\\${zeros}  ..\\\\x\\`,
    `\\${zeros}  a\\tb`,
    `\\${zeros}  a\\`,
    zeros,
    `${zeros} `,
    `${zeros}x`,
    `${zeros}0  x`,
    `SHA256  (x) = ${zeros}`,
    `SHA256 (x) ${zeros}`,
    `SHA256 (x) = ${zeros} `,
    `${zeros}  x\n${zeros} y`,
    `${zeros} *x\n${zeros}\ty`,
    `${zeros.slice(1)}  x`,
    `g${zeros.slice(1)}  x`,
    `MD5 (x) = ${zeros.slice(32)}`,
    `SHA512 (x) = ${zeros}${zeros}`,
    `SHA256 (x) = ${zeros}0`,
    `SHA256 () = ${zeros}`,
    'x',
    `${zeros}  x\n${zeros}  x`,
    `${zeros}  x\n${zeros}  ./x`,
    `\ufeff${zeros}  x`,
  ]
  for (const line of lines)
    assert.throws(
      () => parseSums(line),
      { code: 'evidence', message: /^sums refused: line \d+: [^\n]+$/ },
      JSON.stringify(line),
    )
  for (const text of ['', '\n', '# only a comment\n'])
    assert.throws(() => parseSums(text), { code: 'evidence', message: /no sums/ })
  assert.throws(() => parseSums(new Uint8Array([...Buffer.from(zeros), 32, 32, 0xff])), {
    code: 'evidence',
    message: /not UTF-8/,
  })
  fs.writeFileSync(sums, `${zeros}  ../SHA256SUMS\n`)
  const { status, stdout, stderr } = cli(['verify', ckpt, '--sums', sums])
  assert.deepEqual([status, stdout], [2, ''])
  assert.match(stderr, /^leafsum: sums refused: line 1: "\.\.\/SHA256SUMS" does not name a file below the directory\n$/)
  assert.equal(cli(['verify', ckpt, '--sums', join(ckpt, 'nothing')]).status, 2)
})

test('what other tools write, as sha256sum -c reads it', () => {
  const names = (/** @type {string} */ text) => [...parseSums(text).keys()]
  for (const [text, ...expected] of [
    // `sha256 -r` of the BSDs: one space, and the name is all that follows, in the whole file.
    [`${zeros} x`, 'x'],
    [`${zeros}\tx`, 'x'],
    [`\\${zeros} a\\nb`, 'a\nb'],
    [`${zeros} x\n${zeros}  y\n${zeros} *z\n`, 'x', ' y', '*z'],
    [`${zeros}  `, ' '],
    // `openssl dgst -sha256`, and lines that were indented.
    [`SHA256(x)= ${zeros}`, 'x'],
    [`SHA256 (x)=${zeros}`, 'x'],
    [`SHA256 (x)\t= \t${zeros}`, 'x'],
    [`SHA256 (x) = y) = ${zeros}`, 'x) = y'],
    [` ${zeros}  x`, 'x'],
    [`\t\\${zeros} *a\\\\b`, 'a\\b'],
    [`  SHA256 (x) = ${zeros}`, 'x'],
    [`${zeros}\t x`, 'x'],
    [`${zeros}   x`, ' x'],
    [`${zeros}  x `, 'x '],
  ])
    assert.deepEqual(names(text), expected, JSON.stringify(text))
})

test('one space before names: the same verdict', t => {
  const { ckpt, sums, write } = copied(t)
  write((digest, name) => `${digest} ${name}`)
  assert.equal(report(ckpt, '--sums', sums).verdict, 'VERIFIED')
})

test('escapes are those of coreutils', () => {
  assert.deepEqual(
    [...parseSums(`\\${zeros}  a\\\\b\\nc\\rd\n${zeros}  a\\nb\n\\SHA256 (\\\\n) = ${zeros}\n`).keys()],
    ['a\\b\nc\rd', 'a\\nb', '\\n'],
  )
})

test('line ends of Windows are no part of a name', () => {
  for (const end of ['\r\n', '\r']) {
    assert.deepEqual(
      [...parseSums(`# by hand\r\n\r\n${zeros}  a\r\n\\${zeros}  b\\r\r\nSHA256 (c) = ${zeros}${end}`).keys()],
      ['a', 'b\r', 'c'],
    )
  }
})

test('names from the directory above are those of which each begins with the source', () => {
  const names = (/** @type {string[]} */ lines, /** @type {string} */ source) => [
    ...sumsOf(parseSums(lines.map(name => `${zeros}  ${name}\n`).join('')), source).keys(),
  ]
  assert.deepEqual(names(['a/w', 'a/x/y'], 'a'), ['w', 'x/y'])
  // Else no line is left out.
  assert.deepEqual(names(['a/w', 'b/w'], 'a'), ['a/w', 'b/w'])
  assert.deepEqual(names(['a/w', 'w'], 'a'), ['a/w', 'w'])
  assert.deepEqual(names(['a/w'], 'c'), ['a/w'])
  assert.deepEqual(names(['a/w'], ''), ['a/w'])
})

test('files put into the source take no line away', t => {
  const { ckpt, sums, files } = copied(t)
  // In the directory above, a name of the sums would be inside it a file of its own.
  const above = files.map(name => `${hash(fs.readFileSync(join(ckpt, name)))}  ckpt/${name}\n`)
  fs.writeFileSync(sums, above.join(''))
  assert.equal(report(ckpt, '--sums', sums).verdict, 'VERIFIED')
  fs.mkdirSync(join(ckpt, 'ckpt'))
  fs.copyFileSync(join(ckpt, files[0]), join(ckpt, 'ckpt', files[0]))
  assert.equal(report(ckpt, '--sums', sums).verdict, 'MISMATCH')
  fs.rmSync(join(ckpt, 'ckpt'), { recursive: true })
  // Sums of a directory `ckpt` within this one and of a file beside it, which is gone; the other files were moved up.
  fs.writeFileSync(sums, `${above.join('')}${zeros}  beside\n`)
  assert.ok(report(ckpt, '--sums', sums).found.includes('error missing-file beside'))
})

test('sums alone are no evidence for leaves in files that they do not name', async t => {
  const { ckpt, sums, root } = copied(t)
  for (const option of ['--allow-extra', '--allow-missing']) {
    const { status, stdout, stderr } = cli(['verify', ckpt, '--sums', sums, option])
    assert.deepEqual([status, stdout], [2, ''])
    assert.match(stderr, new RegExp(`${option} would let leaves pass`))
  }
  const { lockfile } = await lock(fromPath(ckpt))
  // None of the named files is there: nothing was compared.
  const other = join(root, 'OTHER')
  fs.writeFileSync(other, `${zeros}  x\n`)
  fs.writeFileSync(join(root, 'l.json'), /** @type {Uint8Array} */ (lockfile))
  const options = ['--lock', join(root, 'l.json'), '--allow-missing', '--allow-extra']
  const got = report(ckpt, '--sums', other, ...options)
  assert.deepEqual([got.verdict, got.found.includes('error missing-file x')], ['MISMATCH', true])
  assert.equal(report(ckpt, '--sums', sums, ...options).verdict, 'VERIFIED')
  // Without a listing, what no line names is not seen.
  const store = fromPath(ckpt)
  const unlisted = { name: 'ckpt', get: store.get.bind(store), getRange: store.getRange.bind(store) }
  await assert.rejects(verify(unlisted, { sums: fs.readFileSync(sums) }), {
    code: 'usage',
    message: /^sums need a listing/,
  })
})

test('a lockfile from the source stays untrusted beside trusted sums', t => {
  const { ckpt, sums, root, files } = copied(t)
  cli(['lock', ckpt, '-q'])
  fs.renameSync(join(root, 'ckpt.leafsum.json'), join(ckpt, 'l.json'))
  fs.writeFileSync(
    sums,
    [...files, 'l.json'].map(name => `${hash(fs.readFileSync(join(ckpt, name)))}  ${name}\n`).join(''),
  )
  const got = report(ckpt, '--sums', sums, '--lock', join(ckpt, 'l.json'), '--allow-extra')
  assert.deepEqual([got.verdict, got.exit_code], ['UNTRUSTED', 4])
})
