// Whatever is named on the command line that is not what it should be: one message that says what, where and what
// next, the exit code of contract §5, a document under --json, never a stack. What is said is in
// snapshots/broken_inputs.txt, to be read by people.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromUrl } from '../../node/lib/index.js'
import { makeBroken, run, runMany, serveBroken } from './support/broken.js'
import { scratch } from './support/places.js'
import { assertSnapshot } from './support/snapshot.js'

/** @type {[string, string, number][]} what, the command line, its exit code; URL is the server's */
const kRows = [
  ['no such path', 'check nowhere', 2],
  ['a text file', 'check notes.txt', 2],
  ['a file with a lockfile', 'verify notes.txt --lock ckpt.leafsum.json', 1],
  ['an empty directory', 'check empty', 2],
  ['an empty directory with a lockfile', 'verify empty --lock ckpt.leafsum.json', 1],
  ['an empty directory without evidence', 'verify empty', 2],
  ['safetensors', 'check model.safetensors', 2],
  ['a directory of safetensors', 'check weights', 2],
  ['what PyTorch saves', 'check model.pt', 2],
  ['a directory of anything else', 'lock photos', 2],
  ['several checkpoints, steps by their names', 'check models', 2],
  ['an archive', 'check model.tar', 2],
  ['standard input', 'check -', 2],
  ['a link to itself', 'check circle', 2],
  ['a pipe', 'check pipe', 2],
  ['a device', 'check /dev/null', 2],
  ['a name that is too long', `check ${'n'.repeat(300)}`, 2],
  ['a path through a file', 'check notes.txt/ckpt', 2],
  ['a directory that nobody may read', 'check closed', 2],
  ['a file that nobody may read', 'check unreadable', 3],
  ['a torn manifest', 'check torn', 1],
  ['an unfinished save', 'check half.orbax-checkpoint-tmp-7', 1],
  ['no such step', 'check run --step 77', 2],
  ['a step of what has none', 'check ckpt --step 3', 2],
  ['a step of a step', 'verify run/5 --step 5 --lock run.leafsum.json', 2],
  ['no such item', 'ls run --item nothing', 2],
  ['another kind of address', 'check ftp://host/ckpt', 2],
  ['404', 'check URL/not-found/ckpt', 2],
  ['404 with a lockfile', 'verify URL/not-found/ckpt --lock ckpt.leafsum.json', 2],
  ['a server that forbids', 'check URL/forbidden/ckpt', 2],
  ['a server that fails', 'check URL/broken/ckpt', 2],
  ['a server that hangs up', 'check URL/resets/ckpt', 2],
  ['a server that sends its page for every name', 'check URL/one-page/ckpt', 2],
  ['a server that redirects in a circle', 'check URL/circle/ckpt', 2],
  ['a server that refuses', 'check http://127.0.0.1:1/ckpt', 2],
  ['no such host', 'check http://no-such-host.invalid/ckpt', 2],
  ['a URL with a query', 'check http://127.0.0.1:1/ckpt?token=1', 2],
  ['no such lockfile', 'verify ckpt --lock nowhere.json', 2],
  ['a text as lockfile', 'verify ckpt --lock text.json', 2],
  ['an empty lockfile', 'verify ckpt --lock empty.json', 2],
  ['a picture as lockfile', 'verify ckpt --lock picture.json', 2],
  ['a directory as lockfile', 'verify ckpt --lock ckpt', 2],
  ['a lockfile that nobody may read', 'verify ckpt --lock locked.json', 2],
  ['a report as lockfile', 'verify ckpt --lock report.json', 2],
  ['a lockfile of a later version', 'verify ckpt --lock next.json', 2],
  ['a torn lockfile', 'verify ckpt --lock torn.json', 2],
  ['an edited lockfile', 'verify ckpt --lock edited.json', 2],
  ["another checkpoint's lockfile", 'verify ckpt --lock other.leafsum.json', 1],
  ["a root's lockfile", 'verify ckpt --lock run.leafsum.json', 1],
  ['a lockfile that came with the source', 'verify ckpt --lock ckpt/own.leafsum.json', 4],
  ['no evidence', 'verify ckpt', 5],
  ['half a fingerprint', 'verify ckpt --fingerprint leafsum1:abc', 2],
  ['another fingerprint', `verify ckpt --fingerprint leafsum1:${'0'.repeat(64)}`, 1],
  ['compared with itself', 'verify ckpt --against ckpt', 2],
  ['compared with nothing', 'verify ckpt --against empty', 2],
  ['sums that are none', 'verify ckpt --sums text.json', 2],
  ['a full disk', 'lock ckpt -o /dev/full', 2],
  ['a full disk, a report', 'check ckpt -o /dev/full', 2],
  ['stdout on a full disk', 'check ckpt >/dev/full', 2],
  ['a reader that goes away', 'ls ckpt |', 0],
  ['a result over a directory', 'check ckpt -o empty', 2],
  ['a result in no directory', 'check ckpt -o nowhere/report.json', 2],
  ['a result where nobody may write', 'lock ckpt -o closed/ckpt.json', 2],
  ['a lockfile that exists', 'lock ckpt', 2],
  ['an update of nothing', 'lock run --update -o nowhere.json', 2],
  ['an update of a text', 'lock run --update -o text.json', 2],
  ["an update of another checkpoint's lockfile", 'lock run --update -o other.leafsum.json', 2],
  ['an update of what has no steps', 'lock ckpt --update', 2],
  ['an update where nobody may write', 'lock run --update -o fixed/run.json', 2],
  ['an update inside the checkpoint', 'lock ckpt --update -o ckpt/own.leafsum.json', 2],
  ['an option that goes with another', 'lock run --keep-missing', 2],
  ['a result over a file of the checkpoint', 'check ckpt -o ckpt/_METADATA', 2],
  ['no command', '', 2],
  ['an unknown command', 'verfy ckpt', 2],
  ['an unknown option', 'verify ckpt --lokc ckpt.leafsum.json', 2],
  ["another command's option", 'check ckpt --values', 2],
  ['no source', 'verify', 2],
  ['two sources', 'check ckpt other', 2],
  ['one source of two', 'diff ckpt', 2],
  ['an option without a value', 'verify ckpt --lock', 2],
  ['a wrong number', 'check ckpt --jobs many', 2],
  ['a wrong size', 'check ckpt --max-memory 5parsecs', 2],
  ['a size out of range', 'check ckpt --max-memory 1', 2],
  ['a wrong word', 'check ckpt --format yaml', 2],
  ['a wrong list', 'digest ckpt --algorithm md5', 2],
  ['a wrong share', 'verify ckpt --lock ckpt.leafsum.json --sample 500%', 2],
  ['two that exclude each other', 'check run --step 1 --all-steps', 2],
  ['a pattern that fits nothing', 'verify ckpt --lock ckpt.leafsum.json --include /nothing', 2],
  ['no such leaf', 'cat ckpt /params/nothing', 2],
  ['no such element', 'cat ckpt /params/bias[99]', 2],
  ['no slice', 'cat ckpt /params/bias[', 2],
  ['no such code', 'explain nonsense', 2],
  ['a template that is not there', 'match ckpt nowhere', 2],
  ['a template that is none', 'match ckpt text.json', 2],
  ['a template that nobody may read', 'match ckpt locked.json', 2],
  ['a template out of reach', 'match ckpt closed/template.json', 2],
  ['a source out of reach', 'ls closed/ckpt', 2],
  ['a state where nobody may write', 'verify ckpt --lock ckpt.leafsum.json --state closed/state', 2],
]

