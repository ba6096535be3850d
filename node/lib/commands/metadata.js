// What Orbax v1 tells of a checkpoint without reading values: `metadata(path, checkpointable_name)` and
// `checkpointables_metadata(path)`. The tree, dtypes and shapes are the core's list; times, custom metadata and
// shardings come from the documents beside it.
import { storeOf } from './source.js'
import { LeafsumError } from '../errors.js'
import { parseExact } from '../values/exact_json.js'
import { listSource } from './list.js'

// `_METADATA` and `_CHECKPOINT_METADATA` of real checkpoints are far below; a tree of 100,000 leaves has 30 MiB of
// sharding.
const kMaxDocument = 256 * 2 ** 20
const kMaxNsecs = 2n ** 63n - 1n

/**
 * The report of the list, and what is described.
 * @param {import('../run.js').Run} run
 * @param {any} source
 * @param {string | null} item  its name, AUTO, or null for the directory itself
 * @param {import('../run.js').Options} options
 */
export async function describeSource(run, source, item, options) {
  const opened = await source
  const store = storeOf(opened)
  const { report, document } = await listSource(run, opened, { ...options, readers: true })
  return { report, ...(await metadataOf(document, store, item)) }
}

/**
 * @param {any} list
 * @param {import('../stores/store.js').Store} store
 * @param {string | null} wanted
 */
async function metadataOf(list, store, wanted) {
  const { items, source } = list
  const auto = { documented: list.auto.orbax_0_11_37, orbax_0_12_8: list.auto.orbax_0_12_8 }
  const item = chosen(items, wanted, auto.orbax_0_12_8)
  /** @type {{ file: string, message: string }[]} */
  const unreadable = []
  const document = async (/** @type {string} */ file) => readDocument(store, file, unreadable)
  const first = items[0] ?? { name: '', directory: '' }
  const checkpoint = await document(
    `${first.directory.slice(0, first.directory.length - (first.name ? first.name.length + 1 : 0))}_CHECKPOINT_METADATA`,
  )
  const described = []
  for (const one of items) {
    const shardings = one.kind === 'pytree' ? await document(`${one.directory}_sharding`) : undefined
    described.push([
      one.name,
      { kind: one.kind, leaves: one.leaves.map((/** @type {any} */ leaf) => describe(leaf, shardings)) },
    ])
  }
  return {
    source: source.step === undefined ? {} : { step: source.step },
    init_timestamp_nsecs: nsecs(checkpoint?.init_timestamp_nsecs),
    commit_timestamp_nsecs: nsecs(checkpoint?.commit_timestamp_nsecs),
    custom_metadata: customOf(checkpoint),
    item,
    auto,
    items: Object.fromEntries(described),
    unreadable,
  }
}

/** @returns {string} */
function chosen(/** @type {any[]} */ items, /** @type {string | null} */ wanted, /** @type {string | null} */ auto) {
  if (wanted === 'AUTO') {
    if (auto !== null) return auto
    throw new LeafsumError(
      'source',
      'AUTO takes nothing here, as in Orbax 0.12.8 (InvalidLayoutError): no item is a tree, or a file is missing that marks the checkpoint; name an item with --item',
    )
  }
  const name = wanted ?? ''
  const found = items.find(one => one.name === name)
  const shown = (/** @type {string} */ one) => one || 'the directory itself'
  if (!found) {
    const names = items.map(one => shown(one.name)).join(', ') || 'none'
    throw new LeafsumError('source', `there is no item ${shown(name)} here; there are ${names}`)
  }
  if (found.kind !== 'pytree') {
    throw new LeafsumError(
      'source',
      `${shown(name)} is ${found.kind}, not a tree: metadata() is of trees, as in Orbax (InvalidLayoutError)`,
    )
  }
  return name
}

/** As Orbax's reader: unknown members of the document are custom metadata too. */
function customOf(/** @type {any} */ checkpoint) {
  if (checkpoint === undefined) return null
  const known = [
    'item_handlers',
    'metrics',
    'performance_metrics',
    'init_timestamp_nsecs',
    'commit_timestamp_nsecs',
    'custom_metadata',
  ]
  const others = Object.entries(checkpoint).filter(([name]) => !known.includes(name))
  const custom = checkpoint.custom_metadata
  if (custom !== undefined && custom !== null && (typeof custom !== 'object' || Array.isArray(custom))) return custom
  return Object.assign(Object.create(null), custom ?? {}, Object.fromEntries(others))
}

/** 64 bits, in digits: a double would lose some. */
function nsecs(/** @type {unknown} */ value) {
  if (typeof value !== 'bigint' && !Number.isInteger(value)) return null
  const exact = BigInt(/** @type {any} */ (value))
  return exact >= 0n && exact <= kMaxNsecs ? String(exact) : null
}

function describe(/** @type {any} */ { key_path: path, value_type: type, dtype, shape }, /** @type {any} */ shardings) {
  const text = shardings?.[base64Url(path.join('.'))]
  let sharding = null
  try {
    if (typeof text === 'string') sharding = parseExact(text)
  } catch {
    // `check` names it; to a reader who gives none it is an error.
  }
  return { key_path: path, value_type: type, dtype, shape, sharding }
}

/** How `_sharding` names a parameter. */
export function base64Url(/** @type {string} */ text) {
  const bytes = new TextEncoder().encode(text)
  let binary = ''
  // A call takes some 100,000 arguments, a key path may have more bytes.
  for (let n = 0; n < bytes.length; n += 8192) binary += String.fromCharCode(...bytes.subarray(n, n + 8192))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_')
}

/** @returns {Promise<any>} undefined where it is not there or cannot be read; the latter is told in `unreadable` */
export async function readDocument(
  /** @type {import('../stores/store.js').Store} */ store,
  /** @type {string} */ file,
  /** @type {any[]} */ unreadable,
) {
  try {
    if (((await store.size?.(file)) ?? 0) > kMaxDocument) throw new Error(`over ${kMaxDocument} bytes`)
    const bytes = await store.get(`/${file}`)
    if (bytes === undefined) return undefined
    const document = parseExact(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    if (typeof document !== 'object' || document === null || Array.isArray(document)) throw new Error('no JSON object')
    return document
  } catch (error) {
    const { kind, message } = /** @type {any} */ (error)
    if (kind !== 'missing') unreadable.push({ file, message })
    return undefined
  }
}
