// A leaf's content, or a slice of it: only the chunks that it needs, and with a lockfile only what its blocks vouch
// for.
import { leavesOf, storeOf } from './source.js'
import { LeafsumError } from '../errors.js'
import { dtypeOf, typedArrayOf } from '../values/elements.js'
import { findLeaf, patternsOf, pointer as toPointer, splitSlice } from '../values/leaf_name.js'
import { listOptions, listSource } from './list.js'
import { axesOf, blocksFor, chunksFor, countOf, kBlock, parseSlice, shapeOf } from '../values/slice.js'

const kMaxBytes = 2 ** 31 - 1 // of one typed array everywhere

/** @typedef {(command: string, sources: any[], options: Record<string, any>) => Promise<any>} Report runs a command */

/**
 * Of a source that is not open: it is listed first.
 * @param {{ run: import('../run.js').Run, report: Report }} commands
 * @param {any} source
 * @param {string | string[]} name
 * @param {any} slice
 * @param {import('../run.js').Options} options
 */
export async function readSource({ run, report }, source, name, slice, options) {
  // With the lockfile, which chooses the step of a root where nothing else does.
  const { lockfile, lockfileCameWithSource } = options
  // Without a listing each question is a request: of other leaves nothing is asked.
  const { list, asks } = storeOf(await source)
  const include =
    (list && !asks) || !isName(name) ? undefined : patternsOf(Array.isArray(name) ? toPointer(name) : name)
  const listed = { ...listOptions(options), lockfile, lockfileCameWithSource }
  const one = { ...options, unlisted: include !== undefined }
  const { document } = await listSource(run, source, { ...listed, include, unlisted: one.unlisted }).catch(error => {
    if (!list || !one.unlisted || error?.code !== 'source') throw error
    one.unlisted = false // a root of steps, say: which there are, a listing alone tells
    return listSource(run, source, listed)
  })
  return readLeaf(report, source, leavesOf(document.items), name, slice, one)
}

/**
 * @param {Report} report
 * @param {any} source
 * @param {any[]} leaves of `list`, each with its item
 * @param {string | string[]} word a name, which a slice may stand behind where there is none of its own, or a key path
 * @param {string | import('../values/slice.js').Index[]} [chosen]
 * @param {Record<string, any>} [options] of the API; `lockfile` makes it checked
 */
export async function readLeaf(report, source, leaves, word, chosen, options = {}) {
  const [name, slice] = chosen === undefined && typeof word === 'string' ? splitSlice(word, leaves) : [word, chosen]
  const leaf = leafOf(
    leaves.filter(one => options.item === undefined || one.item === options.item || one.item === ''),
    name,
  )
  const { shape, axes, itemsize } = selectionOf(leaf, slice)
  const { stats } = options
  if (stats && !dtypeOf(leaf.dtype))
    throw new LeafsumError('usage', `statistics of a leaf of dtype ${leaf.dtype}: it has no elements`)
  if (!stats && countOf(axes) * itemsize > kMaxBytes)
    throw new LeafsumError('usage', 'the slice is over 2 GiB: read it in parts')
  const plan = planOf(leaf, axes, shape, itemsize, options.lockfile)
  const begins = plan.parts.map((/** @type {any} */ part) => part.begin ?? part.skip)
  const counted = stats ? new (await import('./read_stats.js')).PartStats(leaf.dtype, plan) : undefined
  const result = await report('cat', [source], {
    ...options,
    reads: [readOf(leaf, plan.parts)],
    onContent: (/** @type {number} */ part, /** @type {number} */ offset, /** @type {Uint8Array} */ bytes) => {
      counted?.begin(part, offset)
      plan.picker.push(begins[part] + offset, bytes)
      counted?.end(part, offset + bytes.length)
    },
  })
  const shown = result.exit_code === 0
  const bytes = shown && !counted ? plan.picker.bytes : null
  return {
    report: result,
    item: leaf.item,
    key_path: leaf.key_path,
    dtype: leaf.dtype,
    shape: leaf.shape === null ? null : shapeOf(axes),
    bytes,
    data: bytes && typedArrayOf(leaf.dtype, bytes),
    ...(counted && { stats: shown ? counted.result : null }),
  }
}

