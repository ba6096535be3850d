// Every command in one table: the parser, the conflicts, -h, the shells' completion and the manual page all read from
// here.
/**
 * @typedef {object} CommandSpec
 * @property {string[]} operands
 * @property {string} [optional]  an operand that may follow
 * @property {string} help
 * @property {string[]} options
 * @property {string[]} [silent]    options that are taken and change nothing: -h does not list them
 * @property {[string, string][]} examples  two of them: what is typed, what it does
 * @property {[number, string][]} exits
 * @property {boolean} [reports]  what it puts out is a Report: --format sarif and junit are forms of one
 * @property {string[][]} [conflicts] at most one of each
 */

const kScope = ['item', 'step', 'all-steps', 'prefix', 'generation', 'include', 'exclude']
const kFetch = ['follow-links', 'temp-dir', 'max-disk', 'header', 'timeout', 'absent']
const kWork = ['algorithm', 'jobs', 'max-memory', 'max-fill', ...kFetch]
const kText = ['json', 'format', 'output', 'quiet', 'verbose', 'progress', 'color', 'version', 'help']
const kCommon = [...kScope, ...kWork, ...kText]
/** The options of all commands, as -h groups them; a command's own come before them. */
export const kGroups = /** @type {[string, string[]][]} */ ([
  ['which leaves', kScope],
  ['reading', kWork],
  ['output', kText],
])
/** Taken by every command of a checkpoint (contract §7), told where there is evidence. */
const kSilent = ['allow-structure']

