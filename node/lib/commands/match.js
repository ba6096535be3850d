// Would a checkpoint restore into a template? Answered before anything is restored: what would raise, what would be
// cast without a word and whether that loses anything, which leaves one side lacks.
import { CastCheck, canCast } from '../values/cast.js'
import { Checkpoint } from './checkpoint.js'
import { leavesOf } from './source.js'
import { dtypeOf } from '../values/elements.js'
import { pointer as toPointer } from '../values/leaf_name.js'
import { listOptions, listSource } from './list.js'
import { isEmptyNode } from './listing.js'
import { base64Url, readDocument } from './metadata.js'
import { containersBetween, pairUp } from './pairs.js'
import { judgeKey, prngKeyOf } from './prng_key.js'
import { readOf } from './read.js'
import { recordsOf, withRecords } from './records.js'
import { shardingFindings } from './sharding.js'
import { unravel } from '../values/slice.js'
import { parseTemplate } from './template.js'

/**
 * @typedef {import('./template.js').TemplateLeaf} TemplateLeaf
 * @typedef {import('./pairs.js').Leaf} Leaf
 *
 * @param {{ run: import('../run.js').Run, report: import('./read.js').Report }} commands
 * @param {any} source
 * @param {any} template another source, or the bytes of a template's document
 * @param {Record<string, any>} options of the API
 */
export async function matchSource({ run, report }, source, template, options) {
  const { item, step, allSteps, prefix, ...scope } = listOptions(options)
  const list = async (/** @type {any} */ one, /** @type {Record<string, any>} */ narrowed) => {
    if (!(one instanceof Checkpoint)) {
      const { items, auto } = (await listSource(run, one, { ...narrowed, ...scope, readers: true })).document
      return { items, auto: auto.orbax_0_12_8 }
    }
    const items = one.items.filter(
      (/** @type {any} */ its) => narrowed.item === undefined || its.name === narrowed.item || its.name === '',
    )
    return { items, auto: one.auto }
  }
  const isDocument = template instanceof Uint8Array || template instanceof ArrayBuffer
  const document = isDocument ? parseTemplate(template) : undefined
  const theTemplate = isDocument ? { items: [], auto: null } : await list(template, { allSteps, prefix })
  const theSource = await list(source, { item, step, allSteps, prefix })
  const wantedNames = new Set(
    document ? document.map(leaf => leaf.item) : theTemplate.items.map((/** @type {any} */ one) => one.name),
  )
  const ours = treesFor(theSource, item, [...wantedNames])
  const theirs = treesFor(
    theTemplate,
    item,
    theSource.items.map((/** @type {any} */ one) => one.name),
  )
  const wanted = document ?? (await recordedLeaves(template, theirs.items))
  const inScope = wanted.filter(
    (/** @type {any} */ leaf) => item === undefined || leaf.item === item || leaf.item === '',
  )
  return matchLeaves(report, source, ours.items, inScope, { ...options, item: ours.item })
}

/**
 * Against a single tree stands a single one: of its name, else the one that AUTO takes, as Orbax restores a tree from a
 * checkpoint of several items.
 * @param {{ items: any[], auto: string | null }} listed  of `list`; the item that AUTO takes as the newest Orbax
 * chooses
 * @param {string | undefined} item that was asked for
 * @param {string[]} others the other side's items
 * @returns {{ items: any[], item: string | undefined }}
 */
function treesFor({ items, auto }, item, others) {
  if (item !== undefined || items.length < 2 || others.length !== 1) return { items, item }
  const name = items.some(one => one.name === others[0]) ? others[0] : auto
  return !items.some(one => one.name === name)
    ? { items, item }
    : { items: items.filter(one => one.name === name), item: /** @type {string} */ (name) }
}

/** The leaves of a source, with what Orbax recorded of them. */
async function recordedLeaves(/** @type {any} */ source, /** @type {any[]} */ items) {
  const records = await recordsOf(source.store ?? (await source), items)
  return leavesOf(items).map(leaf => withRecords(records, leaf))
}

