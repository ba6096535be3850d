// Jobs over worker threads, each with its own instance of the same Module; nothing is shared. Jobs start in the order
// in which they come, and the core hands out the largest first.
import { LeafsumError, bug, firstLine } from '../errors.js'
import { orOutOfMemory } from './core.js'
import { failureOf } from '../stores/store.js'

/**
 * @typedef {object} Endpoint one worker, Node's or a browser's
 * @property {(message: any, transfer?: Transferable[]) => void} post
 * @property {(onMessage: (message: any) => void, onDeath: (why: unknown) => void) => void} listen
 * @property {() => unknown} terminate
 *
 * @typedef {object} Seat
 * @property {Endpoint} endpoint
 * @property {Job | undefined} job
 * @property {ReturnType<typeof setTimeout> | undefined} start  runs until its first word
 *
 * @typedef {import('./reading_ahead.js').Plan} Plan
 *
 * @typedef {object} Job
 * @property {Uint8Array} input
 * @property {any} codecs  the Module of codecs.wasm, where the job takes it
 * @property {Plan} [plan]  what is read ahead for it
 * @property {(result: Uint8Array) => void} resolve
 * @property {(error: unknown) => void} reject
 * @property {((bytes: number) => void)} [onProgress]
 */
// How long a worker may take to start (fetch and compile its script in a busy page) before it counts as failed.
const kStart = 60_000

export class Pool {
  /** @type {Seat[]} */
  #seats = []
  /** @type {Job[]} */
  #queue = []
  /** @type {unknown} */
  #dead
  /** Whether it failed because a worker did not start: then no job has begun there. */
  didNotStart = false

  /**
   * @param {object} options
   * @param {number} options.size
   * @param {() => Endpoint} options.start
   * @param {import('../stores/store.js').Store[]} options.stores
   * @param {any} [options.hello] first message: the Module and how to open the stores
   * @param {string} [options.cure]  what to do where a worker does not start
   */
  constructor({ size, start, stores, hello, cure = 'go without: { workers: 1 }' }) {
    this.cure = cure
    this.size = size
    this.start = start
    this.stores = stores
    this.hello = hello
  }

  /**
   * @param {Uint8Array} input
   * @param {(bytes: number) => void} [onProgress]
   * @param {any} [codecs]
   * @param {Plan} [plan]
   * @returns {Promise<Uint8Array>}
   */
  run(input, onProgress, codecs, plan) {
    return new Promise((resolve, reject) => {
      if (this.#dead) return reject(this.#dead)
      this.#queue.push({ input, codecs, resolve, reject, onProgress, plan })
      this.#assign()
    })
  }

  /** Starts all workers before there are jobs: a thread takes as long to start as the core to load and to plan. */
  warm() {
    while (this.#seats.length < this.size && !this.#dead) this.#newSeat()
  }

  /** The first message, where it was not known yet; before the first job. */
  greet(/** @type {any} */ hello) {
    this.hello = hello
    for (const { endpoint } of this.#seats) endpoint.post({ type: 'hello', ...hello })
  }

  async close() {
    this.#dead ??= bug('the pool is closed')
    for (const seat of this.#seats) clearTimeout(seat.start)
    await Promise.all(this.#seats.map(seat => seat.endpoint.terminate()))
  }

  #assign() {
    while (this.#queue.length > 0) {
      let seat = this.#seats.find(one => !one.job)
      if (!seat) {
        if (this.#seats.length >= this.size) return
        seat = this.#newSeat()
        if (!seat) return
      }
      const job = /** @type {Job} */ (this.#queue.shift())
      seat.job = job
      seat.endpoint.post({
        type: 'job',
        input: job.input,
        windows: job.plan?.windows,
        ...(job.codecs && { codecs: job.codecs }),
      })
    }
  }

  #newSeat() {
    let endpoint
    try {
      endpoint = this.start()
    } catch (error) {
      this.#failToStart(error)
      return undefined
    }
    /** @type {ReturnType<typeof setTimeout>} */
    const start = setTimeout(() => this.#failToStart(`nothing was heard of it for ${kStart / 1000} s`), kStart)
    if (typeof start === 'object') start.unref() // Node's would keep the program
    /** @type {Seat} */
    const seat = { endpoint, job: undefined, start }
    seat.endpoint.listen(
      message => this.#receive(seat, message),
      async why => (seat.start ? this.#failToStart(why) : this.#fail(bug('a worker died', await orOutOfMemory(why)))),
    )
    if (this.hello) seat.endpoint.post({ type: 'hello', ...this.hello })
    this.#seats.push(seat)
    return seat
  }

  #receive(/** @type {Seat} */ seat, /** @type {any} */ message) {
    clearTimeout(seat.start)
    seat.start = undefined
    if (message.type === 'ready') return
    if (message.type === 'result') {
      seat.job?.resolve(message.result)
      seat.job = undefined
      this.#assign()
    } else if (message.type === 'progress') {
      seat.job?.onProgress?.(message.bytes)
    } else if (message.type === 'read') {
      this.#read(seat, message)
    } else if (message.code === 'environment') {
      this.#fail(new LeafsumError('environment', message.why))
    } else {
      this.#fail(bug('the core failed in a worker', message.why))
    }
  }

  /** A worker that cannot open the source itself asks here. */
  async #read(/** @type {Seat} */ seat, /** @type {any} */ { id, source, method, args }) {
    const plan = seat.job?.plan
    try {
      const owner = /** @type {any} */ (method === 'take' ? plan : (plan?.stores ?? this.stores)[source])
      let value = await owner?.[method]?.(...args)
      // Only a buffer of its own can be transferred. `take` gives one; a read may give a view of a shared buffer, which
      // is copied first.
      const isOwn = method === 'take' && value?.byteLength === value?.buffer.byteLength
      if (value instanceof Uint8Array && !isOwn) value = new Uint8Array(value) // a Buffer's slice() would be a view
      seat.endpoint.post({ type: 'answer', id, value }, value instanceof Uint8Array ? [value.buffer] : [])
    } catch (error) {
      const { kind, message } = failureOf(error)
      seat.endpoint.post({ type: 'answer', id, failure: { kind, message } })
    }
  }

  #failToStart(/** @type {unknown} */ why) {
    if (this.#dead) return
    this.didNotStart = true
    this.#fail(new LeafsumError('environment', `a worker did not start: ${firstLine(why)}. To mend it, ${this.cure}`))
  }

  #fail(/** @type {unknown} */ error) {
    if (this.#dead) return
    this.#dead = error
    const jobs = [...this.#queue, ...this.#seats.map(seat => seat.job)]
    this.#queue = []
    for (const job of jobs) job?.reject(error)
  }
}
