// One command with less memory than it takes, in steps of a page and less, up to where it is enough: each ends as
// `environment` or as the report that it would be otherwise.
import { gzipSync } from 'node:zlib'
import { check, digest, fromMap, init, lock, verify } from '../../../node/lib/index.js'
import { kPage, leastPages, limited, wasmOf } from './limited_wasm.js'

const kBallast = 8 << 10 // bytes: as much finer are steps than a page

/** Values that jobs hold in large pieces: plain, for core.wasm, and in gzip, for codecs.wasm. */
export function largeLeaves() {
  const files = new Map()
  const rows = Uint8Array.from({ length: 1 << 20 }, (_, i) => Math.imul(i, 2654435761) >>> 27)
  for (const name of ['plain', 'gzip']) {
    const zarray = {
      zarr_format: 2,
      shape: [4, rows.length],
      chunks: [4, rows.length / 4],
      dtype: '|u1',
      fill_value: 0,
      order: 'C',
      filters: null,
      compressor: name === 'gzip' ? { id: 'gzip', level: 1 } : null,
    }
    files.set(`${name}/.zarray`, new TextEncoder().encode(JSON.stringify(zarray)))
    for (let chunk = 0; chunk < 4; chunk++)
      files.set(`${name}/0.${chunk}`, name === 'gzip' ? gzipSync(rows, { level: 1 }) : rows)
  }
  return fromMap(files)
}

/** @type {Record<string, (source: any, options: any, lockfile: any) => Promise<any>>} */
export const kCommands = {
  check: (source, options) => check(source, options),
  lock: (source, options) => lock(source, options),
  digest: (source, options) => digest(source, { ...options, algorithms: ['blake3', 'sha256'] }),
  verify: (source, options, lockfile) => verify(source, { ...options, lockfile }),
  'verify --deep': (source, options, lockfile) => verify(source, { ...options, lockfile, deep: true }),
}

const told = (/** @type {any} */ value) =>
  JSON.stringify(value, (_, one) => (one instanceof Uint8Array ? [...one] : one))

/**
 * @param {() => any} source
 * @param {string} command
 * @param {{ workers: number, ballasts?: number, stride?: number, codecs?: boolean }} how  ballasts: steps to a page;
 *   stride: pages to a step; codecs: it is codecs.wasm that has too little
 */
export async function withTooLittle(source, command, { workers, ballasts = 1, stride = 1, codecs = false }) {
  const name = codecs ? 'codecs' : 'core'
  const wasm = wasmOf(name)
  const ends = /** @type {Record<string, number>} */ ({})
  const wrong = /** @type {string[]} */ ([])
  const run = kCommands[command]
  const count = (/** @type {string} */ end) => {
    ends[end] = (ends[end] ?? 0) + 1
  }
  init({})
  const { lockfile } = await lock(source(), { allSteps: true })
  for (let step = 0; step < ballasts; step++) {
    // What no file of these has as its name, and the core keeps.
    const options = {
      workers,
      workersFrom: 0,
      allSteps: true,
      prefix: 'x'.repeat(1 + (step * kBallast * 8) / ballasts),
    }
    init({})
    const whole = told(await run(source(), options, lockfile))
    for (let pages = leastPages(wasm), enough = 0; enough < 2; pages += stride) {
      if (pages * kPage > 64 << 20) throw new Error(`${command} does not end`)
      init({ [codecs ? 'codecs' : 'wasm']: limited(wasm, pages) })
      const what = `${command}, ${workers} workers, ${pages} pages for ${name}, ballast ${options.prefix.length}`
      try {
        const result = await run(source(), options, lockfile)
        const report = result.report ?? result
        if (told(result) === whole) {
          enough++
          count('enough')
        } else if (isGap(report)) {
          count('limit')
        } else {
          wrong.push(`${what}: ${told(report).slice(0, 2000)}`)
        }
      } catch (error) {
        const { code, message } = /** @type {any} */ (error)
        if (code === 'environment' && /^out of memory: .*--jobs 1.*more memory$/.test(message)) count('environment')
        else wrong.push(`${what}: ${code}: ${message}`)
      }
    }
  }
  init({})
  return { ends, wrong }
}

/** A decoder's library had no memory: the leaf was not read, and nothing is damaged. */
const isGap = (/** @type {any} */ { verdict, findings }) =>
  (verdict === 'INCOMPLETE' || verdict === 'COMPLETE') &&
  findings.some((/** @type {any} */ { code, message }) => code === 'limit' && /memory/.test(message)) &&
  findings.every((/** @type {any} */ { severity }) => severity !== 'error')
