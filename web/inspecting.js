/** The Worker's side of evidence: what is in it, as the core reads it, and who signed it. */

import { parseSums } from '../node/lib/commands/sums.js'
import { LeafsumError, messageOf } from '../node/lib/errors.js'
import { fromMap } from '../node/lib/stores/map.js'
import { checkModel } from '../node/lib/trust/model.js'
import { newTrust } from '../node/lib/trust/module.js'
import { statementOf } from './statement.js'

/**
 * @typedef {ReturnType<typeof import('../node/lib/api.js').makeApi>} Api
 * @typedef {import('../node/lib/host/platform.js').Platform} Platform
 * @typedef {import('./engine.js').SentEvidence} SentEvidence
 * @typedef {import('./engine.js').SentVoucher} SentVoucher
 * @typedef {import('./session.js').VoucherKind} VoucherKind
 * @typedef {import('./session.js').Told} Told
 * @typedef {import('../node/lib/stores/store.js').Store} Store
 */

/**
 * Evidence, signatures and keys as options of node/lib/api.js.
 * @param {{ evidence?: SentEvidence, vouchers?: SentVoucher[] }} given
 * @param {Store} store in which those lie that are no File
 * @returns {Promise<Record<string, any>>}
 */
export async function optionsOf({ evidence, vouchers = [] }, store) {
  /** @type {Record<string, any>} */
  const options = {}
  for (const { kind, file, inside } of vouchers) {
    const bytes = await bytesOf(file, inside, store)
    const name = nameOf(file, inside)
    if (kind === 'key') options.key = { name, bytes }
    else if (kind === 'signature') options.signature = bytes
    else Object.assign(options, { bundle: bytes, bundleName: name, bundlePath: inside })
  }
  if (!evidence) return options
  const { kind, file, inside, cameWithSource, fingerprint, cameWithLink } = evidence
  if (kind === 'fingerprint') return { ...options, fingerprint, fingerprintCameWithSource: cameWithLink ?? false }
  const bytes = await bytesOf(file, inside, store)
  // Sums know where they lay, else they would have to name themselves.
  if (kind === 'sums') return { ...options, sums: bytes, sumsPath: inside }
  // A signature over files may vouch for a lockfile among them.
  if (options.bundle) options.lockfilePath = inside
  return { ...options, lockfile: bytes, lockfileName: nameOf(file, inside), lockfileCameWithSource: cameWithSource }
}

const nameOf = (/** @type {File | undefined} */ file, inside = '') =>
  file?.name ?? inside.slice(inside.lastIndexOf('/') + 1)

async function bytesOf(
  /** @type {File | undefined} */ file,
  /** @type {string | undefined} */ inside,
  /** @type {Store} */ store,
) {
  return file ? new Uint8Array(await file.arrayBuffer()) : store.get(`/${inside}`)
}

/**
 * What is in the evidence, as the core reads it: all leaves of a lockfile are missing in a source that has nothing.
 * @param {Api} api
 * @param {Platform} platform
 * @param {Record<string, any>} options
 * @returns {Promise<import('./engine.js').Refusal>}
 */
export async function inspect(api, platform, { key, signature, bundle, ...evidence }) {
  /** @type {Partial<Record<VoucherKind, Told>>} */
  const told = {}
  if (key) told.key = await trying(async () => keyTold(await newTrust(platform), key))
  const isUsable = key && !told.key?.problem
  if (bundle) told.model = await trying(() => modelTold(platform, bundle, isUsable ? key : undefined))
  if (signature) told.signature = await trying(() => statementOf(signature))
  try {
    if (evidence.sums) return { told, facts: { files: parseSums(evidence.sums).size } }
    if (!evidence.lockfile) return { told }
    const signed = isUsable && signature && !told.signature?.problem ? { key, signature } : {}
    const { lock, leaves, findings } = await api.verify(fromMap({}), { ...evidence, ...signed })
    if (signed.key && told.signature) {
      told.signature.signedBy = lock?.signed_by
      told.signature.refusal = findings.find((/** @type {any} */ { code }) => code === 'signature')?.message
    }
    return { told, facts: { step: lock?.step, leaves: leaves.missing, fingerprint: lock?.fingerprint } }
  } catch (error) {
    if (error instanceof LeafsumError) return { told, refused: error.message }
    throw error
  }
}

/** @param {() => Told | Promise<Told>} look @returns {Promise<Told>} */
async function trying(look) {
  try {
    return await look()
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/**
 * @param {import('../src/bindings/trust.mjs').Trust} trust
 * @param {{ name: string, bytes: Uint8Array }} key
 * @returns {Told}
 */
function keyTold(trust, { name, bytes }) {
  const { id, refusal } = trust.publicKey(bytes, name)
  return id ? { id } : { problem: refusal?.message ?? '' }
}

/**
 * @param {Platform} platform
 * @param {Uint8Array} bundle
 * @param {{ name: string, bytes: Uint8Array } | undefined} key
 * @returns {Promise<Told>}
 */
async function modelTold(platform, bundle, key) {
  const { files } = statementOf(bundle)
  if (!key) return { files }
  const { signedBy, problem } = await checkModel(platform, bundle, { keys: [key] })
  return { files, signedBy, refusal: problem?.message }
}
