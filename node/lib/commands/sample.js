// `verify --sample`: which share, and the seed of the draw, which comes from the system unless a run is to be repeated.
import { LeafsumError } from '../errors.js'

/**
 * @param {{ share?: number, bytes?: number, seed?: number } | undefined} sample share: above 0, up to 1
 * @returns {Record<string, number> | undefined} for the core
 */
export function coreSample(sample) {
  if (sample === undefined) return undefined
  if (typeof sample !== 'object' || sample === null)
    throw new LeafsumError('usage', 'sample: an object with a share or a number of bytes is wanted')
  const { share, bytes, seed = systemSeed() } = sample
  if ((share === undefined) === (bytes === undefined))
    throw new LeafsumError('usage', 'sample: a share or a number of bytes is wanted')
  if (share !== undefined && !(share > 0 && share <= 1))
    throw new LeafsumError('usage', 'sample: a share is above 0 and at most 1')
  return share === undefined
    ? { seed, bytes: /** @type {number} */ (bytes) }
    : { seed, millionths: Math.max(1, Math.round(share * 1e6)) }
}

/** 53 bits, as many as a number holds. */
function systemSeed() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2))
  return (high & 0x1fffff) * 2 ** 32 + low
}
