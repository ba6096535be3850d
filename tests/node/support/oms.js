// Model signatures as model_signing 1.1 writes them, and as nobody should: signed by node:crypto.
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import { fixtures } from './places.js'

export const signed = join(fixtures, 'model-signing')
export const keyFile = (/** @type {string} */ name) => join(signed, 'keys', `${name}.pub.pem`)
const kType = 'application/vnd.in-toto+json'
const kHashes = /** @type {Record<string, string>} */ ({
  prime256v1: 'sha256',
  secp384r1: 'sha384',
  secp521r1: 'sha512',
})

/** The files below a directory, sorted as model_signing sorts them: by path components. */
export function filesOf(/** @type {string} */ directory) {
  const parts = (/** @type {string} */ path) => path.split('/')
  return /** @type {string[]} */ (fs.readdirSync(directory, { recursive: true }))
    .filter(name => fs.lstatSync(join(directory, name)).isFile())
    .sort((a, b) => compare(parts(a), parts(b)))
}

function compare(/** @type {string[]} */ a, /** @type {string[]} */ b) {
  const at = a.findIndex((part, n) => part !== b[n])
  if (at < 0 || b[at] === undefined) return a.length - b.length
  return Buffer.compare(Buffer.from(a[at]), Buffer.from(b[at])) // by code points, as Python has it
}

const kDigests = /** @type {Record<string, (bytes: Uint8Array) => string>} */ ({
  sha256: bytes => createHash('sha256').update(bytes).digest('hex'),
  blake2b: bytes => createHash('blake2b512').update(bytes).digest('hex'),
})

/**
 * @param {string} directory
 * @param {{ hashType?: string, shard?: number, ignore?: string[], links?: boolean }} [how]
 */
export function statementOf(directory, { hashType = 'sha256', shard, ignore, links = false } = {}) {
  const left = ['.git', '.gitattributes', '.github', '.gitignore', ...(ignore ?? [])]
  const names = filesOf(directory).filter(name => !left.some(rule => name === rule || name.startsWith(`${rule}/`)))
  const resources = names.flatMap(name => {
    const bytes = fs.readFileSync(join(directory, name))
    if (!shard) return [{ name, algorithm: hashType, digest: kDigests[hashType](bytes) }]
    return Array.from({ length: Math.ceil(bytes.length / shard) }, (_, n) => {
      const end = Math.min(bytes.length, (n + 1) * shard)
      const digest = kDigests[hashType](bytes.subarray(n * shard, end))
      return { name: `${name}:${n * shard}:${end}`, algorithm: `${hashType}-sharded-${shard}`, digest }
    })
  })
  return sealed({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'ckpt', digest: {} }],
    predicateType: 'https://model_signing/signature/v1.0',
    predicate: {
      serialization: {
        method: shard ? 'shards' : 'files',
        hash_type: hashType,
        allow_symlinks: links,
        ...(shard && { shard_size: shard }),
        ...(ignore && { ignore_paths: ignore }),
      },
      resources,
    },
  })
}

/** With the subject's digest that follows from the resources. @param {any} statement */
export function sealed(statement) {
  const all = Buffer.concat(
    statement.predicate.resources.map((/** @type {any} */ one) => Buffer.from(one.digest, 'hex')),
  )
  statement.subject[0].digest.sha256 = kDigests.sha256(all)
  return statement
}

/**
 * @param {any} statement or its text
 * @param {{ key?: string, type?: string }} [by]
 */
export function bundleOf(statement, { key = 'p256', type = kType } = {}) {
  const payload = Buffer.from(typeof statement === 'string' ? statement : JSON.stringify(statement))
  const secret = createPrivateKey(fs.readFileSync(join(signed, 'keys', `${key}.key.pem`)))
  const pae = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload])
  const curve = createPublicKey(secret).asymmetricKeyDetails?.namedCurve ?? ''
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: 'x' }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: type,
      signatures: [{ sig: sign(kHashes[curve], pae, secret).toString('base64'), keyid: '' }],
    },
  }
}
