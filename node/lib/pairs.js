// Which leaf of a checkpoint is which of a template: by item and key path, whatever level `params` stands above one side alone.
import { isEmptyNode } from './listing.js'

/**
 * @typedef {import('./template.js').TemplateLeaf} TemplateLeaf
 * @typedef {{ item: string, key_path: string[], dtype: string, shape: number[] | null, nbytes: number, value_type?: string }} Leaf
 */

/** Both sides by item and key path, with a level `params` on one side alone taken for what it is. */
export function pairUp(/** @type {Leaf[]} */ leaves, /** @type {TemplateLeaf[]} */ template, /** @type {boolean} */ allowExtra) {
  const items = new Set(leaves.map(one => one.item))
  const wantedItems = new Set(template.map(one => one.item))
  const single = items.size === 1 && wantedItems.size === 1
  const named = (/** @type {TemplateLeaf} */ one) => single ? [...items][0] : one.item
  const have = new Map(leaves.map(leaf => [keyOf(leaf.item, leaf.key_path), leaf]))
  const paths = template.map(wanted => ({ item: named(wanted), path: wanted.key_path }))
  const { change, finding } = wrapperBetween(leaves, paths)
  /** @type {any[]} */
  const findings = finding ? [finding] : []
  const pairs = []
  const counts = { equal: 0, different: 0, missing: 0, extra: 0 }
  const used = new Set()
  for (const wanted of template) {
    const key = keyOf(named(wanted), change(wanted.key_path))
    const leaf = have.get(key)
    if (leaf) {
      used.add(key)
      pairs.push({ leaf, wanted })
    } else if (isEmptyNode(wanted)) {
      counts.equal++ // nothing is restored for it
    } else {
      counts.missing++
      findings.push({
        code: 'missing-leaf', item: named(wanted), key_path: wanted.key_path, expected: describe(wanted), actual: null,
        message: 'the template has a leaf that the checkpoint lacks: restoring raises; take it out of the template or initialise it yourself',
      })
    }
  }
  for (const [key, leaf] of have) {
    if (used.has(key)) continue
    if (isEmptyNode(leaf)) {
      counts.equal++
      continue
    }
    counts.extra++
    findings.push({
      code: 'extra-leaf', severity: allowExtra ? 'warning' : 'error', item: leaf.item, key_path: leaf.key_path, expected: null, actual: describe(leaf),
      message: `the checkpoint has a leaf that the template lacks: ${allowExtra ? 'allowed' : 'restoring raises, unless it is a partial restore (--allow-extra)'}`,
    })
  }
  return { pairs, findings, counts }
}

const keyOf = (/** @type {string} */ item, /** @type {string[]} */ path) => JSON.stringify([item, path])
const describe = (/** @type {{ dtype: string, shape: number[] | null }} */ { dtype, shape }) => shape ? `${dtype} [${shape.join(',')}]` : dtype

/**
 * `{'params': tree}` against `tree`: the level that one side has above everything and the other has not, if the paths
 * fit better without it.
 * @param {Leaf[]} leaves
 * @param {{ item: string, path: string[] }[]} template
 * @returns {{ change: (path: string[]) => string[], finding?: any }}
 */
function wrapperBetween(leaves, template) {
  const have = new Set(leaves.map(leaf => keyOf(leaf.item, leaf.key_path)))
  const fitting = (/** @type {(path: string[]) => string[]} */ change) => template.filter(({ item, path }) => have.has(keyOf(item, change(path)))).length
  const same = (/** @type {string[]} */ path) => path
  const best = fitting(same)
  const finding = (/** @type {string} */ message, /** @type {string} */ expected, /** @type {string} */ actual) =>
    ({ code: 'structure-mismatch', severity: 'error', item: leaves[0]?.item ?? null, key_path: null, expected, actual, message })
  const stripped = (/** @type {string[]} */ path) => path[0] === 'params' ? path.slice(1) : path
  if (template.length > 0 && template.every(({ path }) => path[0] === 'params') && fitting(stripped) > best) {
    return {
      change: stripped,
      finding: finding("the template has a level `params` above everything that the checkpoint has not: restore into template['params']; leaves are compared as if it were so", 'params/…', '…'),
    }
  }
  const wrapped = (/** @type {string[]} */ path) => ['params', ...path]
  if (leaves.length > 0 && leaves.every(leaf => leaf.key_path[0] === 'params') && fitting(wrapped) > best) {
    return {
      change: wrapped,
      finding: finding("the checkpoint has a level `params` above everything that the template has not: restore into {'params': template}; leaves are compared as if it were so", '…', 'params/…'),
    }
  }
  return { change: same }
}
