// Which leaf of a checkpoint is which of a template: by item and key path, whatever level `params` stands above one
// side alone or `value` below it.
import { isEmptyNode } from './listing.js'

/**
 * @typedef {import('./template.js').TemplateLeaf} TemplateLeaf
 * @typedef {{ item: string, key_path: string[], dtype: string, shape: number[] | null, nbytes: number,
 *   value_type?: string, key_types?: number[], prng_impl?: string | null, renamed?: string[] }} Leaf  renamed: the key
 *   path that counts instead
 * @typedef {{ leaf: Leaf, wanted: TemplateLeaf, types: (number[] | undefined)[] }} Pair  types: of the leaf's and the
 *   template's keys, level by level
 */

/** Both sides by item and key path, with a level on one side alone taken for what it is. */
export function pairUp(
  /** @type {Leaf[]} */ leaves,
  /** @type {TemplateLeaf[]} */ template,
  /** @type {boolean} */ allowExtra,
) {
  const items = new Set(leaves.map(one => one.item))
  const wantedItems = new Set(template.map(one => one.item))
  const single = items.size === 1 && wantedItems.size === 1
  const named = (/** @type {TemplateLeaf} */ one) => (single ? [...items][0] : one.item)
  const have = new Map(leaves.map(leaf => [keyOf(leaf.item, pathOf(leaf)), leaf]))
  const { level, finding } = wrapperBetween(
    have,
    leaves,
    template.map(wanted => ({ item: named(wanted), path: wanted.key_path })),
  )
  /** @type {any[]} */
  const findings = finding ? [finding] : []
  /** @type {Pair[]} */
  const pairs = []
  const counts = { equal: 0, different: 0, missing: 0, extra: 0 }
  const used = new Set()
  const values = { above: 0, below: 0 }
  for (const wanted of template) {
    const found = find(have, named(wanted), level.path(wanted.key_path))
    if (found && !used.has(found.key)) {
      used.add(found.key)
      if (found.value) values[found.value]++
      const types = wanted.key_types && level.types(wanted.key_types)
      pairs.push({ leaf: found.leaf, wanted, types: [found.leaf.renamed ? undefined : found.leaf.key_types, types] })
    } else if (!isEmptyNode(wanted)) {
      // For an empty node nothing is restored.
      counts.missing++
      findings.push({
        code: 'missing-leaf',
        item: named(wanted),
        key_path: wanted.key_path,
        expected: describe(wanted),
        actual: null,
        message:
          'the template has a leaf that the checkpoint lacks: restoring raises; take it out of the template or initialise it yourself',
      })
    }
  }
  findings.push(...valueFindings(values, leaves[0]?.item ?? null))
  for (const [key, leaf] of have) {
    if (used.has(key)) continue
    if (isEmptyNode(leaf)) continue
    counts.extra++
    findings.push({
      code: 'extra-leaf',
      // A partial restore leaves such a leaf alone: the user said so by --allow-extra.
      severity: allowExtra ? 'warning' : 'error',
      item: leaf.item,
      key_path: leaf.key_path,
      expected: null,
      actual: describe(leaf),
      message: `the checkpoint has a leaf that the template lacks: ${allowExtra ? 'allowed' : 'restoring raises, unless it is a partial restore (--allow-extra)'}`,
    })
  }
  return { pairs, findings, counts }
}

const keyOf = (/** @type {string} */ item, /** @type {string[]} */ path) => JSON.stringify([item, path])
const pathOf = (/** @type {Leaf} */ leaf) => leaf.renamed ?? leaf.key_path
const describe = (/** @type {{ dtype: string, shape: number[] | null }} */ { dtype, shape }) =>
  shape ? `${dtype} [${shape.join(',')}]` : dtype

/**
 * A leaf of this path, or of the same with a last key `value` more or less: what flax.nnx puts below each of a State's
 * variables and nnx.to_pure_dict takes away.
 * @param {Map<string, Leaf>} have
 * @returns {{ key: string, leaf: Leaf, value?: 'above' | 'below' } | undefined} value: the checkpoint has the level, or
 * the template
 */
function find(have, /** @type {string} */ item, /** @type {string[]} */ path) {
  const at = (/** @type {string[]} */ other, /** @type {'above' | 'below' | undefined} */ value) => {
    const key = keyOf(item, other)
    const leaf = have.get(key)
    return leaf && { key, leaf, value }
  }
  return (
    at(path, undefined) ??
    at([...path, 'value'], 'above') ??
    (path.at(-1) === 'value' ? at(path.slice(0, -1), 'below') : undefined)
  )
}

