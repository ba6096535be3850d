// Who signed: bundles of a Sigstore of our own, good ones and each way in which one can be wrong.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { sigstore } from '../../node/lib/host/sigstore_node.js'
import { Refusal } from '../../node/lib/trust/identity/refusal.js'
import { TrustedRootError, verifyIdentity } from '../../node/lib/trust/identity/verify.js'
import {
  bundleOf,
  certify,
  entryOf,
  kSigned,
  kSigner,
  makeWorld,
  rootOf,
  stamp,
  statementOf,
} from './support/sigstore_world.js'

const library = await sigstore.library()
const digests = await sigstore.digests()
const artifact = Buffer.from('{"a lockfile":1}')
const world = await makeWorld()
const stranger = await makeWorld()
const encoded = (/** @type {unknown} */ value) =>
  value instanceof Uint8Array
    ? value
    : new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
const sha256 = (/** @type {Uint8Array} */ bytes) => new Uint8Array(createHash('sha256').update(bytes).digest())
const later = new Date(kSigned.getTime() + 1e9)
const before = new Date(kSigned.getTime() - 1000)

/** @param {any} bundle @param {any} [given] */
const verify = (
  bundle,
  { root = rootOf(world), signer = kSigner, bytes = artifact, now = later, digestOnly = false } = {},
) =>
  verifyIdentity(library, {
    bundle: encoded(bundle),
    trustedRoot: encoded(root),
    signer,
    artifact: bytes && { sha256: sha256(bytes), ...(digestOnly ? {} : { bytes }) },
    digests,
    now,
  })

const kinds = /** @type {const} */ ([
  { content: 'message', rekor: 1 },
  { content: 'envelope', rekor: 1 },
  { content: 'message', rekor: 2 },
  { content: 'envelope', rekor: 2 },
])
for (const kind of kinds) {
  test(`a good bundle: ${kind.content}, Rekor ${kind.rekor}`, async () => {
    const bundle = await bundleOf(world, artifact, kind)
    for (const digestOnly of [false, true]) {
      const told = await verify(bundle, { digestOnly })
      assert.deepEqual([told.identity, told.issuer, told.times], [kSigner.identity, kSigner.issuer, [kSigned]])
      assert.equal(told.envelope !== undefined, kind.content === 'envelope')
    }
    await refused(verify(bundle, { bytes: Buffer.from('another') }), 'wrong-subject', /another file|another artifact/)
    await refused(verify(bundle, { bytes: Buffer.from('another'), digestOnly: true }), 'wrong-subject')
  })
}

