// `verify --bundle`: model signatures (OMS) by the reference tool, and by us where it makes none.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { fromMap, fromPath, lock, verify } from '../../node/lib/index.js'
import { cli } from './support/cli.js'
import { bundleOf, filesOf, keyFile, sealed, signed, statementOf } from './support/oms.js'
import { scratch } from './support/places.js'
import { assertValid } from './support/schema.js'

/** @typedef {{ status: number | null, verdict?: string, report?: any, error: string }} Got */

/** @returns {Got} */
function verified(/** @type {string[]} */ ...args) {
  const { status, stdout, stderr } = cli(['verify', ...args, '--json'])
  const document = JSON.parse(stdout)
  if (document.leafsum_error) return { status, error: document.message }
  assert.equal(stderr, '')
  assertValid('report', document)
  assert.equal(document.exit_code, status)
  return { status, verdict: document.verdict, report: document, error: '' }
}
const orbax = join(signed, 'orbax-a')
const reference = JSON.parse(fs.readFileSync(join(signed, 'reference-results.json'), 'utf8')).results

const kGood = [
  ['orbax-a/model.sig', 'p256'],
  ['sigs/p384-files-sha256.model.sig', 'p384'],
  ['sigs/p521-files-sha256.model.sig', 'p521'],
  ['sigs/p256-files-blake2b.model.sig', 'p256'],
  ['sigs/p256-files-blake3.model.sig', 'p256'],
  ['sigs/p256-shards1000-sha256.model.sig', 'p256'],
  ['sigs/p256-v1.0.1-rawbytes.model.sig', 'p256'],
]

for (const [file, key] of kGood) {
  test(`a good signature is VERIFIED: ${file}`, () => {
    const { verdict, report } = verified(orbax, '--bundle', join(signed, file), '--key', keyFile(key))
    assert.equal(verdict, 'VERIFIED')
    assert.match(report.headline, new RegExp(`: VERIFIED: 12 files equal to ${basename(file)}, 5 leaves`))
    assert.match(report.bundle.signed_by, /^key sha256:[0-9a-f]{64}$/)
    assert.deepEqual(report.bundle.files, {
      equal: 12,
      different: 0,
      missing: 0,
      extra: 0,
      not_read: 0,
      ignored: report.bundle.files.ignored,
    })
    assert.equal(report.bundle.leaves, 5)
    assert.equal(report.coverage.leaf, report.bundle.covered.leaf)
    assert.equal(report.coverage.structural, report.bundle.covered.structural)
    // Another key than the signer's: the files are compared, and nobody is trusted.
    const other = verified(orbax, '--bundle', join(signed, file), '--key', keyFile('other-p256'))
    assert.deepEqual([other.status, other.verdict], [4, 'UNTRUSTED'])
    assert.ok(other.report.findings.some((/** @type {any} */ one) => one.code === 'signature'))
    assert.equal(other.report.bundle.signed_by, undefined)
  })
}

const kTampered = /** @type {Record<string, string[]>} */ ({
  'byte-flip': ['digest-mismatch ocdbt.process_0/d/be699ab6749c8e838add7d6816a492ee /params/Dense_0/kernel'],
  truncated: ['digest-mismatch ocdbt.process_0/d/be699ab6749c8e838add7d6816a492ee /params/Dense_0/kernel'],
  'extra-file': ['unknown-file params.extra '],
  'missing-file': ['missing-file _sharding '],
  'metadata-edit': ['digest-mismatch _METADATA '],
  'swapped-files': [
    'digest-mismatch ocdbt.process_0/d/6f415792fa68736ae3a892a98fa2df03 ',
    'digest-mismatch ocdbt.process_0/d/96d858dc67b8f7bbdf7e172c166994e1 ',
  ],
  'values-replaced': ['digest-mismatch manifest.ocdbt ', 'missing-file d/2a84b96675ba52bff54149f8ef4b1c48 '],
})
for (const [name, wanted] of Object.entries(kTampered)) {
  test(`a tampered directory is MISMATCH, with the file and the leaves that it reaches: ${name}`, () => {
    assert.equal(reference[`tampered/${name}`].exit, 1)
    const directory = join(signed, 'tampered', name, 'orbax-a')
    const { status, report } = verified(directory, '--bundle', join(directory, 'model.sig'), '--key', keyFile('p256'))
    assert.equal(status, 1)
    const found = report.findings.map(
      (/** @type {any} */ f) => `${f.code} ${f.file} ${f.key_path ? `/${f.key_path.join('/')}` : ''}`,
    )
    for (const one of wanted) assert.ok(found.includes(one), `${one} in ${found.join('; ')}`)
  })
}

