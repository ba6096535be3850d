// The parsers of listings over many seeds: node tests/campaigns/listings.mjs [minutes, 20 for each] [first seed]. A
// failure names parser, seed and text.
import { fuzzOnce, kParsers } from '../node/support/listing_fuzz.js'

const minutes = Number(process.argv[2] ?? 20)
const first = Number(process.argv[3] ?? 1e6)
for (const name of Object.keys(kParsers)) {
  const counts = { listed: 0, refused: 0 }
  const end = Date.now() + minutes * 60_000
  for (let seed = first; Date.now() < end; seed++) counts[await fuzzOnce(name, seed)]++
  console.log(`${name}: ${counts.listed} listed, ${counts.refused} refused`)
}
