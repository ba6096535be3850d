// Every bit of every byte of good bundles of the keyless kind, one at a time:
// node tests/campaigns/sigstore_mutation.mjs [BITS], 8 unless said otherwise. 14,000 bytes and some 5 ms for each.
import { sigstore } from '../../node/lib/host/sigstore_node.js'
import { kKinds, mutate } from '../node/support/sigstore_mutation.js'

const bits = Array.from({ length: Number(process.argv[2] ?? 8) }, (_, bit) => bit)
const library = await sigstore.library()
for (const kind of kKinds) {
  const { tried, accepted } = await mutate(library, kind, { every: 1, bits })
  console.log(
    `${kind.content}, Rekor ${kind.rekor}: ${tried} changes, ${accepted} say the same, all others are refused`,
  )
}
