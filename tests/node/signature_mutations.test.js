// One mutation of every byte of a valid bundle, and of its lockfile: none is accepted but those that decode to the
// same.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { platform } from '../../node/lib/host/platform_node.js'
import { newTrust } from '../../node/lib/trust/module.js'
import { settle, webCrypto } from '../../node/lib/trust/web_crypto.js'
import { kName, signedLockfile } from './support/signed.js'

/** @type {Awaited<ReturnType<typeof signedLockfile>>} */
let good
/** @type {Awaited<ReturnType<typeof newTrust>>} */
let trust
before(async () => {
  good = await signedLockfile()
  trust = await newTrust(platform)
})

/** Whether nothing is found. @param {Uint8Array} bundle @param {Uint8Array} lockfile */
async function accepted(bundle, lockfile) {
  const check = new trust.LockfileCheck(webCrypto, {
    lockfile: { name: kName, bytes: lockfile },
    bundle,
    keys: [{ name: 'key', bytes: new TextEncoder().encode(good.publicKey) }],
  })
  await settle(check)
  const { signed_by, findings } = JSON.parse(check.result())
  check.delete()
  assert.ok(findings.length > 0 || signed_by !== undefined)
  return findings.length === 0
}

/** What a bundle says, without what decides nothing: white space, the key's hint, members that nobody knows. */
function meaning(/** @type {string} */ text) {
  const { mediaType, verificationMaterial, dsseEnvelope } = JSON.parse(text)
  const { payload, payloadType, signatures } = dsseEnvelope
  const bytes = (/** @type {string} */ base64) => Buffer.from(base64, 'base64').toString('hex')
  return JSON.stringify([
    mediaType,
    typeof verificationMaterial.publicKey,
    bytes(payload),
    payloadType,
    signatures.map((/** @type {any} */ { sig }) => bytes(sig)),
  ])
}

/** @param {Uint8Array} bytes */
function* mutations(bytes) {
  for (let at = 0; at < bytes.length; at++)
    for (const bit of [1, 0x20]) {
      const changed = bytes.slice()
      changed[at] ^= bit
      yield { at, changed }
    }
}

test('of the bundle: what is accepted lies in the hint, or in the name of a member that nobody needs', async () => {
  const text = new TextDecoder().decode(good.signature)
  const free = ['"hint"', good.signedBy.split(':')[1], '"tlogEntries"'].map(part => {
    const begin = text.indexOf(part)
    assert.ok(begin > 0, part)
    return [begin, begin + part.length]
  })
  /** @type {number[]} */
  const taken = []
  for (const { at, changed } of mutations(good.signature)) {
    if (!(await accepted(changed, good.lockfile))) continue
    taken.push(at)
    assert.equal(meaning(new TextDecoder().decode(changed)), meaning(text), `byte ${at}`)
    assert.ok(
      free.some(([begin, end]) => at >= begin && at < end),
      `byte ${at}: ${JSON.stringify(text.slice(at - 5, at + 5))}`,
    )
  }
  // All of the hint's digits, but where a mutation makes no JSON.
  assert.ok(taken.length > 64, `${taken.length}`)
  assert.equal(await accepted(good.signature, good.lockfile), true)
  const spaced = new TextEncoder().encode(JSON.stringify(JSON.parse(text), null, 2))
  assert.equal(await accepted(spaced, good.lockfile), true)
})

test('of the lockfile: none is accepted', async () => {
  for (const { at, changed } of mutations(good.lockfile))
    assert.equal(await accepted(good.signature, changed), false, `byte ${at}`)
})

test('cut, longer, empty: none is accepted', async () => {
  const { signature, lockfile } = good
  for (let n = 0; n < signature.length - 1; n++) assert.equal(await accepted(signature.slice(0, n), lockfile), false)
  for (const n of [0, 1, lockfile.length - 1]) assert.equal(await accepted(signature, lockfile.slice(0, n)), false)
  assert.equal(await accepted(new Uint8Array([...signature, 0x7d]), lockfile), false)
  assert.equal(await accepted(signature, new Uint8Array([...lockfile, 10])), false)
})
