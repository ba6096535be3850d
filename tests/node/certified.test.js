// `verify` by a certificate or an identity: of a lockfile (a statement, or a message over its bytes) and of a model
// signature. What is good is VERIFIED and says by whom; whatever is not never is.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMap, fromPath, lock, verify } from '../../node/lib/index.js'
import { aboutLockfile, base64, certificateBundle, kLeaf, modelByLeaf, read } from './support/certified.js'
import { cli } from './support/cli.js'
import { keyFile, signed, statementOf as omsStatement } from './support/oms.js'
import { scratch } from './support/places.js'
import { checkpoint, kName } from './support/signed.js'
import { bundleOf, kSigner, makeWorld, rootOf, statementOf } from './support/sigstore_world.js'

// The clock of the mock's authorities: a command has no other than the machine's.
const world = await makeWorld({ clock: new Date(Math.ceil(Date.now() / 1000) * 1000) })
const text = (/** @type {unknown} */ value) => JSON.stringify(value)
const stranger = await makeWorld({ clock: new Date(Math.ceil(Date.now() / 1000) * 1000) })
const files = checkpoint(1)
const lockfile = /** @type {Uint8Array} */ ((await lock(fromMap(files))).lockfile)
const older = /** @type {Uint8Array} */ ((await lock(fromMap(checkpoint(2)))).lockfile)

const kStatements = /** @type {[string, any, string][]} */ ([
  ['another predicate', statementOf(lockfile, kName), 'unknown-statement'],
  ['a statement that cannot be read', aboutLockfile(lockfile, { leaves: 'three' }), 'malformed-statement'],
  ['a statement that contradicts the lockfile', aboutLockfile(lockfile, { leaves: 4 }), 'wrong-predicate'],
])
/** A model's finding has words alone. @type {Record<string, RegExp>} */
const kWords = {
  'unknown-signer': /^(somebody else signed|another issuer|.*but by another signer)/,
  'untrusted-log': /^the transparency log is not in your trusted root/,
  'untrusted-time': /in the future/,
  'untrusted-certificate': /does not lead to a root|has expired/,
}

