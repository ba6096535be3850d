// Holds lines, files, functions and classes of our own sources to the limits below.
import { readFileSync } from 'node:fs'
import { outline } from './cpp_outline.mjs'
import { Problems, tracked } from './problems.mjs'

const limits = {
  line: { cpp: 100, js: 120, sh: 140 },
  file: { cpp: 420, js: 420 },
  function: 70,
  members: 20,
  /** A table of a command's options has as many rows as there are options. */
  tables: ['src/plan/options.h Options', 'src/report/report.h VerdictInput'],
}

const problems = new Problems()

const literals = {
  cpp: /R"([^(\n]*)\(.*?\)\1"|"(?:\\.|[^"\\])*"/g,
  js: /`(?:\\.|[^\\`])*(?:`|$)|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\])+\//g,
  sh: /$^/g,
}

/**
 * The columns of a row that somebody could break: a formatter leaves literals whole, and so do we. A comment is all
 * text.
 * @param {string} row @param {'cpp' | 'js' | 'sh'} language
 */
function columns(row, language) {
  const code = /^\s*(\/\/|\/\*|\*|#)/.test(row) ? row : row.replace(literals[language], '')
  return [...code].length
}

/** @param {string} file @param {'cpp' | 'js' | 'sh'} language */
function lines(file, language) {
  const text = readFileSync(file, 'utf8')
  const rows = text.split('\n')
  rows.forEach((row, at) => {
    const found = columns(row, language)
    // An address in a comment cannot be broken.
    if (found > limits.line[language] && !/https?:\/\/\S{40}/.test(row)) {
      problems.add(file, at + 1, `${found} columns, ${limits.line[language]} at most`)
    }
  })
  const most = /** @type {Record<string, number>} */ (limits.file)[language]
  // The declarations of the interface are one file, which people read.
  if (most && !file.endsWith('.d.ts') && /^(src|node|web)\//.test(file) && rows.length - 1 > most)
    problems.add(file, 1, `${rows.length - 1} lines, ${most} at most: cut it by idea`)
  return text
}

for (const file of tracked('*.cc', '*.h', '*.c')) {
  const text = lines(file, 'cpp')
  if (!file.startsWith('src/') || file.endsWith('.c')) continue // C files are taken ones, changed as little as possible
  const { classes, functions } = outline(text)
  for (const { name, line, lines: long } of functions) {
    if (long > limits.function) problems.add(file, line, `${name} has ${long} lines, ${limits.function} at most`)
  }
  for (const { name, line, members } of classes) {
    if (members.length > limits.members && !limits.tables.includes(`${file} ${name}`)) {
      problems.add(file, line, `${name} has ${members.length} data members, ${limits.members} at most`)
    }
  }
}
for (const file of tracked('*.js', '*.mjs', '*.ts')) lines(file, 'js')
for (const file of tracked('*.sh', '.ci/run', 'tools/format', 'tools/lint')) lines(file, 'sh')

problems.end()
