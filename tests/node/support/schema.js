// The published JSON schemas: every document that a test sees is held against its own.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false })
const compile = (/** @type {string} */ name) =>
  ajv.compile(JSON.parse(readFileSync(fileURLToPath(new URL(`../../../node/schema/${name}.schema.json`, import.meta.url)), 'utf8')))
const validators = { digest: compile('digest'), lockfile: compile('lockfile'), ls: compile('ls'), metadata: compile('metadata'), report: compile('report') }

/**
 * @param {keyof typeof validators} kind
 * @param {unknown} document
 * @param {string} [about]
 */
export function assertValid(kind, document, about = kind) {
  const valid = validators[kind](document)
  assert.ok(valid, `${about}: ${ajv.errorsText(validators[kind].errors)}`)
}

/** Whether a schema takes a document. @param {keyof typeof validators} kind @param {unknown} document */
export const isValid = (kind, document) => Boolean(validators[kind](document))
