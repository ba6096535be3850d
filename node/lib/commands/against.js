// A second source as evidence (`verify --against`): whether it may be trusted.
import { storeOf } from './source.js'
import { LeafsumError } from '../errors.js'
import { directoryOf, relationOf } from '../stores/places.js'

/**
 * Whether the evidence came with the source, and where the one lies in the other; a source is none for itself.
 * @param {any[]} sources the source and the evidence, opened
 * @param {import('../run.js').Options} options
 * @returns {{ againstCameWithSource: boolean, nested: string[] }} nested: of each source the directory that is the
 * other one
 */
export function cameWith([source, against], { againstCameWithSource = false }) {
  const relation = relationOf(storeOf(source), storeOf(against))
  if (relation === 'same') {
    throw new LeafsumError(
      'evidence',
      'against: it is the source itself, which vouches for nothing: name a copy that lies elsewhere',
    )
  }
  const [a, b] = [storeOf(source), storeOf(against)]
  return {
    againstCameWithSource: againstCameWithSource || relation === 'with',
    nested: [directoryOf(a, b), directoryOf(b, a)],
  }
}
