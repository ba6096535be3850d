// A result never takes the place of a file of the source, with --force neither; but a lockfile that of one of ours.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'

const baseline = join(fixtures, 'seed000/artifacts/baseline_ckpt')

/** Every path below a directory and what is there. */
const contents = (/** @type {string} */ root) =>
  Object.fromEntries(
    /** @type {string[]} */ (fs.readdirSync(root, { recursive: true })).sort().map(path => {
      const stat = fs.lstatSync(join(root, path))
      return [
        path,
        stat.isSymbolicLink()
          ? fs.readlinkSync(join(root, path))
          : stat.isFile()
            ? fs.readFileSync(join(root, path), 'hex')
            : 'directory',
      ]
    }),
  )

function prepared(/** @type {import('node:test').TestContext} */ t) {
  const root = scratch(t)
  for (const name of ['ckpt', 'other']) fs.cpSync(baseline, join(root, name), { recursive: true })
  for (const name of ['notes.json', 'README.md']) fs.writeFileSync(join(root, 'ckpt', name), '{"leafsum":2,"items":{}}')
  fs.symlinkSync('ckpt', join(root, 'link'))
  fs.symlinkSync('ckpt/_METADATA', join(root, 'disguise'))
  // Of a companion's name: any other link out of the source is a gap, and nothing is locked.
  fs.symlinkSync('../other/_METADATA', join(root, 'ckpt/README.link'))
  return root
}

// Every command that writes a result, with the source it must leave alone.
const kCommands = /** @type {string[][]} */ ([
  ['lock', 'ckpt'],
  ['lock', 'ckpt', '--force'],
  ['verify', 'ckpt'],
  ['verify', 'other', '--against', 'ckpt'],
  ['check', 'ckpt'],
  ['diff', 'ckpt', 'other'],
  ['diff', 'other', 'ckpt'],
  ['digest', 'ckpt'],
  ['ls', 'ckpt'],
  ['metadata', 'ckpt'],
  ['match', 'ckpt', 'other'],
  ['match', 'other', 'ckpt'],
  ['cat', 'ckpt', '/params/bias'],
])
const kTaken = [
  'ckpt/_METADATA',
  'ckpt/manifest.ocdbt',
  'ckpt/notes.json',
  'ckpt/README.md',
  'link/_METADATA',
  'disguise',
  'other/../ckpt/_METADATA',
  'ckpt/README.link',
  'ckpt/d/../_METADATA',
]
const kReaders = [
  'ckpt/.zarray',
  'ckpt/zarr.json',
  'ckpt/checkpoint',
  'ckpt/checkpoint_5',
  'ckpt/_CHECKPOINT_DELETION',
  'ckpt/7',
  'ckpt/0.0',
  'ckpt/d/new.json',
  'link/orbax.checkpoint',
  'ckpt/data.json',
]

for (const args of kCommands) {
  test(`${args.join(' ')}: files of the source stay, and no new one takes a reader's name`, t => {
    const cwd = prepared(t)
    const before = contents(cwd)
    // All commands ask in one way, `lock` in its own: every name is tried with two of them.
    const isOneOfTwo = ['lock ckpt --force', 'check ckpt'].includes(args.join(' '))
    for (const file of isOneOfTwo ? [...kTaken, ...kReaders] : [kTaken[0], kTaken[2], kReaders[0]]) {
      const { status, stderr } = cli([...args, '-o', file], { cwd })
      assert.equal(status, 2, `${file}: ${stderr}`)
      assert.match(
        stderr,
        /^leafsum: cannot write .*: it (is|would be) a file of the checkpoint .*: name a file that lies elsewhere, -o FILE\n$/,
        file,
      )
    }
    assert.deepEqual(contents(cwd), before)
  })
}

test('lock -o inside the source: anew, over a lockfile of ours with --force alone', t => {
  const cwd = prepared(t)
  const lock = (/** @type {string[]} */ ...more) =>
    cli(['lock', 'ckpt', '-o', 'ckpt/own.leafsum.json', '-q', ...more], { cwd }).status
  assert.equal(lock(), 0)
  const first = fs.readFileSync(join(cwd, 'ckpt/own.leafsum.json'))
  assert.equal(lock(), 2)
  assert.equal(lock('--force', '--no-source', '--no-stored'), 0)
  assert.notDeepEqual(fs.readFileSync(join(cwd, 'ckpt/own.leafsum.json')), first)
  for (const text of ['', '{}', '[1]', '{"leafsum":1}', '{"leafsum":"1","items":{}}', '{"leafsum":1,"items":{}']) {
    fs.writeFileSync(join(cwd, 'ckpt/own.leafsum.json'), text)
    assert.equal(lock('--force'), 2, text)
    assert.equal(fs.readFileSync(join(cwd, 'ckpt/own.leafsum.json'), 'utf8'), text)
  }
})

test('a report never takes the place of a lockfile in the source; elsewhere results are replaced as ever', t => {
  const cwd = prepared(t)
  cli(['lock', 'ckpt', '-o', 'ckpt/own.leafsum.json', '-q'], { cwd })
  assert.equal(cli(['check', 'ckpt', '-o', 'ckpt/own.leafsum.json'], { cwd }).status, 2)
  for (const file of ['report.json', 'report.json', 'ckpt/report.json'])
    assert.equal(cli(['check', 'ckpt', '--json', '-o', file], { cwd }).status, 0, file)
  assert.equal(cli(['check', 'ckpt', '--json', '-o', 'ckpt/report.json'], { cwd }).status, 2)
})

test('a state lies in none of the checkpoints that are read', t => {
  const cwd = prepared(t)
  cli(['lock', 'ckpt', '-q'], { cwd })
  for (const state of ['ckpt/s', 'ckpt/_METADATA', 'disguise']) {
    assert.equal(cli(['verify', 'ckpt', '--lock', 'ckpt.leafsum.json', '--state', state], { cwd }).status, 2, state)
  }
})
