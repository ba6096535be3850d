// What the command line says about signatures: keys, the bundle beside the lockfile, the policy.
import fs from 'node:fs'
import { basename } from 'node:path'
import { LeafsumError } from '../errors.js'
import { checkProof, isCertified } from '../trust/given_proof.js'
import { readKey } from './passphrase.js'
import { isUrl, readEvidence } from './source.js'

export const kSuffix = '.sigstore.json'

/**
 * The options of the API, from those of the command line; nothing where no signature is asked for.
 * @param {Record<string, any>} options
 * @param {AbortSignal} signal
 */
export async function signatureOf(options, signal) {
  const { lock, key, signature, requireSignature, requireSigner, policy, bundle } = options
  checkProof(options)
  const certified = certifiedOf(options)
  // Then the key is that of the bundle's signer, unless more is said of a lockfile.
  const isOfBundle = policy === undefined || lock === undefined
  if (bundle !== undefined && isOfBundle && signature === undefined && requireSignature === undefined)
    return { key: keysOf(key), requireSigner, policy: policyOf(policy), ...certified }

  const isAsked = [key, signature, requireSignature, requireSigner, policy].some(one => one !== undefined)
  if (!isAsked && !isCertified(options)) return {}
  if (lock === undefined) throw new LeafsumError('usage', 'a signature is one of a lockfile: --lock FILE --key PUB.pem')
  if (key === undefined && policy === undefined && !isCertified(options))
    throw new LeafsumError(
      'usage',
      "whose signature? --key PUB.pem, --cert-root CA, --certificate-identity, or --policy FILE with the signers' keys",
    )
  return {
    key: keysOf(key),
    ...certified,
    requireSignature,
    requireSigner,
    policy: policyOf(policy),
    signature: await bundleOf(lock, signature, signal),
  }
}

/** Public keys, by the files that were named. */
export const keysOf = (/** @type {string[] | undefined} */ files) =>
  files?.map(file => ({ name: basename(file), bytes: readKey(file) }))

const policyOf = (/** @type {string | undefined} */ file) =>
  file === undefined ? undefined : readEvidence(file, 'the policy')

/** @param {Record<string, any>} options */
function certifiedOf({ certRoot, certificateIdentity, certificateOidcIssuer, trustedRoot }) {
  const read = (/** @type {string | undefined} */ file, /** @type {string} */ what) =>
    file === undefined ? undefined : readEvidence(file, what)
  return {
    certRoot: read(certRoot, 'the root certificate'),
    certificateIdentity,
    certificateOidcIssuer,
    trustedRoot: read(trustedRoot, 'the trusted root'),
  }
}

/** Without one, the lockfile is not signed: that is for the verdict to say. */
async function bundleOf(
  /** @type {string} */ lock,
  /** @type {string | undefined} */ named,
  /** @type {AbortSignal} */ signal,
) {
  if (named !== undefined) return readEvidence(named, 'the signature')
  if (lock === '-') throw new LeafsumError('usage', 'where is the signature of a lockfile from stdin? --signature FILE')
  if (!isUrl(lock)) return fs.existsSync(lock + kSuffix) ? readEvidence(lock + kSuffix, 'the signature') : undefined
  const url = new URL(lock)
  url.pathname += kSuffix
  const answer = await fetch(url, { signal }).catch(() => undefined)
  if (answer?.status === 404) return undefined
  if (!answer?.ok) throw new LeafsumError('evidence', `cannot read the signature ${url}: name it with --signature FILE`)
  return new Uint8Array(await answer.arrayBuffer())
}
