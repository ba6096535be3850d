// Two modules out of pinned packages (cmake/deps/sigstore): what checks Sigstore's certificates, logs and timestamps,
// and what checks a signature of which only the digest is at hand. TUF, which fetches, is left out: roots come from the
// user's file. `node node/pack_sigstore.js FOLDER` writes them there, for a clone (cmake/setup.sh).
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(new URL('../tests/package.json', import.meta.url))
const packages = fileURLToPath(new URL('../build/deps/sigstore/node_modules/@freedomofpress/', import.meta.url))

const kModules = {
  'sigstore.mjs': `
    import { SigstoreVerifier } from './sigstore-browser/dist/sigstore.js'
    import { LogCheckpoint, SignedNote } from './sigstore-browser/dist/tlog/checkpoint.js'
    export { X509Certificate } from './sigstore-browser/dist/x509/cert.js'
    export { verifyMerkleInclusion } from './sigstore-browser/dist/tlog/merkle.js'
    export { verifyCheckpoint } from './sigstore-browser/dist/tlog/checkpoint.js'
    export { verifyTLogBody } from './sigstore-browser/dist/tlog/body.js'
    export { verifyBundleTimestamp } from './sigstore-browser/dist/timestamp/tsa.js'
    export { importKey, verifySignature } from './crypto-browser/dist/crypto.js'
    export const verifySCT = (certificate, issuer, logs) =>
      SigstoreVerifier.prototype.verifySCT.call({}, certificate, issuer, logs)
    export const checkpointOf = envelope => LogCheckpoint.fromString(SignedNote.fromString(envelope).note)`,
  'sigstore_digest.mjs': `export { verifySignatureOverDigest } from './crypto-browser/dist/crypto.js'`,
}
/** What each leaves out; whoever gets there all the same learns it. */
const kAbsent = {
  'sigstore.mjs': /\/trust\/tuf\.js$|^@noble\//,
  'sigstore_digest.mjs': /^@noble\/curves\/ed25519/,
}
const kMissing = `
  const missing = () => { throw new DOMException('this host lacks the algorithm', 'NotSupportedError') }
  export const ed25519 = { verify: missing, sign: missing }
  export const p256 = { verify: missing }, p384 = p256, p521 = p256
  export const TrustedRootProvider = undefined`

/** @returns {Promise<Map<string, string>>} by name */
export async function sigstoreModules() {
  const { build } = require('esbuild')
  const modules = new Map()
  for (const [name, contents] of Object.entries(kModules)) {
    const filter = kAbsent[/** @type {keyof typeof kModules} */ (name)]
    const absent = {
      name: 'absent',
      setup(/** @type {any} */ plugin) {
        plugin.onResolve({ filter }, (/** @type {any} */ { path }) => ({ path, namespace: 'absent' }))
        plugin.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: kMissing }))
      },
    }
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: packages },
      absWorkingDir: packages,
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      target: 'es2020',
      plugins: [absent],
    })
    modules.set(name, outputFiles[0].text)
  }
  return modules
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2)
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of await sigstoreModules()) writeFileSync(join(folder, name), text)
}
