// Makes docs/readers.md from the tables of the code and the tests: what each reader takes, and the experiments that
// show it. Nothing in that document is written by hand.
//   node tools/readers_page.mjs            prints it
//   node tools/readers_page.mjs --write    writes docs/readers.md
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const read = (/** @type {string} */ path) => readFileSync(new URL(path, root), 'utf8')
const kVersions = ['0.11.37', '0.12.8']

/** String literals that C++ joins, as rows of four: name, versions, rule, experiment. */
function entryPoints() {
  const source = read('src/readers/entry_points.cc')
  // A comma within a literal stays one: literals are taken first.
  const rows = [...source.matchAll(/\{\s*((?:"[^"]*"[\s,]*){4,})\}/g)].map(([, body]) =>
    body
      .replace(/"\s+"/g, '')
      .match(/"[^"]*"/g)
      ?.map(literal => literal.slice(1, -1)),
  )
  return rows.filter(row => row?.length === 4)
}

/** The table that src/readers/README.md has by hand, of the readers that are not an entry point. */
function otherReaders() {
  const table = read('src/readers/README.md').match(/## The table\n[^]*?\n(\| reader [^]*?)\n\n/)
  if (!table) throw new Error('src/readers/README.md has no table of readers')
  return table[1]
}

function handlers() {
  const source = read('src/readers/handlers.cc')
  const said = Object.fromEntries(
    [...source.matchAll(/case Handler::(\w+):\s+return "([^"]+)"/g)].map(([, handler, text]) => [handler, text]),
  )
  return [...source.matchAll(/\{"(\w+)",\s*Handler::(\w+)\}/g)].map(([, name, handler]) => [name, said[handler]])
}

const answers = kVersions.map(version => JSON.parse(read(`tests/vectors/readers/orbax-${version}.json`)).experiments)
const kErrors = /^error .*/
const shown = (/** @type {string | undefined} */ answer) => answer?.replace(kErrors, 'raises')
const cell = (/** @type {string} */ text) => text.replaceAll('|', '\\|')
const code = (/** @type {string} */ text) => (/[#{<["]/.test(text) ? '`' + text + '`' : text)

/** `A: PyTreeCheckpointer, v1.load; raises: Composite`, an answer of one version alone with the version behind it. */
function answersText(/** @type {string} */ id) {
  /** @type {Map<string, string[]>} */
  const groups = new Map()
  const [older, newer] = answers.map(experiments => experiments[id]?.answers ?? {})
  for (const reader of new Set([...Object.keys(newer), ...Object.keys(older)])) {
    const both = [shown(older[reader]), shown(newer[reader])]
    const same = both[0] === both[1]
    for (const [at, answer] of same ? [[-1, both[1]]] : both.entries()) {
      if (answer === undefined) continue
      const text = code(/** @type {string} */ (answer))
      // Flax has versions of its own; it was asked in the environment of one Orbax.
      const version = `${reader === 'flax' ? 'with Orbax ' : ''}${kVersions[/** @type {number} */ (at)]}`
      const name = at === -1 ? reader : `${reader} (${version})`
      groups.set(text, [...(groups.get(text) ?? []), name])
    }
  }
  return [...groups].map(([answer, names]) => `**${answer}**: ${names.join(', ')}`).join('; ')
}

const kKinds = /** @type {Record<string, string>} */ ({
  auto: 'which item v1 `load` takes',
  composite: 'checkpoints with items',
  flat: 'flat checkpoints',
  flax: "Flax's files",
  handler: 'handlers of `item_handlers`',
  journal: 'deletion journals',
  keys: 'PRNG keys',
  manifest: 'the manifest of OCDBT',
  msgpack: 'msgpack trees',
  numbered: 'numbered manifests',
  root: 'roots',
  sequence: 'indices of lists',
  steps: 'steps of a root',
  store: 'stores',
  strings: '`_strings.json`',
  tree: 'entries of `_METADATA`',
  v1: 'v1 checkpoints',
})

function experiments() {
  const ids = [...new Set(answers.flatMap(Object.keys))]
  const kinds = [...new Set(ids.map(id => id.split('.')[0]))].sort()
  return kinds.map(kind => {
    const rows = ids
      .filter(id => id.startsWith(`${kind}.`))
      .map(id => `| \`${id}\` | ${cell((answers[1][id] ?? answers[0][id]).what)} | ${cell(answersText(id))} |`)
    return `### \`${kind}\`: ${kKinds[kind] ?? kind}\n\n| experiment | source | what readers take |\n|---|---|---|\n${rows.join('\n')}\n`
  })
}

export function page() {
  const points = entryPoints()
  const asked = answers.map(one => Object.keys(one).length)
  return `<!-- Written by \`node tools/readers_page.mjs --write\`; a test holds it equal. Do not edit. -->

# What every reader takes

A verdict without errors says what people will get from a checkpoint, whichever reader they use (contract §11). \`src/readers\` is
the model of those readers; \`leafsum check --readers SRC\` prints what each would take from a source. This page has the rows of the
model and the experiments against the real readers that show each row.

## Entry points

The rows of \`src/readers/entry_points.cc\`. "Versions" are the versions of Orbax that were asked.

| entry point | versions | takes | experiment |
|---|---|---|---|
${
  /** @type {string[][]} */ (points)
    .map(([name, versions, rule, id]) => `| ${name} | ${versions} | ${cell(rule)} | \`${id}\` |`)
    .join('\n')
}

## Other readers

Readers that are given a root, a file or a store; other files of \`src/readers\` model them.

${otherReaders()}

Not modelled: other programs that read these files, and other versions of these ([SECURITY.md](../SECURITY.md)).

## Handlers

What each class of \`orbax.checkpoint\` reads that \`item_handlers\` can name. A class that is not in this table is \`unsupported\`.

| class | reads |
|---|---|
${handlers()
  .map(([name, reads]) => `| \`${name}\` | ${reads} |`)
  .join('\n')}

## Experiments

Each row is a source that \`tests/differential/structure/experiments.py\` makes, and what the real readers took of it:
${asked[0]} experiments with Orbax ${kVersions[0]}, ${asked[1]} with ${kVersions[1]}.
A letter is a whole tree: A has ones, B twos, and so on. A version behind a reader means that the two versions differ,
or that one alone was asked. "nothing" is an empty result.
Labels that are not readers name ways to ask one: "at model" is \`PyTreeCheckpointer\` for the directory \`model\`,
"Composite args" gives \`args\` for \`model\`, "by name" is v1 \`load\` with a name; "standard", "pytree" and "args" are
kinds of \`args\`.

${experiments().join('\n')}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) writeFileSync(new URL('docs/readers.md', root), page())
  else process.stdout.write(page())
}
