// The vectors of the model signing specification (of LEAFSUM_CASES): bundles that must be read, and such that must not.
// Their keys and files are not there, but for Sigstore's, which the public instance's trusted root vouches for.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMap, verify } from '../../node/lib/index.js'
import { signed } from './support/oms.js'

const cases = process.env.LEAFSUM_CASES ?? ''
const vectors = join(cases, 'oms-vectors')
const skip = !(cases && fs.existsSync(vectors)) && 'LEAFSUM_CASES has no oms-vectors'
const publicRoot = join(cases, 'sigstore-conformance', 'trusted_root.json')
const key = (/** @type {string} */ name) => fs.readFileSync(join(signed, 'keys', name))
const kProofs = () => [
  { key: key('p384.pub.pem') },
  { certRoot: key('ca.cert.pem') },
  ...(fs.existsSync(publicRoot)
    ? [{ trustedRoot: fs.readFileSync(publicRoot), certificateIdentity: 'me', certificateOidcIssuer: 'https://me' }]
    : []),
]
const vectorsIn = (/** @type {string} */ folder) =>
  fs.readdirSync(join(vectors, folder)).map(name => ({ name, bundle: fs.readFileSync(join(vectors, folder, name)) }))

/** One file that the vectors name, so that a source is there. */
const source = () => fromMap(new Map([['signme-1', new Uint8Array(1)]]))
const found = (/** @type {any} */ report) =>
  report.findings.filter((/** @type {any} */ f) => f.code === 'signature').map((/** @type {any} */ f) => f.message)

test('valid: read, and compared with the files, whoever signed', { skip }, async () => {
  for (const { name, bundle } of vectorsIn('valid'))
    for (const proof of kProofs()) {
      const report = /** @type {any} */ (await verify(source(), { bundle, ...proof }))
      assert.deepEqual([name, report.verdict, report.bundle.signed_by], [name, 'MISMATCH', undefined])
      assert.deepEqual([report.bundle.files.different, report.bundle.files.missing], [1, 1], name)
      assert.equal(found(report).length, 1)
    }
})

test('invalid: refused as evidence, or by each proof', { skip }, async () => {
  for (const folder of ['invalid', 'invalid-payload'])
    for (const { name, bundle } of vectorsIn(folder))
      for (const proof of kProofs()) {
        const report = /** @type {any} */ (
          await verify(source(), { bundle, ...proof }).catch(error => {
            assert.equal(error.code, 'evidence', error.message)
          })
        )
        if (!report) continue
        assert.equal(report.bundle.signed_by, undefined, name)
        assert.equal(found(report).length, 1, name)
      }
})

test("Sigstore's: by whom it says", {
  skip: skip || (!fs.existsSync(publicRoot) && 'no public trusted root'),
}, async () => {
  const trustedRoot = fs.readFileSync(publicRoot)
  const policy = JSON.stringify({
    leafsum_policy: 1,
    signers: [{ identity: 'nobody', issuer: 'https://example.org', may_sign: ['*'] }],
  })
  let signers = 0
  for (const { name, bundle } of vectorsIn('valid')) {
    if (!JSON.parse(String(bundle)).verificationMaterial.certificate) continue
    const { findings } = await verify(source(), { bundle, trustedRoot, policy })
    const who = JSON.parse(findings.find(({ code }) => code === 'signature')?.actual ?? '""')
    assert.match(who, /^identity .+ by https:/)
    for (const [requireSigner, signedBy] of [
      [who, who],
      [`${who}/`, undefined],
    ]) {
      const report = /** @type {any} */ (await verify(source(), { bundle, trustedRoot, requireSigner }))
      assert.deepEqual([report.bundle.signed_by, found(report).length], [signedBy, signedBy ? 0 : 1], name)
    }
    signers++
  }
  assert.ok(signers > 0)
})
