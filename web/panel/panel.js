/** A look inside one leaf: what it is, values of a slice, statistics of all of it. */

import { messageOf } from '../../node/lib/errors.js'
import { stepOptions } from '../choice_options.js'
import { byId, element, input, make, show } from '../dom.js'
import { run } from '../engine.js'
import { engine, state, tree } from '../session.js'
import { formatBytes, formatCount, formatShape, plainText, pointer, untrusted } from '../text.js'
import { panelTexts as texts } from '../texts.js'
import { bars, heatMap } from './draw.js'

const readUnasked = 64 << 20 // bytes; statistics of more are read when they are asked for
const firstShown = 64 // of the last two axes

/** @type {{ leaf: any, item: string, stop: AbortController } | null} */
let shown = null

/** @param {import('../forest.js').Leaf & Record<string, any>} leaf @param {string} item */
async function open(leaf, item) {
  shown?.stop.abort()
  shown = { leaf, item, stop: new AbortController() }
  byId('leaf-name').replaceChildren(untrusted(pointer(leaf.key_path, item)))
  byId('leaf-facts').replaceChildren(...facts(leaf))
  input('leaf-slice').value = firstSlice(leaf.shape)
  show(byId('leaf-slice-form'), leaf.shape !== null && leaf.shape.length > 0)
  show(byId('leaf-panel'))
  byId('leaf-name').focus()
  showAsk(leaf.nbytes > readUnasked)
  await values()
  if (shown?.leaf === leaf && leaf.nbytes <= readUnasked) await statistics()
}

/** What vouches for the values has changed. */
export async function lookAgain() {
  if (!shown) return
  shown.stop.abort()
  shown = { ...shown, stop: new AbortController() }
  const { leaf } = shown
  const asks = !byId('leaf-ask').hidden
  await values()
  if (shown?.leaf === leaf && !asks) await statistics()
}

export function closePanel() {
  shown?.stop.abort()
  shown = null
  show(byId('leaf-panel'), false)
}

/** `0, 0:64, 0:64` @param {number[] | null} shape */
function firstSlice(shape) {
  if (!shape) return ''
  const last = Math.max(0, shape.length - 2)
  return shape.map((size, axis) => (axis < last ? '0' : `0:${Math.min(size, firstShown)}`)).join(', ')
}

/** @param {Record<string, any>} leaf */
function facts(leaf) {
  const rows = [
    [texts.dtype, untrusted(leaf.dtype)],
    [texts.shape, formatShape(leaf.shape)],
    [texts.content, formatBytes(leaf.nbytes)],
    [texts.stored, leaf.stored_nbytes === undefined ? '' : formatBytes(leaf.stored_nbytes)],
    [texts.chunks, leaf.chunk_shape ? texts.grid(formatShape(leaf.chunk_shape), leaf.chunks) : ''],
    [texts.format, leaf.zarr_format ? `Zarr ${leaf.zarr_format}` : ''],
  ]
  return rows.filter(([, told]) => told !== '').flatMap(([name, told]) => [make('dt', {}, name), make('dd', {}, told)])
}

/** @param {Record<string, any>} options @returns {Promise<import('./look.js').Look>} */
async function look(options) {
  const { checkpoint, evidence } = state
  if (!shown || !checkpoint) throw new Error(texts.gone)
  const { leaf, item, stop } = shown
  const file =
    evidence?.kind === 'lockfile' && !evidence.problem && !evidence.cameWithSource ? evidence.file : undefined
  const request = /** @type {import('../engine.js').Request} */ ({
    command: 'look',
    options: { ...stepOptions(), ...(item && { item }), path: leaf.key_path, ...options },
    sources: [checkpoint.spec()],
    evidence: file && { kind: 'lockfile', file, cameWithSource: false },
  })
  const answer = await run(await engine, request, { signal: stop.signal })
  if (!answer.look) throw new Error(answer.refused ?? answer.bug)
  return answer.look
}

async function values() {
  const { stop, leaf } = /** @type {NonNullable<typeof shown>} */ (shown)
  const place = byId('leaf-values')
  place.textContent = texts.reading
  show(byId('leaf-map'), false)
  try {
    const slice = leaf.shape?.length ? input('leaf-slice').value : undefined
    const { text, map, shape, claim, headline } = await look({ slice })
    if (stop.signal.aborted) return
    place.replaceChildren(untrustedLines(text ?? texts.notShown(headline)))
    byId('leaf-vouched').textContent = text === null ? '' : texts.claims[claim]
    if (!map) return
    byId('leaf-map').replaceChildren(
      heatMap(map, texts.map(formatShape(shape))),
      make('p', { class: 'note' }, texts.key),
    )
    show(byId('leaf-map'))
  } catch (error) {
    if (!stop.signal.aborted) place.textContent = plainText(messageOf(error))
  }
}

async function statistics() {
  const { stop, leaf } = /** @type {NonNullable<typeof shown>} */ (shown)
  if (!leaf.shape) return showStats(null)
  showAsk(false)
  byId('leaf-stats').textContent = texts.reading
  try {
    const { stats, claim, headline } = await look({ stats: true })
    if (stop.signal.aborted) return
    showStats(stats)
    // They are of the whole leaf; a slice of it may match where they do not.
    if (!stats) byId('leaf-stats').textContent = plainText(texts.notShown(headline))
    else if (claim !== 'alone') byId('leaf-stats').prepend(make('p', { class: 'note' }, texts.whole[claim]))
  } catch (error) {
    if (!stop.signal.aborted) byId('leaf-stats').textContent = plainText(messageOf(error))
  }
}

/** @param {any} stats */
function showStats(stats) {
  const place = byId('leaf-stats')
  place.replaceChildren()
  if (!stats) return
  const list = make('dl', { class: 'told' })
  for (const [name, word] of Object.entries(texts.stats)) {
    const value = stats[name]
    if (value === null) continue
    const told = Array.isArray(value) ? value.join(', ') : typeof value === 'number' ? numberText(name, value) : value
    list.append(make('div', {}, make('dt', {}, word), make('dd', {}, told)))
  }
  place.append(list)
  const { histogram } = stats
  if (!histogram) return
  const { start, width, counts } = histogram
  const [low, high] = [start, start + width * counts.length].map(String)
  place.append(bars(histogram, texts.histogram(counts.length, low, high)))
  place.append(make('p', { class: 'ends', 'aria-hidden': 'true' }, make('span', {}, low), make('span', {}, high)))
}

const numberText = (/** @type {string} */ name, /** @type {number} */ value) =>
  name === 'mean' || name === 'std' ? String(Number(value.toPrecision(7))) : formatCount(value)

/** @param {boolean} asked */
function showAsk(asked) {
  byId('leaf-stats').replaceChildren()
  byId('leaf-ask').textContent = texts.ask(formatBytes(shown?.leaf.nbytes ?? 0))
  show(byId('leaf-ask'), asked)
}

/** @param {string} text */
function untrustedLines(text) {
  const all = document.createDocumentFragment()
  for (const line of text.split('\n')) all.append(untrusted(line, 4000), '\n')
  return all
}

export function listenForLeaves() {
  tree.listen(open)
  byId('leaf-close').addEventListener('click', () => {
    closePanel()
    element('#tree [tabindex="0"]', HTMLElement).focus()
  })
  byId('leaf-ask').addEventListener('click', statistics)
  byId('leaf-slice-form').addEventListener('submit', event => {
    event.preventDefault()
    values()
  })
}
