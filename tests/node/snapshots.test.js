// Every kind of headline and error as a person reads it, kept as text files: who changes a word sees it in the diff.
// `LEAFSUM_SNAPSHOTS=write node --test tests/node/snapshots.test.js` writes them.
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { main } from '../../node/lib/cli/main.js'
import { fixtures } from './support/places.js'
import { scenes } from './support/scenes.js'
import { assertSnapshot } from './support/snapshot.js'

const before = process.cwd()
const root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'leafsum-scenes-')))
after(() => {
  process.chdir(before)
  fs.rmSync(root, { recursive: true })
})

/** The program in this process, which is a tenth of a second cheaper than one of its own. */
async function run(/** @type {string[]} */ args) {
  let output = ''
  const stream = {
    isTTY: false,
    on() {},
    write(/** @type {string | Uint8Array} */ text, /** @type {(() => void) | undefined} */ then) {
      output += typeof text === 'string' ? text : new TextDecoder().decode(text)
      then?.()
      return true
    },
  }
  const fake = { stdout: stream, stderr: stream, env: {}, on() {}, off() {}, exit() {} }
  const code = await main(args, /** @type {any} */ (fake))
  return `${output.replace(/\n?$/, '\n')}=> ${code}\n`
}

const shown = (/** @type {string} */ word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word}'`)

for (const [name, { files, commands }] of Object.entries(scenes)) {
  test(`snapshot: ${name}`, async () => {
    const directory = join(root, name)
    fs.mkdirSync(directory)
    process.chdir(directory)
    files(directory, fixtures)
    let text = ''
    for (const args of commands) {
      const answer = (await run(args)).replaceAll(directory, '/here')
      text += `$ leafsum ${args.map(shown).join(' ')}\n${answer}\n`
    }
    assertSnapshot(`${name}.txt`, text)
  })
}