function valueFindings(
  /** @type {{ above: number, below: number }} */ { above, below },
  /** @type {string | null} */ item,
) {
  const finding = (/** @type {string} */ expected, /** @type {string} */ actual, /** @type {string} */ message) => ({
    code: 'structure-mismatch',
    severity: 'error',
    item,
    key_path: null,
    expected,
    actual,
    message: `${message}; leaves are compared as if it were so`,
  })
  const at = (/** @type {number} */ n) => (n === 1 ? 'at 1 leaf' : `at ${n} leaves`)
  return [
    ...(above
      ? [
          finding(
            '…',
            '…/value',
            `the checkpoint has a last level \`value\` ${at(above)} that the template has not, as an nnx.State is saved: restoring raises; restore into nnx.state(model), not into nnx.to_pure_dict`,
          ),
        ]
      : []),
    ...(below
      ? [
          finding(
            '…/value',
            '…',
            `the template has a last level \`value\` ${at(below)} that the checkpoint has not, as nnx.to_pure_dict is saved: restoring raises; restore into nnx.to_pure_dict(nnx.state(model))`,
          ),
        ]
      : []),
  ]
}

/**
 * @typedef {{ path: (path: string[]) => string[], types: (types: number[]) => number[] }} Level  from the template's to
 * the checkpoint's
 */

/**
 * `{'params': tree}` against `tree`: the level that one side has above everything and the other has not, if the paths
 * fit better without it.
 * @param {Map<string, Leaf>} have
 * @param {Leaf[]} leaves
 * @param {{ item: string, path: string[] }[]} template
 * @returns {{ level: Level, finding?: any }}
 */
function wrapperBetween(have, leaves, template) {
  const fitting = (/** @type {Level} */ { path: change }) =>
    template.filter(({ item, path }) => find(have, item, change(path))).length
  /** @type {Level} */
  const same = { path: path => path, types: types => types }
  const best = fitting(same)
  const finding = (/** @type {string} */ message, /** @type {string} */ expected, /** @type {string} */ actual) => ({
    code: 'structure-mismatch',
    severity: 'error',
    item: leaves[0]?.item ?? null,
    key_path: null,
    expected,
    actual,
    message,
  })
  /** @type {Level} */
  const stripped = { path: path => (path[0] === 'params' ? path.slice(1) : path), types: types => types.slice(1) }
  if (template.length > 0 && template.every(({ path }) => path[0] === 'params') && fitting(stripped) > best) {
    return {
      level: stripped,
      finding: finding(
        "the template has a level `params` above everything that the checkpoint has not: restore into template['params']; leaves are compared as if it were so",
        'params/…',
        '…',
      ),
    }
  }
  /** @type {Level} */
  const wrapped = { path: path => ['params', ...path], types: types => [2, ...types] }
  if (leaves.length > 0 && leaves.every(leaf => pathOf(leaf)[0] === 'params') && fitting(wrapped) > best) {
    return {
      level: wrapped,
      finding: finding(
        "the checkpoint has a level `params` above everything that the template has not: restore into {'params': template}; leaves are compared as if it were so",
        '…',
        'params/…',
      ),
    }
  }
  return { level: same }
}

/**
 * Where one side has a list or tuple and the other a dict: Orbax raises. One finding for each such container.
 * @param {Pair[]} pairs
 * @returns {{ findings: any[], leaves: Set<Leaf> }} and the leaves in them
 */
export function containersBetween(pairs) {
  const found = new Map()
  const leaves = new Set()
  for (const {
    leaf,
    types: [ours, theirs],
  } of pairs) {
    if (!ours || !theirs) continue
    const level = ours.findIndex((type, n) => n < theirs.length && type !== theirs[n])
    if (level < 0) continue
    leaves.add(leaf)
    const path = leaf.key_path.slice(0, level)
    const key = keyOf(leaf.item, path)
    const what = (/** @type {number} */ type) => (type === 1 ? 'a list or tuple' : 'a dict')
    if (found.has(key)) continue
    found.set(key, {
      code: 'structure-mismatch',
      severity: 'error',
      item: leaf.item,
      key_path: path,
      expected: what(theirs[level]),
      actual: what(ours[level]),
      message: `the template has ${what(theirs[level])} where the checkpoint has ${what(ours[level])}: restoring raises; make the template's like the checkpoint's`,
    })
  }
  return { findings: [...found.values()], leaves }
}
