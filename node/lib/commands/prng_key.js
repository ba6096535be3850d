// Typed PRNG keys of JAX: what a template names `key<fry>` lies in a checkpoint as uint32 with one axis more, and what
// makes it a key again is `array_metadatas/` alone.

// The tag in the dtype's name, the implementation's own name, and its words.
const kImplementations = [
  { tag: 'fry', name: 'threefry2x32', words: 2 },
  { tag: 'rbg', name: 'rbg', words: 4 },
  { tag: 'urbg', name: 'unsafe_rbg', words: 4 },
]

/**
 * @param {string} dtype
 * @returns {{ name: string, words?: number } | undefined} nothing where it is no key's
 */
export function prngKeyOf(dtype) {
  const named = /^key<(.+)>$/s.exec(dtype)?.[1]
  return named === undefined
    ? undefined
    : (kImplementations.find(({ tag, name }) => tag === named || name === named) ?? { name: named })
}

const textOf = (/** @type {string | null} */ name) =>
  name === null ? 'no key' : `key<${kImplementations.find(one => one.name === name)?.tag ?? name}>`

/**
 * What is to be said of a leaf where the template has a key, or the checkpoint; nothing where both have the same.
 * @param {import('./pairs.js').Leaf} leaf
 * @param {import('./template.js').TemplateLeaf} wanted
 * @returns {{ code: string, expected: string, actual: string, message: string } | undefined}
 */
export function judgeKey(leaf, wanted) {
  const key = prngKeyOf(wanted.dtype)
  if (key) {
    const expected = `${wanted.dtype} [${wanted.shape}]`
    const actual = leaf.shape ? `${leaf.dtype} [${leaf.shape}]` : leaf.dtype
    if (leaf.dtype !== 'uint32' || !leaf.shape) {
      return {
        code: 'dtype-mismatch',
        expected,
        actual,
        message: 'the template has a PRNG key here, which is stored as uint32: what is there is none',
      }
    }
    if (!holds(leaf.shape, wanted.shape ?? [], key.words)) {
      return {
        code: 'shape-mismatch',
        expected,
        actual,
        message: `the template has a PRNG key here${key.words ? `, stored as uint32 [${[...(wanted.shape ?? []), key.words]}]` : ''}: restoring raises, or gives a key of another kind or shape`,
      }
    }
  }
  const implementation = key ? key.name : wanted.prng_impl
  if (implementation === undefined || leaf.prng_impl === undefined || leaf.prng_impl === implementation)
    return undefined
  const found = {
    code: 'dtype-mismatch',
    expected: key ? wanted.dtype : textOf(implementation) === 'no key' ? wanted.dtype : textOf(implementation),
    actual: leaf.prng_impl === null ? leaf.dtype : textOf(leaf.prng_impl),
  }
  if (leaf.prng_impl === null) {
    return {
      ...found,
      message:
        'array_metadatas/ does not say that this is a PRNG key: restored as plain uint32 without a word; jax.random.wrap_key_data makes a key of it',
    }
  }
  const isNumbers = implementation === null && wanted.dtype === 'uint32'
  return {
    ...found,
    message:
      implementation === null && !isNumbers
        ? 'the checkpoint has a PRNG key here: restoring raises'
        : `restored as ${textOf(leaf.prng_impl)}, as array_metadatas/ has it, without a word${isNumbers ? '; jax.random.key_data gives its numbers' : ''}`,
  }
}

function holds(/** @type {number[]} */ stored, /** @type {number[]} */ shape, /** @type {number | undefined} */ words) {
  return (
    shape.every((n, axis) => stored[axis] === n) &&
    (words === undefined
      ? stored.length > shape.length
      : stored.length === shape.length + 1 && stored[shape.length] === words)
  )
}
