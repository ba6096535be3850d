// Would a checkpoint restore into a template? Answered before anything is restored: what would raise, what would be cast
// without a word and whether that loses anything, which leaves one side lacks.
import { CastCheck, canCast } from './cast.js'
import { dtypeOf } from './elements.js'
import { pointer as toPointer } from './leaf_name.js'
import { base64Url, readDocument } from './metadata.js'
import { readOf } from './read.js'
import { shardingFindings } from './sharding.js'
import { unravel } from './slice.js'

/**
 * @typedef {import('./template.js').TemplateLeaf} TemplateLeaf
 * @typedef {{ item: string, key_path: string[], dtype: string, shape: number[] | null, nbytes: number, value_type?: string }} Leaf
 *
 * @param {import('./read.js').Report} report
 * @param {any} source
 * @param {any[]} items of `list`
 * @param {TemplateLeaf[]} template
 * @param {Record<string, any>} options of the API: `mesh`, `allowExtra`
 */
export async function matchLeaves(report, source, items, template, { mesh, allowExtra, ...options }) {
  /** @type {Leaf[]} */
  const leaves = items.flatMap(item => item.leaves.map((/** @type {any} */ leaf) => ({ item: item.name, ...leaf })))
  const { pairs, findings, counts } = pairUp(leaves, template, allowExtra === true)
  const recorded = mesh || template.some(leaf => leaf.sharding) ? await recordedShardings(source, items) : new Map()
  /** @type {{ check: CastCheck, finding: any }[]} */
  const casts = []
  const reads = []
  for (const { leaf, wanted } of pairs) {
    const found = judge(leaf, wanted)
    if (found) counts.different++
    else counts.equal++
    if (found) findings.push(found)
    if (found?.code === 'dtype-mismatch' && canCast(leaf.dtype, wanted.dtype)) {
      casts.push({ check: new CastCheck(leaf.dtype, wanted.dtype), finding: found })
      reads.push(readOf(leaf, [{ skip: 0, take: leaf.nbytes }]))
    }
    findings.push(...shardingFindings(leaf, recordedOf(recorded.get(leaf.item), leaf.key_path), wanted.sharding, mesh))
  }
  return report('match', [source], {
    ...options, reads,
    onContent: (/** @type {number} */ task, /** @type {number} */ offset, /** @type {Uint8Array} */ bytes) => casts[task].check.push(offset, bytes),
    conclude: () => {
      for (const { check, finding } of casts) finding.message += `: ${lossText(check, leavesShape(finding, pairs))}`
      return { findings, leaves: counts }
    },
  })
}

/** Both sides by item and key path, with a level `params` on one side alone taken for what it is. */
function pairUp(/** @type {Leaf[]} */ leaves, /** @type {TemplateLeaf[]} */ template, /** @type {boolean} */ allowExtra) {
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

const kEmpty = ['None', 'Dict', 'List', 'Tuple', 'NamedTuple']
const isEmptyNode = (/** @type {{ dtype: string }} */ { dtype }) => kEmpty.includes(dtype)
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

function judge(/** @type {Leaf} */ leaf, /** @type {TemplateLeaf} */ wanted) {
  if (!leaf.dtype) return undefined // it could not be read: a finding says why
  const where = { item: leaf.item, key_path: leaf.key_path }
  const isLeaf = (/** @type {any} */ one) => one.shape !== null
  if (isLeaf(leaf) && isLeaf(wanted) && String(leaf.shape) !== String(wanted.shape)) {
    return {
      code: 'shape-mismatch', ...where, expected: `[${wanted.shape}]`, actual: `[${leaf.shape}]`,
      message: `the template's shape is another one: restoring raises (or, where it is not strict, ${sizeOf(leaf.shape) > sizeOf(wanted.shape) ? 'cuts off values' : 'fills up with zeros'})`,
    }
  }
  if (leaf.dtype === wanted.dtype) return undefined
  const cast = dtypeOf(leaf.dtype) && dtypeOf(wanted.dtype)
  return {
    code: 'dtype-mismatch', ...where, expected: wanted.dtype, actual: leaf.dtype,
    message: cast ? `restored as ${wanted.dtype}, cast from ${leaf.dtype} without a word` : 'the template has another kind of leaf here: restoring raises',
  }
}

const sizeOf = (/** @type {number[] | null} */ shape) => (shape ?? []).reduce((a, b) => a * b, 1)

function leavesShape(/** @type {any} */ finding, /** @type {{ leaf: Leaf }[]} */ pairs) {
  return pairs.find(({ leaf }) => leaf.item === finding.item && toPointer(leaf.key_path) === toPointer(finding.key_path))?.leaf.shape ?? []
}

function lossText(/** @type {CastCheck} */ { loss }, /** @type {number[]} */ shape) {
  const { changed, total, first } = loss
  if (total !== sizeOf(shape)) return 'its values could not be read'
  if (!first) return total === 1 ? 'exact for the value there' : `exact for the ${total} values there`
  return `lossy: ${changed} of ${total} values change, first at [${unravel(first.index, shape).join(',')}]: ${first.before} becomes ${first.after}`
}

/**
 * `_sharding` of each item: by item, then as the file names parameters. What is wrong with it, `check` says.
 * @param {any} source
 * @param {any[]} items of `list`
 * @returns {Promise<Map<string, any>>}
 */
async function recordedShardings(source, items) {
  const store = source.store ?? await source
  const files = items.map(async item => /** @type {[string, any]} */ ([item.name, await readDocument(store, `${item.directory}_sharding`, [])]))
  return new Map(await Promise.all(files))
}

function recordedOf(/** @type {any} */ file, /** @type {string[]} */ path) {
  const text = file?.[base64Url(path.join('.'))]
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}
