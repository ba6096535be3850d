/** The Worker's side of the leaf panel: values as text, numbers for a map, statistics. Bytes are parsed here alone. */

import { arrayText } from '../../node/lib/cli/array_text.js'
import { LeafsumError } from '../../node/lib/errors.js'
import { dtypeOf } from '../../node/lib/values/elements.js'
import { withTexts } from '../../node/lib/cli/stats_text.js'

const mostShown = 1 << 20 // elements of a slice
const mostText = 4096 // characters of a leaf that is a text
const mostInMap = 128 // rows and columns

/**
 * @typedef {object} Look
 * @property {'vouched' | 'differs' | 'alone'} claim what a lockfile says of what is shown; alone: there was none
 * @property {string} headline
 * @property {number[] | null} shape of the slice
 * @property {string | null} text null where nothing may be shown
 * @property {{ rows: number, columns: number, values: Float64Array } | null} map of a slice with two axes
 * @property {any} [stats] with extremes as text; null where they may not be told
 *
 * @param {any} api
 * @param {import('../../node/lib/stores/store.js').Store} store
 * @param {Record<string, any>} options of `read`, with `path`, `slice` and `stats`
 * @returns {Promise<{ look: Look }>}
 */
export async function look(api, store, { path, slice, stats, ...options }) {
  let value = await api.read(store, path, slice, { ...options, stats })
  const { verdict, headline } = value.report
  // What differs from the lockfile is shown as what it is.
  const differs = options.lockfile && verdict === 'MISMATCH'
  const claim = differs ? 'differs' : options.lockfile ? 'vouched' : 'alone'
  if (differs) value = await api.read(store, path, slice, { ...options, lockfile: undefined, stats })
  const { shape, dtype, bytes, data } = value
  if (stats) {
    const told = value.stats && withTexts(dtype, value.stats)
    return { look: { claim, headline, shape, text: null, map: null, stats: told } }
  }
  return {
    look: { claim, headline, shape, text: bytes && textOf(dtype, shape, bytes), map: mapOf(dtype, shape, data) },
  }
}

function textOf(/** @type {string} */ dtype, /** @type {number[] | null} */ shape, /** @type {Uint8Array} */ bytes) {
  const type = dtypeOf(dtype)
  if (!type || !shape) return new TextDecoder().decode(bytes.subarray(0, mostText))
  if (bytes.length / type.itemsize > mostShown) throw new LeafsumError('usage', 'name a smaller slice')
  return arrayText(dtype, shape, bytes)
}

/** @returns {Look['map']} */
function mapOf(/** @type {string} */ dtype, /** @type {number[] | null} */ shape, /** @type {any} */ data) {
  const kind = dtypeOf(dtype)?.kind
  if (!data || !shape || shape.length !== 2 || kind === 'raw' || kind === 'complex') return null
  const [rows, columns] = shape
  if (rows < 1 || columns < 1 || rows > mostInMap || columns > mostInMap) return null
  return { rows, columns, values: Float64Array.from(data, Number) }
}
