// TypeScript over small programs that use the package, as somebody's own project would compile them.
import fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../../../', import.meta.url))
export const declarations = join(root, 'node/lib/index.d.ts')

/** @type {Map<string, ts.SourceFile | undefined>} what is parsed once for all programs, by file and language version */
const parsed = new Map()

/**
 * A project with the package, zarrita and Node's declarations to choose from.
 * @param {string} place an empty directory
 * @returns {(name: string, files: Record<string, string>, options: ts.CompilerOptions) => string[]} compiles files in a
 *   directory of that name, and gives what is wrong
 */
export function project(place) {
  fs.writeFileSync(join(place, 'package.json'), '{ "type": "module" }')
  fs.mkdirSync(join(place, 'node_modules'))
  fs.symlinkSync(join(root, 'node'), join(place, 'node_modules/leafsum'))
  for (const name of ['zarrita', '@types'])
    fs.symlinkSync(join(root, 'tests/node_modules', name), join(place, 'node_modules', name))
  return (name, files, options) => {
    const folder = join(place, name)
    fs.mkdirSync(folder)
    for (const [file, text] of Object.entries(files)) fs.writeFileSync(join(folder, file), text)
    return compile(
      Object.keys(files).map(file => join(folder, file)),
      { ...kStrict, typeRoots: [join(place, 'node_modules/@types')], ...options },
    )
  }
}

const kStrict = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  target: ts.ScriptTarget.ES2022,
  types: [],
}

export const kNodeNext = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext }
export const kBundler = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }

/** @param {string[]} files @param {ts.CompilerOptions} options */
function compile(files, options) {
  const host = ts.createCompilerHost(options)
  const { getSourceFile } = host
  host.getSourceFile = (file, version, ...rest) => {
    const key = `${file} ${JSON.stringify(version)}`
    if (!file.includes('/node_modules/') && !file.includes('/lib/types/')) return getSourceFile(file, version, ...rest)
    if (!parsed.has(key)) parsed.set(key, getSourceFile(file, version, ...rest))
    return parsed.get(key)
  }
  const program = ts.createProgram(files, options, host)
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0
    return `${file?.fileName}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
}

/**
 * What the package exports, with what is said of each.
 * @typedef {{ name: string, isValue: boolean, text: string, examples: string[], declaration: string }} Exported
 * @returns {Exported[]}
 */
export function exportsOf() {
  const program = ts.createProgram([declarations], { ...kStrict, ...kNodeNext, skipLibCheck: true })
  const checker = program.getTypeChecker()
  const module = checker.getSymbolAtLocation(/** @type {ts.SourceFile} */ (program.getSourceFile(declarations)))
  return checker.getExportsOfModule(/** @type {ts.Symbol} */ (module)).map(symbol => {
    const [declaration] = symbol.declarations ?? []
    return {
      name: symbol.name,
      isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0,
      text: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
      examples: symbol
        .getJsDocTags(checker)
        .filter(tag => tag.name === 'example')
        .map(tag => codeIn(ts.displayPartsToString(tag.text))),
      declaration: declaration.getText(),
    }
  })
}

const codeIn = (/** @type {string} */ text) => /^```ts\n([^]*?)\n```$/.exec(text.trim())?.[1] ?? ''
