// node tools/types/names.mjs [--write]: the names that reports have, as TypeScript has them, from the tables of the
// core: without --write it says where node/lib/types/names.d.ts is not what they make.
import { readFileSync, writeFileSync } from 'node:fs'
import { Problems } from '../checks/problems.mjs'

const file = 'node/lib/types/names.d.ts'
const problems = new Problems()
const read = (/** @type {string} */ path) => readFileSync(path, 'utf8')

/** The texts that a function of the core returns, or the rows of a table there have. */
function textsIn(/** @type {string} */ path, /** @type {string} */ begin, /** @type {RegExp} */ each) {
  const source = read(path)
  const from = source.indexOf(begin)
  const texts = [...source.slice(from, source.indexOf('\n}', from)).matchAll(each)].map(match => match[1])
  if (from < 0 || texts.length < 3)
    problems.add(path, 1, `${begin}: no names are found there: tools/types/names.mjs reads them`)
  return [...new Set(texts)]
}

const returned = /return "([^"]+)";/g
const verdictFile = 'src/report/verdict.cc'
const commandFile = 'src/report/command.cc'
const unions = [
  {
    name: 'Code',
    says: 'Every code that a finding can have, in the order of the core. `explain` has a screen for each.',
    example: "const mine: Code[] = ['digest-mismatch', 'missing-leaf']",
    texts: textsIn('src/report/finding.cc', 'constexpr Row kRows[]', /\{Code::k\w+, "([^"]+)"/g),
  },
  {
    name: 'Severity',
    says: 'What a finding means for the verdict: an error is a mismatch, a gap something that was not read.',
    example: "const matters = (severity: Severity) => severity === 'error' || severity === 'gap'",
    texts: textsIn('src/report/finding.cc', 'std::string_view SeverityName', returned),
  },
  {
    name: 'Verdict',
    says: 'The word of a report. Of `verify` only VERIFIED means that everything was compared and is equal.',
    example: "const good: Verdict[] = ['VERIFIED', 'SOUND', 'EQUAL']",
    texts: [
      ...textsIn(commandFile, 'constexpr Row kRows[]', /\{Command::k\w+, "[^"]+", "([^"]+)"/g),
      ...textsIn(verdictFile, 'VerdictResult Decide', /, "([A-Z-]+)", \d\}/g),
    ],
  },
  {
    name: 'ExitCode',
    says: 'What the program ends with, and a report says. 2, a usage error, is a rejection here.',
    example: 'const ends = (code: ExitCode) => process.exit(code)',
    texts: textsIn(verdictFile, 'VerdictResult Decide', /, (\d)\};/g),
  },
  {
    name: 'Command',
    says: "What a report is of. `list`'s is called `ls`, and `read`'s `cat`, as in the program; `metadata` is a list's.",
    example: "const command: Command = 'verify'",
    texts: textsIn(commandFile, 'constexpr Row kRows[]', /\{Command::k\w+, "([^"]+)"/g),
  },
  {
    name: 'ItemKind',
    says: 'What a directory of a checkpoint is.',
    example: "const isTree = (kind: ItemKind) => kind === 'pytree'",
    texts: textsIn('src/verify/outputs.cc', 'std::string_view KindName', /return "([^"]+)";/g),
  },
  {
    name: 'DiffSign',
    says: 'Of a leaf in both: = equal, - in the first alone, + in the second alone, * other content, ! not compared.',
    example: "const differs = (sign: DiffSign) => sign !== '='",
    texts: textsIn('src/evidence/compare.h', 'enum class Sign', /= '(.)'/g),
  },
]

const isNumber = (/** @type {string} */ text) => /^\d+$/.test(text)
function declaration(/** @type {typeof unions[number]} */ { name, says, example, texts }) {
  const members = [...new Set(texts)].map(text => (isNumber(text) ? text : `'${text}'`))
  const line = `export type ${name} = ${members.join(' | ')}\n`
  return `/**
 * ${says}
 * @example
 * \`\`\`ts
 * import type { ${name} } from 'leafsum'
 *
 * ${example}
 * \`\`\`
 */
${line.length <= 120 ? line : `export type ${name} =\n${members.map(member => `  | ${member}\n`).join('')}`}`
}

const text = `// Made by tools/types/names.mjs --write from the core's tables.\n\n${unions.map(declaration).join('\n')}`
if (process.argv.includes('--write')) writeFileSync(file, text)
else if (read(file) !== text)
  problems.add(file, 1, "is not what the core's tables say: node tools/types/names.mjs --write")
problems.end()
