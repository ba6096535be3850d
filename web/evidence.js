/** What a checkpoint is compared with: told apart when it arrives, and looked into before anything is compared. */

import { messageOf } from '../node/lib/errors.js'
import { run } from './engine.js'
import { engine, state } from './session.js'
import { liesInside } from './sources.js'
import { texts } from './texts.js'
import { listed, plainVouchers } from './vouchers.js'

/** @typedef {import('./session.js').Evidence} Evidence */

const fingerprintForm = /^leafsum1:[0-9a-f]{64}$/

/** @param {string} text as it was pasted @returns {Evidence} */
export function fingerprintEvidence(text) {
  const fingerprint = text.trim()
  if (fingerprintForm.test(fingerprint)) return { kind: 'fingerprint', fingerprint }
  const digits = /^(?:leafsum1:)?([0-9a-f]*)/.exec(fingerprint)?.[1].length ?? 0
  return { kind: 'fingerprint', fingerprint, problem: texts.badFingerprint(digits) }
}

/** Reads all of it in a Worker and keeps what is in each, or why it is of no use. */
export async function inspect() {
  const { evidence, checkpoint } = state
  const isFile = evidence && !evidence.problem && (evidence.kind === 'lockfile' || evidence.kind === 'sums')
  const vouchers = listed()
  if (!isFile && vouchers.length === 0) return
  const isInArchive = [...(isFile ? [evidence] : []), ...vouchers].some(({ file }) => !file)
  /** @type {import('./engine.js').Request} */
  const request = {
    command: 'inspect',
    options: {},
    sources: isInArchive && checkpoint ? [checkpoint.spec()] : [],
    evidence: isFile ? plain(evidence) : undefined,
    vouchers: plainVouchers(),
  }
  const { facts, told, refused, bug } = await run(await engine, request).catch(error => ({
    ...{ facts: undefined, told: undefined, refused: undefined },
    bug: messageOf(error),
  }))
  if (isFile && facts) evidence.facts = facts
  else if (isFile) evidence.problem = texts.badEvidence(refused ?? bug ?? '')
  for (const voucher of vouchers) voucher.told = told?.[voucher.kind] ?? { problem: refused ?? bug }
}

/** Did it come with the checkpoint? */
export async function judgeEvidence() {
  const { evidence, checkpoint, vouchers } = state
  if (vouchers.model?.file) vouchers.model.liesAt = await placeOf(vouchers.model.file).catch(() => undefined)
  if (!evidence?.file || evidence.inside !== undefined) return
  try {
    evidence.liesAt = await placeOf(evidence.file)
    evidence.cameWithSource = checkpoint !== null && evidence.liesAt !== undefined
  } catch {
    evidence.cameWithSource = true // not to be read now, so nobody can say; the run will tell why
  }
}

/** @param {File} file */
const placeOf = async file => (state.checkpoint ? liesInside(file, state.checkpoint) : undefined)

/** What a Worker gets of it. @param {Evidence} evidence @returns {import('./engine.js').SentEvidence | undefined} */
export function plain({ kind, file, inside, liesAt, cameWithSource, fingerprint, cameWithLink }) {
  if (kind === 'checkpoint') return undefined
  return { kind, file, inside: inside ?? liesAt, cameWithSource: cameWithSource ?? false, fingerprint, cameWithLink }
}
