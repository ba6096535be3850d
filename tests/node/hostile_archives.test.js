// Archives that somebody made in order to deceive or to exhaust: each is refused or read within bounds, and named.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { check, digest, fromArchive, fromPath } from '../../node/lib/index.js'
import { kTarEnd, membersOf, padded, pax, tarHeader, tarMember, tarOf, zipOf, zstdOf } from './support/archives.js'
import { fixtures, scratch } from './support/places.js'

const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')
const members = membersOf(baseline, 'ckpt/')
const file = (/** @type {string} */ path, text = 'x') => ({ path, data: Buffer.from(text) })
const link = (/** @type {string} */ path, /** @type {string} */ target, type = '2') => ({ path, target, type })

/** The checkpoint, and in front of it or behind it what is hostile. */
const tarWith = (/** @type {any[]} */ ...more) => tarOf([...members, ...more])
const zipWith = (/** @type {any[]} */ ...more) => zipOf([...members, ...more])
/** Raw blocks behind the checkpoint. */
const tarThen = (/** @type {Buffer[]} */ ...blocks) =>
  Buffer.concat([...members.map(one => tarMember(one)), ...blocks, kTarEnd])
const bytes = (/** @type {number} */ n) => Buffer.alloc(n, 1)

/** The second member's local header in another state than the directory has it. */
const local = (/** @type {(header: Buffer) => void} */ edit) =>
  zipOf(members, {
    editLocal: (header, n) => {
      if (n === 2) edit(header)
      return header
    },
  })
const entry = (/** @type {(header: Buffer) => void} */ edit) =>
  zipOf(members, {
    editEntry: (header, n) => {
      if (n === 2) edit(header)
      return header
    },
  })
const end = (/** @type {(record: Buffer) => void} */ edit) =>
  zipOf(members, {
    editEnd: record => {
      edit(record)
      return record
    },
  })
const hidden = zipOf([file('ckpt/evil')]).subarray(0, 40)
/** zstd's way to say one byte many times: a block of four bytes is 128 KiB. */
const zstdBomb = (/** @type {number} */ blocks) =>
  Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3]),
    ...Array.from({ length: blocks }, (_, n) => Buffer.from([n === blocks - 1 ? 3 : 2, 0, 0x10, 0])),
  ])
const flipped = (/** @type {Buffer} */ whole, /** @type {number} */ at) => {
  const copy = Buffer.from(whole)
  copy[at < 0 ? copy.length + at : at] ^= 0xff
  return copy
}
const tar = tarWith()
const gz = gzipSync(tar)

/**
 * kind of file, archive, and what comes of it: a code of a finding with the exit code, or the text of a refusal.
 * @type {[what: string, kind: string, archive: Buffer, code: string | RegExp, exit?: number][]}
 */
