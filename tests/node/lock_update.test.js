// `lock --update`: a root that grew, shrank or was changed since it was locked. What the lockfile says of a step that
// is still there is not changed by an update.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { check, digest, lock, verify } from '../../node/lib/index.js'
import { cli } from './support/cli.js'
import { fixtures, scratch } from './support/places.js'

const root = join(fixtures, 'manager/zarr2_items/ckpt') // steps 0, 5 and 1000, six items each
const other = join(fixtures, 'manager/single_item_prefixed/ckpt')
const [baseline, tampered] = ['baseline_ckpt', 'tampered_ckpt'].map(name => join(fixtures, 'seed000/artifacts', name))

/**
 * @typedef {{ at: (name: string) => string, copy: (from: string, to: string) => void, drop: (name: string) => void,
 *   flip: (name: string) => void }} Hands
 *
 * @param {import('node:test').TestContext} t
 * @param {string[]} steps of the root to begin with
 */
function rootOf(t, steps) {
  const directory = scratch(t)
  const run = join(directory, 'run')
  fs.cpSync(root, run, { recursive: true, filter: from => !isStep(from) || steps.includes(stepOf(from)) })
  const at = (/** @type {string} */ name) => join(run, name)
  return {
    run,
    lockfile: join(directory, 'run.leafsum.json'),
    at,
    copy: (/** @type {string} */ from, /** @type {string} */ to) =>
      fs.cpSync(from.startsWith('/') ? from : join(root, from), at(to), { recursive: true }),
    drop: (/** @type {string} */ name) => fs.rmSync(at(name), { recursive: true }),
    /** A byte in each file of values of an item. */
    flip(/** @type {string} */ name) {
      for (const file of valuesOf(at(name))) {
        const bytes = fs.readFileSync(file)
        bytes[bytes.length >> 1] ^= 1
        fs.writeFileSync(file, bytes)
      }
    },
  }
}
const stepOf = (/** @type {string} */ path) => path.slice(root.length + 1).split('/')[0]
const isStep = (/** @type {string} */ path) => /^\d+$/.test(stepOf(path))
const valuesOf = (/** @type {string} */ item) =>
  /** @type {string[]} */ (fs.readdirSync(item, { recursive: true }))
    .filter(path => /(^|\/)d\/[^/]+$/.test(path))
    .map(path => join(item, path))

/** The lines of a step's leaves, as the lockfile has them. */
function linesOf(/** @type {Uint8Array | string} */ lockfile, /** @type {string} */ step) {
  const { items } = JSON.parse(Buffer.from(lockfile).toString())
  return JSON.stringify(Object.entries(items).filter(([name]) => name === step || name.startsWith(`${step}/`)))
}

/**
 * What was done to a root of steps 0 and 5 after it was locked: how an update ends, and what becomes of each step.
 * A text in place of the exit code: it is refused with these words.
 * @type {[what: string, change: (hands: Hands) => void, options: object, exit: number | RegExp, fates: string][]}
 */
