// node examples/digests.mjs CHECKPOINT: a line for each leaf, and whether that is all of it.
import { digests } from '../node/lib/index.js'

const found = digests(process.argv[2])
for await (const { key_path: path, digest } of found) console.log(digest?.blake3 ?? 'empty', path.join('/'))
console.log((await found.report).verdict)
