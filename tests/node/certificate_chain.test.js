// From a signer's certificate to a root: chains that hold, and each rule broken.
import 'reflect-metadata'
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as x509 from '@peculiar/x509'
import { sigstore } from '../../node/lib/host/sigstore_node.js'
import { verifyChain } from '../../node/lib/trust/identity/chain.js'
import { Refusal } from '../../node/lib/trust/identity/refusal.js'

x509.cryptoProvider.set(/** @type {any} */ (webcrypto))
const library = await sigstore.library()
const kTime = new Date('2026-06-01T00:00:00Z')
const kEc = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const kRsa = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' }
const algorithms = {
  'P-256': kEc,
  'P-384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  'P-521': { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' },
  Ed25519: { name: 'Ed25519' },
  'RSA, PKCS #1': kRsa,
  'RSA, SHA-1': { ...kRsa, hash: 'SHA-1' },
}
const { KeyUsageFlags: use, ExtendedKeyUsage: purpose } = x509
const codeSigning = () => new x509.ExtendedKeyUsageExtension([purpose.codeSigning])
const digitalSignature = () => new x509.KeyUsagesExtension(use.digitalSignature, true)
const authority = (/** @type {number | undefined} */ pathLength) => [
  new x509.BasicConstraintsExtension(true, pathLength, true),
  new x509.KeyUsagesExtension(use.keyCertSign | use.cRLSign, true),
]
const unknown = (/** @type {boolean} */ critical) => new x509.Extension('1.2.3.4.5', critical, Uint8Array.of(5, 0))
const nameConstraints = () =>
  new x509.Extension('2.5.29.30', false, Buffer.from('300fa00d300b82096578616d706c652e', 'hex'))

/**
 * @typedef {object} Of  what a certificate has otherwise than a good one
 * @property {string} [name]
 * @property {any} [algorithm]
 * @property {x509.Extension[]} [extensions]
 * @property {[string, string]} [valid]
 * @typedef {{ der: Uint8Array, name: string, keys: any, algorithm: any }} Made
 *
 * @param {Of} of
 * @param {Made} [issuer]  itself, where there is none
 * @returns {Promise<Made>}
 */
async function make(
  { name = 'CN=one', algorithm = kEc, extensions = [], valid = ['2026-01-01', '2027-01-01'] },
  issuer,
) {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '01',
    subject: name,
    issuer: issuer?.name ?? name,
    notBefore: new Date(valid[0]),
    notAfter: new Date(valid[1]),
    signingAlgorithm: issuer?.algorithm ?? algorithm,
    publicKey: /** @type {any} */ (keys).publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    extensions,
  })
  return { der: new Uint8Array(certificate.rawData), name, keys, algorithm }
}

/** Root, intermediates and leaf, each with its changes. @param {{ root?: Of, middle?: Of[], leaf?: Of }} [of] */
async function chain({ root = {}, middle = [{}], leaf = {} } = {}) {
  const top = await make({ name: 'CN=Root', extensions: authority(undefined), ...root })
  const between = []
  let issuer = top
  for (const [n, one] of middle.entries()) {
    issuer = await make({ name: `CN=Middle ${n}`, extensions: authority(undefined), ...one }, issuer)
    between.push(issuer)
  }
  const end = await make({ name: 'CN=Signer', extensions: [digitalSignature(), codeSigning()], ...leaf }, issuer)
  return { leaf: end.der, intermediates: between.map(({ der }) => der), roots: [top.der], made: { top, between, end } }
}

const verify = (/** @type {any} */ { made: _, ...asked }) => verifyChain(library, { time: kTime, ...asked })

/** @type {Record<string, () => Promise<any>>} */
const good = {
  'one intermediate': () => chain(),
  'no intermediate': () => chain({ middle: [] }),
  'six intermediates': () => chain({ middle: Array(6).fill({}) }),
  'intermediates in another order, and others': async () => {
    const [own, other] = [await chain({ middle: [{}, {}, {}] }), await chain()]
    const intermediates = [...other.intermediates, ...own.intermediates.reverse(), own.roots[0]]
    return { ...own, intermediates, roots: [...other.roots, ...own.roots] }
  },
  'an intermediate that is trusted itself': async () => {
    const own = await chain()
    return { ...own, roots: own.intermediates, intermediates: [] }
  },
  'paths as long as allowed': () =>
    chain({ root: { extensions: authority(1) }, middle: [{ extensions: authority(0) }] }),
  'keyUsage alone': () => chain({ leaf: { extensions: [digitalSignature()] } }),
  'extendedKeyUsage alone': () => chain({ leaf: { extensions: [codeSigning()] } }),
  'any usage': () => chain({ leaf: { extensions: [new x509.ExtendedKeyUsageExtension(['2.5.29.37.0'])] } }),
  'an extension that nobody knows': () => chain({ leaf: { extensions: [digitalSignature(), unknown(false)] } }),
  'the first second': async () => ({ ...(await chain()), time: new Date('2026-01-01') }),
  'the last second': async () => ({ ...(await chain()), time: new Date('2027-01-01') }),
  'an old root of the same name': async () => {
    const [own, old] = [await chain(), await make({ name: 'CN=Root', extensions: authority(undefined) })]
    return { ...own, roots: [old.der, ...own.roots] }
  },
}
for (const [name, algorithm] of Object.entries(algorithms))
  if (name !== 'RSA, SHA-1')
    good[`an authority by ${name}`] = () => chain({ root: { algorithm }, middle: [{ algorithm }] })