/** Two ways to say who, each with its bundles, what the report names, and what is not the signer. */
const kWays = {
  identity: {
    by: {
      certificateIdentity: kSigner.identity,
      certificateOidcIssuer: kSigner.issuer,
      trustedRoot: text(rootOf(world)),
    },
    bundle: (/** @type {Uint8Array} */ bytes, /** @type {any} */ content, /** @type {any} */ statement) =>
      bundleOf(world, bytes, { content, statement: statement ?? aboutLockfile(bytes) }),
    names: `identity ${kSigner.identity} by ${kSigner.issuer}`,
    others: /** @type {[string, any, string][]} */ ([
      ['another identity', { certificateIdentity: 'https://example.org/train.yml' }, 'unknown-signer'],
      ['another issuer', { certificateOidcIssuer: 'https://issuer.example.com' }, 'unknown-signer'],
      ['another trusted root', { trustedRoot: text(rootOf(stranger)) }, 'untrusted-log'],
      ['a clock that is behind', { now: new Date(Date.now() - 7200e3) }, 'untrusted-time'],
    ]),
  },
  certificate: {
    by: { certRoot: read('ca.cert.pem') },
    bundle: async (/** @type {Uint8Array} */ bytes, /** @type {any} */ content, /** @type {any} */ statement) =>
      certificateBundle(bytes, content, statement),
    names: kLeaf,
    others: /** @type {[string, any, string][]} */ ([
      [
        'another authority',
        { certRoot: pemOf(rootOf(stranger).certificateAuthorities[0].certChain.certificates[0].rawBytes) },
        'untrusted-certificate',
      ],
      ['an expired certificate', { now: new Date('2200-01-01T00:00:00Z') }, 'untrusted-certificate'],
      ['another key of that authority', { requireSigner: 'ab'.repeat(32) }, 'unknown-signer'],
    ]),
  },
}
function pemOf(/** @type {string} */ rawBytes) {
  return `-----BEGIN CERTIFICATE-----\n${rawBytes.replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
}
const reasons = (/** @type {any} */ report) =>
  report.findings
    .filter((/** @type {any} */ f) => f.code === 'signature')
    .map((/** @type {any} */ f) => f.message.split(':')[0])
const flipped = (/** @type {string} */ bytes) => {
  const copy = Buffer.from(bytes, 'base64')
  copy[copy.length - 1] ^= 1
  return base64(copy)
}
/** @param {any} bundle */
const badly = bundle => {
  const copy = structuredClone(bundle)
  if (copy.messageSignature) copy.messageSignature.signature = flipped(copy.messageSignature.signature)
  else copy.dsseEnvelope.signatures[0].sig = flipped(copy.dsseEnvelope.signatures[0].sig)
  return copy
}

for (const [way, { by, bundle, names, others }] of Object.entries(kWays))
  for (const content of /** @type {const} */ (['message', 'envelope'])) {
    test(`a lockfile by ${way}, ${content}`, async () => {
      const good = await bundle(lockfile, content)
      const ask = (/** @type {any} */ more = {}, of = files) =>
        verify(fromMap(of), { lockfile, lockfileName: kName, signature: text(good), ...by, ...more })
      const report = await ask()
      assert.deepEqual([report.verdict, reasons(report)], ['VERIFIED', []], report.headline)
      assert.equal(report.lock?.signed_by, names)
      const inside = await ask({ lockfileCameWithSource: true })
      assert.equal(inside.verdict, 'VERIFIED', inside.headline)

      const changed = new Uint8Array([...lockfile, 32])
      const isMessage = content === 'message'
      const unlike = way === 'certificate' && isMessage ? 'bad-signature' : 'wrong-subject'
      const own = /** @type {[string, any, string | RegExp][]} */ ([
        ...others,
        ['no signature', { signature: undefined }, 'missing-signature'],
        ['a tampered lockfile', { lockfile: changed }, unlike],
        ['the signature of another lockfile', { signature: text(await bundle(older, content)) }, unlike],
        ['a signature with a wrong bit', { signature: text(badly(good)) }, /bad-signature|untrusted-log/],
        ['no bundle', { signature: '[]' }, 'malformed-bundle'],
        ['a bundle by a key', { signature: text(withKey(good)) }, 'no-certificate'],
        ...(isMessage
          ? []
          : /** @type {[string, any, string][]} */ ([
              ['another name', { lockfileName: 'other.leafsum.json' }, 'wrong-subject'],
              ...(await Promise.all(
                kStatements.map(async ([what, statement, reason]) => [
                  what,
                  { signature: text(await bundle(lockfile, content, statement)) },
                  reason,
                ]),
              )),
            ])),
      ])
      for (const [what, more, reason] of own) {
        const bad = await ask(more)
        assert.deepEqual([what, bad.exit_code, bad.verdict], [what, 4, 'UNTRUSTED'], bad.headline)
        assert.match(reasons(bad).join(), typeof reason === 'string' ? new RegExp(`^${reason}$`) : reason, what)
        assert.equal(bad.lock?.signed_by, undefined, what)
        // It does not stop the comparison.
        assert.equal((await ask(more, checkpoint(3))).exit_code, 1, what)
      }
    })
  }

/** @param {any} bundle */
function withKey(bundle) {
  const copy = structuredClone(bundle)
  copy.verificationMaterial = { publicKey: { hint: 'x' } }
  return copy
}

const orbax = join(signed, 'orbax-a')
for (const [way, { by, names, others }] of Object.entries(kWays))
  test(`a model signature by ${way}`, async t => {
    const ckpt = join(scratch(t), 'ckpt')
    fs.cpSync(orbax, ckpt, { recursive: true })
    fs.rmSync(join(ckpt, 'model.sig'))
    const statement = omsStatement(ckpt)
    const isIdentity = way === 'identity'
    const good = isIdentity
      ? await bundleOf(world, lockfile, { content: 'envelope', statement })
      : modelByLeaf(statement)
    const ask = (/** @type {any} */ more = {}) => verify(fromPath(ckpt), { bundle: text(good), ...by, ...more })
    const report = /** @type {any} */ (await ask())
    assert.deepEqual([report.verdict, report.bundle.signed_by], ['VERIFIED', names], report.headline)
    for (const [what, more, words] of /** @type {[string, any, RegExp][]} */ ([
      ...others.map(([what, more, reason]) => [what, more, kWords[reason]]),
      ['a signature with a wrong bit', { bundle: text(badly(good)) }, /signature/],
      ['a bundle by a key', { bundle: text(withKey(good)) }, /by a key/],
    ])) {
      const bad = /** @type {any} */ (await ask(more))
      assert.deepEqual([what, bad.exit_code, bad.bundle.signed_by], [what, 4, undefined], bad.headline)
      const found = bad.findings.filter((/** @type {any} */ one) => one.code === 'signature')
      assert.equal(found.length, 1, what)
      assert.match(found[0].message, words, what)
    }
    const message = isIdentity ? await bundleOf(world, lockfile) : certificateBundle(lockfile, 'message')
    await assert.rejects(ask({ bundle: text(message) }), { code: 'evidence' })
    fs.appendFileSync(join(ckpt, '_METADATA'), ' ')
    const tampered = await ask()
    assert.equal(tampered.exit_code, 1)
    assert.ok(tampered.findings.some(({ code, file }) => code === 'digest-mismatch' && file === '_METADATA'))
  })

test('a page gives files', async () => {
  const blob = (/** @type {any} */ content) => new Blob([content])
  for (const { by, bundle } of Object.values(kWays)) {
    const given = Object.entries(by).map(([name, value]) => [name, name.endsWith('Root') ? blob(value) : value])
    const signature = blob(text(await bundle(lockfile, 'message', undefined)))
    const options = /** @type {any} */ ({ lockfile: blob(lockfile), signature, ...Object.fromEntries(given) })
    const report = await verify(fromMap(files), options)
    assert.equal(report.verdict, 'VERIFIED', report.headline)
  }
})

test('misuse is refused', async () => {
  const { identity, certificate } = kWays
  const key = read('p256.pub.pem')
  for (const [options, why] of /** @type {[any, RegExp][]} */ ([
    [{ ...certificate.by }, /of a lockfile/],
    [{ ...identity.by }, /of a lockfile/],
    [{ lockfile, key, ...certificate.by }, /key and certRoot exclude each other/],
    [{ lockfile, key, ...identity.by }, /key and trustedRoot exclude each other/],
    [{ lockfile, ...identity.by, ...certificate.by }, /certRoot and trustedRoot exclude each other/],
    [{ bundle: '{}', key, ...certificate.by }, /exclude each other/],
    [
      { lockfile, ...identity.by, requireSigner: 'ab'.repeat(32) },
      /requireSigner: with a trusted root it is an identity/,
    ],
    [{ lockfile, ...identity.by, requireSigner: ['identity me'] }, /neither SHA-256 .* nor "identity I by U"/],
    [{ lockfile, trustedRoot: text(rootOf(world)), requireSigner: [] }, /go together/],
    [{ lockfile, ...identity.by, certificateIdentity: 5 }, /certificateIdentity: a text/],
    ...Object.keys(identity.by).flatMap(name =>
      [undefined, ''].map(value => [{ lockfile, ...identity.by, [name]: value }, /go together/]),
    ),
  ]))
    await assert.rejects(verify(fromMap(files), options), { code: 'usage', message: why }, String(why))
  for (const by of [{ ...identity.by, trustedRoot: '{}' }, { certRoot: key }])
    await assert.rejects(
      verify(fromMap(files), {
        lockfile,
        signature: text(await identity.bundle(lockfile, 'message', undefined)),
        ...by,
      }),
      { code: 'evidence' },
    )
})

test('on the command line', async t => {
  const place = scratch(t)
  const at = (/** @type {string} */ name, /** @type {any} */ content) => {
    fs.writeFileSync(join(place, name), content instanceof Uint8Array ? content : text(content))
    return join(place, name)
  }
  const bytes = /** @type {Uint8Array} */ ((await lock(orbax)).lockfile)
  const locked = at('run.leafsum.json', bytes)
  at('run.leafsum.json.sigstore.json', await bundleOf(world, bytes))
  const other = at('leaf.sigstore.json', certificateBundle(bytes, 'envelope'))
  const ckpt = join(place, 'ckpt')
  fs.cpSync(orbax, ckpt, { recursive: true })
  fs.rmSync(join(ckpt, 'model.sig'))
  const model = at('model.sig', modelByLeaf(omsStatement(ckpt)))
  const root = at('trusted_root.json', rootOf(world))
  const ca = join(signed, 'keys/ca.cert.pem')
  const reference = join(signed, 'sigs/certificate.model.sig')
  const byIdentity = (identity = kSigner.identity) => [
    ...['--certificate-identity', identity],
    ...['--certificate-oidc-issuer', kSigner.issuer, '--trusted-root', root],
  ]
  const verifying = ['verify', orbax, '--lock', locked]
  for (const [args, status, words] of /** @type {[string[], number, RegExp][]} */ ([
    [[...verifying, ...byIdentity()], 0, /VERIFIED: .*signed by identity https:\/\/example/],
    [[...verifying, ...byIdentity('me')], 4, /unknown-signer: somebody else signed this: expected me/],
    [[...verifying, '--signature', other, '--cert-root', ca], 0, /VERIFIED: .*signed by certificate [0-9a-f]{16}/],
    [[...verifying, '--cert-root', ca], 4, /untrusted-certificate: /],
    [[...verifying, '--cert-root', ca, '--key', keyFile('p256')], 2, /exclude each other/],
    [[...verifying, '--trusted-root', root], 2, /go together/],
    [['verify', orbax, '--cert-root', ca], 2, /--lock/],
    [['verify', ckpt, '--bundle', model, '--cert-root', ca], 0, /VERIFIED: 12 files equal to model.sig/],
    [['verify', orbax, '--bundle', reference, '--cert-root', ca], 0, /VERIFIED: 12 files equal to certificate.model/],
    [['verify', ckpt, '--bundle', model, ...byIdentity()], 4, /tlogEntries: no transparency log has this signature/],
    [['verify', ckpt, '--bundle', model], 2, /--cert-root/],
    [[...verifying, '--cert-root', join(place, 'none')], 2, /cannot read the root certificate/],
  ])) {
    const got = cli(args)
    assert.equal(got.status, status, got.stdout + got.stderr)
    assert.match(got.stdout + got.stderr, words)
  }
})
