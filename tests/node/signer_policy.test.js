// Who may sign, said by `requireSigner` and by a policy: identities and certificates as well as keys, lockfiles and
// model signatures. A table of what is demanded, and for each signature why it is not enough, or ''.
import assert from 'node:assert/strict'
import { createHash, createPublicKey } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMap, fromPath, lock, verify } from '../../node/lib/index.js'
import { aboutLockfile, certificateBundle, kLeaf, leafId, leafKey, modelByLeaf, read } from './support/certified.js'
import { cli } from './support/cli.js'
import { bundleOf as byKey, keyFile, signed, statementOf as omsStatement } from './support/oms.js'
import { scratch } from './support/places.js'
import { checkpoint, kName } from './support/signed.js'
import { bundleOf, kSigner, makeWorld, rootOf } from './support/sigstore_world.js'

const world = await makeWorld({ clock: new Date(Math.ceil(Date.now() / 1000) * 1000) })
const text = (/** @type {unknown} */ value) => JSON.stringify(value)
const files = checkpoint(1)
const lockfile = /** @type {Uint8Array} */ ((await lock(fromMap(files))).lockfile)
const model = join(signed, 'orbax-a')
const trustedRoot = text(rootOf(world))
const certRoot = read('ca.cert.pem')
const key = read('p256.pub.pem')
const keyId = createHash('sha256')
  .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
  .digest('hex')
const { identity, issuer } = kSigner
const kIdentity = `identity ${identity} by ${issuer}`
const strangers = `identity ${identity} by https://issuer.example.com`

/** @param {any} signer @param {any} [revoked] */
const policy = (signer, revoked) =>
  text({ leafsum_policy: 1, signers: [signer].flat().map(one => ({ may_sign: ['*'], ...one })), revoked })
const theirs = { identity, issuer }
const leaf = { key: leafKey }
const owner = { key: String(key) }
const kPast = { not_after: '2020-01-01T00:00:00Z' }

/** What is demanded of whom, and the reason word of a lockfile's finding. @type {[string, any, string][]} */
const kRules = [
  ['identity', { trustedRoot, requireSigner: kIdentity }, ''],
  ['identity', { trustedRoot, requireSigner: [strangers, kIdentity] }, ''],
  ['identity', { trustedRoot, requireSigner: strangers }, 'unknown-signer'],
  ['identity', { trustedRoot, requireSigner: `identity ${identity}x by ${issuer}` }, 'unknown-signer'],
  ['identity', { trustedRoot, ...certificateOf(), requireSigner: kIdentity }, ''],
  ['identity', { trustedRoot, ...certificateOf(), requireSigner: strangers }, 'unknown-signer'],
  ['identity', { trustedRoot, policy: policy(theirs) }, ''],
  ['identity', { trustedRoot, ...certificateOf(), policy: policy(theirs) }, ''],
  ['identity', { trustedRoot, policy: policy(theirs), requireSigner: strangers }, 'unknown-signer'],
  ['identity', { trustedRoot, policy: policy({ identity, issuer: `${issuer}/` }) }, 'unknown-signer'],
  ['identity', { trustedRoot, policy: policy([leaf, owner]) }, 'unknown-signer'],
  ['identity', { trustedRoot, policy: policy([]) }, 'unknown-signer'],
  ['identity', { trustedRoot, policy: policy({ ...theirs, may_sign: ['x-*'] }) }, 'not-allowed'],
  ['identity', { trustedRoot, policy: policy({ ...theirs, ...kPast }) }, 'outside-validity'],
  ['certificate', { certRoot, requireSigner: kLeaf }, ''],
  ['certificate', { certRoot, requireSigner: leafId }, ''],
  ['certificate', { certRoot, requireSigner: keyId }, 'unknown-signer'],
  ['certificate', { certRoot, requireSigner: kIdentity }, 'unknown-signer'],
  ['certificate', { certRoot, policy: policy(leaf) }, ''],
  ['certificate', { certRoot, policy: policy(owner) }, 'unknown-signer'],
  ['certificate', { certRoot, policy: policy({ identity: leafId, issuer: '' }) }, 'unknown-signer'],
  ['certificate', { certRoot, policy: policy({ ...leaf, ...kPast }) }, 'outside-validity'],
  ['certificate', { certRoot, policy: policy(leaf, { keys: [leafId] }) }, 'revoked'],
  ['key', { key, requireSigner: `key sha256:${keyId}` }, ''],
  ['key', { key, requireSigner: kIdentity }, 'unknown-signer'],
  ['key', { policy: policy(owner) }, ''],
  ['key', { key, policy: policy([theirs, owner]) }, ''],
  ['key', { key, policy: policy(leaf) }, 'unknown-signer'],
  ['key', { policy: policy(leaf) }, 'bad-signature'],
  ['key', { policy: policy(theirs) }, 'no-key'],
  ['key', { policy: policy({ ...owner, may_sign: ['x-*'] }) }, 'not-allowed'],
  ['key', { policy: policy(owner, { keys: [keyId] }) }, 'revoked'],
]
/** A model's finding has words alone. @type {Record<string, RegExp>} */
const kWords = {
  'unknown-signer': /by another signer$|knows no such signer$/,
  'not-allowed': /may not sign "ckpt"$/,
  'outside-validity': /after the policy trusts/,
  revoked: /has revoked the key/,
  'bad-signature': /^the signature is not by/,
  'no-key': /^no key was given/,
}

