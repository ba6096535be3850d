// A private key of the user's: read at once, and its passphrase asked for once.
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { basename } from 'node:path'
import { LeafsumError } from '../errors.js'
import { passphraseFor, readKey } from './passphrase.js'

/**
 * @typedef {object} Signer
 * @property {Uint8Array} key  PEM
 * @property {string} keyName
 * @property {() => Promise<string>} passphrase
 */

/** @param {NodeJS.Process} process @param {string} keyFile @returns {Signer} */
export function signerOf(process, keyFile) {
  const keyName = basename(keyFile)
  /** @type {Promise<string> | undefined} */
  let asked
  return { key: readKey(keyFile), keyName, passphrase: () => (asked ??= passphraseFor(process, keyName)) }
}

/** The public half. @param {Signer} signer @returns {Promise<{ name: string, bytes: Uint8Array }>} PEM */
export async function publicKeyOf({ key, keyName, passphrase }) {
  const pem = Buffer.from(key)
  const isEncrypted = pem.includes('-----BEGIN ENCRYPTED')
  try {
    const secret = createPrivateKey({ key: pem, passphrase: isEncrypted ? await passphrase() : undefined })
    const bytes = createPublicKey(secret).export({ type: 'spki', format: 'pem' })
    return { name: keyName, bytes: new Uint8Array(Buffer.from(bytes)) }
  } catch (error) {
    if (error instanceof LeafsumError) throw error
    throw new LeafsumError('usage', `cannot read the key ${keyName}: not a private key (PEM), or a wrong passphrase`)
  }
}