/** @param {Promise<unknown>} told @param {string} reason @param {RegExp} [words] */
async function refused(told, reason, words = /./) {
  const error = await told.then(
    () => assert.fail('it is accepted'),
    error => error,
  )
  assert.ok(error instanceof Refusal, error.stack)
  assert.deepEqual([error.why.reason, words.test(error.message)], [reason, true], error.message)
  assert.match(error.message, /\. [A-Z][^.]*(\.[^.]*)*\.$/, 'it says what to do next')
  assert.doesNotMatch(error.message, /undefined|\[object|is not a function|Cannot read/)
}

/**
 * What differs from a good bundle: `change` has it and its root to change, `options` are those of bundleOf, `given`
 * those of verify.
 * @typedef {{ change?: (bundle: any, root: any) => unknown, options?: any, given?: any, reason: string, words: RegExp
 * }} Wrong
 */
const entry = (/** @type {any} */ bundle) => bundle.verificationMaterial.tlogEntries[0]
const proof = (/** @type {any} */ bundle) => entry(bundle).inclusionProof
const flipped = (/** @type {string} */ base64, at = 40) => {
  const bytes = Buffer.from(base64, 'base64')
  bytes[at] ^= 1
  return bytes.toString('base64')
}
const ofOther = await bundleOf(world, Buffer.from('another'))
const byStranger = await bundleOf(stranger, artifact)
const late = await makeWorld({ clock: new Date(kSigned.getTime() + 3600e3) })

/** @type {Record<string, Wrong>} */
const wrongs = {
  'another identity': {
    given: { signer: { ...kSigner, identity: 'https://example.org/train.yml@other' } },
    reason: 'unknown-signer',
    words: /expected https:\/\/example.org\/train.yml@other, found https:\/\/example.org\/train.yml@main/,
  },
  'an identity of which it is the beginning': {
    given: { signer: { ...kSigner, identity: `${kSigner.identity}2` } },
    reason: 'unknown-signer',
    words: /somebody else/,
  },
  'another issuer': {
    given: { signer: { ...kSigner, issuer: 'https://issuer.example.com' } },
    reason: 'unknown-signer',
    words: /another issuer/,
  },
  'the signature of another file': {
    change: bundle => (bundle.messageSignature.signature = ofOther.messageSignature?.signature),
    reason: 'bad-signature',
    words: /not by the signer's key/,
  },
  'a certificate that is in no log': {
    options: { signer: await certify(world, { isLogged: false }) },
    reason: 'untrusted-certificate',
    words: /no log of certificates/,
  },
  'an authority that is not trusted': {
    change: (_, root) => (root.certificateAuthorities = rootOf(stranger).certificateAuthorities),
    reason: 'untrusted-certificate',
    words: /does not lead to a root|certificate/,
  },
  'no authority': {
    change: (_, root) => (root.certificateAuthorities = []),
    reason: 'untrusted-certificate',
    words: /no authority/,
  },
  'an authority that is trusted no more': {
    change: (_, root) => (root.certificateAuthorities[0].validFor.end = before.toISOString()),
    reason: 'untrusted-certificate',
    words: /no authority that was trusted when/,
  },
  'a log of certificates that is trusted no more': {
    change: (_, root) => (root.ctlogs[0].publicKey.validFor.end = before.toISOString()),
    reason: 'untrusted-certificate',
    words: /no log of certificates/,
  },
  'no log of certificates': {
    change: (_, root) => (root.ctlogs = []),
    reason: 'untrusted-certificate',
    words: /no log of certificates/,
  },
  'no entry in a log': {
    change: bundle => (bundle.verificationMaterial.tlogEntries = []),
    reason: 'untrusted-log',
    words: /no transparency log has/,
  },
  'one entry twice': {
    change: bundle => bundle.verificationMaterial.tlogEntries.push(entry(bundle)),
    reason: 'untrusted-log',
    words: /twice/,
  },
  'a second entry that is bad': {
    change: bundle => bundle.verificationMaterial.tlogEntries.push(entry(ofOther)),
    reason: 'untrusted-log',
    words: /another signature/,
  },
  'the entry of another file': {
    change: bundle => (bundle.verificationMaterial.tlogEntries = [entry(ofOther)]),
    reason: 'untrusted-log',
    words: /another signature/,
  },
  'a log that is not trusted': {
    change: bundle => (bundle.verificationMaterial.tlogEntries = [entry(byStranger)]),
    reason: 'untrusted-log',
    words: /not in your trusted root: expected https:\/\/log.example.org, found log/,
  },
  "a stranger's log under a trusted name": {
    change: bundle => {
      bundle.verificationMaterial.tlogEntries = [{ ...entry(byStranger), logId: entry(bundle).logId }]
    },
    reason: 'untrusted-log',
    words: /did not sign this checkpoint/,
  },
  'a log that is trusted no more': {
    change: (_, root) => (root.tlogs[0].publicKey.validFor.end = before.toISOString()),
    reason: 'untrusted-log',
    words: /does not trust this log for that time/,
  },
  'no proof': {
    change: bundle => delete entry(bundle).inclusionProof,
    reason: 'untrusted-log',
    words: /no inclusion proof with a checkpoint/,
  },
  'a proof without a checkpoint': {
    change: bundle => delete proof(bundle).checkpoint,
    reason: 'untrusted-log',
    words: /no inclusion proof with a checkpoint/,
  },
  'neither a promise nor a checkpoint, in an old bundle': {
    change: bundle => {
      bundle.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.1'
      delete proof(bundle).checkpoint
      delete entry(bundle).inclusionPromise
      bundle.verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [] }
    },
    reason: 'untrusted-time',
    words: /nobody signed when/,
  },
  'a time that nobody signed': {
    change: bundle => delete entry(bundle).inclusionPromise,
    reason: 'untrusted-time',
    words: /nobody signed when/,
  },
  'a promise over another time': {
    change: bundle => (entry(bundle).integratedTime = String(Number(entry(bundle).integratedTime) + 1)),
    reason: 'untrusted-log',
    words: /promise/,
  },
  'a promise over another place': {
    change: bundle => (entry(bundle).logIndex = String(Number(entry(bundle).logIndex) + 1)),
    reason: 'untrusted-log',
    words: /promise/,
  },
  'a promise that is damaged': {
    change: bundle =>
      (entry(bundle).inclusionPromise.signedEntryTimestamp = flipped(
        entry(bundle).inclusionPromise.signedEntryTimestamp,
      )),
    reason: 'untrusted-log',
    words: /promise/,
  },
  'a tree of another size': {
    change: bundle => (proof(bundle).treeSize = '2'),
    reason: 'untrusted-log',
    words: /proof|checkpoint/,
  },
  'a root hash that is damaged': {
    change: bundle => (proof(bundle).rootHash = flipped(proof(bundle).rootHash, 3)),
    reason: 'untrusted-log',
    words: /does not lead to its root/,
  },
  'the promise of a log after the certificate ended': {
    options: {},
    change: async bundle => {
      const { rawBytes } = bundle.verificationMaterial.certificate
      const signature = Buffer.from(bundle.messageSignature.signature, 'base64')
      const of = { rekor: 1, content: 'message', der: Buffer.from(rawBytes, 'base64'), signed: artifact, signature }
      bundle.verificationMaterial.tlogEntries = [await entryOf({ ...late, log: late.log }, of)]
    },
    given: { root: { ...rootOf(world), tlogs: rootOf(late).tlogs } },
    reason: 'untrusted-time',
    words: /not valid when the signature was made/,
  },
  'a timestamp over something else': {
    options: { rekor: 2 },
    change: async bundle => {
      bundle.verificationMaterial.timestampVerificationData.rfc3161Timestamps = [await stamp(world, artifact)]
    },
    reason: 'untrusted-time',
    words: /no authority of your trusted root/,
  },
  "a stranger's timestamp": {
    options: { rekor: 2 },
    change: (_, root) => (root.timestampAuthorities = rootOf(stranger).timestampAuthorities),
    reason: 'untrusted-time',
    words: /no authority of your trusted root/,
  },
  'a good timestamp beside a bad one': {
    options: { rekor: 2 },
    change: async bundle => {
      bundle.verificationMaterial.timestampVerificationData.rfc3161Timestamps.push(await stamp(world, artifact))
    },
    reason: 'untrusted-time',
    words: /no authority of your trusted root/,
  },
  'no timestamp where the log has no time': {
    options: { rekor: 2 },
    change: bundle => delete bundle.verificationMaterial.timestampVerificationData,
    reason: 'untrusted-time',
    words: /nobody signed when/,
  },
  'a clock that is behind': {
    given: { now: new Date(kSigned.getTime() - 3600e3) },
    reason: 'untrusted-time',
    words: /in the future/,
  },
  'a key in place of a certificate': {
    change: bundle => {
      delete bundle.verificationMaterial.certificate
      bundle.verificationMaterial.publicKey = { hint: 'x' }
    },
    reason: 'no-certificate',
    words: /by a key, not by an identity/,
  },
  'a root certificate among its own': {
    change: bundle => {
      const { certificate } = bundle.verificationMaterial
      delete bundle.verificationMaterial.certificate
      const root = { rawBytes: world.ca.rootCertificate.toString('base64') }
      bundle.verificationMaterial.x509CertificateChain = { certificates: [certificate, root] }
    },
    reason: 'untrusted-certificate',
    words: /root certificate of its own/,
  },
  'a statement of another kind': {
    options: { content: 'envelope', statement: { ...statementOf(artifact), _type: 'https://in-toto.io/Link/v1' } },
    reason: 'wrong-subject',
    words: /no in-toto statement/,
  },
  'another payload type': {
    options: { content: 'envelope', payloadType: 'application/json' },
    reason: 'wrong-subject',
    words: /does not hold an in-toto statement/,
  },
  'an envelope where there is no artifact, and a message instead': {
    given: { bytes: null },
    reason: 'wrong-subject',
    words: /signs a file, not a statement/,
  },
  'a payload that was changed': {
    options: { content: 'envelope' },
    change: bundle => (bundle.dsseEnvelope.payload = flipped(bundle.dsseEnvelope.payload)),
    reason: 'bad-signature',
    words: /not by the signer's key/,
  },
  'a digest by an algorithm that is not known': {
    change: bundle => (bundle.messageSignature.messageDigest.algorithm = 'SHA1'),
    reason: 'unsupported-algorithm',
    words: /SHA2_256.*found SHA1/,
  },
}
for (const [name, { change, options, given, reason, words }] of Object.entries(wrongs)) {
  test(`refused: ${name}`, async () => {
    const bundle = await bundleOf(world, artifact, options)
    const root = given?.root ?? rootOf(world)
    await verify(bundle, { bytes: given?.bytes === null ? artifact : undefined }).catch(error => {
      if (!options) throw error // unless options make it wrong, it is good
    })
    await change?.(bundle, root)
    await refused(verify(bundle, { ...given, root }), reason, words)
  })
}

