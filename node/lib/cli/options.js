// Every option and every command in one table: the parser, the conflicts and -h all read from here.

/**
 * @typedef {object} OptionSpec
 * @property {'flag' | 'text' | 'list' | 'repeat' | 'integer' | 'size' | 'when' | 'choice'} type
 *   repeat: may be given more than once; when: `--x` alone is `--x=always`
 * @property {string} [short]
 * @property {string} [value]     what stands for the value in -h
 * @property {string[]} [choices]
 * @property {[number, number]} [range]
 * @property {RegExp} [pattern]
 * @property {string} [wants]     what a value that does not match should have been
 * @property {boolean} [mayBeEmpty]
 * @property {string} help
 *
 * @typedef {object} CommandSpec
 * @property {string[]} operands
 * @property {string} [optional]  an operand that may follow
 * @property {string} help
 * @property {string[]} options
 * @property {boolean} [reports]  what it puts out is a Report: --format sarif and junit are forms of one
 * @property {string[][]} [conflicts] at most one of each
 */

const kGiB = 2 ** 30

/** @type {Record<string, OptionSpec>} */
export const kOptions = {
  lock: { type: 'text', value: 'FILE', help: 'compare with this lockfile' },
  fingerprint: {
    type: 'text',
    value: 'F',
    pattern: /^leafsum1:[0-9a-f]{64}$/,
    wants: 'leafsum1: and 64 hex digits',
    help: 'compare with this fingerprint, every byte decoded; with --lock, which must have it, the lockfile tells where',
  },
  sums: {
    type: 'text',
    value: 'FILE',
    help: 'check the files of the source with this SHA256SUMS (sha256sum, or its --tag)',
  },
  against: { type: 'text', value: 'SRC2', help: 'compare with another checkpoint' },
  deep: { type: 'flag', help: 'decode everything, even where the stored bytes are those that were locked' },
  strict: { type: 'flag', help: 'warnings count as errors' },
  'allow-missing': { type: 'flag', help: 'leaves and files that are only in the evidence are warnings' },
  'allow-extra': { type: 'flag', help: 'leaves and files that are only in the checkpoint are warnings' },
  'allow-structure': {
    type: 'flag',
    help: 'other key types, PRNG implementations or empty nodes than the evidence has are warnings',
  },
  force: { type: 'flag', help: 'replace an existing file' },
  'no-stored': { type: 'flag', help: 'leave out the digests of the stored bytes' },
  'no-blocks': { type: 'flag', help: 'leave out the values of 4 MiB blocks' },
  'no-source': { type: 'flag', help: 'leave out step and time stamp' },
  chunks: { type: 'flag', help: 'keep the digest of every chunk too' },
  values: { type: 'flag', help: 'for leaves that differ: how many elements, where first, by how much' },
  rename: {
    type: 'repeat',
    value: "'RE=>TO'",
    pattern: /^.+=>/,
    wants: 'a regular expression, => and what takes the place of its match',
    help: "in A's (of match: SRC's) key paths, as /params/w, before they are compared; JavaScript's expressions, $1 in TO; again for more",
  },
  'strip-prefix': {
    type: 'text',
    value: 'PATH',
    help: 'leave out these leading keys on both sides where they are there: params',
  },
  sample: {
    type: 'text',
    value: 'SHARE',
    pattern: /^(\d{1,3}(\.\d{1,4})?%|\d{1,16}(\.\d{1,6})? ?([kmgt]i?b|b)?)$/i,
    wants: 'a share such as 5% or a size such as 2GiB',
    help: 'read only so many of the stored chunks, drawn at random: 5% or 2GiB; never more than INCOMPLETE',
  },
  seed: {
    type: 'integer',
    value: 'N',
    range: [0, Number.MAX_SAFE_INTEGER],
    help: 'with --sample: draw as the run with this seed did',
  },
  state: {
    type: 'text',
    value: 'FILE',
    help: 'keep there which leaves were equal, for --resume; files are told by size, times and inode, of a URL by ETag until a run is finished',
  },
  resume: { type: 'flag', help: 'go on from the state in --state FILE where lockfile and files are still the same' },
  mesh: {
    type: 'text',
    value: 'AXES',
    pattern: /^(?!(?:.*,)?([^=,]+)=.*,\1=)[^=,]+=[1-9]\d{0,8}(,[^=,]+=[1-9]\d{0,8})*$/,
    wants: 'a mesh as data=4,model=2',
    help: 'the mesh to restore to, as data=4,model=2: does the sharding that was recorded fit it?',
  },
  npy: { type: 'flag', help: 'a .npy file; bfloat16 as <V2, float8 and float4 as |V1, int2 and int4 as int8' },
  keys: { type: 'flag', help: 'list the keys of the store too' },
  digest: { type: 'flag', help: 'with --keys: the digest of every value, which is read for that' },
  readers: { type: 'flag', help: 'print what each entry point of Orbax, Flax and TensorStore would take' },
  versions: { type: 'flag', help: 'list the generations of OCDBT stores too' },
  files: {
    type: 'flag',
    help: 'of ls: list the files of the directory too; of lock: lock those beside the checkpoint too',
  },
  depth: { type: 'integer', value: 'N', range: [0, 64], help: 'no deeper than this: what lies below is summed' },
  spec: {
    type: 'text',
    value: 'LEAF',
    mayBeEmpty: true,
    help: 'the JSON with which TensorStore opens this leaf, as /params/w, and nothing else',
  },

  item: { type: 'text', value: 'NAME', mayBeEmpty: true, help: 'only this item' },
  step: {
    type: 'text',
    value: 'N',
    help: 'this step of a CheckpointManager root: its number, or the name of its directory',
  },
  generation: {
    type: 'integer',
    value: 'N',
    range: [1, Number.MAX_SAFE_INTEGER],
    help: 'this generation of an OCDBT store, not the newest',
  },
  'all-steps': { type: 'flag', help: 'every step of a CheckpointManager root' },
  prefix: {
    type: 'text',
    value: 'P',
    pattern: /^[^/]+$/,
    wants: 'what the names begin with, as ckpt_',
    help: "of Flax's step files, P and a number: checkpoint_",
  },
  include: { type: 'repeat', value: 'GLOB', help: 'only leaves whose key path fits, as /params/**; again for more' },
  exclude: { type: 'repeat', value: 'GLOB', help: 'no leaves whose key path fits; again for more' },
  algorithm: {
    type: 'list',
    value: 'LIST',
    choices: ['blake3', 'sha256'],
    help: 'blake3 (always) and sha256: blake3,sha256',
  },
  jobs: { type: 'integer', value: 'N', range: [1, 64], help: 'threads; as many as cores, up to 8' },
  'max-memory': { type: 'size', value: 'SIZE', range: [2 ** 20, 64 * kGiB], help: 'of all threads together; 128MiB' },
  'max-fill': {
    type: 'size',
    value: 'SIZE',
    range: [0, 2 ** 53 - 1],
    help: 'content with no stored bytes behind it; 16GiB',
  },

  header: {
    type: 'repeat',
    value: "'NAME: VALUE'",
    pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*$/,
    wants: 'a header as "Name: value"',
    help: 'send this header with requests to the source, never to another origin; again for more',
  },
  'follow-links': {
    type: 'flag',
    help: 'follow symbolic links wherever they lead, not only inside the source or to the blobs of a hub cache',
  },
  timeout: {
    type: 'integer',
    value: 'SECONDS',
    range: [1, 3600],
    help: 'of one request to a URL, its tries and redirects together; 60',
  },
  absent: {
    type: 'repeat',
    value: 'STATUS',
    pattern: /^4(?!16|29)\d\d$/,
    wants: 'an HTTP status from 400 to 499, neither 416 nor 429,',
    help: 'an HTTP status that means "not there" besides 404 and 410: 403 of a bucket that may not be listed; again for more',
  },

  json: { type: 'flag', help: 'the same as --format json' },
  format: {
    type: 'choice',
    value: 'FORMAT',
    choices: ['human', 'json', 'ndjson', 'sarif', 'junit'],
    help: 'human, json or ndjson; of lock, verify, check, diff and match sarif or junit too',
  },
  output: { type: 'text', short: 'o', value: 'FILE', help: 'write the result there; - is stdout' },
  quiet: { type: 'flag', short: 'q', help: 'no text for people: the exit code tells' },
  verbose: { type: 'flag', short: 'v', help: 'every finding, and what was covered' },
  progress: { type: 'when', help: 'auto (on a terminal), always or never' },
  color: { type: 'when', help: 'auto (on a terminal, without NO_COLOR), always or never' },
  version: { type: 'flag', help: 'print the version' },
  help: { type: 'flag', short: 'h', help: 'print this' },
}

