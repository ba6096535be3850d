// docs/architecture.md says of the structure what the code is.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

const arrows = (/** @type {string} */ option) =>
  execFileSync(process.execPath, ['tools/checks/arrows.mjs', option], { cwd: root, encoding: 'utf8' })

test('the arrows between rooms are those of the table', () => {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  const [, table] = text.match(/<!-- arrows -->\n([^]*?)<!-- \/arrows -->/) ?? []
  assert.equal(table, arrows('--table'))
})

test('no arrow points up, and the largest room holds a fifth of src at most', () => {
  const shares = [...arrows('--show').matchAll(/([\d.]+) %/g)].map(([, share]) => Number(share))
  assert.ok(shares.length > 10)
  assert.ok(Math.max(...shares) <= 20)
})
