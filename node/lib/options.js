// From the options of the JavaScript API to those of the core.
import { LeafsumError } from './errors.js'

// Ours → the core's. `lock` writes what stored, blocks, source say; the core refuses what does not fit the command.
const kCoreNames = /** @type {Record<string, string>} */ ({
  algorithms: 'algorithms',
  item: 'item',
  step: 'step',
  allSteps: 'all_steps',
  prefix: 'prefix',
  include: 'include',
  exclude: 'exclude',
  deep: 'deep',
  strict: 'strict',
  allowMissing: 'allow_missing',
  allowExtra: 'allow_extra',
  allowStructure: 'allow_structure',
  fingerprint: 'fingerprint',
  fingerprintCameWithSource: 'fingerprint_with_source',
  lockfileName: 'lock_name',
  stored: 'stored',
  blocks: 'blocks',
  chunks: 'chunks',
  files: 'files',
  writeSource: 'write_source',
  againstCameWithSource: 'against_with_source',
  nested: 'nested',
  reads: 'reads',
  sample: 'sample',
  resumed: 'resumed',
  resumedByTags: 'resumed_by_tags',
  values: 'values',
  renames: 'renames',
  keys: 'keys',
  keyDigests: 'key_digests',
  versions: 'versions',
  readers: 'readers',
  generation: 'generation',
  gone: 'update',
  inOrder: 'in_order',
  maxMemory: 'max_memory',
  maxFill: 'max_fill',
  segment: 'segment',
})
/** What vouches for files. */
export const kFileVouchers = ['sums', 'hub', 'bundle']
/** Who should have signed, by certificates and without keys of the user. */
export const kCertified = ['certRoot', 'certificateIdentity', 'certificateOidcIssuer', 'trustedRoot']
/** What vouches for files, or for a lockfile, and who. */
export const kVouchers = [
  ...kFileVouchers,
  'key',
  'signature',
  'requireSignature',
  'requireSigner',
  'policy',
  ...kCertified,
]
const kHostNames = [
  'signal',
  'onProgress',
  'workers',
  'workersFrom',
  'lockfile',
  'lockfileCameWithSource',
  'against',
  'sumsPath',
  'bundleName',
  'bundlePath',
  'lockfilePath',
  'rename',
  'stripPrefix',
  'onContent',
  'stats',
  'conclude',
  'state',
  'onDone',
  'onStep',
  ...kVouchers,
  'now',
  'unlisted',
]

// Whatever else were given (1, 'yes', null) would be read by somebody as the other of the two: of some options that is
// trust.
const kFlags = [
  'allSteps',
  'deep',
  'strict',
  'allowMissing',
  'allowExtra',
  'allowStructure',
  'stored',
  'blocks',
  'chunks',
  'writeSource',
  'values',
  'keys',
  'keyDigests',
  'versions',
  'readers',
  'files',
  'stats',
  'keepMissing',
  'dropMissing',
  'lockfileCameWithSource',
  'againstCameWithSource',
  'fingerprintCameWithSource',
  'requireSignature',
]

export const kDefaultMaxMemory = 128 * 2 ** 20

/** @param {unknown} options of a call, whatever the caller gave for them */
export function checkFlags(options) {
  if (typeof options !== 'object' || options === null) throw new LeafsumError('usage', 'options: an object is wanted')
  for (const name of kFlags) {
    const value = /** @type {any} */ (options)[name]
    if (value !== undefined && typeof value !== 'boolean')
      throw new LeafsumError('usage', `${name}: must be true or false`)
  }
}

/**
 * @param {string} command
 * @param {string[]} sourceNames
 * @param {Record<string, any>} options
 */
export function coreOptions(command, sourceNames, options) {
  /** @type {Record<string, any>} */
  const config = { command, source_names: sourceNames }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || kHostNames.includes(name)) continue
    if (!Object.hasOwn(kCoreNames, name)) throw new LeafsumError('usage', `there is no option "${name}"`)
    // JSON has none of these; the core judges all others.
    if (['bigint', 'symbol', 'function'].includes(typeof value))
      throw new LeafsumError('usage', `${name}: a ${typeof value} is not possible`)
    config[kCoreNames[name]] = value
  }
  return config
}

/** The options of `lock` as the core's: the lockfile to update is the evidence. @param {Record<string, any>} options */
export function updateOptions({ update, keepMissing, dropMissing, ...options }) {
  if (keepMissing && dropMissing) throw new LeafsumError('usage', 'keepMissing and dropMissing exclude each other')
  if (update === undefined) {
    if (keepMissing || dropMissing) throw new LeafsumError('usage', 'keepMissing and dropMissing go with update')
    return options
  }
  return { ...options, lockfile: update, gone: keepMissing ? 'keep' : dropMissing ? 'drop' : 'ask' }
}

/** What vouches, where a page was given it as a File. */
export async function withBytes(/** @type {Record<string, any>} */ options) {
  const read = { ...options }
  for (const name of ['lockfile', 'update', ...kVouchers])
    if (typeof read[name]?.arrayBuffer === 'function') read[name] = new Uint8Array(await read[name].arrayBuffer())
  return read
}

const kPath = /^[^\s{}[\]"]+\.(json|pem|sig)$/ // what is often given for a file's text

/** A file's bytes, or its text. @param {any} file @param {string} name of the option @returns {Uint8Array} */
export function bytesOf(file, name) {
  if (typeof file === 'string') {
    if (kPath.test(file))
      throw new LeafsumError(
        'evidence',
        `${name}: its bytes or its text are wanted; ${file} looks like a path: read it first`,
      )
    return new TextEncoder().encode(file)
  }
  if (file instanceof ArrayBuffer) return new Uint8Array(file)
  if (file instanceof Uint8Array) return file
  throw new LeafsumError('usage', `${name}: its bytes or its text are wanted`)
}
