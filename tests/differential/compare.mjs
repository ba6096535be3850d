// node compare.mjs [--delete] [--cli N] CASES...: what Leafsum makes of the cases of make.py against what the reference
// readers did.
// Prints a line for each difference and `N compared, M differences`; exit code 1 if there are any, or nothing was
// compared.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { check, digest, fromPath, list, lock, verify } from '../../node/lib/index.js'
import { expectedItems } from '../node/support/cases.js'
import { deliberate } from './deliberate.mjs'
import { readWithZarrita } from './zarrita.mjs'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    delete: { type: 'boolean', default: false },
    cli: { type: 'string', default: '0' },
    show: { type: 'boolean', default: false },
  },
})
const kBin = fileURLToPath(new URL('../../node/bin/leafsum.js', import.meta.url))
const kDigests = /** @type {['blake3', 'sha256']} */ (['blake3', 'sha256'])
// A small max-fill: the reference reads no arrays of more than 256 MiB either.
const kWhole = { algorithms: kDigests, allSteps: true, workers: 1, maxFill: 1 << 26 }

/** Differences of one comparison; `about` says which. @typedef {(about: string) => void} Tell */

const serious = (/** @type {any[]} */ findings) =>
  findings.filter(one => ['error', 'gap', 'trust'].includes(one.severity))
// µs of the processor for one `verify`, core and all, also where the machine has more to do.
const kProcessor = 4e6
const pathOf = (/** @type {any} */ leaf) => JSON.stringify(leaf.keypath ?? leaf.key_path)
// Of an intact source nothing is said but that companions lie beside it, and that a bare array has absent chunks.
const unexpected = (/** @type {any[]} */ findings) =>
  findings.filter(one => !['companion-file', 'zero-fill-allowed'].includes(one.code))
const sketch = (/** @type {any} */ one) =>
  `${one.severity} ${one.code} ${one.item ?? ''}:${JSON.stringify(one.key_path)} ${one.file ?? ''} ${one.message}`
const same = (/** @type {any} */ a, /** @type {any} */ b) => JSON.stringify(a) === JSON.stringify(b)

/** `digest`'s leaves and the reference's, leaf by leaf. */
function compareLeaves(
  /** @type {any} */ { report, ...digests },
  /** @type {Record<string, any>} */ items,
  /** @type {Tell} */ tell,
  damaged = false,
) {
  const wanted = expectedItems({
    items: Object.fromEntries(
      Object.entries(items)
        .filter(([, item]) => !item.error)
        .map(([name, item]) => [
          name,
          { ...item, leaves: item.leaves.filter((/** @type {any} */ leaf) => !leaf.error) },
        ]),
    ),
  })
  const named = new Set(serious(report.findings).map(one => JSON.stringify([one.item, one.key_path])))
  for (const [name, { leaves, error }] of Object.entries(items)) {
    const own = new Map((digests.items[name]?.leaves ?? []).map((/** @type {any} */ leaf) => [pathOf(leaf), leaf]))
    if (error) {
      if (report.exit_code === 0) tell(`item ${JSON.stringify(name)} is read, the reference says ${error}`)
      continue
    }
    for (const leaf of leaves) {
      const path = pathOf(leaf)
      if (leaf.unknown) {
        own.delete(path)
        continue
      }
      if (leaf.error) {
        if (own.has(path)) tell(`${name}:${path} is read, the reference says ${leaf.error}`)
        else if (report.exit_code === 0) tell(`${name}:${path} is not read and nothing says so`)
        own.delete(path)
        continue
      }
      const want = wanted[name][path]
      const got = own.get(path)
      own.delete(path)
      if (got === undefined) {
        const why = report.findings.filter(
          (/** @type {any} */ one) => one.item === name && JSON.stringify(one.key_path) === path,
        )
        const all = (why.length ? why : serious(report.findings)).slice(0, 2).map(sketch).join('; ')
        tell(`${name}:${path} (${want.dtype} ${JSON.stringify(want.shape)}) is not read: ${all}`)
      } else {
        for (const member of ['value_type', 'dtype', 'shape', 'nbytes', 'digest']) {
          if (!same(sorted(got[member]), sorted(want[member]))) {
            tell(
              `${name}:${path} ${member} ${JSON.stringify(got[member])}, the reference has ${JSON.stringify(want[member])}`,
            )
          }
        }
      }
    }
    for (const path of own.keys()) tell(`${name}:${path} is read, the reference has no such leaf`)
  }
  // No item at all: the reference was not asked (what it cannot read is here to be survived).
  if (!Object.keys(items).length) return named
  for (const name of Object.keys(digests.items))
    if (!(name in items) && !damaged) tell(`item ${JSON.stringify(name)} is not in the reference`)
  return named
}

