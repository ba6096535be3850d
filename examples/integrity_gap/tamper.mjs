// node examples/integrity_gap/tamper.mjs BASELINE REPLACEMENT OUT: the checkpoint BASELINE with the data of
// REPLACEMENT, in the new directory OUT. What describes the tree stays the baseline's.
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const kData = /^(manifest\.ocdbt|d|ocdbt\.process_\w+)$/
const [baseline, replacement, out] = process.argv.slice(2)

cpSync(baseline, out, { recursive: true, errorOnExist: true, force: false })
for (const name of readdirSync(out).filter(name => kData.test(name))) rmSync(join(out, name), { recursive: true })
for (const name of readdirSync(replacement).filter(name => kData.test(name))) {
  cpSync(join(replacement, name), join(out, name), { recursive: true })
}