const table = [
  ['a way up', 'tar', tarWith(file('../evil')), 'hostile-path', 1],
  ['a way up inside', 'tar', tarWith(file('ckpt/../../evil')), 'hostile-path', 1],
  ['a way up that comes back', 'tar', tarWith(file('ckpt/../ckpt/_METADATA')), 'hostile-path', 1],
  ['a way up by backslashes', 'tar', tarWith(file('ckpt\\..\\..\\evil')), 'hostile-path', 1],
  ['an absolute name', 'tar', tarWith(file('/etc/passwd')), 'hostile-path', 1],
  ['a drive', 'tar', tarWith(file('C:\\evil')), 'hostile-path', 1],
  ['a way up in a pax header', 'tar', tarThen(pax({ path: '../evil' }), tarMember(file('ckpt/a'))), 'hostile-path', 1],
  ['a NUL in a pax header', 'tar', tarThen(pax({ path: 'ckpt/a\0b' }), tarMember(file('ckpt/a'))), 'hostile-path', 1],
  ['a name without end', 'tar', tarWith(file(`ckpt/${'n'.repeat(5000)}`)), 'hostile-path', 1],
  ['a file behind a link', 'tar', tarWith(link('ckpt/l', '/tmp'), file('ckpt/l/evil')), 'hostile-path', 1],
  ['a file in a file', 'tar', tarWith(file('ckpt/_METADATA/evil')), 'name-collision', 1],
  ['a member twice', 'tar', tarWith(file('ckpt/_METADATA', '{}')), 'duplicate-member', 1],
  ['a case twin', 'tar', tarWith(file('ckpt/A/b'), file('ckpt/a/B')), 'unknown-file', 0],
  ['a case twin of a file of the checkpoint', 'tar', tarWith(file('ckpt/_metadata', '{}')), 'unknown-file', 0],
  ['a twin by its accents', 'tar', tarWith(file('ckpt/\u00e9'), file('ckpt/e\u0301')), 'unknown-file', 0],
  ['zip: a case twin', 'zip', zipWith(file('ckpt/Manifest.ocdbt')), 'unknown-file', 0],
  ['a link out', 'tar', tarWith(link('ckpt/out', '/etc/passwd')), 'symlink', 0],
  ['a link up', 'tar', tarWith(link('ckpt/out', '../../../../etc/passwd')), 'symlink', 0],
  ['a link to itself', 'tar', tarWith(link('ckpt/me', 'me')), 'symlink', 0],
  ['links in a circle', 'tar', tarWith(link('ckpt/a', 'b'), link('ckpt/b', 'a')), 'symlink', 0],
  ['a link to its own directory', 'tar', tarWith(link('ckpt/a', '.')), 'symlink', 3],
  ['a hard link out', 'tar', tarWith(link('ckpt/h', '/etc/passwd', '1')), 'unknown-file', 0],
  ['a hard link to itself', 'tar', tarWith(link('ckpt/h', 'ckpt/h', '1')), 'unknown-file', 0],
  ['a device', 'tar', tarWith({ path: 'ckpt/null', type: '3' }), 'unknown-file', 0],
  ['a link with content', 'tar', tarThen(tarHeader({ ...link('ckpt/l', 'x'), size: 512 }), bytes(512)), 'invalid', 1],
  [
    'a directory with content',
    'tar',
    tarThen(tarHeader({ path: 'ckpt/d/', type: '5', size: 512 }), bytes(512)),
    'invalid',
    1,
  ],
  [
    'a size in the header, another in pax',
    'tar',
    tarThen(pax({ size: 600 }), tarMember(link('ckpt/l', 'x'))),
    'invalid',
    1,
  ],
  ['a pax size of 10^15', 'tar', tarThen(pax({ size: 10 ** 15 }), tarMember(file('ckpt/a'))), 'truncated', 1],
  ['a size of -1', 'tar', tarThen(tarHeader({ path: 'ckpt/a', sizeField: Buffer.alloc(12, 255) })), 'invalid', 1],
  ['a member beyond the end', 'tar', tarThen(tarHeader({ path: 'ckpt/a', size: 2 ** 40 })), 'truncated', 1],
  ['a pax header of 1 GiB', 'tar', tarThen(tarHeader({ path: 'x', type: 'x', size: 2 ** 30 })), 'limit', 3],
  ['a GNU name of 1 GiB', 'tar', tarThen(tarHeader({ path: 'x', type: 'L', size: 2 ** 30 })), 'limit', 3],
  [
    'no record in a pax header',
    'tar',
    tarThen(tarHeader({ path: 'x', type: 'x', size: 9 }), padded(Buffer.from('nonsense\n'))),
    'invalid',
    1,
  ],
  ['one path for all', 'tar', Buffer.concat([pax({ path: 'ckpt/a' }, 'g'), tar]), /global header/],
  ['a sparse member', 'tar', tarWith({ ...file('ckpt/s'), type: 'S' }), 'unsupported', 3],
  ['a broken header in the middle', 'tar', tarThen(tarHeader({ path: 'ckpt/a', checksum: 1 })), 'checksum', 1],
  ['another archive behind the end', 'tar', Buffer.concat([tar, tar]), 'trailing-bytes', 0],
  ['no end mark', 'tar', tar.subarray(0, -1024), 'truncated', 1],
  ['cut off', 'tar', tar.subarray(0, tar.length >> 1), 'truncated', 1],
  ['gzip: cut off', 'tar.gz', gz.subarray(0, gz.length - 100), 'truncated', 1],
  ['gzip: a wrong checksum', 'tar.gz', flipped(gz, -6), 'checksum', 1],
  ['gzip: damage in the middle', 'tar.gz', flipped(gz, gz.length >> 1), '', 1],
  ['gzip: something behind it', 'tar.gz', Buffer.concat([gz, Buffer.from('hello')]), 'trailing-bytes', 0],
  [
    'gzip: a bomb of 200 MiB',
    'tar.gz',
    gzipSync(Buffer.concat([tarHeader({ path: 'a', size: 200 << 20 }), Buffer.alloc(200 << 20)])),
    /no checkpoint|truncated/,
  ],
  ['gzip: of no tar', 'tar.gz', gzipSync(bytes(5000)), /is no tar/],
  ['gzip: of gzip', 'tar.gz', gzipSync(gz), /is no tar/],
  ['zstd: a bomb of 2 GiB', 'tar.zst', zstdBomb(1 << 14), /1,100 times/],
  [
    'zstd: a bomb in a tar',
    'tar.zst',
    Buffer.concat([zstdOf(tarHeader({ path: 'a', size: 2 ** 33 })), zstdBomb(1 << 14)]),
    /1,100 times/,
  ],
  ['zstd: a window of 1 GiB', 'tar.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 20 << 3, 1, 0, 0]), /is no tar/],
  ['zstd: cut off', 'tar.zst', zstdOf(tar).subarray(0, -2000), 'truncated', 1],
  ['zip: a way up', 'zip', zipWith(file('../evil')), 'hostile-path', 1],
  ['zip: an absolute name', 'zip', zipWith(file('/evil')), 'hostile-path', 1],
  ['zip: a member twice', 'zip', zipWith(file('ckpt/_METADATA', '{}')), 'name-collision', 1],
  ['zip: a link out', 'zip', zipWith(link('ckpt/out', '/etc/passwd')), 'symlink', 0],
  ['zip: another name before the member', 'zip', local(header => header.write('X', 31)), 'invalid', 1],
  ['zip: another size before the member', 'zip', local(header => header.writeUInt32LE(1, 22)), 'invalid', 1],
  ['zip: another checksum before the member', 'zip', local(header => header.writeUInt32LE(1, 14)), 'invalid', 1],
  ['zip: another method before the member', 'zip', local(header => header.writeUInt16LE(8, 8)), 'invalid', 1],
  [
    'zip: encrypted',
    'zip',
    zipOf(members.slice(0, 3), {
      editEntry: h => (h.writeUInt16LE(0x801, 8), h),
      editLocal: h => (h.writeUInt16LE(0x801, 6), h),
    }),
    'unsupported',
    3,
  ],
  ['zip: a size beyond the end', 'zip', entry(header => header.writeUInt32LE(0x7fffffff, 20)), 'truncated', 1],
  ['zip: a place beyond the end', 'zip', entry(header => header.writeUInt32LE(0x7fffffff, 42)), 'truncated', 1],
  ['zip: two members in one place', 'zip', entry(header => header.writeUInt32LE(0, 42)), 'invalid', 1],
  [
    'zip: fewer members than there are',
    'zip',
    end(record => record.writeUInt16LE(1, 8) && record.writeUInt16LE(1, 10)),
    'invalid',
    1,
  ],
  [
    'zip: more members than there are',
    'zip',
    end(record => record.writeUInt16LE(9999, 8) && record.writeUInt16LE(9999, 10)),
    'invalid',
    1,
  ],
  ['zip: another place of the directory', 'zip', end(record => record.writeUInt32LE(0, 16)), 'invalid', 1],
  ['zip: one of several parts', 'zip', end(record => record.writeUInt16LE(1, 4)), /one of several parts/],
  ['zip: two ends', 'zip', zipOf(members, { comment: zipOf([]).toString('latin1') }), 'invalid', 1],
  ['zip: bytes before it', 'zip', Buffer.concat([bytes(10), zipWith()]), /is no tar/],
  [
    'zip: a member that the directory lacks',
    'zip',
    zipOf(members, { between: n => (n === 3 ? hidden : Buffer.alloc(0)) }),
    'invalid',
    1,
  ],
  [
    'zip: bytes between members',
    'zip',
    zipOf(members, { between: n => (n === 3 ? bytes(99) : Buffer.alloc(0)) }),
    'trailing-bytes',
    0,
  ],
  ['zip: cut off', 'zip', zipWith().subarray(0, -30), /is no tar.*cut off/],
  ['an empty file', 'tar', Buffer.alloc(0), /is no tar/],
  ['zeros', 'tar', Buffer.alloc(10240), /is no tar/],
  ['text', 'zip', Buffer.from('hello '.repeat(200)), /is no tar/],
]

test('the table has at least forty', () => assert.ok(table.length >= 40))

for (const [what, kind, archive, expected, exit] of table) {
  test(what, { timeout: 20_000 }, async t => {
    const place = join(scratch(t), `a.${kind}`)
    writeFileSync(place, archive)
    const start = process.cpuUsage()
    /** @type {any} */
    let told
    try {
      told = await check(place)
    } catch (error) {
      told = error
    }
    const { user, system } = process.cpuUsage(start)
    assert.ok(user + system < 3e6, `${(user + system) / 1e6} s of the processor`)
    if (expected instanceof RegExp) {
      const text = told.message ?? JSON.stringify(told.findings)
      assert.match(text, expected)
      return
    }
    assert.equal(told.name, undefined, told.message)
    const codes = told.findings.map((/** @type {any} */ one) => one.code)
    assert.ok(
      codes.some((/** @type {string} */ code) => code.startsWith(expected)),
      `${codes}`,
    )
    assert.equal(told.exit_code, exit, told.headline)
  })
}

test('of several checkpoints in an archive the message has what to name', async t => {
  const place = join(scratch(t), 'a.tar')
  const both = (/** @type {string} */ top) =>
    tarOf([...membersOf(baseline, `${top}m/n/a/`), ...membersOf(baseline, `${top}o/p/b/`)])
  for (const top of ['', 'top/']) {
    writeFileSync(place, both(top))
    const way = top ? 'ARCHIVE!/top' : 'ARCHIVE!'
    await assert.rejects(check(place), { code: 'source', message: new RegExp(`name ${way}/m/n/a or ${way}/o/p/b$`) })
    assert.equal((await check(`${place}!/${top}o/p/b`)).exit_code, 0)
    await assert.rejects(check(`${place}!/x`), { code: 'source', message: /no directory "x": the archive holds "/ })
  }
})

test('what is hostile beside a checkpoint does not change its fingerprint', async t => {
  const { fingerprint } = await digest(fromPath(baseline))
  const place = join(scratch(t), 'a.tar')
  writeFileSync(place, tarWith(file('../ckpt/_METADATA', '{}'), link('ckpt/out', '/')))
  assert.equal((await digest(fromArchive(place))).fingerprint, fingerprint)
})