const sorted = (/** @type {any} */ value) =>
  value && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value

/** Whether the reference says that something cannot be read; not having read it says nothing. */
const refuses = (/** @type {Record<string, any>} */ items) =>
  Object.values(items).some(
    item => item.error || item.leaves.some((/** @type {any} */ leaf) => leaf.error && !leaf.unknown),
  )
const readable = (/** @type {Record<string, any>} */ items) =>
  Object.values(items).every(item => !item.error && item.leaves.every((/** @type {any} */ leaf) => !leaf.error))

/** An intact checkpoint: everything agrees, nothing is found, and its own lockfile verifies it. */
async function compareIntact(/** @type {string} */ root, /** @type {any} */ one, /** @type {Tell} */ tell) {
  const source = () => fromPath(root)
  const whole = readable(one.items)
  const digested = await digest(source(), kWhole)
  compareLeaves(digested, one.items, tell)
  const checked = await check(source(), kWhole)
  if (whole) {
    for (const report of [digested.report, checked]) {
      if (report.exit_code !== 0) tell(`${report.command}: ${report.headline}`)
      for (const finding of unexpected(report.findings)) tell(`${report.command}: ${sketch(finding)}`)
    }
  } else if (refuses(one.items) && checked.exit_code === 0) {
    tell('check is SOUND, the reference refuses something')
  }
  const listed = await list(source(), kWhole)
  for (const item of listed.items) {
    const facts = (/** @type {any} */ { key_path, value_type, dtype, shape, nbytes }) => ({
      key_path,
      value_type,
      dtype,
      shape,
      nbytes,
    })
    const hashed = (digested.items[item.name]?.leaves ?? []).map(facts)
    const seen = item.leaves
      .map(facts)
      .filter(leaf => whole || hashed.some((/** @type {any} */ other) => same(other.key_path, leaf.key_path)))
    if (!same(seen, hashed)) tell(`ls and digest differ in ${JSON.stringify(item.name)}`)
  }
  if (!whole) return undefined
  const { report: locked, lockfile } = await lock(source(), kWhole)
  if (!lockfile) {
    tell(`lock: ${locked.headline}`)
    return undefined
  }
  for (const deep of [false, true]) {
    const report = await verify(source(), { lockfile, workers: 1, deep })
    const told = unexpected(report.findings)
    if (report.exit_code !== 0 || told.length)
      tell(`verify${deep ? ' --deep' : ''}: ${report.headline} ${told.slice(0, 2).map(sketch)}`)
  }
  return lockfile
}

/** zarrita where it can read: its bytes have the digest that Leafsum and the reference agree on. */
async function compareZarrita(/** @type {string} */ root, /** @type {any} */ one, /** @type {Tell} */ tell) {
  for (const [item, { kind, leaves }] of Object.entries(one.items)) {
    for (const leaf of kind === 'zarr' ? leaves : []) {
      if (leaf.error) continue
      const read = await readWithZarrita(join(root, item, ...leaf.keypath))
      if ('refused' in read) found.zarritaRefused[read.refused] = (found.zarritaRefused[read.refused] ?? 0) + 1
      else if (read.sha256 !== leaf.sha256 || !same(read.shape, leaf.shape))
        tell(
          `zarrita reads ${pathOf(leaf)} as ${JSON.stringify(read)}, the reference as ${JSON.stringify(factsOf(leaf))}`,
        )
      else found.zarrita++
    }
  }
}

