// A bundler for our own modules: relative imports at the start of a line, `export` before a declaration, no cycles.
// Every module becomes a function that returns its exports, in order of dependence. `import('./x.js')` anywhere, of a
// literal path, becomes a promise of them: nothing is ever loaded, and such imports may go in circles. What it does not
// understand it refuses.
import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { Script } from 'node:vm'

const importStatement = /^import\s+(?:([\w$]+)|\{([^}]*)\}|\*\s+as\s+([\w$]+))\s+from\s+'(\.[^']+)'[ \t]*;?[ \t]*$/gm
const reexport = /^export\s+\{([^}]*)\}\s+from\s+'(\.[^']+)'[ \t]*;?[ \t]*$/gm
const exportList = /^export\s+\{([^}]*)\}[ \t]*;?[ \t]*$/gm
const exportDeclaration = /^export\s+(?=(?:async\s+function\*?|function\*?|class|const)\s+([\w$]+))/gm
const exportDefault = /^export\s+default\s+([\w$]+)[ \t]*;?[ \t]*$/gm
// Of a module in a comment a member is named, a type; in code it would be a member of the promise.
const dynamicImport = /\bimport\('(\.[^']+)'\)(?!\.(?!then\b))/g
const notUnderstood = /^(?:import\b(?!\s*\()|export\b).*|\bimport\(\s*["`]\..*/m

// Comments that stand on lines of their own. In a text of several lines they would be no comments: a test compares what
// is left with what a real parser leaves.
const comments = /^[ \t]*(?:\/\/.*|\/\*\*(?:(?!\*\/)[^])*\*\/[ \t]*)\n/gm

/**
 * @param {string} entry path of a module
 * @param {Record<string, string>} [replace] modules to be taken from elsewhere
 * @param {{keepsComments?: boolean}} [how]
 * @returns {string} a classic script
 */
export function bundle(entry, replace = {}, { keepsComments = false } = {}) {
  /** @type {Map<string, string>} by path */
  const names = new Map()
  const begun = new Set()
  const done = new Set()
  /** @type {string[]} */
  const output = []

  function nameOf(/** @type {string} */ path) {
    const name = names.get(path) ?? `module_${names.size}_${basename(path).replaceAll(/\W/g, '_')}`
    names.set(path, name)
    return name
  }

  function visit(/** @type {string} */ path) {
    const name = nameOf(path)
    if (done.has(path)) return name
    if (begun.has(path)) throw new Error(`${path} imports itself, through others`)
    begun.add(path)
    /** @type {string[]} */
    const exported = []
    const from = (/** @type {string} */ specifier) => visit(resolve(dirname(path), specifier))
    const text = readFileSync(replace[path] ?? path, 'utf8')
    const body = (keepsComments ? text : text.replace(comments, ''))
      .replace(importStatement, (_, single, list, all, specifier) => {
        const name = from(specifier)
        if (all) return `const ${all} = ${name}`
        return `const ${single ? `{ default: ${single} }` : `{ ${list.replaceAll(/\sas\s/g, ': ').trim()} }`} = ${name}`
      })
      .replace(reexport, (_, list, specifier) => {
        const name = from(specifier)
        for (const [local, outer] of pairs(list)) exported.push(`${outer}: ${name}.${local}`)
        return ''
      })
      .replace(exportList, (_, list) => {
        for (const [local, outer] of pairs(list)) exported.push(`${outer}: ${local}`)
        return ''
      })
      .replace(exportDefault, (_, local) => {
        exported.push(`default: ${local}`)
        return ''
      })
      .replace(exportDeclaration, (_, local) => {
        exported.push(local)
        return ''
      })
      // Looked at when all that is imported statically is there; awaited, because what asks may run while the script
      // does.
      .replace(
        dynamicImport,
        (_, specifier) => `Promise.resolve().then(() => ${nameOf(resolve(dirname(path), specifier))})`,
      )
      // Emscripten wants a base to form the core's URL with. Our loader hands it the Module: nothing is loaded from
      // there.
      .replaceAll('import.meta.url', "'https://core.invalid/'")
    const strange = notUnderstood.exec(body)
    if (strange) throw new Error(`${path}: the page's bundler does not understand: ${strange[0]}`)

    output.push(`const ${name} = (() => {\n${body.trim()}\nreturn { ${exported.join(', ')} }\n})()\n`)
    done.add(path)
    return name
  }

  visit(resolve(entry))
  for (const path of names.keys()) visit(path) // those that dynamic imports have named; they name more
  const script = `'use strict'\n{\n${output.join('\n')}}\n`
  new Script(script, { filename: entry }) // a syntax error is ours to see here, not the user's later
  return script
}

/** @param {string} list `a, b as c` @returns {string[][]} of each what it is called here and there */
function pairs(list) {
  return list
    .split(',')
    .map(part => part.trim())
    .filter(Boolean)
    .map(part => {
      const [local, outer = local] = part.split(/\s+as\s+/)
      return [local, outer]
    })
}
