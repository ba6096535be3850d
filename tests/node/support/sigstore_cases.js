// The cases of Sigstore's conformance suite (test/assets/bundle-verify there), as its README says what a case is.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const kBeacon = 'sigstore-conformance/extremely-dangerous-public-oidc-beacon'
const kIdentity = `https://github.com/${kBeacon}/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main`
const kIssuer = 'https://token.actions.githubusercontent.com'

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {boolean} isGood
 * @property {Uint8Array} bundle
 * @property {Uint8Array} artifact
 * @property {{ identity: string, issuer: string }} signer
 * @property {Uint8Array} trustedRoot
 * @property {Uint8Array} [key]  in place of the signer
 *
 * @param {string} folder  of the cases
 * @param {string} [root]  the public instance's, where it is not beside them
 * @returns {Case[]}
 */
export function sigstoreCases(folder, root = join(folder, 'trusted_root.json')) {
  const names = readdirSync(folder).filter(name => existsSync(join(folder, name, 'bundle.sigstore.json')))
  return names.sort().map(name => {
    const own = (/** @type {string} */ file) => {
      const path = join(folder, name, file)
      return existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined
    }
    const text = (/** @type {string} */ file) =>
      own(file) &&
      Buffer.from(own(file) ?? [])
        .toString()
        .trim()
    return {
      name,
      isGood: !name.endsWith('_fail'),
      bundle: /** @type {Uint8Array} */ (own('bundle.sigstore.json')),
      artifact: own('artifact') ?? new Uint8Array(readFileSync(join(folder, 'a.txt'))),
      signer: { identity: text('identity') ?? kIdentity, issuer: text('issuer') ?? kIssuer },
      trustedRoot: own('trusted_root.json') ?? new Uint8Array(readFileSync(root)),
      key: own('key.pub'),
    }
  })
}

const cases = process.env.LEAFSUM_CASES && join(process.env.LEAFSUM_CASES, 'sigstore-conformance')
/** Those that LEAFSUM_CASES has. */
export const conformance = cases && existsSync(cases) ? sigstoreCases(cases) : []
export const withoutConformance = conformance.length === 0 && 'LEAFSUM_CASES has no sigstore-conformance'