const kRows = [
  ['nothing', () => {}, {}, 0, '0 compared, 5 compared'],
  ['a new step', ({ copy }) => copy('1000', '1000'), {}, 0, '0 compared, 1000 added, 5 compared'],
  [
    'two new steps, one below the old ones',
    ({ copy }) => {
      copy('1000', '3')
      copy('1000', '1000')
    },
    {},
    0,
    '0 compared, 1000 added, 3 added, 5 compared',
  ],
  ['an unfinished step', ({ copy }) => copy('1000', '7.orbax-checkpoint-tmp-1'), {}, 0, '0 compared, 5 compared'],
  [
    'a step is gone',
    ({ drop }) => drop('0'),
    {},
    /^step 0 of the lockfile is gone .*--keep-missing.*--drop-missing/,
    '',
  ],
  ['a step is gone, and stays', ({ drop }) => drop('0'), { keepMissing: true }, 0, '0 kept, 5 compared'],
  ['a step is gone, and goes', ({ drop }) => drop('0'), { dropMissing: true }, 0, '5 compared, 0 dropped'],
  [
    'a step is gone and one is new',
    ({ drop, copy }) => {
      drop('0')
      copy('1000', '1000')
    },
    { dropMissing: true },
    0,
    '1000 added, 5 compared, 0 dropped',
  ],
  [
    'no step is gone, and would stay',
    ({ copy }) => copy('5', '6'),
    { keepMissing: true },
    0,
    '0 compared, 5 compared, 6 added',
  ],
  [
    'every locked step is gone',
    replaceSteps,
    {},
    /^the lockfile is of other steps \(0, 5\) than this root has \(1000\)/,
    '',
  ],
  ['every locked step is gone, and would stay', replaceSteps, { keepMissing: true }, /is it of another root\?/, ''],
  ['every locked step is gone, and would go', replaceSteps, { dropMissing: true }, /is it of another root\?/, ''],
  [
    'the root is empty',
    ({ drop }) => ['0', '5', 'metadata'].forEach(drop),
    { dropMissing: true },
    /no checkpoint here/,
    '',
  ],
  ['the values of an old step', ({ flip }) => flip('5/state'), {}, 1, ''],
  [
    'the values of an old step, beside a new one',
    ({ flip, copy }) => {
      flip('5/state')
      copy('1000', '1000')
    },
    { dropMissing: true },
    1,
    '',
  ],
  ['an old step is another', ({ drop, copy }) => [drop('5'), copy('1000', '5')], {}, 1, ''],
  ['an item of an old step is gone', ({ drop }) => drop('5/arr'), { dropMissing: true }, 1, ''],
  ['an item came into an old step', ({ at }) => fs.cpSync(at('5/arr'), at('5/again'), { recursive: true }), {}, 1, ''],
  ['an item of an old step has another name', ({ at }) => fs.renameSync(at('5/arr'), at('5/array')), {}, 1, ''],
  [
    'an old step lost all that it had',
    ({ drop, at }) => {
      drop('0')
      fs.mkdirSync(at('0'))
    },
    { dropMissing: true },
    1,
    '',
  ],
  ['a new step is damaged', ({ copy, flip }) => [copy('1000', '1000'), flip('1000/state')], {}, 1, ''],
]
function replaceSteps(/** @type {Hands} */ { copy, drop }) {
  for (const step of ['0', '5']) drop(step)
  copy('1000', '1000')
}

for (const [what, change, options, exit, fates] of kRows) {
  test(`an update after a change: ${what}`, async t => {
    const hands = rootOf(t, ['0', '5'])
    const { lockfile: old } = await lock(hands.run, { allSteps: true })
    assert.ok(old)
    change(hands)
    const updated = lock(hands.run, { update: old, ...options })
    if (typeof exit !== 'number') {
      await assert.rejects(
        updated,
        (/** @type {any} */ error) => exit.test(error.message) && /usage|source/.test(error.code),
      )
      return
    }
    const { report, lockfile } = await updated
    assert.equal(report.exit_code, exit, report.headline)
    if (exit !== 0) return assert.equal(lockfile, null)
    const steps = report.steps ?? []
    assert.equal(steps.map(({ name, update }) => `${name} ${update}`).join(', '), fates)
    await judgeProduct(hands.run, old, /** @type {Uint8Array} */ (lockfile), report)
  })
}

/** What an update writes is what was locked, and what locking anew would write. */
async function judgeProduct(
  /** @type {string} */ run,
  /** @type {Uint8Array} */ old,
  /** @type {Uint8Array} */ lockfile,
  /** @type {import('../../node/lib/index.js').Report} */ report,
) {
  const steps = report.steps ?? []
  for (const { name, update } of steps)
    if (update === 'compared' || update === 'kept') assert.equal(linesOf(lockfile, name), linesOf(old, name))
  assert.equal(report.fingerprint, JSON.parse(Buffer.from(lockfile).toString()).fingerprint)
  if (steps.some(({ update }) => update === 'kept')) {
    const { verdict, leaves } = await verify(run, { lockfile })
    assert.equal(verdict, 'MISMATCH')
    assert.ok(leaves.missing > 0 && leaves.different + leaves.extra === 0)
    return
  }
  const anew = await lock(run, { allSteps: true })
  assert.equal(Buffer.from(lockfile).toString(), Buffer.from(anew.lockfile ?? '').toString())
  assert.equal((await verify(run, { lockfile, allSteps: true })).verdict, 'VERIFIED')
}

