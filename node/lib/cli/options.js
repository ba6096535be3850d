// Every option in one table; command_table.js says which command takes which.

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
 * @property {string} [orWord]   what may be given in place of a number, and leaves the choice to us
 * @property {string} help
 */

const kGiB = 2 ** 30

/** @type {Record<string, OptionSpec>} */
export const kOptions = {
  key: {
    type: 'repeat',
    value: 'FILE',
    help: 'the public key (PEM) of who must have signed the lockfile (with --update, the old one) or, with --bundle, the model; again for more. Of sign: the private key',
  },
  signature: { type: 'text', value: 'FILE', help: 'the signature of the lockfile; without it LOCK.sigstore.json' },
  'require-signature': { type: 'flag', help: 'the lockfile must be signed, as --key and --policy already demand' },
  'require-signer': {
    type: 'repeat',
    value: 'SIGNER',
    pattern: /^(((key )?sha256:|certificate )?[0-9a-f]{64}|identity .+ by \S+)$/,
    wants: 'SHA-256 of a public key in 64 hex digits, or "identity I by U"',
    help: 'it must be signed by the key with this SHA-256 (of its SPKI, as keygen and reports print it), or with --trusted-root by "identity I by U"; again for more',
  },
  policy: { type: 'text', value: 'FILE', help: 'who may sign which lockfiles, and what is revoked (JSON)' },
  sign: { type: 'text', value: 'KEY', help: 'sign the lockfile with this private key (PEM): LOCK.sigstore.json' },
  type: {
    type: 'choice',
    value: 'TYPE',
    choices: ['P-256', 'P-384', 'P-521', 'Ed25519'],
    help: 'of the key: P-256 (without this), P-384, P-521 or Ed25519',
  },
  encrypt: { type: 'flag', help: 'encrypt the private key by a passphrase: asked for, or LEAFSUM_PASSPHRASE' },
  lock: { type: 'text', value: 'FILE', help: 'compare with this lockfile; - is stdin, an https URL is fetched' },
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
  'hub-tree': {
    type: 'text',
    value: 'FILE',
    help: "check the files with the digests of a hub's tree: a saved answer of its API (FILE!/PATH: of a directory of it), or hf://OWNER/REPO[@REVISION][/PATH]",
  },
  'hub-cache': {
    type: 'flag',
    help: "SRC lies in the cache of a hub's client: check that each blob has the digest that it is named by",
  },
  bundle: {
    type: 'text',
    value: 'FILE',
    help: 'a Sigstore bundle: of verify, a model signature (OMS) over the files; of verify-blob, the signature',
  },
  against: { type: 'text', value: 'SRC2', help: 'compare with another checkpoint' },
  'cert-root': {
    type: 'text',
    value: 'CA',
    help: "the certificate of an authority, PEM: the signer's certificate has to lead to it",
  },
  'certificate-identity': {
    type: 'text',
    value: 'I',
    help: 'who has to have signed: an e-mail address or URI of the certificate, exactly',
  },
  'certificate-oidc-issuer': { type: 'text', value: 'URL', help: 'who vouches for that identity, exactly' },
  'trusted-root': {
    type: 'text',
    value: 'FILE',
    help: "Sigstore's trusted_root.json: authorities and logs; nothing is fetched",
  },
  deep: { type: 'flag', help: 'decode everything, even where the stored bytes are those that were locked' },
  strict: { type: 'flag', help: 'warnings count as errors' },
  'allow-missing': { type: 'flag', help: 'leaves and files that are only in the evidence are warnings' },
  'allow-extra': { type: 'flag', help: 'leaves and files that are only in the checkpoint are warnings' },
  'allow-structure': {
    type: 'flag',
    help: 'other key types, PRNG implementations or empty nodes than the evidence has are warnings',
  },
  force: { type: 'flag', help: 'replace an existing file' },
  update: {
    type: 'flag',
    help: 'add the new steps of a CheckpointManager root to its lockfile; the old ones must be what was locked',
  },
  'keep-missing': { type: 'flag', help: 'with --update: steps that are gone stay in the lockfile' },
  'drop-missing': { type: 'flag', help: 'with --update: steps that are gone are left out of it' },
  'no-stored': { type: 'flag', help: 'leave out the digests of the stored bytes' },
  'no-blocks': { type: 'flag', help: 'leave out the values of 4 MiB blocks' },
  'no-source': { type: 'flag', help: 'leave out step and time stamp' },
  chunks: { type: 'flag', help: 'keep the digest of every chunk too' },
  all: { type: 'flag', help: 'leaves that are equal too' },
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
  stats: { type: 'flag', help: 'in place of the values: count, NaN, Inf, zeros, min, max, mean, std, histogram' },
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
  jobs: {
    type: 'integer',
    value: 'N',
    range: [1, 64],
    orWord: 'auto',
    help: 'threads; auto: as many as cores, up to 8',
  },
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
  'temp-dir': {
    type: 'text',
    value: 'DIR',
    help: 'keep there, in a temporary file, what a compressed archive holds, or a tar from stdin: faster, where there is room',
  },
  'max-disk': {
    type: 'size',
    value: 'SIZE',
    range: [0, 2 ** 53 - 1],
    help: 'of that file at most; as much as there is',
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
  color: { type: 'when', help: 'auto (on a terminal, without NO_COLOR; with FORCE_COLOR), always or never' },
  version: { type: 'flag', help: 'print the version' },
  help: { type: 'flag', short: 'h', help: 'print this' },
}
