// verifyBlob: who signed this file, as a document. A signature that is not accepted is a result, not an error.
import { LeafsumError } from '../errors.js'
import { openBlob } from './blob_source.js'
import { kCertified } from '../options.js'
import { checkProof, isCertified, sigstoreOf } from '../trust/given_proof.js'
import { Refusal } from '../trust/identity/refusal.js'
import { hexOf } from '../values/hex.js'

const kOptions = ['bundle', 'bundleName', 'key', ...kCertified]

/**
 * @param {import('../host/platform.js').Platform} platform
 * @param {any} file
 * @param {any} options
 */
export async function verifyBlob(platform, file, options) {
  const sigstore = sigstoreOf(platform)
  const asked = await optionsOf(options)
  const blob = await openBlob(platform, file)
  const { signatureOf } = await import('../trust/blob.js')
  /** @type {import('../trust/blob.js').Signer | undefined} */
  let signer
  /** @type {Refusal | undefined} */
  let refusal
  try {
    const { artifact } = blob
    signer = (await signatureOf(sigstore, { artifact, bundle: asked.bundle, proof: asked.proof })).signer
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    refusal = error
  }
  return documentOf(blob, asked.bundleName, signer, refusal)
}

/**
 * @param {Awaited<ReturnType<typeof openBlob>>} blob
 * @param {string} bundleName
 * @param {any} signer
 * @param {any} refusal
 */
function documentOf({ name, size, artifact }, bundleName, signer, refusal) {
  const file = { name, ...(size === undefined ? {} : { size }), sha256: hexOf(artifact.sha256) }
  // docs/headlines.md: a name with a colon stands in quotes.
  const subject = /[":]/.test(name) ? JSON.stringify(name) : name || `sha256 ${file.sha256}`
  return {
    leafsum_blob: 1,
    command: 'verify-blob',
    verdict: signer ? 'VERIFIED' : 'UNTRUSTED',
    exit_code: signer ? 0 : 4,
    headline: signer
      ? `${subject}: VERIFIED: signed by ${wordsOf(signer)}`
      : `${subject}: UNTRUSTED: the signature is not accepted`,
    file,
    bundle: { name: bundleName },
    ...(signer ? { signed_by: signer } : {}),
    findings: refusal ? [findingOf(refusal, bundleName)] : [],
  }
}

function findingOf(/** @type {Refusal} */ { message, why: { reason, expected, actual } }, /** @type {string} */ file) {
  return {
    code: 'signature',
    reason,
    severity: 'trust',
    ...(file ? { file } : {}),
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
    message,
  }
}

function wordsOf(/** @type {import('../trust/blob.js').Signer} */ signer) {
  if (signer.kind === 'identity') return `${signer.identity}, for whom ${signer.issuer} vouches`
  return signer.kind === 'key' ? `the key ${signer.id}` : `${signer.subject}, whose key is ${signer.id}`
}

/** @returns {Promise<{ bundle: Uint8Array, bundleName: string, proof: import('../trust/blob.js').Proof }>} */
async function optionsOf(/** @type {any} */ options) {
  if (typeof options !== 'object' || options === null) throw usage('options: an object is wanted')
  for (const name of Object.keys(options)) if (!kOptions.includes(name)) throw usage(`there is no option "${name}"`)
  const bytes = async (/** @type {string} */ name) => options[name] && bytesOf(options[name], name)
  const { certificateIdentity: identity, certificateOidcIssuer: issuer, bundleName = '' } = options
  const proof = { key: await bytes('key'), certRoot: await bytes('certRoot'), trustedRoot: await bytes('trustedRoot') }
  checkProof(options)
  if (options.key === undefined && !isCertified(options))
    throw usage('who should have signed it? key, certRoot or certificateIdentity says so')
  const bundle = await bytes('bundle')
  if (!bundle) throw usage('bundle: the signature is wanted, a Sigstore bundle')
  return { bundle, bundleName: String(bundleName), proof: { ...proof, identity, issuer } }
}

const usage = (/** @type {string} */ text) => new LeafsumError('usage', text)

/** Bytes, text or a file of a page. */
async function bytesOf(/** @type {any} */ value, /** @type {string} */ name) {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string') return new TextEncoder().encode(value)
  if (typeof value?.arrayBuffer === 'function') return new Uint8Array(await value.arrayBuffer())
  throw usage(`${name}: bytes are wanted`)
}