const kScope = ['item', 'step', 'all-steps', 'prefix', 'generation', 'include', 'exclude', 'allow-structure']
const kFetch = ['follow-links', 'header', 'timeout', 'absent']
const kWork = ['algorithm', 'jobs', 'max-memory', 'max-fill', ...kFetch]
const kText = ['json', 'format', 'output', 'quiet', 'verbose', 'progress', 'color', 'version', 'help']
const kCommon = [...kScope, ...kWork, ...kText]
const kAlways = [
  ['step', 'all-steps'],
  ['quiet', 'verbose'],
]

/** @type {Record<string, CommandSpec>} */
export const kCommands = {
  lock: {
    operands: ['SRC'],
    reports: true,
    help: 'check a checkpoint, hash every leaf, write SRC.leafsum.json beside it',
    options: ['force', 'files', 'no-stored', 'no-blocks', 'no-source', 'chunks', 'strict', ...kCommon],
    conflicts: kAlways,
  },
  verify: {
    operands: ['SRC'],
    reports: true,
    help: 'compare a checkpoint with what was locked',
    options: [
      'lock',
      'fingerprint',
      'against',
      'sums',
      'deep',
      'sample',
      'seed',
      'resume',
      'state',
      'strict',
      'allow-missing',
      'allow-extra',
      ...kCommon,
    ],
    conflicts: [
      ['lock', 'against'],
      ['fingerprint', 'against'],
      ['sample', 'fingerprint', 'against', 'deep'],
      ['sample', 'state'],
      ...kAlways,
    ],
  },
  check: {
    operands: ['SRC'],
    reports: true,
    help: 'the structure alone: every checksum and reference, every chunk there and decodable',
    options: ['readers', 'strict', ...kCommon],
    conflicts: kAlways,
  },
  diff: {
    operands: ['A', 'B'],
    reports: true,
    help: 'compare two checkpoints: = equal, - only in A, + only in B, * other content, ! other dtype or shape',
    options: ['values', 'rename', 'strip-prefix', 'strict', 'allow-missing', 'allow-extra', ...kCommon],
    conflicts: kAlways,
  },
  digest: {
    operands: ['SRC'],
    help: 'a line for every leaf, the fingerprint last',
    options: kCommon,
    conflicts: kAlways,
  },
  ls: {
    operands: ['SRC'],
    help: 'the tree with dtypes, shapes, sizes and sums; no content is read',
    options: ['depth', 'files', 'keys', 'digest', 'versions', 'spec', ...kCommon],
    conflicts: [...kAlways, ['spec', 'files'], ['spec', 'keys'], ['spec', 'versions'], ['spec', 'depth']],
  },
  metadata: {
    operands: ['SRC'],
    help: "what Orbax's metadata() tells: times, custom metadata, items and a tree; --item NAME, AUTO as Orbax chooses, or none: the directory itself",
    options: ['item', 'step', 'generation', 'max-memory', ...kFetch, ...kText],
    conflicts: [['quiet', 'verbose']],
  },
  match: {
    operands: ['SRC', 'TEMPLATE'],
    reports: true,
    help: 'would it restore into TEMPLATE (a checkpoint, a lockfile, ls --json, examples/dump_template.py): shapes, silent casts, missing leaves, params level, sharding',
    options: [
      'mesh',
      'rename',
      'allow-extra',
      'strict',
      'item',
      'step',
      'all-steps',
      'generation',
      'max-memory',
      'max-fill',
      ...kFetch,
      ...kText,
    ],
    conflicts: kAlways,
  },
  cat: {
    operands: ['SRC', 'LEAF'],
    help: 'the values of a leaf, or of a slice: /params/w[0:3, ::2]; with --lock only what its blocks vouch for',
    options: ['lock', 'npy', 'item', 'step', 'all-steps', 'generation', 'max-memory', 'max-fill', ...kFetch, ...kText],
    conflicts: [['npy', 'json'], ['npy', 'format'], ...kAlways],
  },
  explain: {
    operands: ['CODE'],
    optional: 'SRC',
    help: 'what a finding means, how it comes about, what to do; reader-divergence SRC: what each reader would take',
    options: ['item', 'step', 'all-steps', 'prefix', 'color', 'output', 'version', 'help'],
    conflicts: [['step', 'all-steps']],
  },
}
