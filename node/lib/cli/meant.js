// What was meant, where something was named that is not there: the nearest item, step or leaf.
import { list } from '../api_node.js'
import { leavesOf } from '../commands/source.js'
import { LeafsumError } from '../errors.js'
import { pointer } from '../values/leaf_name.js'
import { didYouMean, nearest } from './did_you_mean.js'

/**
 * The error with what is near.
 * @param {unknown} error
 * @param {{ source: any, options: Record<string, any> }} asked  source: a store
 */
export async function withMeant(error, { source, options }) {
  if (!(error instanceof LeafsumError) || !error.misnamed) return error
  const near = await meant(error.misnamed, source, options)
  return near ? new LeafsumError(error.code, withNear(error.message, near), { cause: error }) : error
}

/** As the last part of a message. @param {string} message @param {string} near  of didYouMean */
export const withNear = (message, near) => message + near.replace(/^:/, ';')

async function meant(
  /** @type {import('../types/host.js').Misnamed} */ { what, name, known },
  /** @type {any} */ source,
  /** @type {any} */ options,
) {
  if (what !== 'pattern') return didYouMean(name, known)
  const near = nearPattern(name, await listedLeaves(source, options))
  return near ? `: did you mean ${near}?` : ''
}

/** The leaves of a source, each with its item; none where it cannot be listed. */
export async function listedLeaves(
  /** @type {any} */ source,
  /** @type {any} */ { item, step, allSteps, prefix, generation },
) {
  try {
    return leavesOf((await list(source, { item, step, allSteps, prefix, generation })).items)
  } catch {
    return []
  }
}

/** Its leading keys as the leaves have them. @param {string} pattern @param {any[]} leaves */
function nearPattern(pattern, leaves) {
  const [, item = '', path] = /^([^/*?]*:)?\/?(.*)$/s.exec(pattern) ?? []
  const keys = path.split('/')
  const wild = keys.findIndex(key => /[*?[{]/.test(key))
  const fixed = keys.slice(0, wild < 0 ? keys.length : wild)
  const places = new Set(leaves.map(leaf => pointer(leaf.key_path.slice(0, fixed.length))))
  const near = nearest(`/${fixed.join('/')}`, places)
  return near && item + near + (wild < 0 ? '' : `/${keys.slice(wild).join('/')}`)
}

/** ` did you mean …?` for a leaf. @param {string} name @param {any[]} leaves */
export function leafMeant(name, leaves) {
  const names = leaves.flatMap(({ item, key_path: path }) => {
    const own = pointer(path)
    return [own, own.slice(1), path.join('.'), `${item}:${own}`]
  })
  return didYouMean(name, names)
}

/** The leaves below a name that is no leaf's. @param {string} name @param {any[]} leaves */
export function subtreeOf(name, leaves) {
  const forms = (/** @type {any} */ { item, key_path: path }) => {
    const own = pointer(path)
    return [`${own}/`, `${own.slice(1)}/`, `${path.join('.')}.`, `${item}:${own}/`, `${item}:${own.slice(1)}/`]
  }
  const ends = name.replace(/[/.]$/, '')
  if (ends === '' || ends.endsWith(':')) return leaves.filter(({ item }) => ends === '' || `${item}:` === ends)
  return leaves.filter(leaf => forms(leaf).some(form => form.startsWith(`${ends}/`) || form.startsWith(`${ends}.`)))
}
