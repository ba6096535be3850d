// Holds cmake/deps/dependencies.json, the one place that pins sources, against what else has to name them: the crates'
// manifest and lock, the licences that the package ships; and sees that nothing else in cmake names an address.
// With --write it writes the licences anew from what cmake/setup.sh unpacked.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { kHead, sections } from '../notice.mjs'
import { Problems, tracked } from './problems.mjs'

const table = 'cmake/deps/dependencies.json'
const manifest = 'cmake/deps/Cargo.toml'
const lock = 'cmake/deps/Cargo.lock'
const notice = 'node/NOTICE'

const columns = ['version', 'url', 'sha256', 'probe', 'client', 'package', 'package_sha256', 'folder', 'licence']
const problems = new Problems()
/** @type {Record<string, Record<string, string>>} */
const rows = JSON.parse(readFileSync(table, 'utf8'))

for (const [name, row] of Object.entries(rows)) {
  const wrong = (/** @type {string} */ text, file = table) => problems.add(file, 1, `${name}: ${text}`)
  for (const column of columns) if (!row[column]) wrong(`no ${column}`)
  for (const column of ['sha256', 'package_sha256'])
    if (!/^[0-9a-f]{64}$/.test(row[column])) wrong(`${column} is no SHA-256`)
  if (!row.url.includes(row.version)) wrong(`version ${row.version} is not in ${row.url}`)
}

// Cargo: what the table has, and no other. A lock has the part after "+" too.
const crates = Object.values(rows).filter(row => row.client === 'cargo')
const wanted = crates.map(row => row.package.replace(/\+.*/, '')).sort()
const asked = [...readFileSync(manifest, 'utf8').matchAll(/^(\S+) = \{ version = "=([^"]+)"/gm)]
if (asked.map(([, name, version]) => `${name} ${version}`).join() !== wanted.join())
  problems.add(manifest, 1, `the crates of ${table} are ${wanted.join(', ')}`)
const locked = readFileSync(lock, 'utf8')
for (const { package: crate, package_sha256 } of crates) {
  const [name, version] = crate.split(' ')
  const entry = new RegExp(`name = "${name}"\\nversion = "([^"]+)"\\nsource = .*\\nchecksum = "([^"]+)"`).exec(locked)
  if (entry?.[1] !== version || entry[2] !== package_sha256)
    problems.add(lock, 1, `${crate} is not locked with ${package_sha256}, which ${table} says`)
}

// npm, of what goes into the product: one version of each, named in package.json, with a hash.
const sigstore = 'cmake/deps/sigstore/package'
const { dependencies, overrides } = JSON.parse(readFileSync(`${sigstore}.json`, 'utf8'))
const { packages } = JSON.parse(readFileSync(`${sigstore}-lock.json`, 'utf8'))
for (const [name, version] of Object.entries({ ...dependencies, ...overrides }))
  if (packages[`node_modules/${name}`]?.version !== version)
    problems.add(`${sigstore}-lock.json`, 1, `${name} is not locked at ${version}, which ${sigstore}.json says`)
for (const [path, { integrity, license }] of Object.entries(packages))
  if (path && (!/^sha512-/.test(integrity) || !license || path.split('node_modules/').length > 2))
    problems.add(`${sigstore}-lock.json`, 1, `${path}: one version of each, with a licence and a SHA-512`)

// What package and page carry: the licences of all that they are linked with.
if (process.argv.includes('--write')) {
  const texts = sections().map(({ heading, text }) => text ?? fail(`${heading}: no licence, run cmake/setup.sh`))
  writeFileSync(notice, [kHead, ...texts].join('\n'))
}
const present = existsSync(notice) ? readFileSync(notice, 'utf8') : ''
for (const { heading, text } of sections()) {
  if (!present.includes(`\n${heading}\n`) || (text && !present.includes(text)))
    problems.add(notice, 1, `${heading} is not here: node tools/checks/dependencies.mjs --write`)
}

for (const file of tracked('cmake/*.cmake', 'cmake/*.sh', '**/CMakeLists.txt', 'CMakeLists.txt')) {
  const at = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex(text => /https?:|[0-9a-f]{64}/.test(text))
  if (at >= 0) problems.add(file, at + 1, `an address or a hash: ${table} is where sources are pinned`)
}

problems.end()

/** @returns {never} */
function fail(/** @type {string} */ text) {
  throw new Error(text)
}
