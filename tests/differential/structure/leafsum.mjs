// node leafsum.mjs: one JSON question a line on stdin, one answer a line on stdout.
//   {"id", "lock": PATH, "to": FILE, "source": BOOLEAN, "prefix": TEXT or null}
//                                          -> {"id", "exit_code", "headline"}; FILE is the lockfile, if there is one;
//                                          with or without `source`
//   {"id", "verify": PATH, "with": FILE, "prefix": TEXT or null} ->
//   {"id", "exit_code", "headline", "findings": [text...], "step": of a root, the step that was read}
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { LeafsumError, fromPath, lock, verify } from '../../../node/lib/index.js'

const sketch = (/** @type {any} */ one) => `${one.severity} ${one.code} ${one.file ?? ''} ${one.message}`.slice(0, 200)

async function answer(/** @type {any} */ question) {
  if (question.lock) {
    const { report, lockfile } = await lock(fromPath(question.lock), {
      workers: 1,
      writeSource: question.source,
      prefix: question.prefix ?? undefined,
    })
    if (lockfile) writeFileSync(question.to, lockfile)
    return { exit_code: report.exit_code, headline: report.headline, findings: report.findings.map(sketch) }
  }
  const report = await verify(fromPath(question.verify), {
    lockfile: readFileSync(question.with),
    workers: 1,
    prefix: question.prefix ?? undefined,
  })
  const { exit_code, headline, source } = report
  return { exit_code, headline, findings: report.findings.map(sketch), step: source.step }
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line)
  /** @type {any} */
  let result
  try {
    result = await answer(question)
  } catch (e) {
    // As the program has it: 2 is a refusal, 70 a fault of ours.
    const error = /** @type {any} */ (e)
    result = {
      exit_code: error instanceof LeafsumError && error.code !== 'bug' ? 2 : 70,
      headline: `${error.code ?? error.name}: ${error.message}`,
      findings: [],
    }
  }
  process.stdout.write(`${JSON.stringify({ id: question.id, ...result })}\n`)
}
