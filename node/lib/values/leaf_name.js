// One leaf named by a person: state:/params/Dense_0/kernel, /params/Dense_0/kernel or params.Dense_0.kernel.
import { LeafsumError } from '../errors.js'

export const pointer = (/** @type {string[]} */ path) =>
  path.map(key => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const kForms = [pointer, (/** @type {string[]} */ path) => path.join('.'), slashed]

/** params/Dense_0/kernel: a JSON Pointer without the slash before it. */
function slashed(/** @type {string[]} */ path) {
  return pointer(path).slice(1)
}

/** Whether a name is one of a leaf's, whole. @param {{ item: string, key_path: string[] }} leaf @param {string} name */
const isNameOf = ({ item, key_path: path }, name) =>
  kForms.some(form => name === form(path) || name === `${item}:${form(path)}`)

const kSliced = /^(.*?)(\[[^[\]]*\])$/s

/**
 * `/params/w[0:3, ::2]`; a leaf whose own name ends so comes first.
 * @param {string} word
 * @param {{ item: string, key_path: string[] }[]} leaves
 * @returns {[name: string, slice: string | undefined]}
 */
export function splitSlice(word, leaves) {
  const [, name, slice] = kSliced.exec(word) ?? []
  return name === undefined || leaves.some(leaf => isNameOf(leaf, word)) ? [word, undefined] : [name, slice]
}

/**
 * Patterns (`include`) that all leaves fit which a word may name, with a slice behind the name or not, and few others.
 * Nothing where no pattern can spell it.
 * @param {string} word
 */
export function patternsOf(word) {
  if (/\p{Surrogate}/u.test(word)) return undefined
  const name = kSliced.exec(word)?.[1]
  // A pattern that begins with "/" is a JSON Pointer, and "" is the empty path: the two others are the leaves whose
  // parameter name begins with "/" or is empty.
  const words = name === undefined ? [word] : [word, name]
  return [...words, ...words.filter(one => !/^\/|:\//.test(one)).map(one => rooted(one)), '/~1*/**', '/']
}

/** params/w and state:params/w as JSON Pointers. */
const rooted = (/** @type {string} */ word) => word.replace(/^(.*:)?/s, '$1/')

/**
 * A JSON Pointer counts before a parameter name; either may leave out the item where only one has such a leaf.
 * @param {{ name: string, leaves: any[] }[]} items
 * @param {string} name
 * @returns {{ item: any, leaf: any }}
 */
export function findLeaf(items, name) {
  for (const form of kForms) {
    const found = items.flatMap(item =>
      item.leaves.flatMap(leaf => {
        const text = form(leaf.key_path)
        return text === name || `${item.name}:${text}` === name ? [{ item, leaf }] : []
      }),
    )
    if (found.length === 1) return found[0]
    if (found.length > 1) {
      const names = found.slice(0, 4).map(({ item, leaf }) => `${item.name}:${pointer(leaf.key_path)}`)
      throw new LeafsumError(
        'usage',
        `${name} names ${found.length} leaves: ${names.join(', ')}${found.length > 4 ? ', …' : ''}`,
      )
    }
  }
  throw new LeafsumError(
    'usage',
    `there is no leaf ${name}: leaves are named as /params/w, params.w or state:/params/w; leafsum ls lists them`,
    { misnamed: { what: 'leaf', name, known: [] } },
  )
}
