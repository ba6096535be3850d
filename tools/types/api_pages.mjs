// node tools/types/api_pages.mjs [--write]: docs/api, the reference of the JavaScript API, from the declarations, a
// page for each file of them; without --write it says which page is not what they say. The declarations are regular:
// each export stands after its comment, and ends where the next begins.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Problems } from '../checks/problems.mjs'

const folder = 'docs/api'
const pages = /** @type {const} */ ({
  calls: ['Calls', 'What can be done with a checkpoint. All of them are imported from `leafsum`.'],
  source: ['Sources', 'Where the bytes of a checkpoint lie.'],
  options: ['Options', 'What calls take.'],
  report: ['Reports', 'What calls say of a checkpoint.'],
  results: ['Results', 'What calls give besides a report.'],
  checkpoint: ['Opened checkpoints', 'A checkpoint whose structure was read.'],
  host: ['Loading, progress, errors', 'What lies between the package and its host.'],
  names: ['Names', "The words of reports, made from the core's own tables."],
})
const problems = new Problems()

/** @typedef {{ name: string, text: string, example: string, code: string }} Entry */

/** @returns {Entry[]} */
function entriesOf(/** @type {string} */ page) {
  const source = readFileSync(`node/lib/types/${page}.d.ts`, 'utf8')
  const parts = [...source.matchAll(/^\/\*\*\n((?: \*.*\n)+?) \*\/\n(export [^]*?)(?=\n\/\*\*|$(?![^]))/gm)]
  const count = source.match(/^export (?!\*)/gm)?.length ?? 0
  if (parts.length !== count)
    problems.add(`node/lib/types/${page}.d.ts`, 1, `${count} exports, ${parts.length} with a comment before them`)
  return parts.map(([, comment, code]) => {
    const lines = comment.split('\n').map(line => line.replace(/^ \* ?/, ''))
    const [text, example = ''] = lines.join('\n').split('@example\n')
    const name = /^export (?:declare )?(?:function|class|interface|type|const) (\w+)/.exec(code)?.[1] ?? ''
    return {
      name,
      text: text.trim(),
      example: example.trim(),
      code: code.replaceAll(/^export (?:declare )?/gm, '').trim(),
    }
  })
}

const all = Object.fromEntries(Object.keys(pages).map(page => [page, entriesOf(page)]))
const pageOf = new Map(
  Object.entries(all).flatMap(([page, entries]) => entries.map(({ name }) => /** @type {const} */ ([name, page]))),
)

/** What a declaration speaks of that has a place of its own here. */
function links(/** @type {Entry} */ { name, code }, /** @type {string} */ page) {
  const told = code.replaceAll(/\/\*[^]*?\*\//g, '')
  const names = [...new Set(told.match(/\b[A-Z]\w+\b/g) ?? [])].filter(one => one !== name && pageOf.has(one)).sort()
  const link = (/** @type {string} */ one) =>
    `[${one}](${pageOf.get(one) === page ? '' : `${pageOf.get(one)}.md`}#${one.toLowerCase()})`
  return names.length > 0 ? `\nSee ${names.map(link).join(', ')}.\n` : ''
}

const made = 'Made by `node tools/types/api_pages.mjs --write` from [node/lib/types](../../node/lib/types).'
/** @type {Record<string, string>} */
const texts = {}
for (const [page, [title, says]] of Object.entries(pages)) {
  const entries = all[page].map(
    entry =>
      `## ${entry.name}\n\n${entry.text}\n\n\`\`\`ts\n${entry.code}\n\`\`\`\n${links(entry, page)}\nExample:\n\n${entry.example}\n`,
  )
  texts[`${page}.md`] = `# ${title}\n\n${says} ${made}\n\n${entries.join('\n')}`
}
const firstLine = (/** @type {string} */ text) =>
  text
    .replaceAll('\n', ' ')
    .split(/(?<=[^.]\.)\s/)[0]
    .replaceAll('|', '\\|')
texts['README.md'] = `# JavaScript API

The package \`leafsum\`, for Node and browsers, call by call. ${made}

${Object.entries(pages)
  .map(
    ([page, [title]]) =>
      `## [${title}](${page}.md)\n\n| export | what |\n|---|---|\n${all[page]
        .map(({ name, text }) => `| [\`${name}\`](${page}.md#${name.toLowerCase()}) | ${firstLine(text)} |`)
        .join('\n')}\n`,
  )
  .join('\n')}`

if (process.argv.includes('--write')) {
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(folder)) if (!(file in texts)) rmSync(`${folder}/${file}`)
  for (const [file, text] of Object.entries(texts)) writeFileSync(`${folder}/${file}`, text)
}
for (const [file, text] of Object.entries(texts)) {
  const path = `${folder}/${file}`
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text)
    problems.add(path, 1, 'is not what node/lib/types says: node tools/types/api_pages.mjs --write')
}
problems.end()
