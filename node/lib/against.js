// A second source as evidence (`verify --against`): whether it may be trusted.
import { storeOf } from './checkpoint.js'
import { LeafsumError } from './errors.js'
import { relationOf } from './stores/places.js'

/**
 * Whether the evidence came with the source; a source is none for itself.
 * @param {any[]} sources the source and the evidence, opened
 * @param {import('./run.js').Options} options
 */
export function cameWith([source, against], { againstCameWithSource = false }) {
  const relation = relationOf(storeOf(source), storeOf(against))
  if (relation === 'same') {
    throw new LeafsumError('evidence', 'against: it is the source itself, which vouches for nothing: name a copy that lies elsewhere')
  }
  return againstCameWithSource || relation === 'with'
}
