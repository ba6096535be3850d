// Each archive that make.py left against the directory that was packed, and what its oracle unpacked:
//   node tests/campaigns/archives/compare.mjs FOLDER
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { check, digest, fromArchive, fromPath } from '../../../node/lib/index.js'

const [folder] = process.argv.slice(2)

async function outcome(/** @type {any} */ call, /** @type {any} */ source) {
  try {
    return await call(await source(), { allSteps: true })
  } catch (error) {
    const { code, message } = /** @type {any} */ (error)
    if (code === 'bug' || code === undefined) throw error
    return { code, message }
  }
}

/** What is told beside what the directory has: a member that stands twice. */
const withoutDoubles = (/** @type {any} */ told) =>
  told.report?.findings.some((/** @type {any} */ one) => one.code === 'duplicate-member')
    ? { fingerprint: told.fingerprint, items: told.items }
    : told

/** @returns {Promise<string | undefined>} what is wrong */
async function wrong(/** @type {string} */ place) {
  const { source, inner, file, damaged, failure } = JSON.parse(readFileSync(join(place, 'case.json'), 'utf8'))
  const archive = () => fromArchive(join(place, file), inner ? { inner } : { inner: '', name: source.split('/').pop() })
  const told = await outcome(digest, archive)
  const exit = told.report?.exit_code
  const unpacked = join(place, 'unpacked', inner)
  if (!damaged) {
    const packed = await outcome(digest, () => fromPath(source))
    const same = withoutDoubles(told)
    const expected = same === told ? packed : { fingerprint: packed.fingerprint, items: packed.items }
    if (!isDeepStrictEqual(same, expected)) return 'another digest than the directory'
    if (failure) return `the oracle could not unpack it: ${failure}`
    const checked = await outcome(check, archive)
    const there = await outcome(check, () => fromPath(source))
    if (checked.exit_code !== there.exit_code) return `check: ${checked.headline}, the directory: ${there.headline}`
  }
  if (damaged === 'cut' && exit === 0 && failure) return 'nothing is missed of what was cut off'
  // A zip's CRC-32 is not looked at: digests are.
  if (exit !== 0 || failure || !existsSync(unpacked)) return undefined
  const seen = await outcome(digest, () => fromPath(unpacked))
  return seen.fingerprint === told.fingerprint ? undefined : 'the oracle unpacked something else'
}

let differing = 0
const all = readdirSync(folder).sort((a, b) => Number(a) - Number(b))
for (const seed of all) {
  const place = join(folder, seed)
  const why = await wrong(place).catch(error => `failed: ${error.stack ?? error}`)
  if (why === undefined) {
    rmSync(place, { recursive: true })
    continue
  }
  differing++
  console.log(`${place}: ${why}`)
}
console.log(`archives: ${all.length} packed, ${differing} differ`)
process.exit(differing === 0 && all.length > 0 ? 0 : 1)
