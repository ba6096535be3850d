// Texts that people review in the diff: tests/node/snapshots. `LEAFSUM_SNAPSHOTS=write node --test …` writes them anew.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** @param {string} name  file in tests/node/snapshots @param {string} text */
export function assertSnapshot(name, text) {
  const file = fileURLToPath(new URL(`../snapshots/${name}`, import.meta.url))
  if (process.env.LEAFSUM_SNAPSHOTS === 'write') writeFileSync(file, text)
  const kept = readFileSync(file, 'utf8').split('\n')
  assert.deepEqual(
    text.split('\n'),
    kept,
    `${name} differs from tests/node/snapshots: if it is meant, write it anew with LEAFSUM_SNAPSHOTS=write and look at the diff`,
  )
}