/** Bundles that nobody can read, or that two readers read differently. */
const malformed = /** @type {Record<string, (bundle: any) => unknown>} */ ({
  'no JSON': bundle => JSON.stringify(bundle).slice(0, -1),
  'a list': bundle => [bundle],
  nothing: () => '',
  'a byte order mark': bundle => `\ufeff${JSON.stringify(bundle)}`,
  'a member twice': bundle => JSON.stringify(bundle).replace('{', '{"mediaType":"x",'),
  'a member twice, spelt differently': bundle => JSON.stringify(bundle).replace('{', '{"media\\u0054ype":"x",'),
  'a signature twice, deep inside': bundle =>
    JSON.stringify(bundle).replace('"signature":', '"signature":"AAAA","signature":'),
  'a depth of 40': bundle => ({ ...bundle, more: JSON.parse('['.repeat(40) + ']'.repeat(40)) }),
  'a depth of a million': () => '['.repeat(1e6),
  'bytes that are no UTF-8': bundle => Buffer.concat([Buffer.from(JSON.stringify(bundle)), Buffer.from([0xff])]),
  'an unknown media type': bundle => ({ ...bundle, mediaType: 'application/vnd.dev.sigstore.bundle.v0.4+json' }),
  'no media type': ({ mediaType: _, ...bundle }) => bundle,
  'message and envelope': bundle => ({ ...bundle, dsseEnvelope: {} }),
  'neither of them': ({ messageSignature: _, ...bundle }) => bundle,
  'a second kind of material': bundle => {
    bundle.verificationMaterial.publicKey = { hint: '' }
    return bundle
  },
  'base64 without its end': bundle => {
    bundle.messageSignature.signature += 'A'
    return bundle
  },
  'a negative place in the log': bundle => {
    entry(bundle).logIndex = '-1'
    return bundle
  },
  '33 entries': bundle => {
    bundle.verificationMaterial.tlogEntries = Array(33).fill(entry(bundle))
    return bundle
  },
  'a hash of 31 bytes': bundle => {
    proof(bundle).hashes = [Buffer.alloc(31).toString('base64')]
    return bundle
  },
})
for (const [name, change] of Object.entries(malformed)) {
  test(`a bundle that cannot be read: ${name}`, async () => {
    const bundle = await bundleOf(world, artifact)
    await verify(bundle)
    await refused(verify(await change(bundle)), 'malformed-bundle')
  })
}

