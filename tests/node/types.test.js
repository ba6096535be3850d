// The declarations as a product: strict programs compile with them wherever they may, examples too; they say what is
// there at run time, and never `any`.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as browser from '../../node/lib/browser.js'
import * as node from '../../node/lib/index.js'
import { packInto } from './support/packed.js'
import { scratch } from './support/places.js'
import { exportsOf, kBundler, kNodeNext, project } from './support/typescript.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const all = exportsOf()

test('every export is described, with an example', () => {
  assert.ok(all.length > 60, `${all.length} exports`)
  for (const { name, text, examples } of all) {
    assert.ok(text.length > 10, `${name}: ${text}`)
    assert.ok(examples.length > 0, `${name} has no example`)
    for (const example of examples) {
      assert.match(example, /^import [^\n]*\{[^}]*\} from 'leafsum'$/m, `${name}: an example begins with its import`)
      assert.match(example, new RegExp(`${name}\\b`, 'i'), `${name}: its example is of another`)
    }
  }
})

test('what is declared is there, and what is there is declared', () => {
  const declared = all.filter(one => one.isValue).map(one => one.name)
  assert.deepEqual([...new Set([...Object.keys(node), ...Object.keys(browser)])].sort(), declared.sort())
  const others = (/** @type {object} */ here) => declared.filter(name => !Object.hasOwn(here, name))
  assert.deepEqual(others(node), [])
  assert.deepEqual(others(browser), ['fromPath'])
})

