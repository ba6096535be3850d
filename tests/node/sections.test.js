// Every § of the tree names a section that exists: `contract §10.22` of docs/contract.md, `formats §1.4` of
// docs/formats.md, or a section of an outside specification that stands by its name before it (`RFC 8878 §4.2.2`).
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { tracked } from '../../tools/checks/problems.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
process.chdir(root) // git lists what lies below
const read = (/** @type {string} */ file) => readFileSync(join(root, file), 'utf8')

const sections = Object.fromEntries(
  ['contract', 'formats'].map(name => {
    const numbers = [...read(`docs/${name}.md`).matchAll(/^#+ <a id="([\d.]+)"><\/a>§\1 \S/gm)].map(([, id]) => id)
    assert.equal(new Set(numbers).size, numbers.length, `a section of docs/${name}.md stands twice`)
    return [name, new Set(numbers)]
  }),
)

/**
 * What is wrong with the references of a text, as `line: why`.
 * @param {string} text @param {string} [self]  the document that the text is: its own sections need no name
 */
function wrong(text, self) {
  const problems = []
  let owner = ''
  // `§10.16-10.19` and `§§2-4` are two references each.
  for (const { 0: all, 1: first, 2: last, index } of text.matchAll(/§+(\d+(?:\.\d+)*)(?:[-–]§?(\d+(?:\.\d+)*))?/g)) {
    const before = text.slice(Math.max(0, index - 160), index).replace(/\s*\n\s*(?:\/\/+|\*|#)?\s*/g, ' ')
    const [, name] = before.match(/\b(contract|formats)(?:\.md)?\)? $/) ?? []
    const [outside] = before.match(/(?:RFC \d+|FIPS [\d-]+|XML [\d.]+|zarr v\d|OCDBT|OMS) $/) ?? []
    const goesOn = /§[\d.]+(?:[,;]| and| or| to) $/.test(before)
    if (name) owner = name
    else if (outside) owner = 'outside'
    else if (!goesOn) owner = self ?? ''
    if (owner === 'outside') continue
    const line = text.slice(0, index).split('\n').length
    if (!owner) problems.push(`${line}: ${all} of which document? contract ${all}, formats ${all}`)
    else
      for (const number of new Set([first, last ?? first]))
        if (!sections[owner].has(number)) problems.push(`${line}: docs/${owner}.md has no §${number}`)
  }
  return problems
}

test('both documents have their sections', () => {
  for (let n = 1; n <= 11; n++) assert.ok(sections.contract.has(`${n}`), `contract §${n}`)
  for (let n = 1; n <= 25; n++) assert.ok(sections.contract.has(`10.${n}`), `contract §10.${n}`)
  for (let n = 1; n <= 6; n++) assert.ok(sections.formats.has(`${n}`), `formats §${n}`)
})

test('every § of the tree names a section that exists', () => {
  const files = tracked('.', ':!tests/vectors', ':!*package-lock.json', ':!tests/node/sections.test.js')
  /** @type {string[]} */
  const problems = []
  let seen = 0
  for (const file of files) {
    const text = read(file)
    if (!text.includes('§') || text.includes('\0')) continue
    seen += 1
    const [, self] = file.match(/^docs\/(contract|formats)\.md$/) ?? []
    problems.push(...wrong(text, self).map(problem => `${file}:${problem}`))
  }
  assert.ok(seen > 60, `${seen} files`)
  assert.deepEqual(problems, [])
})

// What the test would say: each row is a text and how many of its references are wrong.
for (const [text, count] of /** @type {[string, number][]} */ ([
  ['// (contract §10.22)', 0],
  ['// (contract\n// §10.22, §5; formats §1.4)', 0],
  ['RFC 8878 §4.2.2, §9.9', 0],
  ['contract §10.16-10.19', 0],
  ['contract §10.16-10.26', 1],
  ['contract §12', 1],
  ['contract §10.2, §10.99 and §11.6', 2],
  ['formats §3.10', 1],
  ['§10.22', 1],
  ['design.md §10.22', 1],
]))
  test(`wrong references in ${JSON.stringify(text)}: ${count}`, () =>
    assert.equal(wrong(text).length, count, wrong(text).join()))