test('an envelope has exactly one signature', async () => {
  const bundle = /** @type {any} */ (await bundleOf(world, artifact, { content: 'envelope' }))
  bundle.dsseEnvelope.signatures.push(bundle.dsseEnvelope.signatures[0])
  await refused(verify(bundle), 'malformed-bundle', /2 signatures, not one/)
  bundle.dsseEnvelope.signatures = []
  await refused(verify(bundle), 'malformed-bundle')
})

test('a certificate that is not DER is refused, whatever it decodes to', async () => {
  const bundle = /** @type {any} */ (await bundleOf(world, artifact))
  const der = Buffer.from(bundle.verificationMaterial.certificate.rawBytes, 'base64')
  const changes = {
    'bytes after it': Buffer.concat([der, Buffer.from([0])]),
    'a longer length': Buffer.concat([Buffer.from([der[0], 0x83, 0]), der.subarray(2)]),
    'cut off': der.subarray(0, -1),
    empty: Buffer.from([0x30, 0]),
  }
  for (const [name, bytes] of Object.entries(changes)) {
    bundle.verificationMaterial.certificate.rawBytes = bytes.toString('base64')
    await refused(verify(bundle), 'untrusted-certificate', /cannot be read/).catch(error =>
      assert.fail(`${name}: ${error}`),
    )
  }
})