/** @type {[what: string, options: object, exit: number | RegExp][]} of the lockfile that is updated */
const kLockfiles = [
  ['the newest step alone', {}, 0],
  ['a step that was named', { step: 0 }, 0],
  ['a step, without saying which', { writeSource: false }, /does not say of which step it is/],
  ['every step, with SHA-256', { allSteps: true, algorithms: ['blake3', 'sha256'] }, 0],
  ['every step, with chunks', { allSteps: true, chunks: true }, 0],
  ['every step, without stored digests', { allSteps: true, stored: false }, 0],
]
for (const [what, options, exit] of kLockfiles) {
  test(`an update of a lockfile of ${what}`, async t => {
    const hands = rootOf(t, ['0', '5'])
    const old = (await lock(hands.run, options)).lockfile ?? ''
    hands.copy('1000', '1000')
    const updated = lock(hands.run, { update: old })
    if (typeof exit !== 'number') return assert.rejects(updated, exit)
    const { report, lockfile } = await updated
    assert.equal(report.exit_code, exit, report.headline)
    const anew = await lock(hands.run, { ...options, step: undefined, stored: undefined, allSteps: true })
    assert.equal(Buffer.from(lockfile ?? '').toString(), Buffer.from(anew.lockfile ?? '').toString())
  })
}

test('old steps are compared by their stored digests alone', async t => {
  const { run, drop, copy } = rootOf(t, ['0'])
  drop('0')
  copy(baseline, '1')
  // Of other content, with the stored digests of this one: only who decodes sees it.
  const [right, wrong] = await Promise.all(
    [baseline, tampered].map(async source => Buffer.from((await lock(source)).lockfile ?? '').toString()),
  )
  const stored = right.match(/"stored":"[^"]+"/g) ?? []
  const mixed = wrong.replace(/"stored":"[^"]+"/g, () => stored.shift() ?? '').replace('"items":{"":', '"items":{"1":')
  assert.equal((await verify(run, { lockfile: mixed, deep: true, allSteps: true })).verdict, 'MISMATCH')
  copy(baseline, '2')
  const { report, lockfile } = await lock(run, { update: mixed })
  assert.equal(report.verdict, 'LOCKED', report.headline)
  assert.equal(linesOf(lockfile ?? '', '1'), linesOf(mixed, '1'))
  assert.notEqual(linesOf(lockfile ?? '', '1').slice(4), linesOf(lockfile ?? '', '2').slice(4))
})

test('files beside the checkpoint: those of new steps are added, a new one of an old step is an error', async t => {
  const { run, at, copy } = rootOf(t, ['0', '5'])
  fs.writeFileSync(at('5/notes.txt'), 'old\n')
  const { lockfile: old } = await lock(run, { allSteps: true, files: true })
  copy('1000', '1000')
  fs.writeFileSync(at('1000/notes.txt'), 'new\n')
  const { lockfile } = await lock(run, { update: old ?? '' })
  const { files } = JSON.parse(Buffer.from(lockfile ?? '').toString())
  const paths = files.map((/** @type {any} */ { path }) => path)
  for (const step of ['5', '1000']) assert.ok(paths.includes(`${step}/notes.txt`), paths.join())
  assert.equal((await verify(run, { lockfile: lockfile ?? '' })).verdict, 'VERIFIED')

  fs.writeFileSync(at('5/more.txt'), 'late\n')
  const { report } = await lock(run, { update: lockfile ?? '' })
  assert.equal(report.findings.find(({ severity }) => severity === 'error')?.file, '5/more.txt')
  const plain = await lock(run, { allSteps: true })
  await assert.rejects(lock(run, { update: plain.lockfile ?? '', files: true }), /no list of files/)
})