for (const [name, asked] of Object.entries(good))
  test(`a chain that holds: ${name}`, async () => {
    const own = await asked()
    const path = await verify(own)
    assert.deepEqual(path[0].der, own.leaf)
    assert.ok(own.roots.some((/** @type {any} */ der) => Buffer.compare(der, path[path.length - 1].der) === 0))
  })

const year2020 = /** @type {[string, string]} */ (['2020-01-01', '2021-01-01'])
const year2030 = /** @type {[string, string]} */ (['2030-01-01', '2031-01-01'])
/** @type {Record<string, [() => Promise<any>, RegExp]>} */
const bad = {
  'no root': [async () => ({ ...(await chain()), roots: [] }), /no root certificate/],
  'another root': [
    async () => ({ ...(await chain()), roots: (await chain({ root: { name: 'CN=Other' } })).roots }),
    /does not lead to a root that you trust: expected CN=Other/,
  ],
  'another root of the same name': [
    async () => ({ ...(await chain()), roots: (await chain()).roots }),
    /does not lead to a root/,
  ],
  'a root among the intermediates alone': [
    async () => {
      const [own, other] = [await chain(), await chain({ root: { name: 'CN=Other' } })]
      return { ...own, intermediates: [...own.intermediates, ...own.roots], roots: other.roots }
    },
    /does not lead to a root/,
  ],
  'a missing intermediate': [
    async () => ({ ...(await chain()), intermediates: [] }),
    /does not lead to a root that you trust: .*issued by CN=Middle 0/,
  ],
  'a signer that is its own root': [
    async () => {
      const { der } = await make({ name: 'CN=Self', extensions: [digitalSignature(), codeSigning()] })
      return { leaf: der, roots: [der] }
    },
    /not the certificate of an authority: expected CA:TRUE/,
  ],
  'a root that signs itself': [
    async () => {
      const { roots } = await chain()
      return { leaf: roots[0], roots }
    },
    /of an authority, not of a signer/,
  ],
  'a signer that has expired': [
    () => chain({ leaf: { valid: year2020 } }),
    /CN=Signer has expired: expected valid from 2020-01-01T00:00:00.000Z to/,
  ],
  'a signer of the future': [() => chain({ leaf: { valid: year2030 } }), /CN=Signer is not valid yet/],
  'an intermediate that has expired': [() => chain({ middle: [{ valid: year2020 }] }), /CN=Middle 0 has expired/],
  'an intermediate of the future': [() => chain({ middle: [{ valid: year2030 }] }), /CN=Middle 0 is not valid yet/],
  'a root that has expired': [() => chain({ root: { valid: year2020 } }), /CN=Root has expired/],
  'an intermediate that is no authority': [
    () => chain({ middle: [{ extensions: [new x509.BasicConstraintsExtension(false, undefined, true)] }] }),
    /CN=Middle 0 is not the certificate of an authority/,
  ],
  'an intermediate that does not say it is an authority': [
    () => chain({ middle: [{ extensions: [] }] }),
    /not the certificate of an authority/,
  ],
  'a signer that signs another': [
    () => chain({ middle: [{}, { extensions: [digitalSignature(), codeSigning()] }] }),
    /CN=Middle 1 is not the certificate of an authority/,
  ],
  'an authority that may not sign certificates': [
    () =>
      chain({
        middle: [{ extensions: [new x509.BasicConstraintsExtension(true, undefined, true), digitalSignature()] }],
      }),
    /CN=Middle 0 may not sign certificates/,
  ],
  'a path that is too long for the root': [
    () => chain({ root: { extensions: authority(0) } }),
    /CN=Root allows fewer authorities under it: expected at most 0, found 1/,
  ],
  'a path that is too long for an intermediate': [
    () => chain({ middle: [{ extensions: authority(0) }, {}] }),
    /CN=Middle 0 allows fewer authorities/,
  ],
  'seven intermediates': [() => chain({ middle: Array(7).fill({}) }), /does not lead to a root/],
  'a key for encryption': [
    () => chain({ leaf: { extensions: [new x509.KeyUsagesExtension(use.keyEncipherment, true), codeSigning()] } }),
    /its key is not for signatures/,
  ],
  'a key for servers': [
    () =>
      chain({ leaf: { extensions: [digitalSignature(), new x509.ExtendedKeyUsageExtension([purpose.serverAuth])] } }),
    /CN=Signer is not for codeSigning/,
  ],
  'an authority for servers': [
    () =>
      chain({
        middle: [{ extensions: [...authority(undefined), new x509.ExtendedKeyUsageExtension([purpose.serverAuth])] }],
      }),
    /CN=Middle 0 is not for codeSigning/,
  ],
  'a key without a purpose': [() => chain({ leaf: { extensions: [] } }), /does not say what its key is for/],
  'a critical extension that nobody knows': [
    () => chain({ leaf: { extensions: [digitalSignature(), unknown(true)] } }),
    /critical extension that is not known here: found 1.2.3.4.5/,
  ],
  'the same in an authority': [
    () => chain({ middle: [{ extensions: [...authority(undefined), unknown(true)] }] }),
    /CN=Middle 0 has a critical extension/,
  ],
  'name constraints': [
    () => chain({ middle: [{ extensions: [...authority(undefined), nameConstraints()] }] }),
    /name constraints, which are not supported/,
  ],
  'an extension twice': [
    () => chain({ leaf: { extensions: [digitalSignature(), digitalSignature()] } }),
    /the certificate cannot be read: found extension 2.5.29.15 twice/,
  ],
  'SHA-1': [
    () => chain({ root: { algorithm: algorithms['RSA, SHA-1'] } }),
    /an algorithm that is not accepted: expected ECDSA, RSA or Ed25519 with SHA-2/,
  ],
  'another key identifier': [
    async () => {
      const own = await chain({ middle: [] })
      const { publicKey } = (await chain()).made.top.keys
      const id = await x509.AuthorityKeyIdentifierExtension.create(publicKey)
      const subject = await x509.SubjectKeyIdentifierExtension.create(own.made.top.keys.publicKey)
      return chain({
        root: { extensions: [...authority(undefined), subject] },
        middle: [],
        leaf: { extensions: [digitalSignature(), id] },
      })
    },
    /does not lead to a root/,
  ],
  '65 certificates': [
    async () => {
      const own = await chain()
      return { ...own, intermediates: Array(64).fill(own.intermediates[0]) }
    },
    /too many certificates/,
  ],
}
for (const [name, [asked, words]] of Object.entries(bad))
  test(`a chain that does not hold: ${name}`, async () => {
    const error = await verify(await asked()).then(
      () => assert.fail('it is accepted'),
      (/** @type {unknown} */ error) => error,
    )
    assert.ok(error instanceof Refusal, error.stack)
    assert.equal(error.why.reason, 'untrusted-certificate')
    assert.match(error.message, words)
  })

