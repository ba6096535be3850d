// Signed lockfiles: what is good is VERIFIED and says by whom; whatever is not never is.
import assert from 'node:assert/strict'
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign as cryptoSign,
  verify as cryptoVerify,
} from 'node:crypto'
import { test } from 'node:test'
import { fromMap, keygen, lock, sign, verify } from '../../node/lib/index.js'
import { checkpoint, kName, signedLockfile } from './support/signed.js'

/** @typedef {'P-256' | 'P-384' | 'P-521' | 'Ed25519'} Algorithm */
const kAlgorithms = /** @type {Algorithm[]} */ (['P-256', 'P-384', 'P-521', 'Ed25519'])
const kHash = /** @type {Record<string, string | undefined>} */ ({
  'P-256': 'sha256',
  'P-384': 'sha384',
  'P-521': 'sha512',
})

const json = (/** @type {Uint8Array} */ bytes) => JSON.parse(new TextDecoder().decode(bytes))
const preAuthEncoding = (/** @type {Buffer} */ payload) =>
  Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${payload.length} `), payload])
const reasons = (/** @type {any} */ report) =>
  report.findings
    .filter((/** @type {any} */ f) => f.code === 'signature')
    .map((/** @type {any} */ f) => f.message.split(':')[0])

test('each kind of key: signed, verified by us and by OpenSSL', async () => {
  for (const algorithm of kAlgorithms) {
    const { files, lockfile, signature, publicKey, signedBy } = await signedLockfile({ algorithm })
    const report = await verify(fromMap(files), { lockfile, lockfileName: kName, signature, key: publicKey })
    assert.equal(report.verdict, 'VERIFIED', `${algorithm}: ${report.headline}`)
    assert.equal(report.lock?.signed_by, signedBy)
    const spki = createPublicKey(publicKey).export({ type: 'spki', format: 'der' })
    assert.equal(signedBy, `key sha256:${createHash('sha256').update(spki).digest('hex')}`)
    assert.match(report.headline, /, signed by key sha256:[0-9a-f]{16}… at 20\d\d-\S+Z/)

    const { dsseEnvelope } = json(signature)
    const payload = Buffer.from(dsseEnvelope.payload, 'base64')
    const sig = Buffer.from(dsseEnvelope.signatures[0].sig, 'base64')
    assert.ok(cryptoVerify(kHash[algorithm], preAuthEncoding(payload), publicKey, sig), algorithm)
    const { subject, predicate } = JSON.parse(String(payload))
    assert.deepEqual(subject, [
      { name: kName, digest: { sha256: createHash('sha256').update(lockfile).digest('hex') } },
    ])
    assert.equal(predicate.fingerprint, json(lockfile).fingerprint)
    assert.deepEqual([predicate.leaves, predicate.nbytes], [3, 48])
  }
})

test("OpenSSL's keys sign, plain and encrypted; a wrong passphrase does not", async () => {
  const { lockfile } = await lock(fromMap(checkpoint()))
  const options = { lockfileName: kName }
  for (const algorithm of kAlgorithms) {
    const pair =
      algorithm === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: algorithm })
    const publicKey = String(pair.publicKey.export({ type: 'spki', format: 'pem' }))
    const encryption = { cipher: 'aes-256-cbc', passphrase: 'secret words' }
    for (const form of [{}, encryption]) {
      const key = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem', ...form }))
      const { signature } = await sign(/** @type {any} */ (lockfile), { ...options, key, passphrase: 'secret words' })
      const report = await verify(fromMap(checkpoint()), {
        lockfile: /** @type {any} */ (lockfile),
        signature,
        key: publicKey,
      })
      assert.equal(report.verdict, 'VERIFIED', `${algorithm} ${report.headline}`)
    }
    const key = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption }))
    for (const [passphrase, why] of /** @type {[string | undefined, RegExp][]} */ ([
      ['other words', /passphrase is wrong/],
      [undefined, /is encrypted/],
    ]))
      await assert.rejects(sign(/** @type {any} */ (lockfile), { ...options, key, passphrase }), {
        code: 'usage',
        message: why,
      })
  }
})

test('a key that keygen encrypts opens with OpenSSL', async () => {
  const { privateKey, publicKey } = await keygen({ passphrase: 'words' })
  assert.match(privateKey, /^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
  const opened = createPrivateKey({ key: privateKey, passphrase: 'words' })
  assert.equal(createPublicKey(opened).export({ type: 'spki', format: 'pem' }), publicKey)
})

test('a signature over the bytes themselves, as cosign writes it', async () => {
  const { files, lockfile } = await signedLockfile()
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const bundle = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: 'any' } },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: createHash('sha256').update(lockfile).digest('base64') },
      signature: cryptoSign('sha256', lockfile, pair.privateKey).toString('base64'),
    },
  }
  const key = String(pair.publicKey.export({ type: 'spki', format: 'pem' }))
  const options = { lockfile, lockfileName: 'any name', key }
  const report = await verify(fromMap(files), { ...options, signature: JSON.stringify(bundle) })
  assert.equal(report.verdict, 'VERIFIED', report.headline)
  const other = new Uint8Array([...lockfile, 32])
  const changed = await verify(fromMap(files), { ...options, lockfile: other, signature: JSON.stringify(bundle) })
  assert.deepEqual([changed.exit_code, reasons(changed)], [4, ['bad-signature']])
})

test('stripped, downgraded, of another key, name or lockfile: UNTRUSTED, each with its reason', async () => {
  const good = await signedLockfile()
  const other = await signedLockfile({ seed: 2 })
  const { publicKey: stranger } = await keygen()
  const { lockfile, signature, publicKey: key } = good
  const edited = (/** @type {(b: any) => void} */ change) => {
    const bundle = json(signature)
    change(bundle)
    return JSON.stringify(bundle)
  }
  for (const [what, options, reason] of /** @type {[string, any, string][]} */ ([
    ['no signature', { signature: undefined }, 'missing-signature'],
    ['no signature, demanded aloud', { signature: undefined, requireSignature: true }, 'missing-signature'],
    ['a stranger', { key: stranger }, 'bad-signature'],
    ['another name', { lockfileName: 'other.leafsum.json' }, 'wrong-subject'],
    ['of another lockfile', { signature: other.signature, key: other.publicKey }, 'wrong-subject'],
    ['another signer', { requireSigner: 'ab'.repeat(32) }, 'unknown-signer'],
    ['no JSON', { signature: 'x' }, 'not-json'],
    ['signatures stripped', { signature: edited(b => (b.dsseEnvelope.signatures = [])) }, 'no-signature'],
    ['a second one', { signature: edited(b => b.dsseEnvelope.signatures.push({ sig: 'AAAA' })) }, 'several-signatures'],
    [
      'the key in the bundle',
      {
        key: stranger,
        signature: edited(
          b =>
            (b.verificationMaterial.publicKey.rawBytes = Buffer.from(
              key.split('\n').slice(1, -2).join(''),
              'base64',
            ).toString('base64')),
        ),
      },
      'bad-signature',
    ],
    [
      'another payload type',
      { signature: edited(b => (b.dsseEnvelope.payloadType = 'application/json')) },
      'wrong-payload-type',
    ],
    [
      'a later bundle',
      { signature: edited(b => (b.mediaType = b.mediaType.replace('0.3', '0.9'))) },
      'unknown-media-type',
    ],
  ])) {
    const report = await verify(fromMap(good.files), { lockfile, lockfileName: kName, signature, key, ...options })
    assert.deepEqual([what, report.exit_code, reasons(report)], [what, 4, [reason]])
    assert.equal(report.lock?.signed_by, undefined)
    // It does not stop the comparison.
    const differs = await verify(fromMap(checkpoint(3)), { lockfile, lockfileName: kName, signature, key, ...options })
    assert.deepEqual([what, differs.exit_code, differs.leaves.different], [what, 1, 3])
  }
})

test('the pre-authentication encoding of drafts, and a plain payload, are not signatures', async () => {
  const { files, lockfile, signature } = await signedLockfile()
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = String(pair.publicKey.export({ type: 'spki', format: 'pem' }))
  const bundle = json(signature)
  const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64')
  const draft = Buffer.concat([Buffer.from(`DSSEV1 28 application/vnd.in-toto+json ${payload.length} `), payload])
  for (const [bytes, exit] of /** @type {[Buffer, number][]} */ ([
    [preAuthEncoding(payload), 0],
    [draft, 4],
    [payload, 4],
  ])) {
    bundle.dsseEnvelope.signatures[0].sig = cryptoSign('sha256', bytes, pair.privateKey).toString('base64')
    const report = await verify(fromMap(files), { lockfile, key, signature: JSON.stringify(bundle) })
    assert.equal(report.exit_code, exit, report.headline)
  }
})

test('a lockfile that came with the source is trusted through a signature by a key of the user', async () => {
  const { files, lockfile, signature, publicKey: key } = await signedLockfile()
  const options = { lockfile, lockfileName: kName, lockfileCameWithSource: true }
  assert.equal((await verify(fromMap(files), options)).exit_code, 4)
  const signed = await verify(fromMap(files), { ...options, signature, key })
  assert.equal(signed.exit_code, 0, signed.headline)
  assert.match(String(signed.fingerprint), /^leafsum1:/)
  assert.equal((await verify(fromMap(files), { ...options, key })).exit_code, 4)
})

test('forgeries: the signature is kept, the data and what points at it are not', async () => {
  const good = await signedLockfile({ chunks: true })
  const evil = checkpoint(2)
  const evilLock = json(/** @type {Uint8Array} */ ((await lock(fromMap(evil), { chunks: true })).lockfile))
  const { signature, publicKey: key } = good
  const fingerprint = json(good.lockfile).fingerprint
  for (const member of ['stored', 'chunks', 'digest', 'all']) {
    const forged = json(good.lockfile)
    for (const [n, leaf] of forged.items[''].leaves.entries()) {
      const theirs = evilLock.items[''].leaves[n]
      for (const name of member === 'all' ? ['stored', 'chunks'] : [member]) leaf[name] = theirs[name]
    }
    if (member === 'digest') Object.assign(forged, evilLock)
    const lockfile = JSON.stringify(forged)
    const signed = await verify(fromMap(evil), { lockfile, lockfileName: kName, signature, key })
    assert.notEqual(signed.exit_code, 0, member)
    assert.deepEqual(reasons(signed), ['wrong-subject'], member)
    assert.equal(signed.fingerprint === fingerprint, false, 'no fingerprint from what nobody vouches for')
    // Without a signature, but with the fingerprint: everything is decoded.
    const byFingerprint = member === 'digest' ? undefined : await verify(fromMap(evil), { lockfile, fingerprint })
    assert.notEqual(byFingerprint?.exit_code, 0, member)
  }
})

test('an older lockfile of the same name verifies its own checkpoint, and the headline says which', async () => {
  const { privateKey, publicKey: key } = await keygen()
  const signedAt = new Date('2025-01-02T03:04:05Z')
  const files = checkpoint(1)
  const { lockfile } = await lock(fromMap(files))
  const { signature } = await sign(/** @type {any} */ (lockfile), { lockfileName: kName, key: privateKey, signedAt })
  const options = { lockfile: /** @type {any} */ (lockfile), lockfileName: kName, signature, key }
  const rolledBack = await verify(fromMap(files), options)
  assert.match(rolledBack.headline, /VERIFIED.* at 2025-01-02T03:04:05Z/)
  assert.equal((await verify(fromMap(checkpoint(2)), options)).exit_code, 1)
})

test('a policy: who, what, when, revoked', async () => {
  const { files, lockfile, signature, publicKey, signedBy } = await signedLockfile()
  const signer = { name: 'release', key: publicKey, may_sign: ['run*'] }
  const fingerprint = json(lockfile).fingerprint
  for (const [policy, expected] of /** @type {[any, string[]][]} */ ([
    [{ signers: [signer] }, []],
    [{ signers: [{ ...signer, may_sign: ['other*'] }] }, ['not-allowed']],
    [{ signers: [{ ...signer, not_after: '2020-01-01T00:00:00Z' }] }, ['outside-validity']],
    [{ signers: [{ ...signer, not_before: '2999-01-01T00:00:00Z' }] }, ['outside-validity']],
    [{ signers: [signer], revoked: { keys: [signedBy.split(':')[1]] } }, ['revoked']],
    [{ signers: [signer], revoked: { fingerprints: [fingerprint] } }, ['revoked']],
    [{ signers: [signer], revoked: { lockfiles: [createHash('sha256').update(lockfile).digest('hex')] } }, ['revoked']],
    [{ signers: [] }, ['no-key']],
  ])) {
    const text = JSON.stringify({ leafsum_policy: 1, ...policy })
    const report = await verify(fromMap(files), { lockfile, lockfileName: kName, signature, policy: text })
    assert.deepEqual([text, reasons(report), report.exit_code], [text, expected, expected.length ? 4 : 0])
  }
  await assert.rejects(verify(fromMap(files), { lockfile, signature, policy: '{"leafsum_policy":1,"signer":[]}' }), {
    code: 'usage',
  })
})

test('misuse is refused: no key, no lockfile, a key that is none', async () => {
  const { files, lockfile, signature, privateKey } = await signedLockfile()
  for (const [options, why] of /** @type {[any, RegExp][]} */ ([
    [{ lockfile, signature }, /public key/],
    [{ lockfile, requireSignature: true }, /public key/],
    [{ key: 'x' }, /of a lockfile/],
    [{ lockfile, signature, key: 'x' }, /PEM/],
    [{ lockfile, signature, key: privateKey }, /private key/],
    [{ lockfile, signature, key: 'x', requireSigner: 1 }, /requireSigner/],
  ]))
    await assert.rejects(verify(fromMap(files), options), { code: 'usage', message: why })
})

test('a host without the algorithm says so and never passes', async t => {
  const { files, lockfile, signature, publicKey: key } = await signedLockfile({ algorithm: 'Ed25519' })
  const { subtle } = globalThis.crypto
  const kept = subtle.importKey
  t.after(() => {
    subtle.importKey = kept
  })
  subtle.importKey = /** @type {any} */ (
    async (/** @type {any[]} */ ...args) => {
      if (args[2]?.name === 'Ed25519') throw new DOMException('Unrecognized name.', 'NotSupportedError')
      return /** @type {any} */ (kept).apply(subtle, args)
    }
  )
  const report = await verify(fromMap(files), { lockfile, lockfileName: kName, signature, key })
  assert.deepEqual([report.exit_code, reasons(report)], [4, ['unsupported-algorithm']])
})
