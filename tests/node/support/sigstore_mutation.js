// Bundles of the keyless kind with one byte changed: which of them are accepted all the same, and what they decode to.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readBundle } from '../../../node/lib/trust/identity/bundle.js'
import { Refusal } from '../../../node/lib/trust/identity/refusal.js'
import { verifyIdentity } from '../../../node/lib/trust/identity/verify.js'
import { bundleOf, kSigned, kSigner, makeWorld, rootOf } from './sigstore_world.js'

export const kKinds = /** @type {const} */ ([
  { content: 'message', rekor: 1 },
  { content: 'envelope', rekor: 1 },
  { content: 'message', rekor: 2 },
])

/** What a verdict is about: it must be the same in whatever is accepted. */
const parts = (/** @type {Uint8Array} */ file) => {
  const { version, certificates, signature, envelope, messageDigest } = readBundle(file)
  return { version, certificates, signature, envelope, messageDigest }
}

/**
 * The members that may be missing or are signed by nobody: a change of their name makes them unknown, a change of
 * their value says nothing else about who signed what.
 */
const kFree = [
  'logIndex', // in a proof: 0 where it is missing; of an entry of Rekor 2, which signs it in the proof alone
  'hashes', // none where it is missing
  'messageDigest', // the log has it too
  'signedTimestamp', // certificates beside the signed part, and what its signature leaves out
]

/**
 * @param {import('../../../node/lib/trust/identity/library.js').Library} library
 * @param {typeof kKinds[number]} kind
 * @param {{ every: number, bits?: number[] }} sample  every so manieth byte
 * @returns {Promise<{ tried: number, accepted: number }>}
 */
export async function mutate(library, kind, { every, bits }) {
  const world = await makeWorld()
  const bytes = Buffer.from('an artifact')
  const artifact = { bytes, sha256: new Uint8Array(createHash('sha256').update(bytes).digest()) }
  const trustedRoot = new TextEncoder().encode(JSON.stringify(rootOf(world)))
  const now = new Date(kSigned.getTime() + 1000)
  const text = JSON.stringify(await bundleOf(world, bytes, kind))
  const asked = { trustedRoot, signer: kSigner, artifact, now }
  const good = new TextEncoder().encode(text)
  const latin1 = Buffer.from(good).toString('latin1') // a character for each byte
  await verifyIdentity(library, { ...asked, bundle: good })
  let [tried, accepted] = [0, 0]
  for (let at = 0; at < good.length; at += every) {
    for (const bit of bits ?? [at % 3]) {
      tried++
      const bundle = good.slice()
      bundle[at] ^= 1 << bit
      const where = `byte ${at}, ${latin1.slice(Math.max(0, at - 12), at)}[${latin1[at]}]${latin1.slice(at + 1, at + 12)}`
      const error = await verifyIdentity(library, { ...asked, bundle }).then(
        () => undefined,
        error => error,
      )
      if (error) {
        assert.ok(error instanceof Refusal, `${where}: ${error.stack}`)
        continue
      }
      accepted++
      const [before, after] = [parts(good), parts(bundle)]
      if (!after.messageDigest) before.messageDigest = undefined
      assert.deepEqual(after, before, where)
      assert.ok(isFree(latin1, at), `accepted: ${where}`)
    }
  }
  return { tried, accepted }
}

/** Whether a byte is of the name, the colon or the value of such a member. */
const isFree = (/** @type {string} */ text, /** @type {number} */ at) =>
  kFree.some(name =>
    [...text.matchAll(new RegExp(`"${name}":("[^"]*"|\\[\\])?`, 'g'))].some(
      ({ index, 0: member }) => index <= at && at < index + member.length,
    ),
  )
