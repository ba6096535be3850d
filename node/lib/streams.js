// What a run finds, for `for await`: as fast as it is taken, and over when the loop is left.

import { parseReport } from './report.js'

/**
 * @typedef {import('./run.js').Options} Options
 * @typedef {import('./run.js').Run} Run
 * @typedef {(values: Iterable<any>) => Promise<void>} Give  settles when the loop has taken them all
 * @typedef {(give: Give, signal: AbortSignal) => Promise<any>} Start  begins with the loop; resolves to the report
 */

/**
 * Leaves of a list, while the core holds it: neither they nor a list of them need ever be held as a whole.
 * @returns {Start}
 */
export const rows =
  (/** @type {Run} */ run, /** @type {any} */ source, /** @type {Options} */ options) => async (give, signal) => {
    const { listSource } = await import('./commands/list.js')
    const onDocument = async (/** @type {import('./commands/list_document.js').ListDocument} */ document) => {
      for (const [n, { name }] of document.head.items.entries())
        for (const leaves of document.rows(n, 'leaves')) await give(leaves.map(leaf => ({ item: name, ...leaf })))
    }
    return (await listSource(run, source, { ...options, signal, onDocument })).report
  }

/**
 * Leaves with their digests, in order, each as soon as its digest is final: the core hashes them in that order.
 * @returns {Start}
 */
export const digests =
  (/** @type {Run} */ run, /** @type {any} */ source, /** @type {Options} */ options) => async (give, signal) => {
    let isUnderWay = false
    // Looked at when it is taken, one after the other: what the core has by then.
    const found = (/** @type {any} */ verifier) => ({
      *[Symbol.iterator]() {
        for (let text = verifier.digested(); text; text = verifier.digested()) yield* JSON.parse(`[${text}]`)
        isUnderWay = false
      },
    })
    const onStep = (/** @type {any} */ verifier) => {
      if (isUnderWay) return
      isUnderWay = true
      give(found(verifier)).catch(() => {}) // told by the run itself
    }
    const onDone = (/** @type {any} */ verifier) => give(found(verifier))
    return parseReport(await run('digest', [source], { ...options, signal, inOrder: true, onStep, onDone }))
  }

/**
 * How far it is, then what was found, then the report.
 * @returns {Start}
 */
export const events =
  (
    /** @type {(source: any, options: Options) => Promise<any>} */ verify,
    /** @type {any} */ source,
    /** @type {Options} */ options,
  ) =>
  async (give, signal) => {
    /** @type {any[]} the newest progress, while nobody has taken it */
    let waiting = []
    const onProgress = (/** @type {any} */ progress) => {
      options?.onProgress?.(progress)
      const isUnderWay = waiting.length > 0
      waiting = [{ type: 'progress', progress }]
      if (!isUnderWay) give(takenLate(() => waiting.splice(0))).catch(() => {}) // told by the run itself
    }
    const report = await verify(source, { ...options, signal, onProgress })
    await give(report.findings.map((/** @type {any} */ finding) => ({ type: 'finding', finding })))
    await give([{ type: 'report', report }])
    return report
  }

/** Values that are looked at when they are taken. @returns {any} */
const takenLate = (/** @type {() => any[]} */ take) => ({ [Symbol.iterator]: () => take()[Symbol.iterator]() })

/**
 * @param {Start} start
 * @param {Options | undefined} options
 * @param {(report: Promise<any>) => void} settle
 */
export async function* taken(start, options, settle) {
  const signal = options?.signal
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal?.reason)
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort)
  const stopped = new Promise((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason))
  })
  stopped.catch(() => {})
  /** @type {{ values: Iterable<any>, taken: (value: void) => void }[]} */
  const given = []
  let wake = () => {}
  let isOver = false
  /** @type {Give} */
  const give = values => {
    const taken = /** @type {Promise<void>} */ (new Promise(taken => given.push({ values, taken })))
    wake()
    return /** @type {Promise<void>} */ (Promise.race([taken, stopped]))
  }
  const done = start(give, stop.signal)
  settle(done)
  const over = done.then(
    () => {},
    () => {},
  )
  over.then(() => {
    isOver = true
    wake()
  })
  try {
    for (;;) {
      const next = given.shift()
      if (next) {
        yield* next.values
        next.taken()
      } else if (isOver) break
      else {
        await new Promise(resolve => {
          wake = () => resolve(undefined)
        })
      }
    }
    await done
  } finally {
    // Left early: what is under way is ended, and waited for.
    stop.abort(new DOMException('the loop was left', 'AbortError'))
    await over
    signal?.removeEventListener('abort', onAbort)
  }
}
