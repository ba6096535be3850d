// Adds a run of run.sh to the table of docs/reliability.md:
//     node tests/fuzz/record.mjs TARGET EXECUTIONS SECONDS
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const file = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url))
const [begin, end] = ['<!-- fuzz -->', '<!-- /fuzz -->']
const head = `## Fuzzing

\`tests/fuzz/run.sh TARGET SECONDS\` adds its executions and its seconds of the processor up here. A target that stopped at a finding counts too; what was found and mended is
in the log of the repository.

${begin}
${end}
`
const [target = '', executions = '0', seconds = '0'] = process.argv.slice(2)
let text = existsSync(file) ? readFileSync(file, 'utf8') : '# Reliability\n'
if (!text.includes(begin)) text = `${text.trimEnd()}\n\n${head}`
const from = text.indexOf(begin) + begin.length
const to = text.indexOf(end)

/** @type {Map<string, { executions: number, seconds: number, date: string }>} */
const rows = new Map()
for (const [, name, runs, time, date] of text
  .slice(from, to)
  .matchAll(/^\| `(\w+)` \| ([\d,]+) \| ([\d,]+) \| ([\d-]+) \|$/gm)) {
  const number = (/** @type {string | undefined} */ written) => Number((written ?? '0').replaceAll(',', ''))
  rows.set(name ?? '', { executions: number(runs), seconds: number(time), date: date ?? '' })
}
const row = rows.get(target) ?? { executions: 0, seconds: 0, date: '' }
const date = new Date().toISOString().slice(0, 10)
rows.set(target, { executions: row.executions + Number(executions), seconds: row.seconds + Number(seconds), date })

const written = (/** @type {number} */ n) => n.toLocaleString('en-US')
const table = [...rows]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, r]) => `| \`${name}\` | ${written(r.executions)} | ${written(r.seconds)} | ${r.date} |`)
const lines = ['', '| target | executions | seconds | last run |', '|---|---|---|---|', ...table, '']
writeFileSync(file, text.slice(0, from) + lines.join('\n') + text.slice(to))
