// node examples/progress.mjs CHECKPOINT LOCKFILE: how far it is, then what was found, then the verdict.
import { readFileSync } from 'node:fs'
import { verifyEvents } from '../node/lib/index.js'

const [directory, file] = process.argv.slice(2)
for await (const event of verifyEvents(directory, { lockfile: readFileSync(file) })) {
  if (event.type === 'progress') console.log(`${Math.floor(event.progress.fraction * 100)} %`)
  else console.log(event.type === 'finding' ? event.finding.message : event.report.headline)
}
