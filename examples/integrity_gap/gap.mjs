// node examples/integrity_gap/gap.mjs BASELINE TAMPERED: what a checkpoint's metadata tells of its values, what is
// restored, and what a lockfile of the baseline makes of it. Every line is computed from the two directories.
import { diff, fromPath, lock, openCheckpoint, verify } from '../../node/lib/index.js'
import { firstValues, pointer } from './values.mjs'

const [baseline, tampered] = process.argv.slice(2).map(path => fromPath(path))
const say = (/** @type {string} */ name, /** @type {unknown} */ value) =>
  console.log(`${name}=${value === true ? 'True' : value === false ? 'False' : value}`)

// 1. Does what describes the tree say anything of the values, or bind them?
const [before, after] = [await firstValues(baseline), await firstValues(tampered)]
const documents = [...(await metadataOf(baseline)), ...(await metadataOf(tampered))]
const values = new Set([...before.values(), ...after.values()])
const containsValue = documents.some(text =>
  (text.match(/-?\d+(\.\d+)?([eE][-+]?\d+)?/g) ?? []).some(number => values.has(number)),
)
const checksumField = documents.some(text =>
  namesIn(JSON.parse(text)).some(name => /checksum|digest|hash|crc|sha\d|signature/i.test(name)),
)
const gap = !containsValue && !checksumField
say('METADATA_CONTAINS_VALUE', containsValue)
say('METADATA_CHECKSUM_FIELD', checksumField)
say('INTEGRITY_GAP_CONFIRMED', gap)

// 2. What would be restored: the first leaf that changed, or the first of all.
const leaf = [...before.keys()].find(name => before.get(name) !== after.get(name)) ?? [...before.keys()][0]
const flip = before.get(leaf) !== after.get(leaf)
say('RESTORED_BASELINE_VALUE', before.get(leaf))
say('RESTORED_TAMPERED_VALUE', after.get(leaf))
say('OUTPUT_FLIP_CONFIRMED', flip)

// 3. Could whoever reads the metadata of both have noticed?
const noticed = JSON.stringify(await metadataPath(baseline)) !== JSON.stringify(await metadataPath(tampered))
say('WARNING_EMITTED_METADATA_PATH', noticed)
say('METADATA_INTEGRITY_GAP_CONFIRMED', gap && flip && !noticed)

// 4. What Leafsum adds.
const { report, lockfile } = await lock(baseline)
if (!lockfile) throw new Error(report.headline)
const { verdict, exit_code: code } = await verify(tampered, { lockfile })
say('TAMPER_DETECTED', verdict === 'MISMATCH')
for (const { key_path: path, shape, values: found } of (await diff(baseline, tampered, { values: true })).leaves) {
  if (!found) continue
  const elements = shape.reduce((/** @type {number} */ product, /** @type {number} */ extent) => product * extent, 1)
  say(
    'TAMPERED_LEAF',
    `${pointer(path)} ${found.first_a} -> ${found.first_b}, ${found.differing} of ${elements} elements differ`,
  )
}
process.exitCode = code

/** The documents that describe tree and arrays, as text. */
async function metadataOf(/** @type {import('../../node/lib/index.js').Store} */ store) {
  const names = (await store.list())
    .map(([path]) => path)
    .filter(path => path === '_METADATA' || path.startsWith('array_metadatas/'))
  return Promise.all(names.sort().map(async path => new TextDecoder().decode(await store.get(`/${path}`))))
}

/** All that a reader of the metadata alone sees: those documents, and the arrays' own dtypes, shapes and chunks. */
async function metadataPath(/** @type {import('../../node/lib/index.js').Store} */ store) {
  const { leaves, findings } = await openCheckpoint(store)
  return {
    documents: await metadataOf(store),
    leaves: leaves.map(({ key_path: path, value_type: type, dtype, shape, chunk_shape: chunks }) => ({
      path,
      type,
      dtype,
      shape,
      chunks,
    })),
    errors: findings.filter(one => one.severity === 'error').map(one => one.message),
  }
}

/**
 * @returns {string[]} the names of all members of a JSON document but those that are key paths of the tree, ('params',
 * 'w')
 */
function namesIn(/** @type {any} */ value) {
  if (typeof value !== 'object' || value === null) return []
  const own = Array.isArray(value) ? [] : Object.keys(value).filter(name => !name.startsWith('('))
  return [...own, ...Object.values(value).flatMap(namesIn)]
}