test('one bit of a chain', async () => {
  const { leaf, intermediates, roots } = await chain()
  for (let n = 0; n < leaf.length * 8; n += 7) {
    const changed = leaf.slice()
    changed[n >> 3] ^= 1 << (n & 7)
    await assert.rejects(verify({ leaf: changed, intermediates, roots }), Refusal, `bit ${n} of the signer`)
  }
  const [middle] = intermediates
  for (let n = 0; n < middle.length * 8; n += 31) {
    const changed = middle.slice()
    changed[n >> 3] ^= 1 << (n & 7)
    await assert.rejects(verify({ leaf, intermediates: [changed], roots }), Refusal, `bit ${n} of the intermediate`)
  }
})

test('authorities that certify each other end', async () => {
  const algorithm = kEc
  const [a, b] = [await make({ name: 'CN=A' }), await make({ name: 'CN=B' })]
  /** @type {(name: string, keys: any, issuer: any) => Promise<Uint8Array>} */
  const cross = async (name, keys, issuer) => {
    const certificate = await x509.X509CertificateGenerator.create({
      subject: name,
      issuer: issuer.name,
      notBefore: new Date('2026-01-01'),
      notAfter: new Date('2027-01-01'),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: issuer.keys.privateKey,
      extensions: authority(undefined),
    })
    return new Uint8Array(certificate.rawData)
  }
  const intermediates = []
  for (let n = 0; n < 30; n++) intermediates.push(await cross('CN=A', a.keys, b), await cross('CN=B', b.keys, a))
  const { der } = await make({ name: 'CN=Signer', extensions: [digitalSignature()] }, a)
  const { roots } = await chain()
  await assert.rejects(verify({ leaf: der, intermediates, roots }), /too many ways|does not lead/)
})

const oms = process.env.LEAFSUM_CASES && join(process.env.LEAFSUM_CASES, 'model-signing')
const skip = (!oms || !fs.existsSync(oms)) && 'LEAFSUM_CASES has no model-signing'
test("the certificate of OMS's reference tool", { skip }, async () => {
  const read = (/** @type {string} */ name) => fs.readFileSync(join(String(oms), name))
  const derOf = (/** @type {string} */ name) => new Uint8Array(new x509.X509Certificate(read(name).toString()).rawData)
  const [leaf, root] = [derOf('keys/leaf.cert.pem'), derOf('keys/ca.cert.pem')]
  const path = await verify({ leaf, roots: [root], time: new Date('2027-01-01') })
  assert.deepEqual(
    path.map(({ subject }) => subject),
    ['CN=Test Signer', 'CN=Test Root CA'],
  )
  await assert.rejects(verify({ leaf, roots: [leaf], time: new Date('2027-01-01') }), Refusal)
  await assert.rejects(verify({ leaf, roots: [root], time: new Date('2020-01-01') }), /is not valid yet/)
})