/** What the core is to read of a leaf of `list`, and what it must still be then. */
export const readOf = (/** @type {any} */ leaf, /** @type {any[]} */ parts) => ({
  item: leaf.item,
  key_path: leaf.key_path,
  dtype: leaf.dtype,
  shape: leaf.shape,
  chunk_shape: leaf.chunk_shape,
  nbytes: leaf.nbytes,
  parts,
})

const isName = (/** @type {unknown} */ name) =>
  typeof name === 'string' || (Array.isArray(name) && name.every(key => typeof key === 'string'))

/** A key path is taken as it is; names are found as everywhere. */
function leafOf(/** @type {any[]} */ leaves, /** @type {string | string[]} */ name) {
  if (!isName(name)) throw new LeafsumError('usage', 'a leaf is named by a text or a key path')
  const path = Array.isArray(name) ? toPointer(name) : undefined
  const byItem = [...new Set(leaves.map(leaf => leaf.item))].map(item => ({
    name: item,
    leaves: leaves.filter(leaf => leaf.item === item && (path === undefined || toPointer(leaf.key_path) === path)),
  }))
  return findLeaf(byItem, path ?? /** @type {string} */ (name)).leaf
}

function selectionOf(/** @type {any} */ leaf, /** @type {string | import('../values/slice.js').Index[]} */ slice = []) {
  const dtype = dtypeOf(leaf.dtype)
  const indices = typeof slice === 'string' ? parseSlice(slice) : slice
  if (!Array.isArray(indices)) throw new LeafsumError('usage', 'a slice is text, as `0:3, ::2`, or a list')
  if (!dtype && indices.length > 0)
    throw new LeafsumError('usage', `a slice of a leaf of dtype ${leaf.dtype}: it has no elements`)
  const shape = dtype ? leaf.shape : [leaf.nbytes]
  return { shape, axes: axesOf(indices, shape), itemsize: dtype?.itemsize ?? 1 }
}

function planOf(
  /** @type {any} */ leaf,
  /** @type {import('../values/slice.js').Axis[]} */ axes,
  /** @type {number[]} */ shape,
  /** @type {number} */ itemsize,
  /** @type {any} */ lockfile,
) {
  const inChunks = leaf.chunk_shape !== undefined
  if (lockfile === undefined) {
    if (countOf(axes) === 0) return { parts: [], picker: chunklessPicker(axes, shape, itemsize) }
    const plan = chunksFor(axes, shape, inChunks ? leaf.chunk_shape : shape, itemsize)
    // A file or a value of a msgpack tree is one piece, and no array of chunks to the core.
    return inChunks ? plan : { ...plan, parts: plan.parts.map(({ skip, take }) => ({ skip, take })) }
  }
  const plan = blocksFor(
    axes,
    shape,
    inChunks ? leaf.chunk_shape : undefined,
    itemsize,
    leaf.nbytes > kBlock && hasBlocks(lockfile, leaf),
  )
  return leaf.nbytes === 0 ? { ...plan, parts: [] } : plan
}

const chunklessPicker = (/** @type {any} */ axes, /** @type {number[]} */ shape, /** @type {number} */ itemsize) =>
  blocksFor(axes, shape, undefined, itemsize, false).picker

/** Whether the lockfile has this leaf's blocks; the core has the last word on every one of them. */
function hasBlocks(/** @type {Uint8Array | ArrayBuffer | string} */ lockfile, /** @type {any} */ leaf) {
  try {
    const { items } = JSON.parse(typeof lockfile === 'string' ? lockfile : new TextDecoder().decode(lockfile))
    const item = items[leaf.item] ?? Object.values(items)[0]
    const path = JSON.stringify(leaf.key_path)
    return item.leaves.some(
      (/** @type {any} */ one) => one.blocks !== undefined && JSON.stringify(one.key_path) === path,
    )
  } catch {
    return false // the core refuses such a lockfile, and says why
  }
}
