// No module of package or page reaches itself by its imports, static or at run time: one of such a circle runs before
// what it stands on is there, and none can be read alone.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Problems, tracked } from './problems.mjs'

const files = tracked('node/lib/*.js', 'node/bin/*.js', 'web/*.js', 'web/*.mjs')

/** @type {Map<string, string[]>} the modules of ours that a module imports */
const imports = new Map()
for (const file of files) {
  // `import('x').Type` in a comment names a type.
  const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  const names = [...code.matchAll(/\b(?:from\s*|import\s*\(?\s*)'(\.[^']+)'/g)].map(([, name]) => name)
  imports.set(
    file,
    names.map(name => join(dirname(file), name)).filter(other => files.includes(other)),
  )
}

const problems = new Problems()
/** @type {Set<string>} */
const done = new Set()

/** @param {string} file @param {string[]} way that led to it */
function visit(file, way) {
  const begin = way.indexOf(file)
  if (begin >= 0) return problems.add(file, 1, `a circle of imports: ${[...way.slice(begin), file].join(' -> ')}`)
  if (done.has(file)) return
  for (const other of imports.get(file) ?? []) visit(other, [...way, file])
  done.add(file)
}
for (const file of files) visit(file, [])
problems.end()
