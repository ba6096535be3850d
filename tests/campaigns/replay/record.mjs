// Keeps what the core is told in each run of the JavaScript tests, for `replay_runs` to tell it natively:
//     LEAFSUM_RECORD=DIRECTORY NODE_OPTIONS=--import=…/record.mjs node --test …
// One file for each different Verifier that came to a report or an error: chunks, each a letter, the payload's length
// (u32, little-endian) and the payload. replay_runs.cc has the letters.
import { createHash } from 'node:crypto'
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const kMost = 64 << 20 // bytes of a run; a longer one is not kept
const encoder = new TextEncoder()
const directory = process.env.LEAFSUM_RECORD

// Where the module that Emscripten made ends: every path to it goes through Node's loader.
const hooks = `
export async function load(url, context, next) {
  const loaded = await next(url, context)
  if (!url.endsWith('/core.mjs')) return loaded
  const end = 'export default Module;'
  const source = String(loaded.source)
  if (!source.includes(end)) throw new Error('record.mjs: the module does not end as it did: ' + url)
  return { ...loaded, source: source.replace(end, 'export default (...a) => Module(...a).then(globalThis.leafsumRecorded);') }
}`
if (directory && isMainThread) {
  globalThis.leafsumRecorded = recorded
  register(`data:text/javascript,${encodeURIComponent(hooks)}`)
}

/** An instance of the core whose Verifiers keep what they are told. */
function recorded(/** @type {any} */ core) {
  core.Verifier = new Proxy(core.Verifier, {
    construct: (Real, [options]) => keeping(new Real(options), Real.prototype, options),
  })
  return core
}

/** What an ask is about. Its number and the order of asks are the core's own business. */
function keyOf(/** @type {any} */ ask) {
  if (ask.kind === 'job') return Buffer.concat([encoder.encode('job\0'), ask.input])
  return encoder.encode([ask.kind, ask.source, ask.path, ask.offset ?? '', ask.length ?? ''].join('\0'))
}

function keeping(/** @type {any} */ verifier, /** @type {any} */ real, /** @type {string} */ options) {
  /** @type {Buffer[]} */
  let chunks = []
  let bytes = 0
  /** @type {Map<number, Uint8Array>} */
  const asked = new Map()
  const keep = (/** @type {string} */ letter, /** @type {(Uint8Array | string)[]} */ ...parts) => {
    const payload = Buffer.concat(parts.map(part => (typeof part === 'string' ? encoder.encode(part) : part)))
    const head = Buffer.alloc(5)
    head.write(letter, 'latin1')
    head.writeUInt32LE(payload.length, 1)
    bytes += payload.length
    if (bytes <= kMost) chunks.push(head, payload)
  }
  const answer = (
    /** @type {number} */ id,
    /** @type {string} */ letter,
    /** @type {(Uint8Array | string)[]} */ ...parts
  ) => {
    const key = asked.get(id)
    asked.delete(id)
    if (!key) return // a digest, which the native core is given anew
    keep('q', key)
    keep(letter, ...parts)
  }
  const end = (/** @type {string} */ letter, /** @type {string} */ text) => {
    if (bytes > kMost || chunks.length === 0) return
    keep(letter, text)
    const whole = Buffer.concat(chunks)
    chunks = []
    const file = `${directory}/${createHash('sha256').update(whole).digest('hex').slice(0, 32)}`
    if (existsSync(file)) return
    writeFileSync(`${file}.${process.pid}`, whole)
    renameSync(`${file}.${process.pid}`, file)
  }
  const u64 = (/** @type {number} */ n) => {
    const out = Buffer.alloc(8)
    out.writeBigUInt64LE(BigInt(n))
    return out
  }
  keep('o', options)
  return Object.assign(verifier, {
    addListing(/** @type {number} */ source, /** @type {Uint8Array} */ page) {
      keep('l', Uint8Array.of(source), page)
      return real.addListing.call(verifier, source, page)
    },
    setEvidence(/** @type {Uint8Array} */ lockfile, /** @type {boolean} */ cameWithSource) {
      keep('e', Uint8Array.of(+cameWithSource), lockfile)
      return real.setEvidence.call(verifier, lockfile, cameWithSource)
    },
    poll(/** @type {number} */ budget) {
      const asks = real.poll.call(verifier, budget)
      for (const ask of asks) if (ask.kind !== 'digest') asked.set(ask.id, keyOf(ask))
      return asks
    },
    feed(/** @type {number} */ id, /** @type {Uint8Array} */ answered) {
      answer(id, 'a', answered)
      return real.feed.call(verifier, id, answered)
    },
    tooLarge(/** @type {number} */ id, /** @type {number} */ size) {
      answer(id, 't', u64(size))
      return real.tooLarge.call(verifier, id, size)
    },
    fail(/** @type {number} */ id, /** @type {string} */ kind, /** @type {string} */ why) {
      answer(id, 'f', `${kind}\0${why}`)
      return real.fail.call(verifier, id, kind, why)
    },
    conclude(/** @type {string} */ json) {
      keep('c', json)
      return real.conclude.call(verifier, json)
    },
    report() {
      const report = real.report.call(verifier)
      end('r', report)
      return report
    },
    error() {
      const error = real.error.call(verifier)
      if (error) end('x', error)
      return error
    },
    notFound() {
      const error = real.notFound.call(verifier)
      if (error) end('x', error)
      return error
    },
  })
}
