// `ls` as text: trees with what is known of each leaf in columns beside it, sums beside each subtree.
import { subtrees, withNumbers } from '../commands/listing.js'
import { aligned, columns, formatCount, formatSize, shapeText, widthsOf } from './render.js'
import { printable } from './terminal.js'
import { isoTime } from './times.js'

/**
 * In pieces: of the keys, which may be millions, no more is held than the core does.
 * @param {import('../commands/list_document.js').ListDocument} document
 * @param {import('./context.js').Context} context
 * @returns {Generator<string>}
 */
export function* listText(document, { paint, options }) {
  const { depth = Infinity } = options
  const { items, totals } = document.head
  const trees = items.map((/** @type {any} */ { name }, /** @type {number} */ n) => ({
    name,
    leaves: [...document.rows(n, 'leaves')].flat(),
  }))
  const sums = inTurn(withNumbers(subtrees(trees, options.depth)))
  for (const [n, { name, kind, keys, ...item }] of items.entries()) {
    if (n > 0) yield '\n'
    const sum = sums(name, 0)
    yield `${paint('bold', printable(name || '.'))}  ${paint('dim', printable(kind))}${items.length > 1 ? `  ${paint('dim', sumText(sum))}` : ''}\n`
    yield tree(name, trees[n].leaves, sums, depth)
      .map(line => `${line}\n`)
      .join('')
    if (keys) yield* keyLines(() => document.rows(n, 'keys'))
    if (item.versions) yield versionLines(item)
  }
  if (document.files) yield `${items.length > 0 ? '\n' : ''}${fileLines(document.files, depth)}`
  yield `\n${sumText(totals)}\n`
}

const sumText = (/** @type {any} */ { leaves, parameters, nbytes }) =>
  `${countText(leaves, parameters)}, ${formatSize(nbytes)}`
const countText = (/** @type {number} */ leaves, /** @type {number} */ parameters) =>
  `${formatCount(leaves)} ${leaves === 1 ? 'leaf' : 'leaves'}, ${formatCount(parameters)} parameters`

/**
 * Subtrees come in the order in which a tree is written: the next one is the one wanted, or it was too deep to be
 * summed.
 */
function inTurn(/** @type {any[]} */ subtrees) {
  let next = 0
  return (/** @type {string} */ item, /** @type {number} */ length) => {
    const one = subtrees[next]
    if (one?.item !== item || one.key_path.length !== length) return undefined
    next++
    return one
  }
}

/** Key paths as an indented tree. */
function tree(
  /** @type {string} */ item,
  /** @type {any[]} */ leaves,
  /** @type {any} */ sums,
  /** @type {number} */ depth,
) {
  /** @type {string[][]} */
  const table = []
  /** @type {string[]} */
  let open = []
  for (const leaf of leaves) {
    const path = leaf.key_path
    const parents = path.slice(0, -1)
    let common = 0
    while (common < parents.length && common < open.length && parents[common] === open[common]) common++
    for (let n = common; n < Math.min(parents.length, depth); n++) {
      const sum = sums(item, n + 1)
      table.push([
        indent(n, printable(parents[n])),
        '',
        '',
        ...(sum ? [formatSize(sum.nbytes), countText(sum.leaves, sum.parameters)] : ['', '']),
      ])
    }
    open = parents
    if (path.length > depth) continue
    const chunks = leaf.chunks > 1 ? `${formatCount(leaf.chunks)} chunks of ${shapeText(leaf.chunk_shape ?? null)}` : ''
    table.push([
      indent(Math.max(0, path.length - 1), path.length ? printable(path.at(-1)) : '(the whole item)'),
      printable(leaf.dtype),
      shapeText(leaf.shape),
      leaf.nbytes ? formatSize(leaf.nbytes) : '',
      chunks,
    ])
  }
  return columns(table, [3])
}

/** The directory, each folder with the sum of what is in it. */
function fileLines(/** @type {any[]} */ files, /** @type {number} */ depth) {
  /** @type {Map<string, { files: number, size: number }>} */
  const folders = new Map()
  for (const { path, size, kind } of files) {
    for (const folder of foldersOf(path)) {
      const sum = folders.get(folder) ?? { files: 0, size: 0 }
      folders.set(folder, { files: sum.files + (kind === 'directory' ? 0 : 1), size: sum.size + size })
    }
  }
  const seen = new Set()
  const rows = files.flatMap(({ path, size, kind }) => {
    const own = foldersOf(path)
      .slice(0, depth)
      .filter(folder => !seen.has(folder))
      .map(folder => {
        seen.add(folder)
        const sum = folders.get(folder)
        return [
          fileName(folder) + '/',
          formatSize(sum?.size ?? 0),
          `${formatCount(sum?.files ?? 0)} ${sum?.files === 1 ? 'file' : 'files'}`,
        ]
      })
    const shown = path.split('/').length <= depth
    return shown
      ? [...own, [fileName(path) + (kind === 'directory' ? '/' : ''), formatSize(size), kind === 'file' ? '' : kind]]
      : own
  })
  return `files\n${columns(rows, [1])
    .map(row => `${row}\n`)
    .join('')}`
}

/** a/b/c → a, a/b */
function foldersOf(/** @type {string} */ path) {
  const parts = path.split('/')
  return parts.slice(0, -1).map((_, n) => parts.slice(0, n + 1).join('/'))
}

const fileName = (/** @type {string} */ path) =>
  indent(path.split('/').length - 1, printable(path.slice(path.lastIndexOf('/') + 1)))

// Deeper down lines begin no further right: a key path of many thousand keys would otherwise fill gigabytes with
// spaces.
const kMaxIndent = 64

const indent = (/** @type {number} */ depth, /** @type {string} */ name) =>
  '  '.repeat(Math.min(depth, kMaxIndent) + 1) + name

/** Once for how wide they are, once to write them. */
function* keyLines(/** @type {() => Iterable<any[]>} */ rows) {
  /** @type {number[]} */
  let widths = []
  for (const keys of rows()) widths = widthsOf(keys.map(keyCells), widths)
  yield '  keys of the store\n'
  for (const keys of rows())
    yield aligned(keys.map(keyCells), widths, [1])
      .map(row => `    ${row}\n`)
      .join('')
}

const keyCells = (/** @type {any} */ { key, key_hex: hex, length, digest }) => [
  key === null ? `hex:${hex}` : printable(key),
  formatCount(length),
  digest?.blake3 ?? '',
  digest?.sha256 ?? '',
]

/** The newest last, as in a log; `*` is the one that was read. */
function versionLines(/** @type {any} */ { generation, versions, versions_unreadable: gaps }) {
  const rows = columns(
    versions.map((/** @type {any} */ one) => [
      `${one.generation === generation ? '*' : ' '} ${one.generation}`,
      isoTime(one.commit_time_nsecs),
      `height ${one.root_height}`,
      `${formatCount(one.num_keys)} keys`,
      `${formatSize(one.num_indirect_value_bytes)} of values`,
      `${formatSize(one.num_tree_bytes)} of nodes`,
    ]),
    [0, 3, 4, 5],
  )
  const lost = gaps.map(
    (/** @type {any} */ gap) =>
      `    up to ${gap.newest_generation}: ${formatCount(gap.num_generations)} more cannot be listed: ${printable(gap.reason)}\n`,
  )
  return `  generations\n${rows.map(row => `    ${row}\n`).join('')}${lost.join('')}`
}
