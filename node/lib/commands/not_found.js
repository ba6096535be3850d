// What the core could not find, in its own words, or what is there in its place.
import { LeafsumError } from '../errors.js'
import { foreignDirectory } from './foreign_directory.js'

/**
 * @param {import('../../../src/bindings/core.mjs').Verifier} verifier  whose notFound() says something
 * @param {any[]} stores  the sources
 */
export async function notFound(verifier, stores) {
  const problem = verifier.notFound()
  const misnamed = JSON.parse(verifier.misnamed() || 'null') ?? undefined
  if (misnamed?.what === 'source') {
    const { name: side } = misnamed
    const store = stores[side === 'B' ? 1 : 0]
    const words = store.name ? `${store.name}: ${problem.slice(side ? side.length + 2 : 0)}` : problem
    return (await foreignDirectory(store, side)) ?? new LeafsumError('source', words)
  }
  return new LeafsumError(verifier.isMisuse() ? 'usage' : 'source', problem, { misnamed })
}
