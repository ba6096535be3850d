// Takes first inputs for the targets out of the real checkpoints in tests/fixtures, and writes those that are new into
// tests/fuzz/corpus/<target>:
//     node tests/fuzz/seeds.mjs [FOLDER]
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { pax, tarMember, tarOf, zipOf, zstdOf } from '../node/support/archives.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url))
const corpus = process.argv[2] ?? `${here}corpus`
const most = { bytes: 16 << 10, inputs: 48 }

/** @type {Map<string, Map<string, Buffer>>} target → digest → input */
const seeds = new Map()

/** @param {string} target @param {...(Uint8Array | number[] | string)} parts */
function seed(target, ...parts) {
  const input = Buffer.concat(parts.map(part => Buffer.from(/** @type {Uint8Array} */ (part))))
  if (input.length > most.bytes) return
  const inputs = seeds.get(target) ?? new Map()
  seeds.set(target, inputs)
  inputs.set(createHash('sha1').update(input).digest('hex'), input)
}

/** @param {string} folder @returns {string[]} paths of its files, relative to it */
function filesOf(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => `${entry.parentPath ?? entry.path}/${entry.name}`.slice(folder.length + 1))
    .sort()
}

const u16 = (/** @type {number} */ n) => [n & 255, (n >> 8) & 255]

/** Blocks of a file that begin with these four bytes. @param {Buffer} bytes @param {number} magic */
function* blocks(bytes, magic) {
  const wanted = Buffer.from([magic >>> 24, (magic >> 16) & 255, (magic >> 8) & 255, magic & 255])
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 4)) {
    if (at + 12 > bytes.length) return
    const length = bytes.readBigUInt64LE(at + 4)
    if (length <= BigInt(bytes.length - at)) yield bytes.subarray(at, at + Number(length))
  }
}

/** What a model signature is over, cut down to few files. @param {Buffer} bundle */
function* predicates(bundle) {
  try {
    const { predicate } = JSON.parse(
      Buffer.from(JSON.parse(bundle.toString()).dsseEnvelope.payload, 'base64').toString(),
    )
    predicate.resources.splice(3)
    yield JSON.stringify(predicate)
  } catch {} // a broken one: no predicate
}

/** Archives of every form, and streams of every kind. */
function seedArchives() {
  const members = [
    { path: 'd/', type: '5' },
    { path: 'd/a', data: Buffer.from('abc'.repeat(300)) },
    { path: `d/${'n'.repeat(120)}`, data: Buffer.from('x') },
    { path: 'd/s', type: '2', target: `../${'t'.repeat(120)}` },
    { path: 'd/h', type: '1', target: 'd/a' },
  ]
  for (const form of /** @type {const} */ (['pax', 'gnu'])) seed('archive_index', [0], tarOf(members, form))
  const large = { path: 'l', data: Buffer.alloc(6000, 'l') }
  seed('archive_index', [0], pax({ comment: 'c' }, 'g'), tarMember(large), tarOf([{ ...members[1], type: 'S' }]))
  const zipped = members.slice(0, 4)
  for (const how of [{}, { deflate: true }, { zip64: true, comment: 'c' }, { descriptor: true, deflate: true }])
    seed('archive_index', [1], zipOf(zipped, how))
  const text = Buffer.from(Array.from({ length: 3000 }, (_, n) => (n * 7919) % 1009).join('\n'))
  const streams = [
    gzipSync(text, { memLevel: 1 }),
    Buffer.concat([gzipSync(text.subarray(0, 99)), gzipSync(text, { level: 0 })]),
    deflateRawSync(text, { memLevel: 1 }),
    deflateRawSync(text, { strategy: 4 }),
    zstdOf(text, 1000),
  ]
  for (const [n, stream] of streams.entries())
    for (const step of [0, 99, 4999]) seed('archive_unpacker', [[0, 0, 1, 1, 2][n]], u16(step), u16(step), stream)
}
seedArchives()

const sideFiles = ['_CHECKPOINT_METADATA', 'array_metadatas', '_sharding', '_strings.json', '_CHECKPOINT_DELETION']

