// Every case of Sigstore's conformance suite that LEAFSUM_CASES has, by the file and by its digest alone.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { sigstore } from '../../node/lib/host/sigstore_node.js'
import { TrustedRootError, verifyIdentity } from '../../node/lib/trust/identity/verify.js'
import { Refusal } from '../../node/lib/trust/identity/refusal.js'
import { conformance, withoutConformance } from './support/sigstore_cases.js'

const [library, digests] = await Promise.all([sigstore.library(), sigstore.digests()])
const byIdentity = conformance.filter(({ key }) => !key)

test('there are cases', { skip: withoutConformance }, () => {
  assert.ok(byIdentity.length > 40, String(byIdentity.length))
  assert.ok(byIdentity.some(({ isGood }) => isGood) && byIdentity.some(({ isGood }) => !isGood))
})

for (const { name, isGood, artifact, ...asked } of byIdentity) {
  const sha256 = new Uint8Array(createHash('sha256').update(artifact).digest())
  for (const [how, given] of /** @type {const} */ ([
    ['the file', { bytes: artifact, sha256 }],
    ['its digest', { sha256 }],
  ])) {
    test(`${name}, by ${how}`, async () => {
      const told = verifyIdentity(library, { ...asked, artifact: given, digests })
      if (isGood) {
        assert.equal((await told).identity, asked.signer.identity)
        return
      }
      const error = await told.then(
        () => assert.fail('it is accepted'),
        error => error,
      )
      assert.ok(error instanceof Refusal || error instanceof TrustedRootError, error.stack)
    })
  }
}