/** Roots are the user's: what makes no sense there is an error, whatever the bundle says. */
const roots = /** @type {Record<string, (root: any) => unknown>} */ ({
  'no JSON': () => 'trusted',
  'a member twice': root => JSON.stringify(root).replace('{', '{"tlogs":[],'),
  'another media type': root => ({ ...root, mediaType: 'application/json' }),
  'a log without a start': root => delete root.tlogs[0].publicKey.validFor.start && root,
  'a log without a time': root => delete root.tlogs[0].publicKey.validFor && root,
  'an authority without a start': root => delete root.certificateAuthorities[0].validFor.start && root,
  'a start that is no time': root => {
    root.ctlogs[0].publicKey.validFor.start = 'yesterday'
    return root
  },
  'an authority without certificates': root => {
    root.timestampAuthorities[0].certChain.certificates = []
    return root
  },
})
for (const [name, change] of Object.entries(roots)) {
  test(`a trusted root that cannot be used: ${name}`, async () => {
    const bundle = await bundleOf(world, artifact)
    await assert.rejects(verify(bundle, { root: change(rootOf(world)) }), error => {
      assert.ok(error instanceof TrustedRootError, String(error))
      return true
    })
  })
}

test('both ends of a time of trust are inside', async () => {
  const bundle = await bundleOf(world, artifact)
  const root = rootOf(world)
  for (const one of [root.tlogs[0].publicKey, root.ctlogs[0].publicKey, root.certificateAuthorities[0]])
    Object.assign(one.validFor, { start: kSigned.toISOString(), end: kSigned.toISOString() })
  await verify(bundle, { root })
})

test('of two logs, authorities and times of one log each finds its own', async () => {
  const bundle = await bundleOf(world, artifact)
  const [root, other] = [rootOf(world), rootOf(stranger)]
  const ended = structuredClone(root.tlogs[0])
  ended.publicKey.validFor.end = before.toISOString()
  await verify(bundle, {
    root: {
      ...root,
      tlogs: [...other.tlogs, ended, ...root.tlogs],
      ctlogs: [...other.ctlogs, ...root.ctlogs],
      certificateAuthorities: [...other.certificateAuthorities, ...root.certificateAuthorities],
    },
  })
})

test('what nobody knows, white space and line ends in base64 change nothing', async () => {
  const bundle = /** @type {any} */ (await bundleOf(world, artifact))
  bundle.future = { more: [1, 2, 3] }
  bundle.messageSignature.signature = bundle.messageSignature.signature.replace(/.{60}/, '$&\n')
  await verify(JSON.stringify(bundle, null, 4))
})