// What is no evidence at all is exit 2 with its own reason; a signature that is not good is 4; files that are not
// there are 1.
const kHostile = /** @type {Record<string, [status: number, says: RegExp]>} */ ({
  'envelope-stripped': [2, /dsseEnvelope/],
  'first-signature-bad-second-good': [2, /signatures|signature/],
  'other-key-with-our-hint': [4, /signature/],
  'payload-edited-not-resigned': [1, /digest-mismatch/],
  'second-signature-bad': [2, /signatures|signature/],
  'sig-bit-flip': [4, /signature/],
  'signatures-stripped': [2, /signature/],
  'signed-absolute-path': [2, /absolute path/],
  'signed-algorithm-md5': [2, /md5|algorithm/],
  'signed-algorithm-mismatch': [2, /algorithm/],
  'signed-backslash-path': [2, /backslash/],
  'signed-by-other-key': [4, /signature/],
  'signed-deep-json': [2, /deep|nest|level/],
  'signed-duplicate-json-key': [2, /twice/],
  'signed-duplicate-name': [2, /twice/],
  'signed-duplicate-name-two-digests': [2, /twice/],
  'signed-empty-resources': [2, /names no file/],
  'signed-html-name': [1, /missing-file/],
  'signed-ignore-all-data': [3, /0 of 5 leaves are covered/],
  'signed-nul-name': [2, /NUL/],
  'signed-parent-traversal': [2, /out of the model/],
  'signed-payload-type-json': [2, /kind of document/],
  'signed-proto-name': [2, /not in order/],
  'signed-root-digest-wrong': [2, /contradicts itself/],
  'signed-shard-size-zero': [2, /shard_size/],
  'signed-short-digest': [2, /wrong length/],
  'signed-two-subjects': [2, /two subjects|one subject/],
  'signed-unknown-extra-fields': [0, /VERIFIED/],
  'signed-unsorted': [2, /not in order/],
  'signed-uppercase-digest': [2, /lower case/],
  'signed-wrong-predicate-type': [2, /not about a model/],
  'signed-wrong-statement-type': [2, /Statement v1/],
  'truncated-json': [2, /bundle/],
  'unknown-media-type': [2, /media/],
})
test('every hostile bundle has its case', () => {
  const files = fs.readdirSync(join(signed, 'hostile-bundles')).map(name => name.replace('.model.sig', ''))
  assert.deepEqual(Object.keys(kHostile).sort(), files.sort())
})
for (const [name, [status, says]] of Object.entries(kHostile)) {
  test(`a hostile bundle is refused for its own reason: ${name}`, () => {
    const bundle = join(signed, 'hostile-bundles', `${name}.model.sig`)
    for (const flags of [[], ['--allow-extra'], ['--allow-extra', '--allow-missing']]) {
      const got = verified(orbax, '--bundle', bundle, '--key', keyFile('p256'), ...flags)
      if (flags.length === 0) {
        assert.equal(got.status, status, got.error || got.report.headline)
        const first = got.report?.findings.find((/** @type {any} */ f) => f.severity !== 'info')
        assert.match(got.error || `${got.report.headline} ${first?.message ?? ''}`, says)
      }
      // What the user allows never makes evidence of what is none.
      if (status === 2 || status === 4) assert.equal(got.status, status)
      if (status === 3) assert.notEqual(got.verdict, 'VERIFIED')
    }
  })
}

test('what came with the source is trusted by the key alone, which comes from the user', () => {
  const none = verified(orbax, '--bundle', join(orbax, 'model.sig'))
  assert.equal(none.status, 2)
  assert.match(none.error, /--key/)
  const secret = verified(orbax, '--bundle', join(orbax, 'model.sig'), '--key', join(signed, 'keys/p256.key.pem'))
  assert.equal(secret.status, 2)
  assert.match(secret.error, /p256\.key\.pem/)
  const alone = verified(orbax, '--key', keyFile('p256'))
  assert.equal(alone.status, 2)
})

/** A copy without signature, and ways to sign and to verify it. */
function copied(/** @type {import('node:test').TestContext} */ t) {
  const root = scratch(t)
  const ckpt = join(root, 'ckpt')
  fs.cpSync(orbax, ckpt, { recursive: true })
  fs.rmSync(join(ckpt, 'model.sig'))
  const file = join(root, 'b.sig')
  const check = (/** @type {any} */ statement, /** @type {string[]} */ ...flags) => {
    fs.writeFileSync(file, JSON.stringify(bundleOf(statement)))
    return verified(ckpt, '--bundle', file, '--key', keyFile('p256'), ...flags)
  }
  return { root, ckpt, file, check }
}

