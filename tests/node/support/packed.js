// The package as npm would publish it, made in a directory of its own: packing puts the core into the folder for a
// moment.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** What `npm pack` looks at, besides the folder itself. */
const kBuilt = [
  'core.mjs',
  'core.wasm',
  'codecs.mjs',
  'codecs.wasm',
  'trust.mjs',
  'trust.wasm',
  'emscripten-version.txt',
]
const kBeside = [
  ...kBuilt.map(file => `build/wasm/${file}`),
  'LICENSE',
  'cmake/deps',
  'build/deps/sigstore',
  'tools/notice.mjs',
  'tools/sbom.mjs',
  'tests/package.json',
]

/** What `npm pack` needs, and no more. @param {string} place @returns {string} the folder that is packed */
export function copyPackable(place) {
  const folder = join(place, 'node')
  fs.cpSync(join(root, 'node'), folder, { recursive: true, filter: path => path !== join(root, 'node/lib/core') })
  for (const path of kBeside) fs.cpSync(join(root, path), join(place, path), { recursive: true })
  fs.symlinkSync(join(root, 'tests/node_modules'), join(place, 'tests/node_modules'))
  return folder
}

/**
 * @param {string} place  an empty directory
 * @returns {{ folder: string, before: unknown[], tarball: string }} what was packed, and its files until then
 */
export function packInto(place) {
  const folder = copyPackable(place)
  fs.mkdirSync(join(root, 'build/packed'), { recursive: true })
  fs.symlinkSync(join(root, 'build/packed'), join(place, 'build/packed')) // what another has made already
  const before = fs.readdirSync(folder, { recursive: true }).sort()
  npm(['pack', '--silent', '--pack-destination', place], folder, place)
  const tarball = fs.readdirSync(place).find(name => name.endsWith('.tgz')) ?? ''
  return { folder, before, tarball: join(place, tarball) }
}

/** npm with a cache of its own. @param {string[]} args @param {string} cwd @param {string} place */
function npm(args, cwd, place) {
  const env = { ...process.env, npm_config_cache: join(place, 'cache'), npm_config_update_notifier: 'false' }
  return execFileSync('npm', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Paths in the tarball, sorted. @param {string} tarball */
export const filesOf = tarball => execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n').sort()

/**
 * An app of a place of its own that has the package installed.
 * @param {string} place  an empty directory
 */
export function installedApp(place) {
  const app = join(place, 'app')
  fs.mkdirSync(join(app, 'node_modules'), { recursive: true })
  execFileSync('tar', ['-xzf', packInto(place).tarball, '-C', app])
  fs.renameSync(join(app, 'package'), join(app, 'node_modules/leafsum'))
  fs.writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }\n')
  return app
}
