// Who a certificate of Sigstore's authority names: identity (subject alternative name) and its OpenID issuer.
import { kOid } from './certificate.js'
import { Refusal, shown } from './refusal.js'

const kOtherName = '1.3.6.1.4.1.57264.1.7'

/**
 * @param {import('./certificate.js').Certificate} certificate
 * @returns {{ identities: string[], issuer: string }}
 */
export function signerOf({ x509, extensions }) {
  const names = extensions.has(kOid.subjectAltName) ? x509.extSubjectAltName : undefined
  if (names && names.generalNames.length !== 1) throw new Error(`${names.generalNames.length} names, not one`)
  const identities = names ? [names.rfc822Name, names.uri, names.otherName(kOtherName)].filter(Boolean) : []
  const [older, newer] = [x509.extFulcioIssuerV1?.issuer, x509.extFulcioIssuerV2?.issuer]
  if (older !== undefined && newer !== undefined && older !== newer) throw new Error('two issuers that differ')
  const issuer = newer ?? older
  if (issuer === undefined) throw new Error('no issuer of an identity')
  return { identities, issuer }
}

/**
 * @param {{ identities: string[], issuer: string }} signer
 * @param {{ identity: string, issuer: string }} [wanted]  absent: anybody, who is called by one name
 * @returns {{ identity: string, issuer: string }}
 */
export function checkSigner(signer, wanted) {
  const next = 'Do not use it, unless you trust that signer: then name that signer.'
  if (!wanted) {
    const { identities, issuer } = signer
    if (identities.length === 1) return { identity: identities[0], issuer }
    throw new Refusal({ reason: 'unknown-signer', what: 'its certificate does not name one identity', next })
  }
  if (!signer.identities.includes(wanted.identity))
    throw new Refusal({
      reason: 'unknown-signer',
      what: 'somebody else signed this',
      expected: wanted.identity,
      actual: signer.identities.map(shown).join(', ') || 'no identity',
      next,
    })
  if (signer.issuer !== wanted.issuer)
    throw new Refusal({
      reason: 'unknown-signer',
      what: "another issuer vouches for the signer's identity",
      expected: wanted.issuer,
      actual: shown(signer.issuer),
      next,
    })
  return wanted
}