/** @param {string} path @param {Buffer} bytes */
function seedsOfFile(path, bytes) {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (/^manifest\.(ocdbt|[0-9a-f]{16})$/.test(name)) seed('manifest', bytes)
  if (path.includes('/d/') || path.includes('/stores/')) {
    for (const block of blocks(bytes, 0x0cdb20de)) seed('btree_node', block)
    for (const block of blocks(bytes, 0x0cdb1234))
      for (const arity of [1, 2, 4]) seed('version_node', [arity, arity - 1, 0, 0], block)
  }
  if (name === '.zarray') seed('zarray', bytes)
  if (name === 'zarr.json') seed('zarr_json', bytes)
  if (name === '_METADATA') seed('tree_metadata', bytes)
  if (/^checkpoint(_\d+)?$/.test(name)) seed('msgpack', bytes)
  if (name.endsWith('.leafsum.json')) seed('lockfile', bytes)
  if (name.endsWith('model.sig')) for (const predicate of predicates(bytes)) seed('oms_manifest', predicate)
  const which = sideFiles.findIndex(file => path.includes(`/${file}`))
  if (which >= 0) seed('side_files', [which], bytes)
  if (bytes[0] === 0x7b && bytes.length < 2000) seed('json', [bytes.length & 7], bytes)
}

/** A shard's index, where a chunk ends with it: heads as shard_index.cc takes them. @param {string} folder */
function seedShardIndex(folder) {
  for (const path of filesOf(folder).filter(file => file.endsWith('zarr.json'))) {
    const text = readFileSync(`${folder}/${path}`, 'utf8')
    const array = text.includes('sharding_indexed') ? JSON.parse(text) : null
    const codec = array?.codecs?.find((/** @type {{ name: string }} */ c) => c.name === 'sharding_indexed')
    if (!codec || codec.configuration.index_location === 'start') continue
    const outer = array.chunk_grid.configuration.chunk_shape
    const inner = codec.configuration.chunk_shape
    const grid = outer.map((/** @type {number} */ n, /** @type {number} */ i) => n / inner[i])
    const count = grid.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1)
    const sums = codec.configuration.index_codecs.filter(
      (/** @type {{ name: string }} */ c) => c.name === 'crc32c',
    ).length
    const directory = path.slice(0, -'zarr.json'.length)
    for (const chunk of filesOf(folder).filter(file => file.startsWith(`${directory}c/`))) {
      const bytes = readFileSync(`${folder}/${chunk}`)
      const sizes = grid.flatMap((/** @type {number} */ n) => [0, n - 1])
      const index = bytes.subarray(bytes.length - count * 16 - sums * 4)
      for (const repair of [0, 32])
        seed('shard_index', [outer.length, (sums << 1) | repair], sizes, u16(bytes.length), index)
    }
  }
}

// In the order of CodecKind.
const [, kinds] =
  readFileSync(`${here}../../src/codec/codec_spec.h`, 'utf8').match(/^enum class CodecKind[^{]*{([^}]*)}/m) ?? []
const codecNames = [.../** @type {string} */ (kinds).matchAll(/^ *k(\w+),/gm)].map(([, name]) => name.toLowerCase())

function seedsOfVectors() {
  const { encoded } = JSON.parse(readFileSync(`${here}../vectors/codec/encoded.json`, 'utf8'))
  for (const [at, row] of encoded.entries()) {
    let scale = 0
    while (row.content.size >> scale > 65535) ++scale
    const size = ((row.content.size - 1) >> scale) + 1
    const head = [...u16(size), scale, (at * 37) & 255]
    const bytes = Buffer.from(row.encoded, 'hex')
    const chain = row.codecs.map((/** @type {string} */ name) => codecNames.indexOf(name))
    if (chain.length === 1) seed(`codec_${row.codecs[0]}`, head, bytes)
    seed('codec_chain', [chain.length, ...chain], head, bytes)
    if (row.codecs.length === 1 && row.codecs[0] === 'zstd') seed('zstd_stock', [(at * 3) & 63], bytes)
  }
}