test("a step's fingerprint is that of the step alone", async t => {
  const { run } = rootOf(t, ['0', '5'])
  const { report, lockfile } = await lock(run, { allSteps: true })
  const verified = await verify(run, { lockfile: lockfile ?? '' })
  assert.deepEqual(verified.steps, report.steps)
  assert.equal(report.steps?.length, 2)
  for (const { name, fingerprint } of report.steps ?? []) {
    assert.equal(fingerprint, (await digest(run, { step: name })).report.fingerprint)
    assert.equal((await verify(run, { step: name, fingerprint: fingerprint ?? '' })).exit_code, 0)
  }
  for (const one of [await check(run, { allSteps: true }), (await lock(run)).report]) assert.equal(one.steps, undefined)
})

test('what has no steps, and what is no option', async t => {
  const { run } = rootOf(t, ['0'])
  const { lockfile: flat } = await lock(baseline)
  const { lockfile: update } = await lock(run, { allSteps: true })
  await assert.rejects(lock(baseline, { update: flat ?? '' }), { code: 'usage', message: /has no steps/ })
  await assert.rejects(lock(other, { update: update ?? '' }), { code: 'usage', message: /another root/ })
  await assert.rejects(lock(run, { update: update ?? '', step: 0 }), { code: 'usage' })
  await assert.rejects(lock(run, { keepMissing: true }), { code: 'usage' })
  await assert.rejects(lock(run, { update: update ?? '', keepMissing: true, dropMissing: true }), { code: 'usage' })
  await assert.rejects(lock(run, { update: '{"leafsum":2}' }), { code: 'evidence' })
  const { report, lockfile } = await lock(run, { update: update ?? '', lockfileCameWithSource: true })
  assert.deepEqual([report.verdict, lockfile], ['UNTRUSTED', null])
})

test('the program: the file is replaced whole, or stays as it is', async t => {
  const { run, lockfile, copy, flip, at } = rootOf(t, ['0', '5'])
  const stamp = () => fs.statSync(lockfile, { bigint: true }).mtimeNs
  assert.match(cli(['lock', run, '--update']).stderr, /there is no .*run\.leafsum\.json to update/)
  assert.equal(cli(['lock', run, '--all-steps']).status, 0)

  const before = stamp()
  const nothing = cli(['lock', run, '--update'])
  assert.deepEqual([nothing.status, stamp()], [0, before])
  assert.match(nothing.stderr, /stays as it is: there is nothing to add/)

  copy('1000', '1000')
  fs.writeFileSync(`${lockfile}.sigstore.json`, '{}')
  const old = fs.readFileSync(lockfile)
  const printed = cli(['lock', run, '--update', '-o', '-'])
  assert.deepEqual(fs.readFileSync(lockfile), old)
  const link = `${run}.link.json`
  fs.symlinkSync(lockfile, link)
  const grown = cli(['lock', run, '--update', '-o', link])
  assert.equal(grown.status, 0, grown.stderr)
  assert.equal(fs.readFileSync(lockfile, 'utf8'), printed.stdout)
  assert.ok(fs.lstatSync(link).isSymbolicLink())
  fs.rmSync(link)
  const signed = cli(['lock', run, '--update', '--drop-missing'])
  assert.doesNotMatch(signed.stderr, /sigstore/)
  copy('1000', '1001')
  assert.match(cli(['lock', run, '--update']).stderr, /run\.leafsum\.json\.sigstore\.json signs the lockfile as it was/)

  const whole = fs.readFileSync(lockfile)
  flip('5/state')
  const damaged = cli(['lock', run, '--update'])
  assert.equal(damaged.status, 1)
  assert.match(damaged.stderr, /run\.leafsum\.json stays as it was/)
  assert.deepEqual(fs.readFileSync(lockfile), whole)
  assert.deepEqual(fs.readdirSync(join(run, '..')).sort(), [
    'run',
    'run.leafsum.json',
    'run.leafsum.json.sigstore.json',
  ])

  fs.copyFileSync(lockfile, at('own.leafsum.json'))
  const inside = cli(['lock', run, '--update', '-o', at('own.leafsum.json')])
  assert.equal(inside.status, 2)
  assert.match(inside.stderr, /lies inside the checkpoint, so it vouches for nothing/)
})

