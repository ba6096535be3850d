import { read } from '../../api_node.js'
import { LeafsumError } from '../../errors.js'
import { reportText } from '../../report.js'
import { dtypeOf, textsOf } from '../../values/elements.js'
import { npyOf } from '../../values/npy.js'
import { arrayText } from '../array_text.js'
import { lines } from '../context.js'
import { refuseToOverwrite } from '../output.js'
import { leafName, renderReport } from '../render.js'
import { liesInside, openSource, readEvidence } from '../source.js'
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
  const lockfile = options.lock === undefined ? undefined : readEvidence(options.lock)
  refuseToOverwrite({ file: options.output, option: '-o' }, [{ file: options.lock, is: 'the lockfile' }])
  context.checkOutput()
  const { item, step, allSteps, prefix, generation, maxMemory, maxFill, signal } = context.apiOptions()
  const value = await read(store, leaf, undefined, {
    item,
    step,
    allSteps,
    prefix,
    generation,
    maxMemory,
    maxFill,
    signal,
    lockfile,
    lockfileCameWithSource: lockfile && liesInside(options.lock, source),
  })
  context.bar.clear()
  const { report } = value
  if (!options.npy) refuseTooMuch(value, context.format)
  if (context.format === 'json')
    context.write(`${reportText(report).trimEnd().slice(0, -1)},"cat":${JSON.stringify(document(value))}}\n`)
  else if (context.format === 'ndjson')
    context.write(lines([{ type: 'value', ...document(value) }]) + (await context.reportText(report)))
  else if (value.bytes) context.write(options.npy ? npyOf(value.dtype, value.shape, value.bytes) : text(value))
  if (report.exit_code !== 0)
    context.note(`${leafName(value.item, value.key_path)} is not shown: ${renderReport(report, context).trimEnd()}`)
  return report.exit_code
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

function document(/** @type {any} */ { item, key_path, dtype, shape, bytes }) {
  const values = bytes && (dtypeOf(dtype) ? textsOf(dtype, bytes) : [new TextDecoder().decode(bytes)])
  return { item, key_path, dtype, shape, values }
}

function text(/** @type {any} */ { dtype, shape, bytes }) {
  if (dtypeOf(dtype)) return `${arrayText(dtype, shape, bytes)}\n`
  const lines = new TextDecoder().decode(bytes).split('\n').map(printable)
  return lines.join('\n').replace(/\n?$/, '\n')
}
