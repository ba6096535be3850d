// node bench/tree.mjs [--rounds 5]
//
// The page's tree of leaves in Chromium: from the leaves to the layout of the document, and from a key in the filter to
// the same. tests/node_modules has the driver.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { launch } from '../tests/browser/support/browser.js'
import { openTree } from '../tests/browser/support/tree.js'
import { median } from './timed.mjs'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
const folder = mkdtempSync(join(tmpdir(), 'leafsum-bench-'))
const browser = await launch()
const page = await openTree(browser, folder)

const rounds = []
for (let n = 0; n < Number(values.rounds); n++)
  rounds.push(
    await page.evaluate(() => {
      const timed = act => {
        const begun = performance.now()
        act()
        document.body.getBoundingClientRect()
        return performance.now() - begun
      }
      const filter = document.getElementById('leaf-filter')
      const find = text => () => {
        filter.value = text
        filter.dispatchEvent(new Event('input'))
      }
      const set = count => () => tree.setItems([{ name: '', leaves: leaves.slice(0, count) }])
      const answer = { '20,000 leaves': timed(set(20_000)), '100,000 leaves': timed(set(100_000)) }
      find('w')()
      return { ...answer, 'a key in the filter, of 100,000': timed(find('w99')) }
    }),
  )
for (const what of Object.keys(rounds[0]))
  console.log(`${what}: ${median(rounds.map(round => round[what])).toFixed(0)} ms, median of ${rounds.length}`)
await browser.close()
rmSync(folder, { recursive: true })