/** What a listing and its documents are to readers.cc. @param {string} folder @param {number} at */
function seedReaders(folder, at) {
  const lines = filesOf(folder).map(path => {
    const isDocument = /_CHECKPOINT_(METADATA|DELETION)$/.test(path)
    return isDocument ? `${path} ${readFileSync(`${folder}/${path}`, 'utf8').replaceAll('\n', ' ')}` : path
  })
  seed('readers', [`${['', '*', '5', '0'][at % 4]},${at % 5 === 0 ? 'ckpt' : ''},ckpt`, ...lines].join('\n'))
}

/** Of many some, from the smallest to the largest. @param {Map<string, Buffer>} inputs @returns {[string, Buffer][]} */
function chosen(inputs) {
  const sorted = [...inputs].sort(([a, x], [b, y]) => x.length - y.length || (a < b ? -1 : 1))
  if (sorted.length <= most.inputs) return sorted
  return Array.from(
    { length: most.inputs },
    (_, i) => sorted[Math.floor((i * (sorted.length - 1)) / (most.inputs - 1))],
  )
}

const all = filesOf(fixtures)
for (const path of all) seedsOfFile(`/${path}`, readFileSync(`${fixtures}/${path}`))

const checkpoints = [...new Set(all.flatMap(path => path.match(/^(.*?\/(?:\w+_)?ckpt)\//)?.slice(1) ?? []))]
checkpoints.forEach((folder, at) => {
  seedShardIndex(`${fixtures}/${folder}`)
  if (at % 5 === 0) seedReaders(`${fixtures}/${folder}`, at / 5)
})
seedsOfVectors()

const { keys, statement } = JSON.parse(readFileSync(`${here}../vectors/trust/signed.json`, 'utf8'))
seed('sigstore_statement', JSON.stringify(statement))
for (const { dsse, message, public: pub, private: key, encrypted, encrypted_aes128_sha1, scrypt } of keys) {
  for (const bundle of [dsse, message]) seed('sigstore_bundle', JSON.stringify(bundle))
  for (const pem of [pub, key, encrypted, encrypted_aes128_sha1, scrypt]) {
    const [label] = pem.match(/[A-Z ]+(?=-----)/)
    const form = ['PUBLIC KEY', 'PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'].indexOf(label.replace(/^BEGIN /, ''))
    seed('pem_key', [form], Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64'))
    seed('pem_key', [3], pem)
  }
  const signer = { name: 'release', key: pub, may_sign: ['run*', '?.json'], not_before: '2026-01-01T00:00:00Z' }
  const other = { identity: 'a@example.com', issuer: 'https://issuer.example', may_sign: ['*'] }
  const revoked = { keys: ['ab'.repeat(32)], lockfiles: [], fingerprints: [`leafsum1:${'ab'.repeat(32)}`] }
  seed('policy', JSON.stringify({ leafsum_policy: 1, signers: [signer, other], revoked }))
}

for (let base = 0; base < 24; ++base) for (const options of [8, 4]) seed('checkpoint', [base, options, base % 3])
for (const text of [
  '0',
  '-0.0',
  '1.5',
  '3.4028235e38',
  '4.9e-324',
  '1.7976931348623157e308',
  '123456789012345678901234567890e-20',
])
  seed('decimal', text)
for (const text of [
  '/params/**\nstate\nparams\nkernel',
  'state:/a/*\nstate\na\nb',
  'a.b.c\n\na\nb.c',
  '/a~1b/?\n\na/b\né',
  'checkpoint_5\ncheckpoint_05',
  'step_00000012\n+1_0',
])
  seed('key_path', text)
for (const what of [0, 1, 2, 3, 63, 64, 65, 66, 67])
  seed('simd', [what, 17, 3, 200, 40], 'The quick brown fox jumps over the lazy dog')
for (const what of [0, 1]) seed('job', [what], Buffer.alloc(24))

for (const [target, inputs] of seeds) {
  mkdirSync(`${corpus}/${target}`, { recursive: true })
  const some = chosen(inputs)
  for (const [digest, input] of some) writeFileSync(`${corpus}/${target}/${digest}`, input)
  console.log(
    `${target}: ${some.length} of ${inputs.size} inputs, ${some.reduce((n, [, input]) => n + input.length, 0)} bytes`,
  )
}
