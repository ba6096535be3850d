// How leaves lay on devices when they were saved, against the mesh that they are to come to.

/**
 * @typedef {{ mesh: Record<string, number>, spec: (string | string[] | null)[] }} Sharding
 *
 * @param {{ item: string, key_path: string[], shape: number[] | null }} leaf
 * @param {any} recorded an entry of `_sharding`, if there is one
 * @param {Sharding | undefined} wanted the template's own
 * @param {Record<string, number> | undefined} mesh of the target: axis names and sizes
 * @returns {any[]} findings: an error where placing the leaf would raise, a warning where its layout only changes
 */
export function shardingFindings({ item, key_path, shape }, recorded, wanted, mesh) {
  if (!shape) return []
  const where = { item, key_path }
  if (recorded?.sharding_type === 'NamedSharding' && !isNamed(recorded)) {
    return [
      {
        code: 'structure-mismatch',
        severity: 'warning', // no value depends on how the leaf lay on devices
        ...where,
        expected: null,
        actual: null,
        message: 'the sharding that was recorded cannot be read: whether it fits is not known',
      },
    ]
  }
  const before = recorded?.sharding_type === 'NamedSharding' ? specText(recorded.partition_spec ?? []) : null
  const target = wanted ?? (mesh && before !== null ? { mesh, spec: recorded.partition_spec ?? [] } : undefined)
  if (!target) return []
  const problem = problemOf(shape, target)
  const text = `${specText(target.spec)} on ${meshText(target.mesh)}`
  if (problem) {
    return [
      {
        code: 'structure-mismatch',
        severity: 'error',
        ...where,
        expected: text,
        actual: before,
        message: `${wanted ? "the template's sharding" : 'the sharding that was recorded'} does not fit ${wanted ? 'the leaf' : 'the target mesh'}: ${problem}`,
      },
    ]
  }
  const recordedText =
    before === null
      ? null
      : `${before} on ${meshText(Object.fromEntries((recorded.axis_names ?? []).map((/** @type {string} */ name, /** @type {number} */ n) => [name, recorded.shape?.[n]])))}`
  if (recordedText === null || recordedText === text) return []
  return [
    {
      code: 'structure-mismatch',
      severity: 'warning', // restoring moves the values to other devices and changes none
      ...where,
      expected: text,
      actual: recordedText,
      message: 'saved under another sharding: it is laid out anew where it is restored, values stay',
    },
  ]
}

/** `_sharding` is the checkpoint's: it may hold anything. */
function isNamed(/** @type {any} */ { partition_spec: spec = [], axis_names: names = [], shape = [] }) {
  const isText = (/** @type {unknown} */ one) => typeof one === 'string'
  return (
    [spec, names, shape].every(Array.isArray) &&
    names.every(isText) &&
    shape.every(Number.isSafeInteger) &&
    spec.every(
      (/** @type {any} */ axis) => axis === null || isText(axis) || (Array.isArray(axis) && axis.every(isText)),
    )
  )
}

/** Why an array cannot be cut so, as JAX checks it. */
function problemOf(/** @type {number[]} */ shape, /** @type {Sharding} */ { mesh, spec }) {
  if (spec.length > shape.length) return `it names ${spec.length} axes, the leaf has ${shape.length}`
  const used = new Set()
  for (const [axis, names] of spec.entries()) {
    const all = names === null ? [] : [names].flat()
    for (const name of all) {
      if (used.has(name)) return `"${name}" is named twice`
      used.add(name)
    }
    const unknown = all.find(name => !Object.hasOwn(mesh, name))
    if (unknown !== undefined) return `axis ${axis} is cut along "${unknown}", which the mesh has not`
    const parts = all.reduce((product, name) => product * mesh[name], 1)
    if (shape[axis] % parts !== 0) return `axis ${axis} of size ${shape[axis]} is not divisible by ${parts}`
  }
  return undefined
}

const specText = (/** @type {any[]} */ spec) =>
  `(${spec.map(axis => (axis === null ? 'None' : [axis].flat().join('+'))).join(', ')})`
const meshText = (/** @type {Record<string, number>} */ mesh) =>
  Object.entries(mesh)
    .map(([name, size]) => `${name}=${size}`)
    .join(',') || 'no mesh'
