// Forgeries: the data is swapped, and every combination of what a lockfile says of it is rewritten to fit; the
// signature is kept, or left out where the user has the fingerprint. None is VERIFIED, but what no fingerprint covers,
// and then the headline says so.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromMap, keygen, lock, sign, verify } from '../../node/lib/index.js'
import { kName } from './support/signed.js'

const text = (/** @type {unknown} */ value) => new TextEncoder().encode(JSON.stringify(value))
const parsed = (/** @type {Uint8Array | undefined} */ bytes) => JSON.parse(new TextDecoder().decode(bytes))
const kElements = 1_100_000 // two blocks of 4 MiB, the second one short

/** One leaf with blocks, and a file that no leaf lies in. @param {{ value?: number, note?: string }} [swapped] */
function source({ value = 1, note = 'honest' } = {}) {
  const document = {
    zarr_format: 2,
    shape: [kElements],
    chunks: [kElements],
    dtype: '<i4',
    compressor: null,
    fill_value: 0,
    order: 'C',
    filters: null,
    dimension_separator: '.',
  }
  const values = new Int32Array(kElements)
  values[kElements - 1] = value
  return new Map([
    ['w/.zarray', text(document)],
    ['w/0', new Uint8Array(values.buffer)],
    ['tokenizer.bin', text(note)],
  ])
}

const honest = source()
/** @type {import('../../node/lib/index.js').LockOptions} */
const kLock = { chunks: true, files: true, algorithms: ['blake3', 'sha256'] }
const locked = async (/** @type {Map<string, Uint8Array>} */ files) =>
  /** @type {Uint8Array} */ ((await lock(fromMap(files), kLock)).lockfile)
const lockfile = await locked(honest)
const { fingerprint } = parsed(lockfile)
const { privateKey, publicKey: key } = await keygen()
const { signature } = await sign(lockfile, { lockfileName: kName, key: privateKey })
const leafOf = (/** @type {any} */ one) => one.items[''].leaves[0]

/**
 * How a lockfile is rewritten, by the member that it is about.
 * @type {Record<string, (mine: any, theirs: any) => void>}
 */
const kRewrites = {
  stored: (mine, theirs) => (leafOf(mine).stored = leafOf(theirs).stored),
  chunks: (mine, theirs) => (leafOf(mine).chunks = leafOf(theirs).chunks),
  blocks: (mine, theirs) => (leafOf(mine).blocks = leafOf(theirs).blocks),
  sha256: (mine, theirs) => (leafOf(mine).digest.sha256 = leafOf(theirs).digest.sha256),
  digest: (mine, theirs) => (leafOf(mine).digest.blake3 = leafOf(theirs).digest.blake3),
  files: (mine, theirs) => (mine.files = theirs.files),
  fingerprint: (mine, theirs) => {
    mine.fingerprint = theirs.fingerprint
    mine.items[''].fingerprint = theirs.items[''].fingerprint
  },
}

/** Every set of rewrites, and the whole lockfile of the swapped data. */
async function* forgeries(/** @type {Map<string, Uint8Array>} */ swapped) {
  const theirs = await locked(swapped)
  const names = Object.keys(kRewrites)
  for (let set = 0; set < 1 << names.length; set++) {
    const chosen = names.filter((_, n) => (set >> n) & 1)
    const mine = parsed(lockfile)
    for (const name of chosen) kRewrites[name](mine, parsed(theirs))
    yield { what: chosen.join(), forged: chosen.length ? text(mine) : lockfile }
  }
  yield { what: names.join(), forged: theirs }
}

/** The verdict, or why the lockfile is no evidence. @param {Promise<import('../../node/lib/index.js').Report>} run */
const outcome = async run => {
  try {
    return await run
  } catch (error) {
    const { code, message } = /** @type {any} */ (error)
    assert.equal(code, 'evidence', message)
    return undefined
  }
}
const reasons = (/** @type {any} */ report) =>
  report.findings.filter((/** @type {any} */ f) => f.code === 'signature').map((/** @type {any} */ f) => f.message)

for (const [what, swapped] of /** @type {[string, any][]} */ ([
  ['values', { value: 2 }],
  ['another file', { note: 'forged' }],
  ['both', { value: 2, note: 'forged' }],
]))
  test(`swapped: ${what}`, async () => {
    const files = source(swapped)
    const isLeaf = swapped.value !== undefined
    const seen = { signed: 0, unsigned: 0, refused: 0 }
    for await (const { what: rewritten, forged } of forgeries(files)) {
      const named = { lockfile: forged, lockfileName: kName }
      const signed = await outcome(verify(fromMap(files), { ...named, signature, key }))
      const unsigned = await outcome(verify(fromMap(files), { ...named, fingerprint }))
      if (signed) {
        seen.signed++
        assert.ok(['MISMATCH', 'UNTRUSTED'].includes(signed.verdict), `${rewritten}: ${signed.headline}`)
        if (rewritten) assert.match(reasons(signed).join(), /^wrong-subject: /, rewritten)
        else assert.equal(signed.verdict, 'MISMATCH', signed.headline)
        assert.equal(signed.lock?.signed_by === undefined, rewritten !== '')
      } else seen.refused++
      if (!unsigned) continue
      seen.unsigned++
      if (isLeaf || !rewritten.split(',').includes('files'))
        assert.equal(unsigned.verdict, 'MISMATCH', `${rewritten}: ${unsigned.headline}`)
      else if (unsigned.verdict === 'VERIFIED')
        // The leaves are the honest ones; that the file is not covered is said.
        assert.match(
          unsigned.headline,
          /not covered: .*nobody vouches for \(1 file beside the checkpoint/,
          `${rewritten}: ${unsigned.headline}`,
        )
      // Nobody vouches for a lockfile that came with the source.
      const came = await outcome(verify(fromMap(files), { ...named, lockfileCameWithSource: true }))
      assert.notEqual(came?.verdict, 'VERIFIED', rewritten)
    }
    // A lockfile that contradicts itself is none; these do not.
    assert.ok(seen.signed > 16 && seen.unsigned >= 16, JSON.stringify(seen))
  })
