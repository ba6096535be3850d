// Listings of servers, hubs and buckets, changed at random; more seeds: tests/campaigns/listings.mjs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzOnce, kParsers } from './support/listing_fuzz.js'

const kSeeds = 1000

for (const [name, { seeds, parse }] of Object.entries(kParsers)) {
  test(`${name}: whatever changes, it is listed below the source, or refused`, async () => {
    for (const text of seeds) {
      const rows = await Promise.resolve(text)
        .then(parse)
        .catch((/** @type {Error} */ { message }) => message)
      // The next page of the bucket's list would be the same one, which is refused.
      if (typeof rows === 'string') assert.match(rows, /twice|does not go on/)
      else assert.ok(rows.length > 0, text)
    }
    const counts = { listed: 0, refused: 0 }
    for (let seed = 0; seed < kSeeds; seed++) counts[await fuzzOnce(name, seed)]++
    // Neither is all: the changes reach behind the first look.
    assert.ok(counts.listed > kSeeds / 50 && counts.refused > kSeeds / 200, JSON.stringify(counts))
  })
}
