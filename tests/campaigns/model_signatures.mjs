// Bundles over directories that a seed makes, honest and not: where model_signing and Leafsum differ, the kind must
// say so.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fromPath, verify } from '../../node/lib/index.js'
import { bundleOf, keyFile, sealed, signed, statementOf } from '../node/support/oms.js'

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    count: { type: 'string', default: '100' },
    first: { type: 'string', default: '0' },
  },
})

/** A generator of its own for each seed. */
function dice(seed) {
  let state = (seed + 1) * 2654435761
  return n => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) >>> 0
    return ((state ^ (state >>> 13)) >>> 0) % n
  }
}

const resources = statement => statement.predicate.resources
const pick = (list, roll) => list[roll(list.length)]

// Each: what is done to a statement, a bundle or a directory, and what the two say. `+` accepts, `-` refuses.
const kKinds = {
  honest: { says: '++' },
  'git files': {
    says: '++',
    directory: d => (fs.mkdirSync(join(d, '.git')), fs.writeFileSync(join(d, '.git/HEAD'), 'x')),
  },
  'a flipped bit': { says: '--', directory: (d, files, roll) => flip(join(d, pick(files, roll)), roll) },
  'a file cut short': { says: '--', directory: (d, files, roll) => cut(join(d, pick(files, roll))) },
  'a file gone': { says: '--', directory: (d, files, roll) => fs.rmSync(join(d, pick(files, roll))) },
  'a file more': { says: '--', directory: d => fs.writeFileSync(join(d, 'more.bin'), 'more') },
  'a file renamed': { says: '--', directory: d => fs.renameSync(join(d, '_METADATA'), join(d, '_METADATA2')) },
  'a link more': { says: '--', directory: d => fs.symlinkSync('_METADATA', join(d, 'link')) },
  'another key': { says: '--', by: { key: 'other-p256' } },
  'another payload type': { says: '--', by: { type: 'application/json' } },
  'a signature with a flipped bit': {
    says: '--',
    bundle: b => (b.dsseEnvelope.signatures[0].sig = flipped(b.dsseEnvelope.signatures[0].sig)),
  },
  'no signature': { says: '--', bundle: b => (b.dsseEnvelope.signatures = []) },
  'two signatures': { says: '+-', bundle: b => b.dsseEnvelope.signatures.push(b.dsseEnvelope.signatures[0]) },
  'another predicate': { says: '--', statement: s => (s.predicateType = 'https://example.com/v1') },
  'two subjects': { says: '--', statement: s => s.subject.push({ ...s.subject[0], name: 'two' }) },
  'another root': { says: '--', unsealed: true, statement: s => (s.subject[0].digest.sha256 = '1'.repeat(64)) },
  'a name twice': { says: '+-', statement: (s, roll) => twice(s, roll) },
  'not sorted': { says: '+-', statement: s => resources(s).reverse() },
  'upper case': { says: '+-', statement: s => (resources(s)[0].digest = resources(s)[0].digest.toUpperCase()) },
  'a short digest': { says: '--', statement: s => (resources(s)[0].digest = 'c2c7') },
  'a path that leads out': { says: '--', statement: s => (resources(s)[0].name = '../outside') },
  'a path in another form': { says: '+-', statement: s => (resources(s)[0].name = `./${resources(s)[0].name}`) },
  'all data left out': { says: '+-', ignore: ['d', 'ocdbt.process_0', 'manifest.ocdbt'] },
  'left out and harmless': { says: '++', ignore: ['commit_success.txt'] },
  'a member more': { says: '++', statement: s => (resources(s)[0].annotations = { k: 'v' }) },
  'no files': { says: '--', statement: s => (s.predicate.resources = []) },
}

const flip = (file, roll) => {
  const bytes = fs.readFileSync(file)
  bytes[roll(bytes.length)] ^= 1 << roll(8)
  fs.writeFileSync(file, bytes)
}
const cut = file => fs.truncateSync(file, fs.statSync(file).size - 1)
const flipped = base64 => {
  const bytes = Buffer.from(base64, 'base64')
  bytes[bytes.length - 1] ^= 1
  return bytes.toString('base64')
}
const twice = (statement, roll) => {
  const at = roll(resources(statement).length)
  resources(statement).splice(at, 0, { ...resources(statement)[at] })
}

function make(root, seed) {
  const roll = dice(seed)
  const name = Object.keys(kKinds)[seed % Object.keys(kKinds).length]
  const kind = kKinds[name]
  const directory = join(root, `case${seed}`, 'ckpt')
  fs.cpSync(join(signed, 'orbax-a'), directory, { recursive: true })
  fs.rmSync(join(directory, 'model.sig'))
  for (let n = roll(6); n > 0; n--) {
    const path = join(directory, pick(['a', 'b.c', 'b/c', 'é', 'x y'], roll), `${n}`)
    fs.mkdirSync(join(path, '..'), { recursive: true })
    fs.writeFileSync(path, Buffer.alloc(1 + roll(5000), roll(256)))
  }
  // The first shard's name has no colon of its own: model_signing splits at the first. It lacks blake2b.
  const shard = roll(3) === 0 ? 1 + roll(3000) : undefined
  const statement = statementOf(directory, {
    shard,
    ignore: kind.ignore,
    links: roll(4) === 0 && name !== 'a link more',
  })
  const files = [...new Set(resources(statement).map(one => (shard ? one.name.replace(/:\d+:\d+$/, '') : one.name)))]
  kind.statement?.(statement, roll)
  const bundle = bundleOf(kind.unsealed ? statement : sealed(statement), kind.by)
  delete bundle.verificationMaterial.publicKey.hint
  bundle.verificationMaterial.publicKey.rawBytes = 'eA=='
  kind.bundle?.(bundle)
  kind.directory?.(directory, files, roll)
  const file = join(root, `case${seed}`, 'model.sig')
  fs.writeFileSync(file, JSON.stringify(bundle))
  return { name, says: kind.says, directory, bundle: file, key: keyFile('p256') }
}

const root = fs.mkdtempSync(join(tmpdir(), 'leafsum-oms-'))
const cases = Array.from({ length: Number(values.count) }, (_, n) => make(root, Number(values.first) + n))
const script = new URL('model_signatures.py', import.meta.url).pathname
const input = cases.map(one => JSON.stringify(one)).join('\n')
const theirs = execFileSync(values.python, [script], { input, encoding: 'utf8', maxBuffer: 1 << 28 })
  .trim()
  .split('\n')
  .map(line => JSON.parse(line).error)
let differences = 0
const counts = { '++': 0, '--': 0, '+-': 0, '-+': 0 }
for (const [n, one] of cases.entries()) {
  const ours = await verify(fromPath(one.directory), {
    bundle: fs.readFileSync(one.bundle),
    key: fs.readFileSync(one.key),
  }).then(
    report => (report.verdict === 'VERIFIED' ? null : report.headline),
    error => (error.code === 'evidence' ? error.message : Promise.reject(error)),
  )
  const said = `${theirs[n] === null ? '+' : '-'}${ours === null ? '+' : '-'}`
  counts[said]++
  if (said === one.says) continue
  differences++
  console.log(
    `case ${Number(values.first) + n}, ${one.name}: ${said}, not ${one.says}\n  reference: ${theirs[n]}\n  leafsum: ${ours}`,
  )
}
fs.rmSync(root, { recursive: true })
console.log(
  `${cases.length} bundles: both accept ${counts['++']}, both refuse ${counts['--']}, Leafsum alone refuses ${counts['+-']} (meant), differences ${differences}`,
)
process.exitCode = differences ? 1 : 0
