// The documents say what is there: links lead somewhere, and what is generated is what the generator writes.
import assert from 'node:assert/strict'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { tracked } from '../../tools/checks/problems.mjs'
import { page } from '../../tools/readers_page.mjs'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
process.chdir(root) // git lists what lies below
const read = (/** @type {string} */ file) => readFileSync(join(root, file), 'utf8')

test('docs/readers.md is what tools/readers_page.mjs writes', () => {
  const written = page()
  assert.ok((written.match(/^\| `[a-z0-9]+\./gm) ?? []).length > 250)
  assert.equal(read('docs/readers.md'), written, 'run node tools/readers_page.mjs --write')
})

/** The places of a document that a link may name: explicit anchors, and headings as GitHub names them. */
const anchors = (/** @type {string} */ text) => [
  ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id),
  ...[...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/<[^>]*>/g, '')
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  ),
]

test('links between documents lead somewhere', () => {
  const files = tracked('*.md')
  /** @type {string[]} */
  const broken = []
  let links = 0
  for (const file of files) {
    // What stands in code is no link.
    const text = read(file)
      .replace(/^```[^]*?^```/gm, '')
      .replace(/`[^`\n]*`/g, '')
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      links += 1
      const [path, anchor] = target.split('#')
      const place = path === '' ? file : join(dirname(file), path)
      if (!existsSync(join(root, place))) broken.push(`${file}: ${target}`)
      else if (anchor && !anchors(read(place)).includes(anchor)) broken.push(`${file}: ${target}, no such place`)
    }
  }
  assert.ok(links > 30, `${links} links`)
  assert.deepEqual(broken, [])
})

test('files that documents name are there', () => {
  /** @type {string[]} */
  const gone = []
  let named = 0
  for (const file of tracked('*.md'))
    for (const [, path] of read(file).matchAll(
      /`(?:node |python )?((?:src|node|lib|web|tests|tools|cmake|bench|docs|examples)\/[\w./-]+\.[a-z]\w*)[` ]/g,
    )) {
      // `NAME` stands for whatever one adds; the package's README names its own folder, and a CHANGELOG what was.
      if (path.includes('NAME') || file === 'CHANGELOG.md') continue
      named += 1
      const places = [path, join(dirname(file), path), join('node', path)]
      if (!places.some(place => existsSync(join(root, place)))) gone.push(`${file}: ${path}`)
    }
  assert.ok(named > 120, `${named} files`)
  assert.deepEqual(gone, [])
})

test('functions that docs/hacking.md names are in the files that it names', () => {
  /** @type {string[]} */
  const gone = []
  let named = 0
  // `One`, `Two` in `src/folder/file.cc`
  for (const [, names, path] of read('docs/hacking.md').matchAll(/((?:`[\w:]+`(?:, )?)+) in `([\w/]+\.\w+)`/g))
    for (const [, name] of names.matchAll(/`([\w:]+)`/g)) {
      named += 1
      if (!new RegExp(`\\b${name}\\b`).test(read(path))) gone.push(`${path}: ${name}`)
    }
  assert.ok(named > 12, `${named} functions`)
  assert.deepEqual(gone, [])
})

test("the newest numbered section of CHANGELOG is the package's version, and has the promise", () => {
  const { version } = JSON.parse(read('node/package.json'))
  const [, newest, text] = read('CHANGELOG.md').match(/^## (\d+\.\d+\.\d+)\b.*\n([^]*?)(?=\n## |$(?![^]))/m) ?? []
  assert.equal(newest, version)
  if (version === '0.2.0') assert.match(text, /Every lockfile of version 1 .* stays readable/)
  assert.match(read('docs/contract.md'), /Version 1 of the lockfile stays readable in every later version/)
})

test('the screen of README is what the commands print', t => {
  const directory = scratch(t)
  for (const [name, copy] of [
    ['baseline_ckpt', 'weights'],
    ['tampered_ckpt', 'download'],
  ])
    cpSync(join(fixtures, 'seed000/artifacts', name), join(directory, copy), { recursive: true })
  const [, screen] = read('README.md').match(/<!-- screen -->\n```\n([^]*?)```/) ?? []
  const runs = /** @type {string} */ (screen).split(/^\$ leafsum /m).slice(1)
  assert.equal(runs.length, 3)
  for (const run of runs) {
    const [args, ...lines] = run.split('\n')
    const { stdout } = cli(args.split(' '), { cwd: directory })
    // That `lock` wrote a file has the path of a machine.
    assert.equal(stdout.replace(/^wrote .*\n/m, '').trim(), lines.join('\n').trim())
  }
})