const kMisuse = /** @type {[number, string]} */ ([2, 'usage, no such source, no checkpoint there'])
/** Of commands that print what they read. */
const kReadExits = /** @type {[number, string][]} */ ([
  [0, 'everything was read'],
  [1, 'something is damaged or missing; what could be read is printed'],
  kMisuse,
  [3, 'something could not be read: unsupported, over a limit'],
])
/** Who should have signed. */
const kOneProof = [
  ['key', 'cert-root', 'certificate-identity'],
  ['key', 'cert-root', 'certificate-oidc-issuer'],
  ['key', 'cert-root', 'trusted-root'],
]
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
    options: [
      'force',
      'sign',
      'update',
      'key',
      'keep-missing',
      'drop-missing',
      'files',
      'no-stored',
      'no-blocks',
      'no-source',
      'chunks',
      'hub-cache',
      'strict',
      ...kCommon,
    ],
    conflicts: [
      ['update', 'force'],
      ['keep-missing', 'drop-missing'],
      ...['step', 'item', 'include', 'exclude'].map(narrower => ['update', narrower]),
      ...kAlways,
    ],
    examples: [
      ['leafsum lock runs/7 --all-steps', 'every step; writes runs/7.leafsum.json'],
      ['leafsum lock runs/7 --update', 'adds the steps that are new'],
    ],
    exits: [
      [0, 'LOCKED: the lockfile is written'],
      [1, 'MISMATCH: the checkpoint is damaged, or a locked step differs; nothing is written'],
      [2, 'usage, no such source, no checkpoint there, no place to write'],
      [3, 'INCOMPLETE: something could not be read; nothing is written'],
    ],
    silent: kSilent,
  },
  verify: {
    operands: ['SRC'],
    reports: true,
    help: 'compare a checkpoint with what was locked',
    options: [
      'lock',
      'key',
      'cert-root',
      'certificate-identity',
      'certificate-oidc-issuer',
      'trusted-root',
      'signature',
      'require-signature',
      'require-signer',
      'policy',
      'fingerprint',
      'against',
      'sums',
      'hub-tree',
      'hub-cache',
      'bundle',
      'deep',
      'sample',
      'seed',
      'resume',
      'state',
      'strict',
      'allow-missing',
      'allow-extra',
      'allow-structure',
      ...kCommon,
    ],
    conflicts: [
      ['lock', 'against'],
      ['fingerprint', 'against'],
      ['sample', 'fingerprint', 'against', 'deep'],
      ['sample', 'state'],
      ['sample', 'bundle'],
      ['sums', 'hub-tree'],
      ...kOneProof,
      ...kAlways,
    ],
    examples: [
      ['leafsum verify runs/7 --lock runs/7.leafsum.json', 'every leaf'],
      ["leafsum verify runs/7 --lock runs/7.leafsum.json --include '/params/**'", 'some'],
      ['leafsum verify runs/7 --bundle runs/7/model.sig --key pub.pem', 'every file that was signed'],
    ],
    exits: [
      [0, 'VERIFIED'],
      [1, 'MISMATCH: something differs, is damaged, missing or extra'],
      [2, 'usage, no such source, evidence that cannot be read'],
      [3, 'INCOMPLETE: nothing that was read differs, something was not read'],
      [4, 'UNTRUSTED: equal, but the evidence came with the source, or the signature asked for is not good'],
      [5, 'NO-EVIDENCE: nothing was named to compare with'],
    ],
  },
  sign: {
    operands: ['LOCK'],
    help: 'sign a lockfile: a Sigstore bundle beside it',
    options: ['key', 'force', 'output', 'version', 'help'],
    examples: [
      ['leafsum sign runs/7.leafsum.json --key release.pem', 'writes runs/7.leafsum.json.sigstore.json'],
      ['leafsum sign runs/7.leafsum.json --key release.pem -o 7.json', 'writes the signature there'],
    ],
    exits: [
      [0, 'the signature is written'],
      [2, 'usage, no lockfile, no key, a wrong passphrase'],
    ],
  },
  keygen: {
    operands: [],
    help: 'make a pair of keys: leafsum.key.pem, which is yours alone, and leafsum.pub.pem for all others',
    options: ['type', 'encrypt', 'force', 'output', 'version', 'help'],
    examples: [
      ['leafsum keygen -o release.pem', 'release.pem and release.pub.pem'],
      ['leafsum keygen -o release.pem --encrypt', 'with a passphrase'],
    ],
    exits: [
      [0, 'the keys are written'],
      [2, 'usage, a file is there already'],
    ],
  },
  check: {
    operands: ['SRC'],
    reports: true,
    help: 'the structure alone: every checksum and reference, every chunk there and decodable',
    options: ['readers', 'hub-cache', 'strict', ...kCommon],
    conflicts: kAlways,
    examples: [
      ['leafsum check runs/7', 'is it whole?'],
      ['leafsum check runs/7 --readers', 'and what would Orbax, Flax and TensorStore take?'],
    ],
    exits: [
      [0, 'SOUND'],
      [1, 'MISMATCH: something is damaged or missing'],
      kMisuse,
      [3, 'INCOMPLETE: something could not be read'],
    ],
    silent: kSilent,
  },
  diff: {
    operands: ['A', 'B'],
    reports: true,
    help: 'how two checkpoints differ: - only in A, + only in B, * other content, ! other dtype or shape; --all: = equal',
    options: [
      'values',
      'all',
      'rename',
      'strip-prefix',
      'strict',
      'allow-missing',
      'allow-extra',
      'allow-structure',
      ...kCommon,
    ],
    conflicts: kAlways,
    examples: [
      ['leafsum diff runs/7/300 runs/7/400', 'which leaves changed'],
      ['leafsum diff --values before after', 'and by how much'],
    ],
    exits: [
      [0, 'EQUAL'],
      [1, 'MISMATCH: a leaf differs or is on one side alone'],
      kMisuse,
      [3, 'INCOMPLETE: something could not be read'],
    ],
  },
  digest: {
    operands: ['SRC'],
    help: 'a line for every leaf, the fingerprint last',
    options: kCommon,
    conflicts: kAlways,
    examples: [
      ['leafsum digest runs/7', 'BLAKE3 of each leaf'],
      ['leafsum digest runs/7 --algorithm sha256', 'and SHA-256'],
    ],
    exits: kReadExits,
    silent: kSilent,
  },
  ls: {
    operands: ['SRC'],
    help: 'the tree with dtypes, shapes, sizes and sums; no content is read',
    options: ['depth', 'files', 'keys', 'digest', 'versions', 'spec', ...kCommon],
    conflicts: [...kAlways, ['spec', 'files'], ['spec', 'keys'], ['spec', 'versions'], ['spec', 'depth']],
    examples: [
      ['leafsum ls runs/7', 'the tree'],
      ['leafsum ls runs/7 --depth 1', 'its uppermost level, summed'],
    ],
    exits: kReadExits,
    silent: kSilent,
  },
  metadata: {
    operands: ['SRC'],
    help: "what Orbax's metadata() tells: times, custom metadata, items and a tree; --item NAME, AUTO as Orbax chooses, or none: the directory itself",
    options: ['item', 'step', 'generation', 'max-memory', ...kFetch, ...kText],
    conflicts: [['quiet', 'verbose']],
    examples: [
      ['leafsum metadata runs/7', 'of the newest step'],
      ['leafsum metadata runs/7 --step 300 --item state --json', 'of one item, as JSON'],
    ],
    exits: kReadExits,
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
    examples: [
      ['leafsum match runs/7 template.json', 'does it fit the model?'],
      ['leafsum match runs/7 other --mesh data=4,model=2', 'and that mesh?'],
    ],
    exits: [
      [0, 'MATCHES'],
      [1, 'MISMATCH: a leaf would raise, be cast or be missing'],
      kMisuse,
      [3, 'INCOMPLETE: something could not be read'],
    ],
  },
  cat: {
    operands: ['SRC', 'LEAF'],
    help: 'the values of a leaf, or of a slice: /params/w[0:3, ::2]; with --lock only what its blocks vouch for',
    options: [
      'lock',
      'npy',
      'stats',
      'item',
      'step',
      'all-steps',
      'generation',
      'max-memory',
      'max-fill',
      ...kFetch,
      ...kText,
    ],
    conflicts: [['npy', 'json'], ['npy', 'format'], ['npy', 'stats'], ...kAlways],
    examples: [
      ["leafsum cat runs/7 'params/w[0:3, ::2]'", 'a slice, as numpy prints it'],
      ['leafsum cat runs/7 /params/w --stats', 'least, greatest, mean, NaN …, and a histogram'],
    ],
    exits: kReadExits,
  },
  'verify-blob': {
    operands: ['FILE'],
    help: 'who signed this file (a lockfile, any artifact, or sha256:HEX of one): --bundle with --key, --cert-root or an identity',
    options: [
      'bundle',
      'key',
      'cert-root',
      'certificate-identity',
      'certificate-oidc-issuer',
      'trusted-root',
      'json',
      'format',
      'output',
      'quiet',
      'color',
      'version',
      'help',
    ],
    conflicts: kOneProof,
    examples: [
      ['leafsum verify-blob w.bin --bundle w.bin.sigstore.json --key pub.pem', 'by that key'],
      ['leafsum verify-blob w.bin --bundle w.sig --cert-root ca.pem', 'by a certificate of that authority'],
    ],
    exits: [
      [0, 'VERIFIED: whom you named signed it'],
      [2, 'usage, no such file, a key or root that cannot be used'],
      [4, 'UNTRUSTED: the signature is not accepted'],
    ],
  },
  explain: {
    operands: ['CODE'],
    optional: 'SRC',
    help: 'what a finding means, how it comes about, what to do; reader-divergence SRC: what each reader would take',
    options: ['item', 'step', 'all-steps', 'prefix', 'color', 'output', 'version', 'help'],
    conflicts: [['step', 'all-steps']],
    examples: [
      ['leafsum explain digest-mismatch', 'one code'],
      ['leafsum explain reader-divergence runs/7', 'who would read what'],
    ],
    exits: [
      [0, 'it is printed'],
      [2, 'no such code'],
    ],
  },
  completion: {
    operands: ['SHELL'],
    help: 'what makes bash, zsh or fish complete commands, options and files',
    options: ['output', 'version', 'help'],
    examples: [
      ['leafsum completion bash > ~/.local/share/bash-completion/completions/leafsum', 'bash'],
      ['leafsum completion fish > ~/.config/fish/completions/leafsum.fish', 'fish'],
    ],
    exits: [
      [0, 'it is printed'],
      [2, 'another shell'],
    ],
  },
  man: {
    operands: [],
    help: 'the manual page, for man -l',
    options: ['output', 'version', 'help'],
    examples: [
      ['leafsum man | man -l -', 'read it'],
      ['leafsum man -o leafsum.1', 'keep it'],
    ],
    exits: [[0, 'it is printed']],
  },
  help: {
    operands: [],
    optional: 'COMMAND',
    help: 'the commands, or the options of one',
    options: ['output', 'version', 'help'],
    examples: [
      ['leafsum help', 'the commands'],
      ['leafsum help verify', 'as leafsum verify -h'],
    ],
    exits: [
      [0, 'it is printed'],
      [2, 'no such command'],
    ],
  },
  version: {
    operands: [],
    help: 'the version',
    options: ['output', 'version', 'help'],
    examples: [
      ['leafsum version', 'as leafsum --version'],
      ['leafsum version -o FILE', 'into a file'],
    ],
    exits: [[0, 'it is printed']],
  },
}
