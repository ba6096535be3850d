// Holds cmake/deps/dependencies.json, the one place that pins sources, against what else has to name them: the crates'
// manifest and lock, the licences that the package ships; and sees that nothing else in cmake names an address.
// With --write it writes the licences anew from what cmake/setup.sh unpacked.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Problems, tracked } from './problems.mjs'

const table = 'cmake/deps/dependencies.json'
const manifest = 'cmake/deps/Cargo.toml'
const lock = 'cmake/deps/Cargo.lock'
const licences = 'node/THIRD_PARTY_LICENSES'

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

// What the package carries: a licence of each row that the product is linked with.
const shipped = Object.entries(rows).filter(([, row]) => row.licence_file)
const heading = (/** @type {string} */ name) => `${name} ${rows[name].version} (${rows[name].licence})`
const line = '='.repeat(80)
const texts = shipped.map(([name, { folder, licence_file }]) => {
  const file = `build/deps/${folder}/${licence_file}`
  return existsSync(file) ? `${line}\n${heading(name)}\n${line}\n\n${readFileSync(file, 'utf8').trim()}\n` : undefined
})
const head = 'core.wasm and codecs.wasm contain code of these projects.\n'
if (process.argv.includes('--write')) {
  if (texts.includes(undefined)) throw new Error('sources are missing: run cmake/setup.sh')
  writeFileSync(licences, [head, ...texts].join('\n'))
}
const present = existsSync(licences) ? readFileSync(licences, 'utf8') : ''
for (const [at, [name]] of shipped.entries()) {
  if (!present.includes(`\n${heading(name)}\n`) || (texts[at] && !present.includes(texts[at])))
    problems.add(licences, 1, `${heading(name)} is not here: node tools/checks/dependencies.mjs --write`)
}

for (const file of tracked('cmake/*.cmake', 'cmake/*.sh', '**/CMakeLists.txt', 'CMakeLists.txt')) {
  const at = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex(text => /https?:|[0-9a-f]{64}/.test(text))
  if (at >= 0) problems.add(file, at + 1, `an address or a hash: ${table} is where sources are pinned`)
}

problems.end()
