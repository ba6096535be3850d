// One byte changed in a bundle that is good: refused, unless it says the same. Here a sample; every bit of every byte:
// tests/campaigns/sigstore_mutation.mjs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sigstore } from '../../node/lib/host/sigstore_node.js'
import { kKinds, mutate } from './support/sigstore_mutation.js'

const library = await sigstore.library()
for (const kind of kKinds) {
  test(`one byte of a bundle: ${kind.content}, Rekor ${kind.rekor}`, async () => {
    const { tried, accepted } = await mutate(library, kind, { every: 17 })
    assert.ok(tried > 200 && accepted < tried / 4, `${accepted} of ${tried}`)
  })
}