/** A damaged, or otherwise stored, copy against the lockfile of the intact checkpoint. */
async function compareVariant(
  /** @type {string} */ root,
  /** @type {any} */ base,
  /** @type {any} */ variant,
  /** @type {Uint8Array} */ lockfile,
  /** @type {Tell} */ tell,
) {
  const { items } = variant
  const source = () => fromPath(root)
  const digested = await digest(source(), kWhole)
  const checked = await check(source(), kWhole)
  const before = process.cpuUsage()
  const verified = await verify(source(), { lockfile, ...kWhole })
  const { user, system } = process.cpuUsage(before)
  if (user + system > kProcessor) tell(`verify took ${(user + system) / 1e6} s of the processor`)
  if (flags.show)
    console.log(
      `${variant.what}: ${verified.headline} | the reference: ${firstError(items) ?? (same(contentOf(items), contentOf(base.items)) ? 'equal' : 'other values')}`,
    )
  const deep = await verify(source(), { lockfile, ...kWhole, deep: true })
  if (!Object.keys(items).length) return
  compareLeaves(digested, items, tell, variant.damaged)
  const equal = readable(items) && same(contentOf(items), contentOf(base.items))
  const known = Object.values(items).every(
    item => item.error || item.leaves.every((/** @type {any} */ leaf) => !leaf.unknown),
  )
  if (!equal && known && verified.exit_code === 0) tell('VERIFIED, the reference reads something else')
  if (equal && verified.exit_code !== 0)
    tell(
      `${verified.headline}, the reference reads the same values: ${serious(verified.findings).slice(0, 2).map(sketch).join('; ')}`,
    )
  if (refuses(items) && checked.exit_code === 0) tell(`check is SOUND, the reference says ${firstError(items)}`)
  if (verified.exit_code !== deep.exit_code)
    tell(`verify ends with ${verified.exit_code}, verify --deep with ${deep.exit_code}`)
  for (const report of [digested.report, checked, verified, deep]) {
    if (![0, 1, 3].includes(report.exit_code)) tell(`${report.command} ends with ${report.exit_code}`)
  }
  // No leaf is blamed that reads as before, if the whole was readable enough to tell.
  const blamed = new Set(
    serious(verified.findings)
      .filter(one => one.key_path)
      .map(one => JSON.stringify([one.item, one.key_path])),
  )
  for (const [name, item] of Object.entries(items)) {
    const before = new Map(base.items[name]?.leaves.map((/** @type {any} */ leaf) => [pathOf(leaf), leaf]))
    for (const leaf of item.error ? [] : item.leaves) {
      const key = JSON.stringify([name, leaf.keypath])
      const intact = !leaf.error && before.has(pathOf(leaf)) && same(factsOf(leaf), factsOf(before.get(pathOf(leaf))))
      if (intact && blamed.has(key))
        tell(
          `${key} is blamed, the reference reads it as before: ${sketch(serious(verified.findings).find(one => same([one.item, one.key_path], [name, leaf.keypath])))}`,
        )
    }
  }
}

const factsOf = (/** @type {any} */ { keypath, shape = null, dtype = null, sha256 = null }) => ({
  keypath,
  shape,
  dtype,
  sha256,
})
/** Empty nodes are no content: Orbax versions disagree on them, and a lockfile does not bind them. */
const contentOf = (/** @type {Record<string, any>} */ items) =>
  Object.entries(items).map(([name, item]) => [
    name,
    item.leaves
      .filter((/** @type {any} */ leaf) => leaf.sha256)
      .map(factsOf)
      .map((/** @type {any} */ one) => JSON.stringify(one))
      .sort(),
  ])

function firstError(/** @type {Record<string, any>} */ items) {
  for (const item of Object.values(items)) {
    const error = item.error ?? item.leaves.find((/** @type {any} */ leaf) => leaf.error)?.error
    if (error) return error
  }
}

