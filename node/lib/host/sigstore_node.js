// Where Sigstore's libraries lie: beside this file when packed, in the build tree when not.
import { existsSync } from 'node:fs'
import { LeafsumError, firstLine } from '../errors.js'

// Literals, which bundlers find.
const kPacked = {
  'sigstore.mjs': () => import('../core/sigstore.mjs'),
  'sigstore_digest.mjs': () => import('../core/sigstore_digest.mjs'),
}

/** @param {keyof typeof kPacked} name */
async function load(name) {
  const packed = new URL(`../core/${name}`, import.meta.url)
  const built = new URL(`../../../build/deps/sigstore/modules/${name}`, import.meta.url)
  try {
    return await (!existsSync(packed) && existsSync(built) ? import(built.href) : kPacked[name]())
  } catch (error) {
    throw new LeafsumError(
      'environment',
      `${name} could not be loaded: ${firstLine(error)}. In a clone, cmake/setup.sh makes it; in a bundle, leave leafsum ` +
        'out of it (external)',
      { cause: error },
    )
  }
}

/** @type {import('../trust/identity/library.js').Libraries} */
export const sigstore = {
  library: () => load('sigstore.mjs'),
  digests: () => load('sigstore_digest.mjs'),
}
