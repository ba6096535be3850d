// A lockfile that an identity signed: as a message, as cosign and sigstore-python do, or by a statement of its own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sigstore } from '../../node/lib/host/sigstore_node.js'
import { signatureOf } from '../../node/lib/trust/blob.js'
import { lockfileSigner } from '../../node/lib/trust/lockfile_signer.js'
import { bundleOf, kSigned, kSigner, makeWorld, rootOf, statementOf } from './support/sigstore_world.js'

const world = await makeWorld()
const lockfile = Buffer.from('{"leafsum":1}\n')
const encode = (/** @type {unknown} */ value) => new TextEncoder().encode(JSON.stringify(value))
const proof = { ...kSigner, trustedRoot: encode(rootOf(world)) }
const now = new Date(kSigned.getTime() + 1000)
const statement = { ...statementOf(lockfile, 'run.leafsum.json'), predicateType: 'urn:leafsum:lockfile:v1' }
const message = await bundleOf(world, lockfile)
const envelope = await bundleOf(world, lockfile, { content: 'envelope', statement })
const ask = async (/** @type {unknown} */ bundle, /** @type {any} */ more = {}) =>
  lockfileSigner(sigstore, { lockfile, bundle: encode(bundle), proof, now, ...more })
const payloadOf = (/** @type {any} */ { dsseEnvelope }) =>
  dsseEnvelope && new Uint8Array(Buffer.from(dsseEnvelope.payload, 'base64'))
const signer = { kind: 'identity', id: kSigner.identity, issuer: kSigner.issuer }

test('a message and a statement, in the form that the core takes', async () => {
  for (const bundle of [message, envelope]) assert.deepEqual(await ask(bundle), { signer, payload: payloadOf(bundle) })
})

test('a message over another lockfile is refused; what a statement is over the core says', async () => {
  const changed = { lockfile: Buffer.from('{"leafsum":2}\n') }
  assert.match(JSON.stringify(await ask(message, changed)), /^\{"refusal":"the bundle is of another file/)
  assert.deepEqual(await ask(envelope, changed), { signer, payload: payloadOf(envelope) })
})

test('somebody else, and a bundle that cannot be read', async () => {
  for (const bundle of [message, envelope])
    assert.match(JSON.stringify(await ask(bundle, { proof: { ...proof, identity: 'me' } })), /"refusal":"somebody else/)
  assert.match(JSON.stringify(await ask([])), /^\{"refusal":"the bundle cannot be read/)
  await assert.rejects(ask(message, { proof: { ...proof, trustedRoot: encode({}) } }), { code: 'evidence' })
})

test('a statement about files is handed out once its signature holds, a message is none', async () => {
  const manifest = { ...statement, predicateType: 'https://model_signing/signature/v1.0' }
  const signed = await signatureOf(sigstore, {
    bundle: encode(await bundleOf(world, lockfile, { content: 'envelope', statement: manifest })),
    proof,
    now,
  })
  assert.deepEqual(JSON.parse(new TextDecoder().decode(signed.envelope?.payload)), manifest)
  await assert.rejects(signatureOf(sigstore, { bundle: encode(message), proof, now }), /signs a file, not a statement/)
})