function certificateOf() {
  return { certificateIdentity: kSigner.identity, certificateOidcIssuer: kSigner.issuer }
}
/** @param {any} rule */
const shown = ({ trustedRoot: _, certRoot: __, key: ___, policy: said, ...rest }) =>
  text(rest) + (said?.replaceAll(/-----.*?-----(?!.*-----)/g, 'PEM').slice(0, 300) ?? '')

test('of a lockfile', async () => {
  const statement = aboutLockfile(lockfile)
  const bundles = /** @type {Record<string, any>} */ ({
    identity: await bundleOf(world, lockfile, { content: 'envelope', statement }),
    certificate: certificateBundle(lockfile, 'envelope', statement),
    key: byKey(statement),
  })
  for (const [who, rule, reason] of kRules) {
    const signature = text(bundles[who])
    const report = await verify(fromMap(files), { lockfile, lockfileName: kName, signature, ...rule })
    const reasons = report.findings.filter(f => f.code === 'signature').map(f => f.message.split(':')[0])
    assert.deepEqual([reasons.join(), report.verdict], [reason, reason ? 'UNTRUSTED' : 'VERIFIED'], shown(rule))
    const unsigned = await verify(fromMap(files), { lockfile, lockfileName: kName, ...rule })
    assert.equal(unsigned.verdict, 'UNTRUSTED', shown(rule))
  }
})