test('the program: options that do not go together', () => {
  for (const options of [
    ['--update', '--force'],
    ['--update', '--step', '5'],
    ['--update', '--include', '/params'],
    ['--keep-missing'],
    ['--update', '--keep-missing', '--drop-missing'],
  ]) {
    const { status, stderr } = cli(['lock', root, ...options])
    assert.equal(status, 2, stderr)
    assert.match(stderr, /exclude each other|goes with --update/)
  }
})

test('the program: what is signed is updated for its signer alone', async t => {
  const { run, lockfile, copy } = rootOf(t, ['0', '5'])
  const folder = join(run, '..')
  const at = (/** @type {string} */ name) => join(folder, name)
  const lockWith = (/** @type {string[]} */ more, env = {}) =>
    cli(['lock', run, ...more], { env: { ...process.env, ...env } })
  const phrase = { LEAFSUM_PASSPHRASE: 'battery staple' }
  for (const [name, ...more] of [['me.pem'], ['other.pem'], ['kept.pem', '--encrypt']])
    assert.equal(cli(['keygen', '-o', at(name), ...more], { env: { ...process.env, ...phrase } }).status, 0)
  assert.equal(lockWith(['--all-steps']).status, 0)
  const before = fs.readFileSync(lockfile)
  copy('1000', '1000')

  const update = ['--update', '--sign', at('me.pem')]
  const unsigned = lockWith(update)
  assert.equal(unsigned.status, 2)
  assert.match(unsigned.stderr, /run\.leafsum\.json is not signed .*leafsum sign .*--key/)
  assert.equal(cli(['sign', lockfile, '--key', at('me.pem')]).status, 0)
  // A lockfile that somebody else has changed: each row restores it.
  const forged = Buffer.from(
    before.toString().replace(/[0-9a-f](?=[0-9a-f]{63})/, digit => (digit === '0' ? '1' : '0')),
  )
  assert.notDeepEqual(forged, before)
  for (const [what, bytes, more, words] of /** @type {[string, Buffer, string[], RegExp][]} */ ([
    ['another key', before, ['--update', '--sign', at('other.pem')], /bad-signature/],
    ['another public key', before, [...update, '--key', at('other.pub.pem')], /bad-signature/],
    ['a public key alone', before, ['--update', '--key', at('other.pub.pem')], /bad-signature/],
    ['a private key as the public one', before, ['--update', '--key', at('me.pem')], /private/],
    ['a changed lockfile', forged, update, /./],
    ['a byte more', Buffer.concat([before, Buffer.from(' ')]), update, /wrong-subject/],
    ['no key', before, ['--update', '--sign', at('me.pub.pem')], /not a private key/],
    ['no passphrase', before, ['--update', '--sign', at('kept.pem')], /passphrase/],
    ['without --update', before, ['--key', at('me.pub.pem'), '--force'], /goes with --update/],
  ])) {
    fs.writeFileSync(lockfile, bytes)
    const refused = lockWith(more)
    assert.equal(refused.status, 2, `${what}: ${refused.stderr}`)
    assert.match(refused.stderr, words, what)
    assert.deepEqual(fs.readFileSync(lockfile), bytes, what)
  }
  fs.writeFileSync(lockfile, before)
  const grown = lockWith(update)
  assert.equal(grown.status, 0, grown.stderr)
  const verified = cli(['verify', run, '--lock', lockfile, '--key', at('me.pub.pem')])
  assert.match(verified.stdout, /VERIFIED: .*signed by key/)

  // Handed on to a key with a passphrase, which is asked for once.
  copy('1000', '1001')
  const passed = lockWith(['--update', '--sign', at('kept.pem'), '--key', at('me.pub.pem')], phrase)
  assert.equal(passed.status, 0, passed.stderr)
  copy('1000', '1002')
  assert.equal(lockWith(['--update', '--sign', at('kept.pem')], phrase).status, 0)
  assert.equal(cli(['verify', run, '--lock', lockfile, '--key', at('kept.pub.pem')]).status, 0)
})
