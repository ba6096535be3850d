// The cases of tests/fixtures (its README says what they hold), found by their files, never by name.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fixtures, vectors } from './places.js'

export const readJson = (/** @type {string} */ file) => JSON.parse(readFileSync(file, 'utf8'))
/** Data of other projects, which is not committed here. */
const kCases =
  process.env.LEAFSUM_CASES && existsSync(join(process.env.LEAFSUM_CASES, 'public'))
    ? process.env.LEAFSUM_CASES
    : undefined

export const fingerprints = readJson(join(vectors, 'fingerprints.json'))

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} source    the checkpoint's directory
 * @property {any} expected
 * @property {any} [damage]
 *
 * @param {string} group a directory of tests/fixtures
 * @returns {Case[]}
 */
export function casesIn(group) {
  const root = join(fixtures, group)
  if (existsSync(join(root, 'artifacts'))) {
    return directoriesIn(join(root, 'artifacts')).map(name => ({
      name: `${group}/artifacts/${name}`,
      source: join(root, 'artifacts', name),
      expected: readJson(join(root, `${name}.expected.json`)),
    }))
  }
  return directoriesIn(root).flatMap(name => {
    const directory = join(root, name)
    if (!existsSync(join(directory, 'expected.json'))) {
      return existsSync(join(directory, 'damage.json')) ? [caseAt(group, name, directory)] : casesIn(`${group}/${name}`)
    }
    return [caseAt(group, name, directory)]
  })
}

function caseAt(/** @type {string} */ group, /** @type {string} */ name, /** @type {string} */ directory) {
  const read = (/** @type {string} */ file) =>
    existsSync(join(directory, file)) ? readJson(join(directory, file)) : undefined
  // An interrupted save has no `ckpt`, only a directory with a temporary name.
  const source = join(directory, directoriesIn(directory).sort((a, b) => a.length - b.length)[0])
  return { name: `${group}/${name}`, source, expected: read('expected.json'), damage: read('damage.json') }
}

const directoriesIn = (/** @type {string} */ path) =>
  readdirSync(path, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()

const kEmpty = /** @type {Record<string, string>} */ ({
  'empty dict': 'Dict',
  'empty list': 'List',
  'empty tuple': 'Tuple',
  'empty namedtuple': 'NamedTuple',
  None: 'None',
})

/** expected.json's items as `digest --json` has them, without fingerprints: item → text of the key path → leaf. */
export function expectedItems(/** @type {any} */ expected) {
  return Object.fromEntries(
    Object.entries(expected.items).map(([name, { kind, leaves = [], json }]) => {
      const all = leaves.map(expectedLeaf)
      // A bare store's leaves have the array's path, which ours split (contract §10.7).
      if (kind === 'zarr')
        for (const leaf of all) leaf.key_path = leaf.key_path.flatMap((/** @type {string} */ key) => key.split('/'))
      if (json)
        all.push({
          key_path: [],
          value_type: 'json',
          dtype: 'json',
          shape: null,
          nbytes: json.nbytes,
          digest: digests(json),
        })
      return [name, byKeyPath(all)]
    }),
  )
}

function expectedLeaf(/** @type {any} */ { keypath, value_type: type, dtype, shape, nbytes, ...rest }) {
  if (nbytes === undefined)
    return { key_path: keypath, value_type: kEmpty[type] ?? type, dtype: kEmpty[type] ?? type, shape: null, nbytes: 0 }
  return {
    key_path: keypath,
    value_type: type,
    dtype: dtype ?? 'string',
    shape: shape ?? null,
    nbytes,
    digest: digests(rest),
  }
}

const digests = (/** @type {any} */ { blake3, sha256 }) => ({ blake3, sha256 })

/** @param {any[]} leaves */
export const byKeyPath = leaves =>
  Object.fromEntries(leaves.map(leaf => [JSON.stringify(leaf.key_path), leaf]).sort((a, b) => (a[0] < b[0] ? -1 : 1)))

/**
 * Stores with an EXPECTED.json beside them, which has the size and the SHA-256 of each key's value: our own, and, where
 * LEAFSUM_CASES names a directory with data of other projects, those of its `public`.
 * @returns {{ name: string, source: string, wanted: { latest: Record<string, { bytes: number, sha256: string }>,
 *   generations?: number[], at_generation?: Record<string, Record<string, { bytes: number, sha256: string }>> } }[]}
 */
export function stores() {
  const others = kCases ? directoriesIn(join(kCases, 'public')).map(name => join(kCases, 'public', name)) : []
  return [join(fixtures, 'stores'), ...others]
    .filter(directory => existsSync(join(directory, 'EXPECTED.json')))
    .flatMap(directory =>
      Object.entries(readJson(join(directory, 'EXPECTED.json'))).flatMap(([store, wanted]) => {
        const source = join(directory, store)
        return wanted.latest && existsSync(source) ? [{ name: `${basename(directory)}/${store}`, source, wanted }] : []
      }),
    )
}

/** Why a test of other projects' data is skipped, or false. */
export const withoutCases = !kCases && 'LEAFSUM_CASES does not name a directory with the data of other projects'

/** Where a fixture lies, and why it may not be there. @param {string} name */
export const placeOf = name =>
  name.startsWith('public/')
    ? { place: join(kCases ?? fixtures, name), skip: withoutCases }
    : { place: join(fixtures, name), skip: false }
