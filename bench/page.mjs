// node bench/page.mjs CHECKPOINT [--rounds 5] [--python python3] [--out FILE]
//
// The page in Chromium beside Orbax, in turn: from the click on "Verify" to the verdict, the checkpoint's structure
// having been read when it was chosen. The page is built from the sources as they are; tests/node_modules has the
// driver. Two more rows are of a Worker that does nothing but read the same files (reading.html).
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPage, launch } from '../tests/browser/support/browser.js'
import { act, chooseCheckpoint, chooseLockfile, open, useWorkers } from '../tests/browser/support/page.js'
import { serve } from '../tests/browser/support/server.js'
import { commandLine, inTurn, leafsum, machine, median, peer, tell, versions } from './timed.mjs'

const {
  positionals: [checkpoint],
  ...options
} = commandLine('node bench/page.mjs CHECKPOINT [--rounds N] [--python PYTHON] [--out FILE]')
const scratch = mkdtempSync(join(tmpdir(), 'leafsum-bench-'))
const lockfile = join(scratch, 'lock.json')
leafsum('lock', checkpoint, '-o', lockfile)
buildPage(join(scratch, 'page'))
const server = await serve({ '/': join(scratch, 'page') })
const browser = await launch()
const page = await open(browser, server.origin)
await chooseCheckpoint(page, checkpoint)
await chooseLockfile(page, lockfile)
copyFileSync(fileURLToPath(new URL('reading.html', import.meta.url)), join(scratch, 'page/reading.html'))
const reader = await open(browser, `${server.origin}/reading.html`)
await reader.setInputFiles('#files', checkpoint)

let nbytes = 0
const orbax = () => {
  const run = peer(options.python, 'orbax_sha256.py', checkpoint)
  nbytes = run.nbytes
  return run.seconds
}
const verify = (deep, workers) => async () => {
  await useWorkers(page, workers)
  await page.setChecked('#option-deep', deep)
  // Measured within the page: the driver's own messages take their time.
  await page.evaluate(() => {
    const seen = new MutationObserver(() => {
      if (document.getElementById('result').hidden) return
      window.took = performance.now() - window.clicked
      seen.disconnect()
    })
    seen.observe(document.getElementById('result'), { attributes: true, attributeFilter: ['hidden'] })
    document.getElementById('verify').addEventListener(
      'click',
      () => {
        window.clicked = performance.now()
      },
      { once: true, capture: true },
    )
  })
  const word = await act(page, '#verify')
  if (!word.includes('VERIFIED')) throw Error(`the page says ${word}`)
  return (await page.evaluate(() => window.took)) / 1000
}
const reading = how => async () => (await reader.evaluate(how => window.readAll(how), how)).seconds
const contenders = {
  'Orbax restore + hashlib.sha256': orbax,
  'page, deep, 1 worker': verify(true, 1),
  'page, deep, 2 workers': verify(true, 2),
  'page, 1 worker': verify(false, 1),
  'page, 2 workers': verify(false, 2),
  'reading alone, slices of 8 MiB': reading('slices'),
  'reading alone, one stream a file': reading('stream'),
}
const runs = await inTurn(contenders, options.rounds)
const version = browser.version()
if (page.complaints.length > 0) throw Error(page.complaints.join('\n'))
await browser.close()
await server.close()
rmSync(scratch, { recursive: true })

const seconds = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, median(list)]))
const base = seconds['Orbax restore + hashlib.sha256']
const ratio = (a, b) => (seconds[a] / seconds[b]).toFixed(2)
const lines = [
  `${(nbytes / 1e9).toFixed(2)} GB of values, median of ${options.rounds} rounds, ${machine}, Chromium ${version}; ${versions('orbax', 'tensorstore')}`,
  '',
  '| what | s | GB/s | times as fast as Orbax + hashlib |',
  '|---|---|---|---|',
  ...Object.entries(seconds).map(
    ([name, s]) => `| ${name} | ${s.toFixed(2)} | ${(nbytes / 1e9 / s).toFixed(2)} | ${(base / s).toFixed(2)} |`,
  ),
  '',
  `2 workers against 1: deep ${ratio('page, deep, 1 worker', 'page, deep, 2 workers')} times as fast, else ${ratio('page, 1 worker', 'page, 2 workers')}`,
]
tell(lines, options.out)
