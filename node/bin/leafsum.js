#!/usr/bin/env node
// An older Node would stop at the first import with a stack of its own; this says what is wanted.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`leafsum: Node 20.19 or later is needed, this is ${process.versions.node}\n`)
  process.exit(2)
}
const { main } = await import('../lib/cli/main.js')
process.exitCode = await main(process.argv.slice(2), process)
