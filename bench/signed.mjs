// `verify --bundle` beside model_signing's own `verify key`, in turn:
//     node bench/signed.mjs CHECKPOINT --python PROGRAM [--rounds 7] [--jobs 2]
// PROGRAM has model-signing (tests/campaigns/requirements-model-signing.txt). The checkpoint is signed first.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { timed } from './timed.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    jobs: { type: 'string', default: '2' },
  },
})
const [source] = positionals
const keys = fileURLToPath(new URL('../tests/fixtures/model-signing/keys/', import.meta.url))
const bundle = join(fs.mkdtempSync(join(tmpdir(), 'leafsum-signed-')), 'model.sig')
const tool = (...words) => [values.python, ['-m', 'model_signing', ...words, '--signature', bundle, source]]
execFileSync(...tool('sign', 'key', '--private_key', join(keys, 'p256.key.pem')), { stdio: 'ignore' })

const reference = tool('verify', 'key', '--public_key', join(keys, 'p256.pub.pem'))
const ours = [
  process.execPath,
  [
    fileURLToPath(new URL('../node/bin/leafsum.js', import.meta.url)),
    ...['verify', source, '--bundle', bundle, '--key', join(keys, 'p256.pub.pem'), '--jobs', values.jobs],
  ],
]
const seconds = { reference: [], leafsum: [] }
for (let round = 0; round < Number(values.rounds); round++) {
  seconds.reference.push(timed(...reference).seconds)
  seconds.leafsum.push(timed(...ours).seconds)
}
const median = list => list.sort((a, b) => a - b)[list.length >> 1]
const [theirs, mine] = [median(seconds.reference), median(seconds.leafsum)]
console.log(
  `model_signing ${theirs.toFixed(2)} s, leafsum --jobs ${values.jobs} ${mine.toFixed(2)} s: ${(theirs / mine).toFixed(2)} times as fast`,
)
