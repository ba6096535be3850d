/** What a checkpoint is compared with: told apart when it arrives, and looked into before anything is compared. */

import { messageOf } from '../node/lib/errors.js'
import { run } from './engine.js'
import { engine, state } from './session.js'
import { liesInside } from './sources.js'
import { texts } from './texts.js'

/** @typedef {import('./session.js').Evidence} Evidence */

const fingerprintForm = /^leafsum1:[0-9a-f]{64}$/

/** @param {string} text as it was pasted @returns {Evidence} */
export function fingerprintEvidence(text) {
  const fingerprint = text.trim()
  if (fingerprintForm.test(fingerprint)) return { kind: 'fingerprint', fingerprint }
  const digits = /^(?:leafsum1:)?([0-9a-f]*)/.exec(fingerprint)?.[1].length ?? 0
  return { kind: 'fingerprint', fingerprint, problem: texts.badFingerprint(digits) }
}

/** Reads it in a Worker and keeps what is in it, or why it is no evidence. @param {Evidence} evidence */
export async function inspect(evidence) {
  const { file, inside } = evidence
  if (!file && inside === undefined) return
  const sources = file || !state.checkpoint ? [] : [state.checkpoint.spec()] // in which archive it lies
  try {
    const answer = await run(await engine, { command: 'inspect', options: {}, sources, evidence: plain(evidence) })
    if (answer.facts) evidence.facts = answer.facts
    else evidence.problem = texts.badEvidence(answer.refused ?? answer.bug ?? '')
  } catch (error) {
    evidence.problem = texts.badEvidence(messageOf(error))
  }
}

/** Did it come with the checkpoint? */
export async function judgeEvidence() {
  const { evidence, checkpoint } = state
  if (!evidence?.file || evidence.inside !== undefined) return
  try {
    evidence.cameWithSource = checkpoint !== null && (await liesInside(evidence.file, checkpoint)) !== undefined
  } catch {
    evidence.cameWithSource = true // not to be read now, so nobody can say; the run will tell why
  }
}

/** What a Worker gets of it. @param {Evidence} evidence @returns {import('./engine.js').SentEvidence | undefined} */
export function plain({ kind, file, inside, cameWithSource, fingerprint }) {
  if (kind === 'checkpoint') return undefined
  return { kind, file, inside, cameWithSource: cameWithSource ?? false, fingerprint }
}