test('of a model', async t => {
  const ckpt = join(scratch(t), 'ckpt')
  fs.cpSync(model, ckpt, { recursive: true })
  fs.rmSync(join(ckpt, 'model.sig'))
  const statement = omsStatement(ckpt)
  const bundles = /** @type {Record<string, any>} */ ({
    identity: await bundleOf(world, lockfile, { content: 'envelope', statement }),
    certificate: modelByLeaf(statement),
    key: byKey(statement),
  })
  for (const [who, rule, reason] of kRules) {
    const report = /** @type {any} */ (await verify(fromPath(ckpt), { bundle: text(bundles[who]), ...rule }))
    assert.equal(report.verdict, reason ? 'UNTRUSTED' : 'VERIFIED', shown(rule))
    assert.equal(report.bundle.signed_by === undefined, reason !== '', shown(rule))
    const found = report.findings.filter((/** @type {any} */ f) => f.code === 'signature')
    assert.equal(found.length, reason ? 1 : 0)
    if (reason) assert.match(found[0].message, kWords[reason], shown(rule))
  }
  const fingerprints = policy(owner, { fingerprints: [`leafsum1:${'0'.repeat(64)}`] })
  const bundle = text(bundles.key)
  const verifying = (/** @type {any} */ more) => verify(fromPath(ckpt), { bundle, ...more })
  for (const [options, why] of /** @type {[any, RegExp][]} */ ([
    [{ policy: fingerprints }, /the policy revokes fingerprints/],
    [{ policy: fingerprints, fingerprint: `leafsum1:${'0'.repeat(64)}` }, /the policy revokes fingerprints/],
    [{ policy: '{}' }, /leafsum_policy/],
    [{ policy: policy({ ...owner, may_read: [] }) }, /no member/],
    [{ key, requireSigner: 'ab' }, /neither SHA-256/],
    [{ key, signature: bundle }, /of a lockfile/],
    [{ key, requireSignature: true }, /of a lockfile/],
  ]))
    await assert.rejects(verifying(options), { code: 'usage', message: why }, String(why))

  // With a lockfile both signatures are asked for, and the policy is about both.
  const locked = /** @type {Uint8Array} */ ((await lock(fromPath(ckpt))).lockfile)
  const both = { lockfile: locked, lockfileName: kName, signature: text(byKey(aboutLockfile(locked))) }
  const allowed = { ...both, policy: policy({ ...owner, may_sign: ['ckpt', kName] }) }
  assert.equal((await verifying(allowed)).verdict, 'VERIFIED')
  for (const more of [
    { policy: policy({ ...owner, may_sign: [kName] }) },
    { policy: policy({ ...owner, may_sign: ['ckpt'] }) },
    { signature: undefined },
    { policy: policy(owner, { lockfiles: [createHash('sha256').update(locked).digest('hex')] }) },
    { policy: policy(owner, { fingerprints: [JSON.parse(new TextDecoder().decode(locked)).fingerprint] }) },
  ])
    assert.equal((await verifying({ ...allowed, ...more })).verdict, 'UNTRUSTED', text(more).slice(0, 80))
})

test('on the command line', async t => {
  const place = scratch(t)
  const at = (/** @type {string} */ name, /** @type {any} */ content) => {
    fs.writeFileSync(join(place, name), content)
    return join(place, name)
  }
  const ckpt = join(place, 'ckpt')
  fs.cpSync(model, ckpt, { recursive: true })
  fs.rmSync(join(ckpt, 'model.sig'))
  const statement = omsStatement(ckpt)
  const bundle = at('key.sig', text(byKey(statement)))
  const identities = at('identity.sig', text(await bundleOf(world, lockfile, { content: 'envelope', statement })))
  const root = at('trusted_root.json', trustedRoot)
  const mine = at('mine.json', policy([owner, theirs]))
  const others = at('others.json', policy({ ...owner, may_sign: ['gemma-*'] }))
  const verifying = ['verify', ckpt, '--bundle']
  for (const [args, status, words] of /** @type {[string[], number, RegExp][]} */ ([
    [[...verifying, bundle, '--policy', mine], 0, /VERIFIED: 12 files equal to key.sig/],
    [[...verifying, bundle, '--policy', others], 4, /may not sign "ckpt"/],
    [[...verifying, bundle, '--key', keyFile('p256'), '--policy', others], 4, /may not sign "ckpt"/],
    [[...verifying, identities, '--policy', mine, '--trusted-root', root], 0, /VERIFIED/],
    [[...verifying, identities, '--require-signer', kIdentity, '--trusted-root', root], 0, /VERIFIED/],
    [[...verifying, identities, '--require-signer', strangers, '--trusted-root', root], 4, /by another signer/],
    [[...verifying, identities, '--trusted-root', root], 2, /go together/],
    [['verify', ckpt, '--policy', mine], 2, /--lock/],
  ])) {
    const got = cli(args)
    assert.equal(got.status, status, got.stdout + got.stderr)
    assert.match(got.stdout + got.stderr, words)
  }
})