/** The program itself gives what the API gave. */
function compareProgram(/** @type {string} */ root, /** @type {any} */ one, /** @type {Tell} */ tell) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [kBin, 'digest', root, '--json', '--algorithm', 'blake3,sha256', '--all-steps'],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  )
  if (status !== (refuses(one.items) ? 1 : 0) && status !== 3) tell(`leafsum digest ends with ${status}: ${stderr}`)
  if (readable(one.items))
    compareLeaves({ ...JSON.parse(stdout), report: { findings: [], exit_code: status } }, one.items, about =>
      tell(`leafsum digest: ${about}`),
    )
}

const names = new Set()
const differing = new Set()
let programs = Number(flags.cli)
const found = {
  differences: 0,
  deliberate: /** @type {Record<string, number>} */ ({}),
  refused: 0,
  zarrita: 0,
  zarritaRefused: /** @type {Record<string, number>} */ ({}),
}

async function attempt(
  /** @type {string} */ name,
  /** @type {any} */ facts,
  /** @type {(tell: Tell) => Promise<any>} */ work,
) {
  /** @type {string[]} */
  const lines = []
  const tell = (/** @type {string} */ about) => {
    const reason = deliberate(about, facts)
    if (reason) found.deliberate[reason] = (found.deliberate[reason] ?? 0) + 1
    else lines.push(about)
  }
  let result
  const watchdog = setTimeout(() => {
    console.log(`DIFFERENCE ${name}: no end after 60 s`)
    process.exit(1)
  }, 60_000)
  try {
    result = await work(tell)
  } catch (error) {
    tell(`rejected: ${/** @type {any} */ (error)?.stack ?? error}`)
  }
  clearTimeout(watchdog)
  names.add(name)
  for (const line of lines.slice(0, 8)) console.log(`DIFFERENCE ${name}: ${line}`)
  found.differences += lines.length
  if (lines.length) differing.add(name)
  return { result, differs: lines.length > 0 }
}

for (const cases of positionals) {
  for (const name of readdirSync(cases).sort()) {
    const directory = join(cases, name)
    if (!existsSync(join(directory, 'case.json'))) continue
    const one = JSON.parse(readFileSync(join(directory, 'case.json'), 'utf8'))
    if (one.refused) {
      found.refused++
      continue
    }
    if (one.references_differ) console.log(`note: ${name}: Orbax and TensorStore differ`)
    let keep = false
    const root = join(directory, 'ckpt')
    const { result: lockfile, differs } = await attempt(name, one, tell => compareIntact(root, one, tell))
    keep ||= differs
    keep = (await attempt(name, one, tell => compareZarrita(root, one, tell))).differs || keep
    if (lockfile) writeFileSync(join(directory, 'ckpt.leafsum.json'), lockfile)
    if (programs-- > 0) keep = (await attempt(name, one, async tell => compareProgram(root, one, tell))).differs || keep
    for (const variant of lockfile ? one.variants : []) {
      const facts = { ...one, ...variant }
      keep =
        (
          await attempt(`${name}/${variant.name} (${variant.what})`, facts, tell =>
            compareVariant(join(directory, variant.name), one, variant, lockfile, tell),
          )
        ).differs || keep
    }
    if (flags.delete && !keep) rmSync(directory, { recursive: true })
  }
}
for (const [reason, count] of Object.entries(found.deliberate)) console.log(`deliberate, ${count} times: ${reason}`)
for (const [reason, count] of Object.entries(found.zarritaRefused))
  console.log(`zarrita cannot read, ${count} times: ${reason}`)
if (found.zarrita) console.log(`${found.zarrita} arrays read by zarrita as well`)
if (found.refused) console.log(`${found.refused} cases refused by their writer`)
console.log(`${names.size} compared, ${found.differences} differences, in ${differing.size} of them`)
process.exitCode = names.size && !found.differences ? 0 : 1
