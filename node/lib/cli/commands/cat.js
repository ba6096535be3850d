import { read } from '../../api_node.js'
import { LeafsumError } from '../../errors.js'
import { reportText } from '../../report.js'
import { dtypeOf, textsOf } from '../../values/elements.js'
import { npyOf } from '../../values/npy.js'
import { arrayText } from '../array_text.js'
import { lines } from '../context.js'
import { lockfileOf } from '../evidence.js'
import { leafMeant, listedLeaves, subtreeOf, withNear } from '../meant.js'
import { refuseToOverwrite } from '../output.js'
import { columns, leafName, renderReport, shapeText } from '../render.js'
import { openSource } from '../source.js'
import { statsText, withTexts } from '../stats_text.js'
import { printable } from '../terminal.js'

const kMaxJson = 2 ** 28 // characters; a string ends at 2^29
const kMaxText = 2 ** 24 // bytes; escaped, one may become six characters
const kMaxShown = 100_000 // elements of an array as text

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const {
    operands: [source, leaf],
    options,
  } = context
  if (options.npy && context.format !== 'human') throw new LeafsumError('usage', '--npy and --json exclude each other')
  const store = await openSource(source, options)
  const locked = await lockfileOf(options, source, store, context.signal)
  refuseToOverwrite({ file: options.output, option: '-o' }, [{ file: options.lock, is: 'the lockfile' }])
  context.checkOutput()
  const { item, step, allSteps, prefix, generation, maxMemory, maxFill, signal } = context.apiOptions()
  if (options.npy && context.onTerminal)
    throw new LeafsumError('usage', '--npy is not text: keep it with -o FILE, or pipe it to a program')
  const scope = {
    item,
    step,
    allSteps,
    prefix,
    generation,
    maxMemory,
    maxFill,
    signal,
    stats: options.stats === true,
    ...locked,
  }
  let value
  try {
    value = await read(store, leaf, undefined, scope)
  } catch (error) {
    const leaves = isNoLeaf(error) ? await listedLeaves(store, scope) : []
    const below = subtreeOf(leaf, leaves)
    if (below.length === 0)
      throw isNoLeaf(error)
        ? new LeafsumError('usage', withNear(/** @type {any} */ (error).message, leafMeant(leaf, leaves)))
        : error
    return showSubtree(context, leaf, below)
  }
  context.bar.clear()
  const { report } = value
  if (!options.npy) refuseTooMuch(value, context.format)
  if (context.format === 'json')
    context.write(`${reportText(report).trimEnd().slice(0, -1)},"cat":${JSON.stringify(document(value))}}\n`)
  else if (context.format === 'ndjson')
    context.write(lines([{ type: 'value', ...document(value) }]) + (await context.reportText(report)))
  else if (value.stats) context.write(statsText(value.dtype, value.stats))
  else if (value.bytes) context.write(options.npy ? npyOf(value.dtype, value.shape, value.bytes) : text(value))
  if (report.exit_code !== 0)
    context.note(`${leafName(value.item, value.key_path)} is not shown: ${renderReport(report, context).trimEnd()}`)
  return report.exit_code
}

const isNoLeaf = (/** @type {unknown} */ error) => error instanceof LeafsumError && error.misnamed?.what === 'leaf'

/** A name above leaves has no values: these are its leaves. */
function showSubtree(
  /** @type {import('../context.js').Context} */ context,
  /** @type {string} */ name,
  /** @type {any[]} */ leaves,
) {
  if (context.format !== 'human' || context.options.npy) {
    const names = leaves.slice(0, 4).map(leaf => leafName(leaf.item, leaf.key_path))
    throw new LeafsumError(
      'usage',
      `${name} is a subtree of ${leaves.length === 1 ? '1 leaf' : `${leaves.length} leaves`}: name one of them, as ${names.join(', ')}`,
    )
  }
  context.bar.clear()
  const rows = leaves.map(leaf => [leafName(leaf.item, leaf.key_path), printable(leaf.dtype), shapeText(leaf.shape)])
  context.write(`${columns(rows).join('\n')}\n`)
  context.note(`${name} is a subtree: name one of its leaves for its values`)
  return 0
}

/** What no string holds is said so before it is tried. */
function refuseTooMuch(/** @type {any} */ { dtype, bytes }, /** @type {string} */ format) {
  if (!bytes) return
  const { itemsize, kind } = dtypeOf(dtype) ?? {}
  if (!itemsize) {
    if (bytes.length > kMaxText) throw tooMuch(`over ${kMaxText} bytes as text`, 'the JavaScript API has its bytes')
    return
  }
  const count = bytes.length / itemsize
  // The longest that an element becomes, in quotes: two digits for a byte of raw ones, 27 characters for a float64.
  if (format !== 'human' && count * (3 * itemsize + 8) > kMaxJson)
    throw tooMuch(`${count} values as JSON`, 'name a slice or take --npy')
  if (kind === 'raw' && Math.min(count, kMaxShown) * itemsize > kMaxText)
    throw tooMuch(`over ${kMaxText} bytes as text`, 'name a slice or take --npy')
}

const tooMuch = (/** @type {string} */ what, /** @type {string} */ instead) =>
  new LeafsumError('usage', `too much: ${what}; ${instead}`)

function document(/** @type {any} */ { item, key_path, dtype, shape, bytes, stats }) {
  if (stats !== undefined) return { item, key_path, dtype, shape, stats: stats && withTexts(dtype, stats) }
  const values = bytes && (dtypeOf(dtype) ? textsOf(dtype, bytes) : [new TextDecoder().decode(bytes)])
  return { item, key_path, dtype, shape, values }
}

function text(/** @type {any} */ { dtype, shape, bytes }) {
  if (dtypeOf(dtype)) return `${arrayText(dtype, shape, bytes)}\n`
  const lines = new TextDecoder().decode(bytes).split('\n').map(printable)
  return lines.join('\n').replace(/\n?$/, '\n')
}
