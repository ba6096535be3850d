// Signs lockfiles and makes keys.
import { LeafsumError } from '../errors.js'
import { bytesOf } from '../options.js'
import { newTrust } from './module.js'
import { decrypted, encrypted, settle, subtle, webCrypto } from './web_crypto.js'

/** @import { Trust } from '../../../src/bindings/trust.mjs' */
/** @typedef {import('../host/platform.js').Platform} Platform */

/**
 * The bundle over a lockfile.
 * @param {Platform} platform
 * @param {any} lockfile  its bytes
 * @param {{ key: any, lockfileName: string, keyName?: string, passphrase?: Passphrase, signedAt?: Date }} options
 * @typedef {string | (() => string | undefined | Promise<string | undefined>)} Passphrase
 */
export async function signLockfile(platform, lockfile, { key, lockfileName, keyName = 'the key', ...options }) {
  if (typeof lockfileName !== 'string' || lockfileName === '')
    throw new LeafsumError('usage', 'lockfileName: the name of the lockfile is wanted: it is signed too')
  const bytes = bytesOf(lockfile, 'lockfile')
  const trust = await newTrust(platform)
  const pkcs8 = await privateKey(trust, bytesOf(key, 'key'), keyName, options.passphrase)
  const signing = new trust.Signing(webCrypto, {
    pkcs8,
    keyName,
    lockfile: { name: lockfileName, bytes },
    ...(await claimsOf(platform, bytes)),
    signedAt: `${(options.signedAt ?? new Date()).toISOString().slice(0, 19)}Z`,
  })
  await settle(signing)
  const refusal = signing.refusal()
  if (refusal) throw new LeafsumError('usage', refusal.message)
  return { signature: new TextEncoder().encode(signing.bundle()), signedBy: `key sha256:${signing.keyId()}` }
}

/** What the signer says of the lockfile. Only one that the strict reader takes is signed. */
async function claimsOf(/** @type {Platform} */ platform, /** @type {Uint8Array} */ bytes) {
  const core = await (await platform.load()).start()
  const verifier = new core.Verifier(JSON.stringify({ command: 'verify' }))
  verifier.setEvidence(bytes, false)
  if (verifier.error()) throw new LeafsumError('evidence', verifier.error())
  const { fingerprint, items } = JSON.parse(new TextDecoder().decode(bytes))
  const leaves = Object.values(items).flatMap((/** @type {any} */ item) => item.leaves)
  return {
    fingerprint,
    leaves: leaves.filter(leaf => leaf.digest !== undefined).length,
    nbytes: leaves.reduce((sum, leaf) => sum + leaf.nbytes, 0),
  }
}

/**
 * @param {Trust} trust
 * @param {Uint8Array} pem
 * @param {string} name
 * @param {Passphrase | undefined} passphrase
 */
async function privateKey(trust, pem, name, passphrase) {
  const { pkcs8, encrypted: encryption, refusal } = trust.privateKey(pem, name)
  if (refusal) throw new LeafsumError('usage', refusal.message)
  if (pkcs8) return pkcs8
  const words = typeof passphrase === 'function' ? await passphrase() : passphrase
  if (words === undefined)
    throw new LeafsumError('usage', `${name} is encrypted, and there is no passphrase to open it with`)
  const opened = await decrypted(/** @type {any} */ (encryption), words)
  // A wrong passphrase passes the padding once in 256 times, and makes no key then.
  if (opened && trust.privateKey(new TextEncoder().encode(trust.pem('PRIVATE KEY', opened)), name).pkcs8) return opened
  throw new LeafsumError('usage', `${name}: the passphrase is wrong`)
}

/**
 * A new pair, as PEM.
 * @param {Platform} platform
 * @param {{ algorithm?: string, passphrase?: string }} options
 */
export async function makeKeys(platform, { algorithm = 'P-256', passphrase } = {}) {
  if (!['P-256', 'P-384', 'P-521', 'Ed25519'].includes(algorithm))
    throw new LeafsumError('usage', `algorithm: P-256, P-384, P-521 or Ed25519 is wanted`)
  const trust = await newTrust(platform)
  const kind = algorithm === 'Ed25519' ? { name: algorithm } : { name: 'ECDSA', namedCurve: algorithm }
  /** @type {any} */
  let pair
  try {
    pair = await subtle().generateKey(kind, true, ['sign', 'verify'])
  } catch (error) {
    if (/** @type {any} */ (error)?.name !== 'NotSupportedError') throw error
    throw new LeafsumError('environment', `this JavaScript engine's Web Crypto has no ${algorithm}`, { cause: error })
  }
  const pkcs8 = new Uint8Array(await subtle().exportKey('pkcs8', pair.privateKey))
  const publicKey = trust.pem('PUBLIC KEY', new Uint8Array(await subtle().exportKey('spki', pair.publicKey)))
  return {
    privateKey:
      passphrase === undefined
        ? trust.pem('PRIVATE KEY', pkcs8)
        : trust.encryptedPem(await encrypted(pkcs8, passphrase)),
    publicKey,
    signedBy: `key sha256:${trust.publicKey(new TextEncoder().encode(publicKey), 'the key').id}`,
  }
}