test('nothing is any, a Function, or hidden by an underscore', () => {
  for (const { name, declaration } of all) {
    const code = declaration.replace(/\/\*[^]*?\*\//g, '').replace(/'[^']*'/g, "''")
    assert.doesNotMatch(code, /\bany\b|\bFunction\b|\b_\w/, name)
  }
})

// Neither the DOM's nor Node's declarations: every call, by types of the program's own.
const kBare = `
import * as leafsum from 'leafsum'
import type { Code, FileLike, Report, Store, Verdict } from 'leafsum'

declare const file: FileLike
declare const signal: leafsum.AbortSignalLike
const options = { signal, workers: 2, onProgress: ({ fraction }: leafsum.Progress) => void fraction.toFixed(1) }
const store: Store = leafsum.fromFiles([file])
const report: Report = await leafsum.verify(store, { ...options, lockfile: file })
const verdict: Verdict = report.verdict
const codes: Code[] = report.findings.map(finding => finding.code)
// @ts-expect-error: no such verdict
const wrong: boolean = report.verdict === 'FINE'
// @ts-expect-error: no such code
const wrongCode: Code = 'nonsense'
// @ts-expect-error: no such option
await leafsum.check('run', { worker: 2 })
// @ts-expect-error: a report has no output
report.output
await using checkpoint = await leafsum.openCheckpoint(Promise.resolve(store))
const { data } = await checkpoint.read(['params', 'w'], [null, 0, '...', { step: 2 }])
const first: number | bigint | undefined = data?.[0]
for await (const { item, key_path: path, digest } of leafsum.digests(checkpoint)) void [item, path[0], digest?.blake3]
for await (const { shape } of leafsum.rows('run')) void shape?.length
for await (const event of leafsum.verifyEvents('run')) if (event.type === 'report') void event.report.headline
const { report: of, leaves } = await leafsum.diff('a', 'b')
const { lockfile } = await leafsum.lock('a', { chunks: true })
await leafsum.match('a', lockfile ?? 'b')
export { codes, first, leaves, of, verdict, wrong, wrongCode }
`

// What a browser has, where somebody's program has its types.
const kDom = `
import { check, digest, fromDataTransfer, fromDirectoryHandle, fromEntry, fromFiles, fromUrl, init, lock, verify } from 'leafsum'

declare const handle: FileSystemDirectoryHandle
declare const entry: FileSystemDirectoryEntry
declare const input: HTMLInputElement
declare const event: DragEvent
const { signal } = new AbortController()
await check(fromDirectoryHandle(handle), { signal })
await check(fromEntry(entry))
if (event.dataTransfer) await check(fromDataTransfer(event.dataTransfer))
const [lockfile] = input.files ?? []
if (input.files) await verify(fromFiles(input.files), { lockfile, signal: AbortSignal.timeout(1000) })
await digest(new URL('https://example.com/run/'))
await digest(fromUrl(new URL('https://example.com/run/')))
const made = await lock('https://example.com/run/')
if (made.lockfile) new Blob([made.lockfile])
init({ wasm: new Uint8Array(8) })
`

const kZarrita = `
import * as zarr from 'zarrita'
import { check, fromMap, read, type Index, type Store } from 'leafsum'

const theirs: Store = new zarr.FetchStore('https://example.com/run/')
await check(theirs)
const ours = await zarr.open.v2(zarr.root(fromMap({})), { kind: 'array' })
const slice = [null, zarr.slice(0, 3)] satisfies Index[]
await zarr.get(ours, slice)
await read(theirs, '/params/w', slice)
`

const kOnNode = `
import { readFileSync } from 'node:fs'
import { check, verify } from 'leafsum'
import 'leafsum/worker'
import schema from 'leafsum/schema/report.schema.json' with { type: 'json' }
await verify('run', { lockfile: readFileSync('l.json'), signal: new AbortController().signal })
await check(new URL('../run/', import.meta.url))
export const id: string = schema.$id
`

test('strict programs compile: nodenext and bundler, with and without DOM, libraries checked too', t => {
  const compile = project(scratch(t))
  const without = ['lib.es2022.d.ts']
  const dom = [...without, 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts']
  const examples = Object.fromEntries(all.map(({ name, examples: [code] }) => [`${name}.ts`, `${code}\nexport {}\n`]))
  for (const [name, way] of Object.entries({ nodenext: kNodeNext, bundler: kBundler })) {
    const json = { resolveJsonModule: true }
    assert.deepEqual(compile(`${name}-bare`, { 'bare.ts': kBare }, { ...way, lib: without }), [])
    // zarrita's own dependencies have declarations that nodenext refuses.
    const page = { 'bare.ts': kBare, 'dom.ts': kDom, ...(way === kBundler && { 'zarrita.ts': kZarrita }) }
    assert.deepEqual(compile(`${name}-dom`, page, { ...way, lib: dom }), [])
    const program = { 'bare.ts': kBare, 'node.ts': kOnNode }
    assert.deepEqual(compile(`${name}-node`, program, { ...way, ...json, lib: without, types: ['node'] }), [])
  }
  assert.deepEqual(compile('examples', examples, { ...kBundler, lib: dom, types: ['node'] }), [])
})

test("names are the core's, and docs/api what the declarations say", () => {
  for (const script of ['names.mjs', 'api_pages.mjs'])
    execFileSync(process.execPath, [`tools/types/${script}`], { cwd: root, stdio: 'inherit' })
})

test('every subpath has types, and other tools find nothing wrong with the package', t => {
  const { tarball } = packInto(scratch(t))
  const { exports, engines, sideEffects } = JSON.parse(fs.readFileSync(join(root, 'node/package.json'), 'utf8'))
  assert.equal(engines.node, '>=20.19')
  assert.ok(Array.isArray(sideEffects))
  const bin = join(root, 'tests/node_modules/.bin')
  const others = Object.keys(exports).filter(path => /wasm|schema|package\.json/.test(path))
  const run = (/** @type {string} */ tool, /** @type {string[]} */ args) => {
    const { status, stdout, stderr } = spawnSync(join(bin, tool), args, { encoding: 'utf8' })
    assert.equal(status, 0, `${tool}: ${stdout}${stderr}`)
  }
  run('attw', [tarball, '--profile', 'esm-only', '--exclude-entrypoints', ...others])
  run('publint', [tarball, '--strict'])
})