test('every broken input: one message, the right exit code, JSON under --json, no stack', {
  timeout: 600_000,
}, async t => {
  // Before the directory goes: nobody may look into it.
  t.after(() => ['closed', 'fixed'].forEach(name => fs.chmodSync(join(root, name), 0o700)))
  const root = scratch(t)
  makeBroken(root)
  const url = `http://127.0.0.1:${await serveBroken(t)}`
  assert.ok(kRows.length >= 40)
  const rows = kRows.map(([what, line, status]) => {
    const words = line.replace('URL', url).split(' ').filter(Boolean)
    const special = ['>/dev/full', '|'].find(word => word === words.at(-1))
    return { what, line, status, special, args: special ? words.slice(0, -1) : words }
  })

  const inOne = rows.filter(({ special }) => !special)
  const [humans, documents] = await Promise.all([
    runMany(
      inOne.map(({ args }) => args),
      root,
    ),
    runMany(
      inOne.map(({ args }) => [...args, '--json']),
      root,
    ),
  ])
  /** @type {string[]} */
  const told = []
  for (const { what, line, status, special, args } of rows) {
    const n = inOne.findIndex(row => row.what === what)
    const one = special ? await runInto(special, args, root) : humans[n]
    assert.equal(one.status, status, `${what}: ${one.stdout}${one.stderr}`)
    assertNoStack(what, one)
    if (status === 2) {
      assert.equal(one.stdout, '', what)
      assert.match(one.stderr, /^leafsum: [^\n]+\n$/, what)
    }
    const shown = [...one.stderr.split('\n'), ...one.stdout.split('\n')].filter(Boolean)
    const text = [`# ${what}`, `$ leafsum ${line}`, ...shown, `exit ${status}`, ''].join('\n')
    told.push(
      text
        .replaceAll(url, 'URL')
        .replaceAll(`${root}/`, '')
        .replace(/n{300}/g, 'n…n'),
    )
    if (special) continue
    assert.equal(documents[n].status, status, `${what} --json: ${documents[n].stdout}${documents[n].stderr}`)
    assertNoStack(what, documents[n])
    assertDocument(what, documents[n])
  }
  assertSnapshot('broken_inputs.txt', told.join('\n'))
})

