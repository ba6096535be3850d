// The published JSON schemas: every document that a test sees is held against its own.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false })
const compile = (/** @type {string} */ name) =>
  ajv.compile(
    JSON.parse(
      readFileSync(fileURLToPath(new URL(`../../../node/schema/${name}.schema.json`, import.meta.url)), 'utf8'),
    ),
  )
const validators = {
  blob: compile('blob'),
  digest: compile('digest'),
  lockfile: compile('lockfile'),
  ls: compile('ls'),
  metadata: compile('metadata'),
  report: compile('report'),
}

/**
 * @param {keyof typeof validators} kind
 * @param {unknown} document
 * @param {string} [about]
 */
export function assertValid(kind, document, about = kind) {
  const valid = validators[kind](document)
  assert.ok(valid, `${about}: ${ajv.errorsText(validators[kind].errors)}`)
}

/**
 * Every JSON document that the program put out, by what it says it is, or the command's own; the lines of ndjson put
 * together again. Other text passes.
 * @param {string[]} args of the program
 * @param {string} stdout
 */
export function assertValidOutput(args, stdout) {
  // `ls --spec` is TensorStore's own form.
  if (!stdout.startsWith('{') || args.includes('--spec')) return
  const about = args.join(' ')
  const documents = stdout.startsWith('{"type":') ? linesOf(stdout) : [JSON.parse(stdout)]
  for (const document of documents) {
    if (document.leafsum_report) assertValid('report', document, about)
    else if (document.leafsum_blob) assertValid('blob', document, about)
    else if (document.leafsum) assertValid('lockfile', document, about)
    else if (args[0] in validators) assertValid(/** @type {any} */ (args[0]), document, about)
  }
}

/** The reports in ndjson, with their findings. */
function linesOf(/** @type {string} */ stdout) {
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  const without = (/** @type {any} */ { type, ...rest }) => rest
  const findings = rows.filter(row => row.type === 'finding').map(without)
  return rows.filter(row => row.type === 'report').map(row => ({ ...without(row), findings }))
}

/** Whether a schema takes a document. @param {keyof typeof validators} kind @param {unknown} document */
export const isValid = (kind, document) => Boolean(validators[kind](document))
