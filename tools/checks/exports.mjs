// Exports of the package's and the page's modules that no other module imports. What users import is exported by the
// entries.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Problems, tracked } from './problems.mjs'

/** What people import themselves: their exports are interface. */
const entries = [
  'node/lib/index.js',
  'node/lib/browser.js',
  'node/lib/inline.js',
  'node/lib/inline_element.js',
  'node/lib/worker.js',
  'node/lib/host/worker_node.js',
  'web/bundle.mjs',
]

const product = tracked('node/lib/*.js', 'node/bin/*.js', 'web/*.js', 'web/*.mjs')
const others = tracked('tests/**/*.js', 'tests/**/*.mjs', 'bench/*.mjs', 'examples/*.mjs', 'tools/**/*.mjs')
/** @type {Map<string, Set<string>>} names imported from a file; '*' for all of them */
const imported = new Map()

/** @param {string} from @param {string} specifier @param {string[]} names */
function note(from, specifier, names) {
  if (!specifier.startsWith('.')) return
  const file = join(dirname(from), specifier)
  imported.set(file, new Set([...(imported.get(file) ?? []), ...names]))
}

/** `{ a, b as c }` or `{ a, b: c }` to the names on the other side. @param {string} list */
const namesOf = list =>
  list
    .split(',')
    .map(part => part.split(/\sas\s|:/)[0].trim())
    .filter(Boolean)

for (const file of [...product, ...others]) {
  const text = readFileSync(file, 'utf8')
  for (const [, list, specifier] of text.matchAll(
    /(?:import|export)\s*(?:[\w$]+\s*,\s*)?\{([^}]*)\}\s*from\s*'([^']+)'/g,
  ))
    note(file, specifier, namesOf(list))
  for (const [, name, specifier] of text.matchAll(/import\s+([\w$]+)(?:\s*,\s*\{[^}]*\})?\s+from\s*'([^']+)'/g))
    if (name) note(file, specifier, ['default'])
  for (const [, specifier] of text.matchAll(/(?:import|export)\s*\*\s*(?:as\s+[\w$]+\s*)?from\s*'([^']+)'/g))
    note(file, specifier, ['*'])
  for (const [whole, list, specifier] of text.matchAll(/(?:\{([^{}]*)\}\s*=\s*await\s+)?import\(\s*'([^']+)'\s*\)/g)) {
    const [, member] =
      text.slice(text.indexOf(whole) + whole.length).match(/^\)?\.(?:then\(\(\{([^}]*)\}\)|(\w+))/) ?? []
    note(file, specifier, list ? namesOf(list) : member ? namesOf(member) : ['*'])
  }
}

const problems = new Problems()
for (const file of product) {
  if (entries.includes(file) || imported.get(file)?.has('*')) continue
  const text = readFileSync(file, 'utf8')
  text.split('\n').forEach((row, at) => {
    const [, name] = row.match(/^export (?:async )?(?:function\*?|const|let|class) ([\w$]+)/) ?? []
    if (name && !imported.get(file)?.has(name)) problems.add(file, at + 1, `${name} is exported and imported nowhere`)
  })
}
problems.end()
