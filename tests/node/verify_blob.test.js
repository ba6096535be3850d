// verify-blob: who signed a file, by a key, a certificate or an identity; exit code 0, 2 or 4.
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign, webcrypto } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { verifyBlob } from '../../node/lib/index.js'
import { cli } from './support/cli.js'
import { scratch } from './support/places.js'
import { assertValid } from './support/schema.js'
import { conformance, withoutConformance } from './support/sigstore_cases.js'
import { bundleOf, kSigner, makeWorld, pae, rootOf, statementOf } from './support/sigstore_world.js'

const artifact = Buffer.from('{"leafsum_lock":1}')
const base64 = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString('base64')
const sha256 = (/** @type {Uint8Array} */ bytes) => createHash('sha256').update(bytes).digest()
const hex = sha256(artifact).toString('hex')
// The clock of the mock's authorities: a command has no other than the machine's.
const world = await makeWorld({ clock: new Date(Math.ceil(Date.now() / 1000) * 1000) })

/** By a key, with the hash of its curve. @param {any} privateKey @param {string | null} hash @param {any} [more] */
function byKey(privateKey, hash, { bytes = artifact, isEnvelope = false } = {}) {
  const payload = Buffer.from(JSON.stringify(statementOf(bytes)))
  const signed = isEnvelope ? pae('application/vnd.in-toto+json', payload) : bytes
  const signature = base64(sign(hash, signed, privateKey))
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: 'mine' }, tlogEntries: [] },
    ...(isEnvelope
      ? {
          dsseEnvelope: {
            payloadType: 'application/vnd.in-toto+json',
            payload: base64(payload),
            signatures: [{ sig: signature, keyid: '' }],
          },
        }
      : { messageSignature: { signature } }),
  }
}
const pemOf = (/** @type {any} */ { publicKey }) => publicKey.export({ format: 'pem', type: 'spki' })
const kinds = /** @type {const} */ ([
  ['P-256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'sha256'],
  ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' }), 'sha384'],
  ['P-521', () => generateKeyPairSync('ec', { namedCurve: 'P-521' }), 'sha512'],
  ['Ed25519', () => generateKeyPairSync('ed25519'), null],
])
for (const [name, make, hash] of kinds) {
  for (const isEnvelope of [false, true]) {
    test(`a key: ${name}, ${isEnvelope ? 'an envelope' : 'a message'}`, async () => {
      const keys = make()
      const options = { bundle: JSON.stringify(byKey(keys.privateKey, hash, { isEnvelope })), key: pemOf(keys) }
      const good = await verifyBlob(artifact, options)
      assertValid('blob', good)
      const id = sha256(keys.publicKey.export({ format: 'der', type: 'spki' })).toString('hex')
      assert.deepEqual([good.verdict, good.signed_by, good.findings], ['VERIFIED', { kind: 'key', id }, []])
      for (const [bytes, key, reason] of /** @type {[Uint8Array, any, string][]} */ ([
        [artifact, make(), 'bad-signature'],
        [Buffer.from('another'), keys, isEnvelope ? 'wrong-subject' : 'bad-signature'],
      ])) {
        const bad = await verifyBlob(bytes, { ...options, key: pemOf(key) })
        assertValid('blob', bad)
        assert.deepEqual([bad.verdict, bad.exit_code, bad.findings[0].reason], ['UNTRUSTED', 4, reason])
        assert.equal(bad.signed_by, undefined)
      }
    })
  }
}

test('a digest alone: P-256, and what it cannot do', async () => {
  const keys = kinds[0][1]()
  const bundle = JSON.stringify(byKey(keys.privateKey, 'sha256'))
  const { verdict } = await verifyBlob({ sha256: hex }, { bundle, key: pemOf(keys) })
  assert.equal(verdict, 'VERIFIED')
  const other = await verifyBlob({ sha256: hex.replace(/^./, '0') }, { bundle, key: pemOf(keys) })
  assert.deepEqual([other.exit_code, other.findings[0].reason], [4, 'bad-signature'])
  const [, make, hash] = kinds[1]
  const large = make()
  const report = await verifyBlob(
    { sha256: hex },
    { bundle: JSON.stringify(byKey(large.privateKey, hash)), key: pemOf(large) },
  )
  assert.deepEqual([report.exit_code, report.findings[0].reason], [4, 'unsupported-algorithm'])
})

test('the program: words, exit codes, JSON', async t => {
  const place = scratch(t)
  const at = (/** @type {string} */ name, /** @type {any} */ content) => {
    const path = join(place, name)
    fs.writeFileSync(
      path,
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
    )
    return path
  }
  const file = at('w.bin', artifact)
  const bundle = at('w.bin.sigstore.json', await bundleOf(world, artifact))
  const root = at('trusted_root.json', rootOf(world))
  const identity = (/** @type {any} */ { identity, issuer } = kSigner) => [
    '--certificate-identity',
    identity,
    '--certificate-oidc-issuer',
    issuer,
    '--trusted-root',
    root,
  ]
  const run = (/** @type {string[]} */ ...args) => cli(['verify-blob', ...args])

  const good = await run(file, '--bundle', bundle, ...identity())
  assert.deepEqual([good.status, good.stderr], [0, ''])
  assert.equal(good.stdout, `w.bin: VERIFIED: signed by ${kSigner.identity}, for whom ${kSigner.issuer} vouches\n`)
  const digest = await run(`sha256:${hex}`, '--bundle', bundle, ...identity())
  assert.equal(digest.status, 0, digest.stderr)

  const bad = await run(file, '--bundle', bundle, ...identity({ ...kSigner, identity: 'me' }))
  assert.equal(bad.status, 4)
  assert.match(
    bad.stdout,
    /^w.bin: UNTRUSTED: the signature is not accepted\n\ntrust signature\n {2}w.bin.sigstore.json: /,
  )
  assert.match(
    bad.stdout,
    /somebody else signed this: expected me, found https:\/\/example.org\/train.yml@main\. Do not use it/,
  )
  const json = await run(file, '--bundle', bundle, '--json', ...identity({ ...kSigner, issuer: 'https://other' }))
  assertValid('blob', JSON.parse(json.stdout))
  assert.deepEqual([json.status, JSON.parse(json.stdout).findings[0].reason], [4, 'unknown-signer'])
  const quiet = await run(file, '--bundle', bundle, '-q', ...identity())
  assert.deepEqual([quiet.status, quiet.stdout], [0, ''])

  const keys = kinds[0][1]()
  const pub = at('pub.pem', pemOf(keys))
  const signed = at('signed.json', byKey(keys.privateKey, 'sha256'))
  assert.equal((await run(file, '--bundle', signed, '--key', pub)).status, 0)
  assert.equal((await run(file, '--bundle', at('cut.json', '{'), '--key', pub)).status, 4)
  for (const [args, words] of /** @type {[string[], RegExp][]} */ ([
    [[file, '--key', pub], /wants the signature: --bundle/],
    [[file, '--bundle', signed], /who should have signed it/],
    [[file, '--bundle', signed, '--key', pub, '--cert-root', pub], /exclude each other/],
    [[file, '--bundle', bundle, '--certificate-identity', 'me'], /go together/],
    [[file, '--bundle', bundle, '--trusted-root', root], /go together/],
    [[join(place, 'none'), '--bundle', signed, '--key', pub], /cannot read .*none: no such file/],
    [[file, '--bundle', join(place, 'none'), '--key', pub], /cannot read the bundle/],
    [[file, '--bundle', signed, '--key', signed], /the public key cannot be used: it holds no PEM block/],
    [
      [file, '--bundle', signed, '--key', at('private.pem', keys.privateKey.export({ format: 'pem', type: 'pkcs8' }))],
      /it holds PRIVATE KEY, not PUBLIC KEY/,
    ],
    [[file, '--bundle', signed, '--cert-root', pub], /it holds PUBLIC KEY, not CERTIFICATE/],
    [
      [file, '--bundle', bundle, ...identity().slice(0, -1), file],
      /the trusted root cannot be used: mediaType|the root has no mediaType/,
    ],
  ])) {
    const { status, stdout, stderr } = await run(...args)
    assert.deepEqual([status, stdout], [2, ''], args.join(' '))
    assert.match(stderr, words)
  }
})

test('misuse of the call rejects', async () => {
  const bundle = '{}'
  for (const [file, options] of /** @type {[any, any][]} */ ([
    [artifact, undefined],
    [artifact, {}],
    [artifact, { bundle }],
    [artifact, { bundle, key: 5 }],
    [artifact, { bundle, key: 'x', certRoot: 'x' }],
    [artifact, { bundle, key: 'x', unknown: 1 }],
    [artifact, { bundle, certificateIdentity: '', certificateOidcIssuer: 'x', trustedRoot: 'x' }],
    [{ sha256: 'x' }, { bundle, key: 'x' }],
    [5, { bundle, key: 'x' }],
  ]))
    await assert.rejects(verifyBlob(file, options), { name: 'LeafsumError', code: 'usage' }, JSON.stringify(options))
})

const oms = process.env.LEAFSUM_CASES && join(process.env.LEAFSUM_CASES, 'model-signing')
const skip = (!oms || !fs.existsSync(oms)) && 'LEAFSUM_CASES has no model-signing'
test("a certificate, as OMS's reference tool writes it", { skip }, async () => {
  const read = (/** @type {string} */ name) => fs.readFileSync(join(String(oms), name))
  const bundle = read('sigs/certificate.model.sig')
  const { subject } = JSON.parse(Buffer.from(JSON.parse(bundle.toString()).dsseEnvelope.payload, 'base64').toString())
  const file = { sha256: subject[0].digest.sha256 } // of all files' digests: no file has it
  const report = await verifyBlob(file, { bundle, certRoot: read('keys/ca.cert.pem') })
  assertValid('blob', report)
  assert.equal(report.signed_by?.kind, 'certificate', JSON.stringify(report.findings))
  const strange = await verifyBlob(file, { bundle, certRoot: read('keys/leaf.cert.pem') })
  assert.deepEqual([strange.exit_code, strange.findings[0].reason], [4, 'untrusted-certificate'])
  const withKey = await verifyBlob(file, {
    bundle: read('sigs/p384-files-sha256.model.sig'),
    certRoot: read('keys/ca.cert.pem'),
  })
  assert.equal(withKey.findings[0].reason, 'no-certificate')
})

test('the key cases of the conformance suite', { skip: withoutConformance }, async () => {
  const cases = conformance.filter(({ key }) => key)
  assert.ok(cases.length > 1)
  for (const { name, isGood, artifact: bytes, bundle, key } of cases)
    for (const file of [bytes, { sha256: sha256(bytes).toString('hex') }]) {
      const verdict = await verifyBlob(file, { bundle, key }).then(
        ({ verdict }) => verdict,
        ({ code }) => code, // a key that is none
      )
      assert.equal(verdict === 'VERIFIED', isGood, `${name}: ${verdict}`)
    }
})

test('a host without the algorithm says so and passes nothing', async t => {
  const keys = generateKeyPairSync('ed25519')
  const { importKey } = webcrypto.subtle
  t.mock.method(webcrypto.subtle, 'importKey', (/** @type {any[]} */ ...args) => {
    if (args[2]?.name === 'Ed25519') throw new DOMException('no such algorithm', 'NotSupportedError')
    return importKey.apply(webcrypto.subtle, /** @type {any} */ (args))
  })
  const bundle = JSON.stringify(byKey(keys.privateKey, null))
  await assert.rejects(verifyBlob(artifact, { bundle, key: pemOf(keys) }), /an algorithm that this host does not have/)
})

test('what a bundle says is printed as text alone', async () => {
  const bundle = /** @type {any} */ (
    await bundleOf(world, artifact, { content: 'envelope', payloadType: 'x\u001b[31m\n\u202ey' })
  )
  const { findings } = await verifyBlob(artifact, {
    bundle: JSON.stringify(bundle),
    certificateIdentity: kSigner.identity,
    certificateOidcIssuer: kSigner.issuer,
    trustedRoot: JSON.stringify(rootOf(world)),
  })
  assert.doesNotMatch(findings[0].message, /[\u0000-\u001f\u202e]/)
})
