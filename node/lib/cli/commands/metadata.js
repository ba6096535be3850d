import { metadata } from '../../api_node.js'
import { stringifyExact } from '../../values/exact_json.js'
import { columns, leafName, renderReport, shapeText } from '../render.js'
import { openSource } from '../source.js'
import { printable } from '../terminal.js'
import { isoTime } from '../times.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const {
    operands: [source],
    options,
  } = context
  const store = await openSource(source, options)
  context.checkOutput()
  const { item = 'AUTO', ...rest } = context.apiOptions()
  const { report, ...output } = await metadata(store, { ...rest, item: item === 'none' ? null : item })
  context.bar.clear()
  const texts = /** @type {Record<string, () => string>} */ ({
    human: () => text(output, context),
    ndjson: () => ndjson(output),
    json: () => `${stringifyExact(output)}\n`,
  })
  context.write(texts[context.format]())
  if (report.exit_code !== 0) context.note(renderReport(report, context).trimEnd())
  for (const { file, message } of output.unreadable) context.note(`${file} cannot be read: ${message}`)
  return report.exit_code === 0 && output.unreadable.length > 0 ? 1 : report.exit_code
}

/** A line for each item and leaf, then the rest. */
function ndjson(/** @type {any} */ { items, ...rest }) {
  const values = Object.entries(items).flatMap(([item, { kind, leaves }]) => [
    { type: 'item', name: item, kind },
    ...leaves.map((/** @type {any} */ leaf) => ({ type: 'leaf', item, ...leaf })),
  ])
  return [...values, { type: 'metadata', ...rest }].map(value => `${stringifyExact(value)}\n`).join('')
}

function text(/** @type {any} */ output, /** @type {import('../context.js').Context} */ { paint }) {
  const { auto, items, item } = output
  const shown = (/** @type {string | null} */ name) =>
    name === null ? 'none' : printable(name || 'the directory itself')
  const rules =
    auto.documented === auto.orbax_0_12_8
      ? shown(auto.documented)
      : `${shown(auto.orbax_0_12_8)} in Orbax 0.12.8, ${shown(auto.documented)} by its documentation and in Orbax 0.11`
  const time = (/** @type {string | null} */ nsecs) => (nsecs === null ? 'not known' : `${isoTime(nsecs)}  ${nsecs} ns`)
  const facts = columns([
    ...(output.source.step === undefined ? [] : [['step', String(output.source.step)]]),
    ['began', time(output.init_timestamp_nsecs)],
    ['committed', time(output.commit_timestamp_nsecs)],
    ['custom metadata', printable(stringifyExact(output.custom_metadata))],
    [
      'items',
      Object.entries(items)
        .map(([name, { kind }]) => `${shown(name)} (${printable(kind)})`)
        .join(', '),
    ],
    ['AUTO takes', rules],
  ])
  const leaves = columns(
    items[item].leaves.map((/** @type {any} */ leaf) => [
      `  ${leafName('', leaf.key_path)}`,
      printable(leaf.value_type),
      printable(leaf.dtype),
      shapeText(leaf.shape),
      shardingText(leaf.sharding),
    ]),
  )
  return `${[...facts, '', paint('bold', printable(item || '.')), ...leaves].join('\n')}\n`
}

/** NamedSharding(x: 2, y: 2) over ["x", null] */
function shardingText(/** @type {any} */ sharding) {
  if (sharding === null) return ''
  const { sharding_type: type, axis_names: names, shape, partition_spec: spec, device_str: device } = sharding
  const axes =
    Array.isArray(names) && Array.isArray(shape)
      ? names.map((name, n) => `${name}: ${shape[n]}`).join(', ')
      : (device ?? '')
  return printable(`${type}(${axes})${spec === undefined ? '' : ` over ${stringifyExact(spec)}`}`)
}