test('both methods, both orders, odd names: what a signer makes of any directory is VERIFIED', t => {
  const { ckpt, check } = copied(t)
  for (const name of ['a-b', 'a/b', 'a.b/c', 'a/b.c', 'é', '\u{1f600}', '\uffff', 'x:0:5', ' ', '%00', 'A', 'empty']) {
    fs.mkdirSync(join(ckpt, name, '..'), { recursive: true })
    fs.writeFileSync(join(ckpt, name), name === 'empty' ? '' : name)
  }
  fs.mkdirSync(join(ckpt, '.git'))
  fs.writeFileSync(join(ckpt, '.git/HEAD'), 'ref: refs/heads/main')
  for (const hashType of ['sha256', 'blake2b'])
    for (const shard of [undefined, 1, 7, 1000, 10_000_000]) {
      if (shard === 1 && hashType === 'blake2b') continue
      const statement = statementOf(ckpt, { hashType, shard })
      assert.equal(check(statement).verdict, 'VERIFIED', `${hashType} ${shard}`)
      statement.predicate.resources.sort((/** @type {any} */ a, /** @type {any} */ b) =>
        Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
      )
      if (shard) {
        statement.predicate.serialization.shard_size = shard
        for (const one of statement.predicate.resources) one.algorithm = hashType
      }
      assert.equal(check(sealed(statement)).verdict, 'VERIFIED', `by code points, ${hashType} ${shard}`)
    }
})

test('a lockfile in a signed directory is trusted through the signature', async t => {
  const { ckpt, check, root } = copied(t)
  const inside = join(ckpt, 'ckpt.leafsum.json')
  fs.writeFileSync(inside, (await lock(ckpt)).lockfile ?? '')
  const statement = statementOf(ckpt)
  const alone = verified(ckpt, '--lock', inside)
  assert.equal(alone.verdict, 'UNTRUSTED')
  const both = check(statement, '--lock', inside)
  assert.equal(both.verdict, 'VERIFIED')
  assert.match(both.report.headline, /13 files equal to b\.sig, 5 leaves equal to ckpt\.leafsum\.json/)
  // Under a signature that leaves it out, or is not good, it is what it was.
  assert.equal(check(statementOf(ckpt, { ignore: ['ckpt.leafsum.json'] }), '--lock', inside).verdict, 'UNTRUSTED')
  fs.writeFileSync(join(root, 'b.sig'), JSON.stringify(bundleOf(statement, { key: 'p384' })))
  assert.equal(
    verified(ckpt, '--lock', inside, '--bundle', join(root, 'b.sig'), '--key', keyFile('p256')).verdict,
    'UNTRUSTED',
  )
  fs.appendFileSync(inside, '\n')
  assert.equal(check(statement, '--lock', inside).verdict, 'MISMATCH')
})

test('links: the rules of the signature, in a directory on disk', t => {
  const { ckpt, check, root } = copied(t)
  const plain = statementOf(ckpt)
  const withLinks = statementOf(ckpt, { links: true })
  fs.renameSync(join(ckpt, '_sharding'), join(ckpt, 'd/real'))
  fs.symlinkSync('d/real', join(ckpt, '_sharding'))
  for (const statement of [plain, withLinks]) {
    statement.predicate.resources.push({ ...statement.predicate.resources[2], name: 'd/real' })
    statement.predicate.resources.sort((/** @type {any} */ a, /** @type {any} */ b) => (a.name < b.name ? -1 : 1))
    sealed(statement)
  }
  assert.equal(check(withLinks).verdict, 'VERIFIED')
  assert.equal(check(plain).status, 3)
  fs.rmSync(join(ckpt, '_sharding'))
  fs.renameSync(join(ckpt, 'd/real'), join(root, 'outside'))
  fs.symlinkSync(join(root, 'outside'), join(ckpt, '_sharding'))
  const before = statementOf(ckpt, { links: true })
  before.predicate.resources.splice(
    2,
    0,
    plain.predicate.resources.find((/** @type {any} */ one) => one.name === '_sharding'),
  )
  sealed(before)
  assert.equal(check(before).status, 3)
  assert.equal(check(before, '--follow-links').verdict, 'VERIFIED')
})

test('in memory, through the API', async () => {
  const files = Object.fromEntries(
    filesOf(orbax).map(name => [name, new Uint8Array(fs.readFileSync(join(orbax, name)))]),
  )
  const bundle = files['model.sig']
  const key = fs.readFileSync(keyFile('p256'), 'utf8')
  const report = await verify(fromMap(files), { bundle, key, bundlePath: 'model.sig' })
  assert.equal(report.verdict, 'VERIFIED')
  const deep = await verify(fromPath(orbax), { bundle, key, deep: true })
  assert.deepEqual([deep.verdict, deep.leaves.equal], ['VERIFIED', 5])
  await assert.rejects(verify(fromMap(files), { bundle }), { code: 'usage' })
  await assert.rejects(verify(fromMap(files), { bundle: '{', key }), { code: 'evidence' })
  // Without a listing, what the signature does not name would stay unseen.
  const { list, ...unlisted } = /** @type {any} */ ({ get: async () => undefined, getRange: async () => undefined })
  await assert.rejects(verify(unlisted, { bundle, key }), { code: 'usage' })
})
