// Who should have signed, as a caller says it: a public key, an authority's certificate, or an identity with the
// trusted root that vouches for it. One of the three.
import { LeafsumError } from '../errors.js'
import { kCertified } from '../options.js'

const kOfIdentity = ['certificateIdentity', 'certificateOidcIssuer', 'trustedRoot']
const kProofs = ['key', 'certRoot', 'trustedRoot']

export const isCertified = (/** @type {Record<string, any>} */ options) =>
  kCertified.some(name => options[name] !== undefined)

/** Half a proof, or two, is misuse. @param {Record<string, any>} options */
export function checkProof(options) {
  const given = kProofs.filter(name => options[name] !== undefined)
  if (given.length > 1) throw usage(`${given.join(' and ')} exclude each other: one proof is wanted`)
  const missing = kOfIdentity.filter(name => options[name] === undefined || options[name] === '')
  const isAsked = kOfIdentity.some(name => options[name] !== undefined)
  if (isAsked && missing.length > 0 && !namesElsewhere(options))
    throw usage('certificateIdentity, certificateOidcIssuer and trustedRoot go together')
  for (const name of ['certificateIdentity', 'certificateOidcIssuer'])
    if (options[name] !== undefined && typeof options[name] !== 'string') throw usage(`${name}: a text is wanted`)
  const required = [options.requireSigner ?? []].flat()
  if (options.trustedRoot !== undefined && required.some(one => !isIdentity(one)))
    throw usage(
      'requireSigner: with a trusted root it is an identity, "identity I by U"; a key of theirs lives for minutes',
    )
}

/** Whom a trusted root alone may vouch for, a policy or `requireSigner` can say too. */
function namesElsewhere(/** @type {Record<string, any>} */ options) {
  const { trustedRoot, certificateIdentity, certificateOidcIssuer, policy, requireSigner } = options
  const isAlone = certificateIdentity === undefined && certificateOidcIssuer === undefined
  return isAlone && trustedRoot !== '' && (policy !== undefined || [requireSigner ?? []].flat().length > 0)
}

const isIdentity = (/** @type {unknown} */ one) => typeof one === 'string' && one.startsWith('identity ')

/** What checks certificates. @param {import('../host/platform.js').Platform} platform */
export function sigstoreOf({ sigstore }) {
  if (sigstore) return sigstore
  throw new LeafsumError('environment', "what checks signatures is not here: import 'leafsum/inline/trust'")
}

const usage = (/** @type {string} */ text) => new LeafsumError('usage', text)