/**
 * @param {import('./read.js').Report} report
 * @param {any} source
 * @param {any[]} items of `list`
 * @param {TemplateLeaf[]} template
 * @param {Record<string, any>} options of the API: `mesh`, `allowExtra`, `rename`
 */
async function matchLeaves(report, source, items, template, { mesh, allowExtra, rename, ...options }) {
  const listed = await recordedLeaves(source, items)
  const leaves = rename === undefined ? listed : (await import('./rename.js')).withRenames(listed, rename)
  const { pairs, findings, counts } = pairUp(leaves, template, allowExtra === true)
  const containers = containersBetween(pairs)
  findings.push(...containers.findings)
  const recorded = mesh || template.some(leaf => leaf.sharding) ? await recordedShardings(source, items) : new Map()
  /** @type {{ check: CastCheck, finding: any }[]} */
  const casts = []
  const reads = []
  for (const { leaf, wanted } of pairs) {
    const found = judge(leaf, wanted)
    const differs = found || containers.leaves.has(leaf)
    // Leaves are those with content, here as everywhere.
    if (differs || !isEmptyNode(leaf)) counts[differs ? 'different' : 'equal']++
    if (found) findings.push(found)
    if (
      found?.code === 'dtype-mismatch' &&
      leaf.dtype !== wanted.dtype &&
      canCast(leaf.dtype, wanted.dtype) &&
      !leaf.prng_impl
    ) {
      casts.push({ check: new CastCheck(leaf.dtype, wanted.dtype), finding: found })
      reads.push(readOf(leaf, [{ skip: 0, take: leaf.nbytes }]))
    }
    findings.push(...shardingFindings(leaf, recordedOf(recorded.get(leaf.item), leaf.key_path), wanted.sharding, mesh))
  }
  return report('match', [source], {
    ...options,
    reads,
    onContent: (/** @type {number} */ task, /** @type {number} */ offset, /** @type {Uint8Array} */ bytes) =>
      casts[task].check.push(offset, bytes),
    conclude: () => {
      for (const { check, finding } of casts) finding.message += `: ${lossText(check, leavesShape(finding, pairs))}`
      return { findings, leaves: counts }
    },
  })
}

function judge(/** @type {Leaf} */ leaf, /** @type {TemplateLeaf} */ wanted) {
  if (!leaf.dtype) return undefined // it could not be read: a finding says why
  const where = { item: leaf.item, key_path: leaf.key_path }
  const key = judgeKey(leaf, wanted)
  if (key) return { ...key, ...where }
  if (prngKeyOf(wanted.dtype)) return undefined
  const isLeaf = (/** @type {any} */ one) => one.shape !== null
  if (isLeaf(leaf) && isLeaf(wanted) && String(leaf.shape) !== String(wanted.shape)) {
    return {
      code: 'shape-mismatch',
      ...where,
      expected: `[${wanted.shape}]`,
      actual: `[${leaf.shape}]`,
      message: `the template's shape is another one: restoring raises (or, where it is not strict, ${sizeOf(leaf.shape) > sizeOf(wanted.shape) ? 'cuts off values' : 'fills up with zeros'})`,
    }
  }
  if (leaf.dtype === wanted.dtype) return undefined
  const cast = dtypeOf(leaf.dtype) && dtypeOf(wanted.dtype)
  return {
    code: 'dtype-mismatch',
    ...where,
    expected: wanted.dtype,
    actual: leaf.dtype,
    message: cast
      ? `restored as ${wanted.dtype}, cast from ${leaf.dtype} without a word`
      : 'the template has another kind of leaf here: restoring raises',
  }
}

const sizeOf = (/** @type {number[] | null} */ shape) => (shape ?? []).reduce((a, b) => a * b, 1)

function leavesShape(/** @type {any} */ finding, /** @type {{ leaf: Leaf }[]} */ pairs) {
  return (
    pairs.find(({ leaf }) => leaf.item === finding.item && toPointer(leaf.key_path) === toPointer(finding.key_path))
      ?.leaf.shape ?? []
  )
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
  const store = source.store ?? (await source)
  const files = items.map(
    async item =>
      /** @type {[string, any]} */ ([item.name, await readDocument(store, `${item.directory}_sharding`, [])]),
  )
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
