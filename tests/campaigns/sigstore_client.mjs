#!/usr/bin/env node
// leafsum as a client of Sigstore's conformance suite (docs/cli_protocol.md there). It signs nothing.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const [command, ...given] = process.argv.slice(2)
if (command !== 'verify-bundle') {
  console.error(`${command}: leafsum only verifies bundles (--skip-signing)`)
  process.exit(1)
}
const file = given.pop()
const isKey = given.includes('--key')
const args = ['verify-blob', file]
for (let n = 0; n < given.length; n++) {
  if (given[n] === '--staging') continue
  const [name, value] = [given[n], given[++n]]
  if (!(isKey && name === '--trusted-root')) args.push(`${name}=${value}`) // a key is trust enough
}
if (!isKey && !given.includes('--trusted-root')) args.push(`--trusted-root=${process.env.LEAFSUM_TRUSTED_ROOT}`)
const leafsum = fileURLToPath(new URL('../../node/bin/leafsum.js', import.meta.url))
process.exit(spawnSync(process.execPath, [leafsum, ...args], { stdio: 'inherit' }).status ?? 1)