/** A process of its own, whose output goes where it cannot. */
async function runInto(/** @type {string} */ special, /** @type {string[]} */ args, /** @type {string} */ cwd) {
  if (special === '|') return run(args, { cwd, deaf: true })
  const full = fs.openSync('/dev/full', 'w')
  const one = await run(args, { cwd, stdout: full })
  fs.closeSync(full)
  return one
}

function assertNoStack(/** @type {string} */ what, /** @type {{ stdout: string, stderr: string }} */ one) {
  assert.doesNotMatch(one.stdout + one.stderr, /^\s+at |node:internal|\.m?js:\d|undefined|\[object/m, what)
}

/** One document, which says the exit code too. */
function assertDocument(
  /** @type {string} */ what,
  /** @type {{ status: number, stdout: string }} */ { status, stdout },
) {
  if (status === 2 && stdout === '') return
  const document = JSON.parse(stdout)
  assert.equal(document.exit_code, status, what)
  assert.ok(document.leafsum_report === 1 || document.leafsum_error === 1, what)
}

test('a server that does not let a page read it is told with its cure', async t => {
  new Headers() // which Node loads when it is first used
  // As in a browser, whose fetch says no more than this.
  const versions = Object.getOwnPropertyDescriptor(process, 'versions') ?? {}
  Object.defineProperty(process, 'versions', { value: {}, configurable: true })
  t.after(() => Object.defineProperty(process, 'versions', versions))
  t.mock.method(globalThis, 'fetch', async () => {
    throw new TypeError('Failed to fetch')
  })
  await assert.rejects(fromUrl('https://models.example/ckpt').get('_METADATA'), {
    message: /cannot be reached, or does not let this page read it: .*CORS.*Access-Control-Allow-Origin/,
  })
})
