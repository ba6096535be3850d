// What node:util parseArgs takes apart, held against the table: what it does not know it refuses, in one line that says
// what to do.
import { parseArgs } from 'node:util'
import { LeafsumError } from '../errors.js'
import { didYouMean } from './did_you_mean.js'
import { kCommands } from './command_table.js'
import { kOptions } from './options.js'
import { parseSize } from './sizes.js'

/**
 * @typedef {{ command: string, operands: string[], options: Record<string, any> }} Arguments
 * Options by their name in camelCase; one that was not given is absent.
 * @typedef {{ name: string, value: string | undefined, shown: string }} Given
 */

const kReportForms = ['sarif', 'junit']

/** @param {string} message */
const usage = message => new LeafsumError('usage', message)

/** As parseArgs wants them. `--progress` alone is possible: its value, where there is one, stands behind `=`. */
const kParsed = Object.fromEntries(
  Object.entries(kOptions).map(([name, { type, short }]) => [
    name,
    /** @type {const} */ ({ type: ['flag', 'when'].includes(type) ? 'boolean' : 'string', ...(short && { short }) }),
  ]),
)

/**
 * @param {string[]} argv without node and the script
 * @returns {Arguments}
 */
export function parseArguments(argv) {
  // Not strict: parseArgs's own refusals do not say what to do.
  const { tokens } = parseArgs({
    args: argv,
    options: kParsed,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const words = tokens.flatMap(token => (token.kind === 'positional' ? [token.value] : []))
  const given = tokens.flatMap(token => (token.kind === 'option' ? [givenOf(token)] : []))
  const [command = '', ...operands] = words
  const options = collect(given)
  if (command === '') {
    if (options.help || options.version) return { command, operands, options }
    throw usage('which command? leafsum -h lists them')
  }
  checkCommand(command, operands, options, given)
  return { command, operands, options }
}

/** @returns {Given} */
function givenOf(/** @type {any} */ { name, rawName: shown, value, inlineValue }) {
  if (!Object.hasOwn(kOptions, name))
    throw usage(`unknown option ${shown}${didYouMean(name, Object.keys(kOptions), '--') || ': leafsum -h lists them'}`)
  const { type, value: wanted } = kOptions[name]
  if (type === 'flag' && value !== undefined) throw usage(`${shown} takes no value`)
  if (type === 'flag' || type === 'when') return { name, value, shown }
  if (value === undefined) throw usage(`${shown} wants a value: ${shown} ${wanted}`)
  if (!inlineValue && value !== '-' && value.startsWith('-'))
    throw usage(`${shown} wants a value, got ${value}: write ${shown}=${value} if it is meant`)
  // `-o=out` is `-o out`.
  return { name, value: shown.length === 2 && inlineValue ? value.replace(/^=/, '') : value, shown }
}

function collect(/** @type {Given[]} */ given) {
  /** @type {Record<string, any>} */
  const options = {}
  for (const { name, value, shown } of given) {
    const key = camel(name)
    const spec = kOptions[name]
    const parsed = parseValue(spec, value, shown)
    if (spec.type === 'repeat') (options[key] ??= []).push(parsed)
    else if (key in options && spec.type !== 'flag') throw usage(`${shown} is given twice`)
    else options[key] = parsed
  }
  return options
}

function parseValue(
  /** @type {import('./options.js').OptionSpec} */ spec,
  /** @type {any} */ value,
  /** @type {string} */ shown,
) {
  const { type, choices = [], range = [0, 0], pattern } = spec
  if (type === 'flag') return true
  if (type === 'when') {
    if (value === undefined) return 'always'
    if (!['auto', 'always', 'never'].includes(value)) throw usage(`${shown}=${value}: auto, always or never is wanted`)
    return value
  }
  if (value === '' && !spec.mayBeEmpty) throw usage(`${shown} wants a value: ${shown} ${spec.value}`)
  if (pattern && !pattern.test(value)) throw usage(`${shown} ${value}: ${spec.wants} is wanted`)
  if (type === 'choice') {
    if (!choices.includes(value)) throw usage(`${shown} ${value}: one of ${choices.join(', ')} is wanted`)
  }
  if (type === 'list') return parseList(value, choices, shown)
  if (type === 'integer' || type === 'size') {
    if (spec.orWord !== undefined && value === spec.orWord) return undefined
    const number = type === 'size' ? parseSize(value) : /^\d{1,16}$/.test(value) ? Number(value) : NaN
    const what =
      type === 'size' ? 'a size such as 512MiB' : spec.orWord ? `a whole number or ${spec.orWord}` : 'a whole number'
    if (Number.isNaN(number)) throw usage(`${shown} ${value}: ${what} is wanted`)
    if (number < range[0] || number > range[1])
      throw usage(`${shown} ${value}: from ${range[0]} to ${range[1]} is possible`)
    return number
  }
  return value
}

function parseList(/** @type {string} */ value, /** @type {string[]} */ choices, /** @type {string} */ shown) {
  const names = value.split(',')
  for (const name of names) {
    if (!choices.includes(name)) throw usage(`${shown} ${value}: there are ${choices.join(' and ')}, joined by a comma`)
  }
  if (new Set(names).size < names.length) throw usage(`${shown} ${value}: one of them is named twice`)
  return names
}

function checkCommand(
  /** @type {string} */ command,
  /** @type {string[]} */ operands,
  /** @type {Record<string, any>} */ options,
  /** @type {Given[]} */ given,
) {
  if (!Object.hasOwn(kCommands, command)) {
    throw usage(`unknown command ${command}${didYouMean(command, Object.keys(kCommands)) || ': leafsum -h lists them'}`)
  }
  const spec = kCommands[command]
  for (const { name, shown } of given) {
    if (!spec.options.includes(name) && !spec.silent?.includes(name))
      throw usage(`${command} has no option ${shown}: leafsum ${command} -h lists its own`)
  }
  for (const names of spec.conflicts ?? []) {
    const both = names.filter(name => camel(name) in options)
    if (both.length > 1) throw usage(`--${both[0]} and --${both[1]} exclude each other`)
  }
  if (options.json && options.format && options.format !== 'json')
    throw usage(`--json and --format ${options.format} exclude each other`)
  if (kReportForms.includes(options.format) && !spec.reports)
    throw usage(`${command} --format ${options.format}: only reports have that form: human, json or ndjson is wanted`)
  if (options.help || options.version) return
  const wanted = spec.operands
  const most = wanted.length + (spec.optional ? 1 : 0)
  if (operands.length < wanted.length || operands.length > most) {
    throw usage(
      `${command} wants ${wanted.join(' and ') || 'no name'}, got ${operands.length || 'none'}: leafsum ${command} ${operandsText(spec)}`.trimEnd(),
    )
  }
  if (operands.includes('')) throw usage(`an empty ${wanted[0]}: leafsum ${command} ${wanted.join(' ')}`)
}

/** As the usage line has them. */
export const operandsText = (/** @type {import('./command_table.js').CommandSpec} */ { operands, optional }) =>
  [...operands, ...(optional ? [`[${optional}]`] : [])].join(' ')

const camel = (/** @type {string} */ name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())
