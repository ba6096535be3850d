// A strict parser: what it does not know it refuses, in one line that says what to do.
import { LeafsumError } from '../errors.js'
import { kCommands, kOptions } from './options.js'
import { parseSize } from './sizes.js'

/**
 * @typedef {{ command: string, operands: string[], options: Record<string, any> }} Arguments
 * Options by their name in camelCase; one that was not given is absent.
 */

const kReportForms = ['sarif', 'junit']

/** @param {string} message */
const usage = message => new LeafsumError('usage', message)

/**
 * @param {string[]} argv without node and the script
 * @returns {Arguments}
 */
export function parseArguments(argv) {
  /** @type {string[]} */
  const words = []
  /** @type {{ name: string, value: string | undefined, shown: string }[]} */
  const given = []
  for (let n = 0; n < argv.length; n++) {
    const word = argv[n]
    if (word === '--') {
      words.push(...argv.slice(n + 1))
      break
    }
    if (word === '-' || !word.startsWith('-')) {
      words.push(word)
      continue
    }
    const { name, value, shown } = split(word)
    const spec = kOptions[name]
    const wantsValue = !['flag', 'when'].includes(spec.type)
    if (!wantsValue || value !== undefined) {
      if (spec.type === 'flag' && value !== undefined) throw usage(`${shown} takes no value`)
      given.push({ name, value, shown })
    } else {
      if (n + 1 === argv.length) throw usage(`${shown} wants a value: ${shown} ${spec.value}`)
      const next = argv[++n]
      if (next !== '-' && next.startsWith('-'))
        throw usage(`${shown} wants a value, got ${next}: write ${shown}=${next} if it is meant`)
      given.push({ name, value: next, shown })
    }
  }

  const [command = '', ...operands] = words
  const options = collect(given)
  if (command === '') {
    if (options.help || options.version) return { command, operands, options }
    throw usage('which command? leafsum -h lists them')
  }
  checkCommand(command, operands, options, given)
  return { command, operands, options }
}

/** `--name=value`, `--name`, `-o`, `-ovalue` */
function split(/** @type {string} */ word) {
  if (!word.startsWith('--')) {
    const short = word[1]
    const name = Object.keys(kOptions).find(one => kOptions[one].short === short)
    if (!name) throw usage(`unknown option ${word}: leafsum -h lists them`)
    if (word.length === 2) return { name, value: undefined, shown: word }
    if (kOptions[name].type === 'flag') throw usage(`${word}: give short options one by one`)
    return { name, value: word.slice(2).replace(/^=/, ''), shown: `-${short}` }
  }
  const at = word.indexOf('=')
  const name = word.slice(2, at < 0 ? undefined : at)
  if (!Object.hasOwn(kOptions, name))
    throw usage(`unknown option --${name}${didYouMean(name, Object.keys(kOptions), '--')}`)
  return { name, value: at < 0 ? undefined : word.slice(at + 1), shown: `--${name}` }
}

function collect(/** @type {{ name: string, value: string | undefined, shown: string }[]} */ given) {
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
    const number = type === 'size' ? parseSize(value) : /^\d{1,16}$/.test(value) ? Number(value) : NaN
    const what = type === 'size' ? 'a size such as 512MiB' : 'a whole number'
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
  /** @type {{ name: string, shown: string }[]} */ given,
) {
  if (!Object.hasOwn(kCommands, command)) {
    throw usage(`unknown command ${command}${didYouMean(command, Object.keys(kCommands), '')}`)
  }
  const spec = kCommands[command]
  for (const { name, shown } of given) {
    if (!spec.options.includes(name)) throw usage(`${command} has no option ${shown}: leafsum ${command} -h lists them`)
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
      `${command} wants ${wanted.join(' and ')}, got ${operands.length} names: leafsum ${command} ${operandsText(spec)}`,
    )
  }
  if (operands.includes('')) throw usage(`an empty ${wanted[0]}: leafsum ${command} ${wanted.join(' ')}`)
}

/** As the usage line has them. */
export const operandsText = (/** @type {import('./options.js').CommandSpec} */ { operands, optional }) =>
  [...operands, ...(optional ? [`[${optional}]`] : [])].join(' ')

const camel = (/** @type {string} */ name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())

function didYouMean(/** @type {string} */ word, /** @type {string[]} */ known, /** @type {string} */ prefix) {
  const near = known.map(one => ({ one, far: distance(word, one) })).sort((a, b) => a.far - b.far)[0]
  return near.far <= 2 ? `: did you mean ${prefix}${near.one}?` : ': leafsum -h lists them'
}

/** Edits between two words (Levenshtein). */
function distance(/** @type {string} */ a, /** @type {string} */ b) {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 1; i <= Math.min(a.length, 40); i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]
}
