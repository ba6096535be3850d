// core.wasm is what a page fetches before anything else: it must not grow unnoticed.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

// What was reached, and half a percent. The goal is 300 KiB, 110 KiB compressed (README, Limits): lower these with
// every step towards it.
const kBudget = { raw: 640000, gzip: 273200 }

// The budget is that of calls that pass aggregates by their members (cmake/calling_convention.cmake), which newer
// Emscriptens refuse.
const cache = fs.readFileSync(fileURLToPath(new URL('../../build/wasm/CMakeCache.txt', import.meta.url)), 'utf8')
const skip = !/^LEAFSUM_AGGREGATES_BY_MEMBERS:\w+=TRUE$/m.test(cache) && 'this Emscripten makes larger code'

const core = fs.readFileSync(fileURLToPath(new URL('../../build/wasm/core.wasm', import.meta.url)))

test('core.wasm is within its budget', { skip }, () => {
  assert.ok(core.length <= kBudget.raw, `${core.length} bytes, at most ${kBudget.raw}`)
})

test('core.wasm compressed is within its budget', { skip }, () => {
  const { length } = gzipSync(core, { level: 9 })
  assert.ok(length <= kBudget.gzip, `${length} bytes, at most ${kBudget.gzip}`)
})
