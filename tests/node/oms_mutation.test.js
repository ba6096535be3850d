// One mutation of every byte of model signatures by the reference tool: accepted is exactly what decodes to the same
// media type, payload type, payload, signature and certificates; and where such bytes lie is listed.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { platform } from '../../node/lib/host/platform_node.js'
import { certifiedSigner } from '../../node/lib/trust/certified_signer.js'
import { parseStrictJson } from '../../node/lib/trust/identity/strict_json.js'
import { checkModel } from '../../node/lib/trust/model.js'
import { newTrust } from '../../node/lib/trust/module.js'
import { signed } from './support/oms.js'

// One module for all: a new one for each takes longer than its check.
const trust = await newTrust(platform)
const once = { ...platform, load: /** @type {any} */ (async () => ({ start: async () => trust })) }
const read = (/** @type {string} */ file) => new Uint8Array(fs.readFileSync(join(signed, file)))
const certRoot = read('keys/ca.cert.pem')
const byKey = () => ({ keys: [{ name: 'key', bytes: read('keys/p256.pub.pem') }] })
const byCertificate = (/** @type {Uint8Array} */ bundle) => certifiedSigner(platform, { certRoot }, { bundle })

/** Whether somebody's signature is good. @param {Uint8Array} bundle @param {any} by */
async function isAccepted(bundle, by) {
  try {
    const { signedBy } = await checkModel(once, bundle, await by(bundle))
    return signedBy !== undefined
  } catch (error) {
    assert.equal(/** @type {any} */ (error).code, 'evidence', String(error))
    return false
  }
}

const hex = (/** @type {any} */ base64) => {
  assert.match(base64, /^[A-Za-z0-9+/]+={0,2}$/)
  const bytes = Buffer.from(base64, 'base64')
  assert.equal(bytes.toString('base64'), base64)
  return bytes.toString('hex')
}

/** What decides; undefined where there is no such bundle. @param {Uint8Array} bytes */
function meaning(bytes) {
  try {
    const {
      mediaType,
      verificationMaterial: material,
      dsseEnvelope,
      messageSignature,
    } = parseStrictJson(bytes, 1 << 20)
    const { payload, payloadType, signatures } = dsseEnvelope
    const kinds = ['publicKey', 'certificate', 'x509CertificateChain'].filter(kind => material[kind] !== undefined)
    const [leaf] = material.x509CertificateChain?.certificates.map((/** @type {any} */ one) => hex(one.rawBytes)) ?? []
    if (material.publicKey?.rawBytes !== undefined) hex(material.publicKey.rawBytes)
    const sigs = signatures.map((/** @type {any} */ { sig }) => hex(sig))
    return JSON.stringify([mediaType, kinds, leaf, payloadType, hex(payload), sigs, messageSignature])
  } catch {
    return undefined
  }
}

/** For every byte of a JSON text where it lies: a member's name or value, by its path, or space. */
function placesOf(/** @type {Uint8Array} */ bytes) {
  const text = new TextDecoder('latin1').decode(bytes)
  /** @type {string[]} */
  const places = Array(bytes.length).fill('space')
  /** @type {(string | number)[]} */
  const path = []
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/g)) {
    const isText = token.startsWith('"')
    const isName = isText && /^\s*:/.test(text.slice(index + token.length))
    if (isName) path[path.length - 1] = token.slice(1, -1)
    const place = isText ? `${path.join('.')} ${isName ? 'name' : 'value'}` : token
    places.fill(place, index, index + token.length)
    if (token === '{' || token === '[') path.push(token === '[' ? 0 : '')
    if (token === '}' || token === ']') path.pop()
    const last = path.at(-1)
    if (token === ',' && typeof last === 'number') path[path.length - 1] = last + 1
  }
  return places
}

const kFree = ['dsseEnvelope.signatures.0.keyid name', 'verificationMaterial.tlogEntries name']
const kHint = ['verificationMaterial.publicKey.hint name', 'verificationMaterial.publicKey.hint value']
const kRawKey = ['keyDetails', 'rawBytes'].flatMap(member =>
  ['name', 'value'].map(part => `verificationMaterial.publicKey.${member} ${part}`),
)
// A copy of the user's root: if it can be read, it is not needed.
const kRoot = 'verificationMaterial.x509CertificateChain.certificates.1.rawBytes value'
for (const [file, by, exceptions] of /** @type {[string, any, string[]][]} */ ([
  ['orbax-a/model.sig', byKey, [...kFree, ...kHint]],
  ['sigs/p256-v1.0.1-rawbytes.model.sig', byKey, [kFree[0], ...kRawKey]],
  ['sigs/certificate.model.sig', byCertificate, [...kFree, kRoot]],
]))
  test(`every byte of ${file}`, async () => {
    const good = read(file)
    assert.ok(await isAccepted(good, by))
    const same = meaning(good)
    const places = placesOf(good)
    const found = new Set()
    for (let at = 0; at < good.length; at++) {
      const changed = good.slice()
      changed[at] ^= at % 2 ? 1 : 0x20
      const accepted = await isAccepted(changed, by)
      const isSame = meaning(changed) === same
      if (accepted || places[at] !== kRoot) assert.equal(accepted, isSame, `byte ${at}, ${places[at]}`)
      if (accepted) found.add(places[at])
    }
    assert.deepEqual([...found].sort(), exceptions.sort())
  })
