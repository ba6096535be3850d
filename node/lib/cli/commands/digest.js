import { digest } from '../../index.js'
import { lines } from '../context.js'
import { renderReport } from '../render.js'
import { openSource } from '../source.js'

/** @param {import('../context.js').Context} context */
export async function run(context) {
  const store = openSource(context.operands[0])
  context.checkOutput()
  const report = await digest(store, context.apiOptions())
  context.bar.clear()
  context.write(text(context, report))
  // Stdout has the digests alone; what is wrong is for the person who waits.
  if (context.format === 'human' && report.exit_code !== 0) context.note(renderReport(report, context).trimEnd())
  return report.exit_code
}

function text(/** @type {import('../context.js').Context} */ context, /** @type {any} */ report) {
  if (context.format === 'json') return endLine(report.outputText)
  const { fingerprint, items } = report.output
  const leaves = Object.entries(items).flatMap(([item, { leaves: own }]) => own.map((/** @type {any} */ leaf) => ({ item, ...leaf })))
  if (context.format === 'ndjson') {
    return lines([...leaves.map(leaf => ({ type: 'leaf', ...leaf })), { type: 'fingerprint', fingerprint }])
  }
  const both = leaves.some(leaf => leaf.digest?.sha256)
  const rows = leaves.filter(leaf => leaf.digest).map(leaf => both ? tagged(leaf) : plain(leaf))
  return rows.join('') + (fingerprint ? `${fingerprint}\n` : '')
}

/** As b3sum prints a file: digest, two spaces, name; a name with a line break or backslash is escaped and marked. */
function plain(/** @type {any} */ { item, key_path: path, digest: { blake3 } }) {
  const { mark, name } = escaped(item, path)
  return `${mark}${blake3}  ${name}\n`
}

/** Two digests of one leaf, told apart as by `b3sum --tag` and `sha256sum --tag`. */
function tagged(/** @type {any} */ { item, key_path: path, digest: { blake3, sha256 } }) {
  const { mark, name } = escaped(item, path)
  return `${mark}BLAKE3 (${name}) = ${blake3}\n` + (sha256 ? `${mark}SHA256 (${name}) = ${sha256}\n` : '')
}

const kEscapes = /** @type {Record<string, string>} */ ({ '\\': '\\\\', '\n': '\\n', '\r': '\\r' })

function escaped(/** @type {string} */ item, /** @type {string[]} */ path) {
  const pointer = path.map(key => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  const whole = item ? `${item}:${pointer}` : pointer
  const name = whole.replace(/[\\\n\r]/g, c => kEscapes[c])
  return { mark: name === whole ? '' : '\\', name }
}

const endLine = (/** @type {string} */ json) => json.endsWith('\n') ? json : `${json}\n`
