// tests/vectors/trust/signed.json: keys, and bundles that they signed, by OpenSSL (node:crypto). The keys were made for
// this file alone and protect nothing.
//   node tests/campaigns/make_trust_vectors.mjs
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'

const passphrase = 'a test passphrase'
const artifact = Buffer.from('a lockfile, or any other file\n')
const payloadType = 'application/vnd.in-toto+json'
const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'run.leafsum.json', digest: { sha256: createHash('sha256').update(artifact).digest('hex') } }],
  predicateType: 'urn:leafsum:lockfile:v1',
  predicate: {
    fingerprint: `leafsum1:${'ab'.repeat(32)}`,
    leaves: 3,
    nbytes: 4096,
    signed_at: '2026-11-30T12:00:00Z',
  },
}
const payload = Buffer.from(JSON.stringify(statement))

/** @param {Buffer} body */
const preAuthEncoding = body =>
  Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body])

/** @type {[string, Parameters<typeof generateKeyPairSync>[0], object, string | undefined][]} */
const kinds = [
  ['P-256', 'ec', { namedCurve: 'P-256' }, 'sha256'],
  ['P-384', 'ec', { namedCurve: 'P-384' }, 'sha384'],
  ['P-521', 'ec', { namedCurve: 'P-521' }, 'sha512'],
  ['Ed25519', 'ed25519', {}, undefined],
]
const openssl = (/** @type {string[]} */ args, /** @type {string} */ input) =>
  execFileSync('openssl', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] })

const keys = kinds.map(([name, type, options, hash]) => {
  const { publicKey, privateKey } = generateKeyPairSync(/** @type {'ec'} */ (type), /** @type {any} */ (options))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const material = { publicKey: { hint: createHash('sha256').update(spki).digest('hex') }, tlogEntries: [] }
  const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
  const over = (/** @type {Buffer} */ bytes) => sign(hash, bytes, privateKey)
  const [dsse, message] = [over(preAuthEncoding(payload)), over(artifact)].map(bytes => bytes.toString('base64'))
  const encrypted = (/** @type {string[]} */ ...how) =>
    openssl(['pkcs8', '-topk8', ...how, '-passout', `pass:${passphrase}`], pem)
  return {
    name,
    public: publicKey.export({ type: 'spki', format: 'pem' }),
    private: pem,
    encrypted: encrypted('-v2', 'aes-256-cbc'),
    encrypted_aes128_sha1: encrypted('-v2', 'aes-128-cbc', '-v2prf', 'hmacWithSHA1', '-iter', '1000'),
    scrypt: encrypted('-scrypt'),
    id: material.publicKey.hint,
    dsse: {
      mediaType,
      verificationMaterial: material,
      dsseEnvelope: { payload: payload.toString('base64'), payloadType, signatures: [{ sig: dsse, keyid: '' }] },
    },
    message: {
      mediaType,
      verificationMaterial: material,
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_256', digest: createHash('sha256').update(artifact).digest('base64') },
        signature: message,
      },
    },
  }
})
const file = new URL('../vectors/trust/signed.json', import.meta.url)
writeFileSync(file, `${JSON.stringify({ passphrase, artifact: String(artifact), statement, keys }, null, 1)}\n`)
